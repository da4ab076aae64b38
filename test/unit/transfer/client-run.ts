// A client's whole run in this process, as its command line says it, with what it prints.
import { runClient } from '@ocrsync/node/api/client';
import { parseArguments } from '@ocrsync/node/options/parse';
import { TextRenderer } from '@ocrsync/node/report/text-renderer';

export interface ClientRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/** Relative paths are taken from the current directory. */
export async function runWords(words: readonly string[]): Promise<ClientRun> {
  let stdout = '';
  let stderr = '';
  const parsed = parseArguments(words, process.env);
  if (parsed.kind === 'stop') throw new Error(parsed.stderr);
  const sink = new TextRenderer(parsed.options, {
    write: (stream, text) => {
      if (stream === 'stdout') stdout += text;
      else stderr += text;
    },
    charset: 'utf-8',
    processId: 1,
    nowSeconds: () => 0,
  });
  const { exitCode } = await runClient(parsed.options, {
    sink,
    line: () => undefined,
    remoteStderr: (line) => (stderr += `${line}\n`),
    asksForPassword: false,
    signal: new AbortController().signal,
  });
  return { stdout, stderr, exit: exitCode };
}
