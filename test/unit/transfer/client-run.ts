// A client's whole run in this process, as its command line says it, with what it prints.
import { runClient } from '@ocrsync/node/api/client';
import { parseArguments } from '@ocrsync/node/options/parse';
import { TextRenderer } from '@ocrsync/node/report/text-renderer';
import { CaughtOutput } from '../../caught-output.ts';

export interface ClientRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/** Relative paths are taken from the current directory. */
export async function runWords(words: readonly string[]): Promise<ClientRun> {
  const output = new CaughtOutput();
  const parsed = parseArguments(words, process.env);
  if (parsed.kind === 'stop') throw new Error(parsed.stderr);
  const sink = new TextRenderer(parsed.options, output);
  const { exitCode } = await runClient(parsed.options, {
    sink,
    line: () => undefined,
    remoteStderr: (line) => (output.stderr += `${line}\n`),
    asksForPassword: false,
    signal: new AbortController().signal,
  });
  return { stdout: output.stdout, stderr: output.stderr, exit: exitCode };
}
