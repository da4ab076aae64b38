// The words a client gives the server, exactly as rsync 3.4.1 would (docs/protocol/01-session.md §14, §15). For a remote shell
// they follow the program's name on the command line, for a daemon they go through the protocol.
import type { Options } from './options.ts';
import { compactLetters } from './server-letters.ts';
import { quoteValue, remotePathWord } from './server-quoting.ts';
import { longWords } from './server-words.ts';

export interface ServerArguments {
  /** We send. */
  readonly push: boolean;
  /** Remote paths as typed (Remote.paths), or already relative to a daemon's module. */
  readonly paths: readonly string[];
  /** False for what no shell sees: a daemon's arguments, and secluded ones. */
  readonly quoting: boolean;
}

export interface SplitArguments {
  /** What stands on the command line, from `--server` on. */
  readonly visible: string[];
  /** What follows on the connection with --secluded-args; empty without. */
  readonly secluded: string[];
}

/** All words from `--server` on, in their order. */
export function serverArguments(options: Options, request: ServerArguments): string[] {
  const { visible, secluded } = splitServerArguments(options, request);
  return [...visible, ...secluded];
}

/** The words, and where each of them travels. */
export function splitServerArguments(options: Options, request: ServerArguments): SplitArguments {
  const { push } = request;
  const quoting = request.quoting && !options.secludedArgs;
  const plain = (value: string): string => value;
  const quote = quoting && options.oldArgs < 2 ? quoteValue : plain;
  const letters = compactLetters(options, push);
  const visible = ['--server'];
  if (!push) visible.push('--sender');
  if (letters !== '') visible.push(`-${letters}`);
  if (options.iconv !== null) visible.push(`--iconv=${quote(options.iconv.remote)}`);
  const words = longWords(options, push, quote);
  const quoteRemote = quoting && options.oldArgs === 0 ? quoteValue : plain;
  for (const word of options.remoteOptions) words.push(quoteRemote(word));
  words.push('.');
  const guardTilde = !push && options.oldArgs === 0 && !options.trustSender;
  for (const path of request.paths) {
    words.push(remotePathWord(path, quoting && options.oldArgs === 0, guardTilde, options.relative));
  }
  return options.secludedArgs
    ? { visible, secluded: words }
    : { visible: [...visible, ...words], secluded: [] };
}
