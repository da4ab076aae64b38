// -M: options of the other end alone. What the words change is found by reading a server's line with and without them, as between
// the ends of a local copy there is no command line (docs/protocol/05-options.md §3.7, §12.1).
import type { Options } from '../options/options.ts';
import { serverArguments } from '../options/server-args.ts';
import { parseServerArguments } from '../options/server-parse.ts';
import { VERSION } from '../options/version.ts';
import { exitLine } from '../report/exit-codes.ts';
import { RunError } from '../session/run-error.ts';
import { exitDebugLine } from './outcome.ts';

const EXIT_USAGE = 1;
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

/**
 * Throws a RunError for words that make only one end convert names: the ends would count the files in two orders and give each
 * other's names to them (03-file-list.md §15). rsync does that without a word. Words that this program does not know are the peer's.
 */
export function requireSameConversion(options: Options): void {
  if (options.remoteOptions.length === 0) return;
  const words = serverArguments(options, { push: true, paths: ['.'], quoting: false });
  const request = parseServerArguments(words, process.env);
  if (request.kind !== 'server' || (request.options.iconv === null) === (options.iconv === null)) return;
  const text = options.iconv === null ? 'adds --iconv to' : 'takes --iconv from';
  throw new RunError('ERR_ONE_SIDED_ICONV', `--remote-option ${text} the remote side alone`, EXIT_USAGE);
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
