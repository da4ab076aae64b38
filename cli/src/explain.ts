// `--explain PATH` and `ocrsync explain -- ARGS PATH`: prints what decides for a path, as text or JSON (docs/explain.md).
import type { ClientEnvironment, ClientResult } from '@ocrsync/node/api/client-environment';
import { explainPath } from '@ocrsync/node/api/explain';
import type { Options } from '@ocrsync/node/options/options';
import { escapeText, localeCharset } from '@ocrsync/node/report/escape';
import type { ExplanationResult, Verdict } from '@ocrsync/node/report/explanation';
import { bytesField, JSON_SCHEMA_VERSION } from '@ocrsync/node/report/json';
import { RunError } from '@ocrsync/node/session/run-error';
import { writeAll } from './write-all.ts';

/** Runs and prints; the exit code is the dry run's. */
export async function explain(
  options: Options,
  environment: Omit<ClientEnvironment, 'sink'>,
): Promise<ClientResult> {
  const charset = localeCharset(process.env);
  const print = (stream: 1 | 2, text: string): void =>
    writeAll(stream, `${escapeText(text, charset, options.eightBitOutput)}\n`);
  try {
    const { result, explanation, faults } = await explainPath(options, environment);
    for (const text of faults) print(2, text);
    if (options.json) {
      const line = `${JSON.stringify(explanationObject(explanation))}\n`;
      writeAll(1, Buffer.from(line, 'utf8').toString('latin1'));
    } else for (const text of explanationLines(explanation)) print(1, text);
    return result;
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    print(2, error.message);
    return { exitCode: error.exitCode, role: 'client', quiet: false };
  }
}

/** The four lines, without newlines. */
export function explanationLines({ path, sender, receiver, deletion, outcome }: ExplanationResult): string[] {
  return [
    `${path}: ${outcome}`,
    `  sender:   ${sender.text}`,
    `  receiver: ${receiver.text}`,
    `  deletion: ${deletion.text}`,
  ];
}

/** The object of docs/json-schema.json. */
export function explanationObject({ path, ...rest }: ExplanationResult): object {
  const { sender, receiver, deletion, outcome } = rest;
  return {
    v: JSON_SCHEMA_VERSION,
    type: 'explanation',
    ...bytesField('path', path),
    sender: verdictObject(sender),
    receiver: verdictObject(receiver),
    deletion: verdictObject(deletion),
    outcome,
  };
}

function verdictObject({ verdict, text, rule, file, line, differences }: Verdict): object {
  return {
    verdict,
    ...bytesField('text', text),
    ...(rule === undefined ? {} : bytesField('rule', rule)),
    ...(file === undefined ? {} : bytesField('file', file)),
    ...(line === undefined ? {} : { line }),
    ...(differences === undefined ? {} : { differences }),
  };
}
