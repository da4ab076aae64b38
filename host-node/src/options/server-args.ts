// The words a client gives the server, exactly as rsync 3.4.1 would (docs/protocol/01-session.md §14, §15). For a remote shell
// they follow the program's name on the command line, for a daemon they go through the protocol.
import type { CompressChoice, Options } from './options.ts';
import { infoWords } from './server-info.ts';
import { quoteValue, remotePathWord } from './server-quoting.ts';

export interface ServerArguments {
  /** We send. */
  readonly push: boolean;
  /** Remote paths as typed (Remote.paths), or already relative to a daemon's module. */
  readonly paths: readonly string[];
  /** False for a local pair of processes: nothing is quoted. */
  readonly quoting: boolean;
}

/** Incremental recursion is possible on this side (05-options.md §6.7). */
export function mayRecurseIncrementally(options: Options): boolean {
  return options.recursive && options.incRecursiveAllowed;
}

/** The value of `-e` for a server: what we can do. Empty below protocol 30. */
export function capabilityString(options: Options): string {
  if (options.protocol < 30) return '';
  return `.${mayRecurseIncrementally(options) ? 'i' : ''}LsfxCIvu`;
}

/** The words from `--server` on. */
export function serverArguments(options: Options, request: ServerArguments): string[] {
  const { push } = request;
  const quote = request.quoting && options.oldArgs < 2 ? quoteValue : (value: string) => value;
  const letters = compactLetters(options, push);
  const words = ['--server'];
  if (!push) words.push('--sender');
  if (letters !== '') words.push(`-${letters}`);
  words.push(...longWords(options, push, quote), '.');
  for (const path of request.paths) {
    words.push(
      remotePathWord(
        path,
        request.quoting && options.oldArgs === 0,
        !push && options.oldArgs === 0,
        options.relative,
      ),
    );
  }
  return words;
}

/** §14.2. */
function compactLetters(options: Options, push: boolean): string {
  let letters = 'v'.repeat(options.verbose);
  const add = (letter: string, condition: boolean): void => {
    if (condition) letters += letter;
  };
  add('q', options.quiet);
  add('u', options.update);
  add('n', options.dryRun);
  add('l', options.links);
  add('d', sendsDirs(options, push));
  add('L', !push && options.copyLinks);
  add('W', options.wholeFile === true);
  add('H', options.hardLinks > 0);
  add('o', options.owner);
  add('g', options.group);
  add('D', options.devices);
  add('t', options.times);
  add('U'.repeat(options.atimes), options.atimes > 0);
  add('p', options.perms);
  add('A', options.acls);
  add('X'.repeat(options.xattrs), options.xattrs > 0);
  add('r', options.recursive);
  add('c', options.checksum);
  add('I', options.ignoreTimes);
  add('R', options.relative);
  add('z', sendsZ(options));
  const capabilities = capabilityString(options);
  add(`e${capabilities}`, capabilities !== '');
  return letters;
}

function sendsDirs(options: Options, push: boolean): boolean {
  if (options.recursive || !options.dirs) return false;
  return options.dirsExplicit || options.listOnly || (push && options.delete);
}

function sendsZ(options: Options): boolean {
  return options.compressChoice === null ? options.compressCount === 1 : options.compressChoice === 'zlib';
}

const COMPRESS_WORDS: Readonly<Partial<Record<CompressChoice, string>>> = {
  zlibx: '--new-compress',
  zlib: '--old-compress',
};

/** §14.3. */
function longWords(options: Options, push: boolean, quote: (value: string) => string): string[] {
  const words: string[] = [];
  const add = (word: string, condition: boolean): void => {
    if (condition) words.push(word);
  };
  add('--list-only', options.listOnlyExplicit);
  add('--no-r', push && options.dirs && !options.recursive && options.delete);
  add(`--compress-level=${options.compressLevel}`, options.compress && options.compressLevel !== null);
  add('--no-specials', options.devices && !options.specials);
  add('--specials', options.specials && !options.devices);
  add(`--log-format=${logFormatWord(options)}`, push && logFormatWord(options) !== '');
  add(`-B${options.blockSize}`, options.blockSize !== 0);
  add(`--timeout=${options.timeoutSeconds}`, options.timeoutSeconds !== 0);
  add(`--bwlimit=${options.bwlimitKiBPerSecond}`, options.bwlimitKiBPerSecond !== 0);
  if (options.checksumChoice !== null) words.push(`--checksum-choice=${quote(options.checksumChoice.text)}`);
  if (options.compressChoice !== null) {
    words.push(
      COMPRESS_WORDS[options.compressChoice] ?? `--compress-choice=${quote(options.compressChoiceText)}`,
    );
  }
  if (push) {
    add(options.deleteWhen === 'during' ? '--delete-during' : '--delete', options.delete);
    add('--super', options.privileges === 'super');
    add('--size-only', options.sizeOnly);
    add('--stats', options.stats);
  }
  add(`--checksum-seed=${options.checksumSeed}`, options.checksumSeed !== 0);
  add('--partial', push && options.partial);
  add('--numeric-ids', options.numericIds);
  if (push) {
    add('--ignore-existing', options.ignoreExisting);
    add('--existing', options.existing);
  }
  words.push(...infoWords(options, push));
  if (options.append > 0) {
    for (let i = 0; i < options.append; i++) words.push('--append');
  } else {
    add('--inplace', options.inplace);
  }
  add('--no-implied-dirs', options.relative && !options.impliedDirs && (!push || options.protocol >= 30));
  add('--open-noatime', options.openNoatime && options.atimes < 2);
  return words;
}

/** §12.4 of 05-options.md: a hint which items the server has to tell about. */
function logFormatWord(options: Options): string {
  if (options.itemFormat === null) return '';
  if (options.formatHasItemize) return options.itemize > 1 ? '%i%I' : '%i';
  if (options.formatHasOperation) return '%o';
  return options.verbose > 0 ? '' : 'X';
}
