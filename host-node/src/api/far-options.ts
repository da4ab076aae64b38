// -M in a local copy: options of the receiving end alone. There is no command line between the two ends, so what the words change
// is found by reading a server's line with and without them (docs/protocol/05-options.md §3.7, §12.1).
import type { Options } from '../options/options.ts';
import { serverArguments } from '../options/server-args.ts';
import { parseServerArguments } from '../options/server-parse.ts';
import { VERSION } from '../options/version.ts';
import { exitLine } from '../report/exit-codes.ts';
import { RunError } from '../session/run-error.ts';
import { exitDebugLine } from './outcome.ts';

const EXIT_STREAM = 12;
/** Of the line itself, not of what it asks for. */
const LINE_FIELDS: readonly string[] = ['words', 'operands', 'clientCapabilities', 'remoteOptions'];

/** The options of the receiving end. RunError (exit 12) for words that a server refuses. */
export function farOptions(options: Options, destination: string): Options {
  if (options.remoteOptions.length === 0) return options;
  const plain: Partial<Options> = asServer({ ...options, remoteOptions: [] }, destination);
  const changed = Object.entries(asServer(options, destination)).filter(
    ([name, value]) =>
      !LINE_FIELDS.includes(name) && JSON.stringify(value) !== JSON.stringify(plain[name as keyof Options]),
  );
  return { ...options, ...Object.fromEntries(changed) };
}

function asServer(options: Options, destination: string): Options {
  const words = serverArguments(options, { push: true, paths: [destination], quoting: false });
  const request = parseServerArguments(words, process.env);
  if (request.kind === 'server') return request.options;
  const lines = [
    request.stderr.trimEnd(),
    exitLine(request.exitCode, 'Receiver', VERSION),
    ...(options.debug.exit >= 1 ? [exitDebugLine('Receiver', options, request.exitCode)] : []),
    'rsync: connection unexpectedly closed (0 bytes received so far) [sender]',
  ];
  throw new RunError('ERR_FAR_OPTION', lines.join('\n'), EXIT_STREAM);
}
