// The long words of a server's arguments, in rsync's order (docs/protocol/01-session.md §14.3, 05-options.md §12.1).
import type { CompressChoice, Options } from './options.ts';
import { delaysUpdates } from './resolve-paths.ts';
import { infoWords } from './server-info.ts';

type Quote = (value: string) => string;

/** Collects words that apply. */
class Words {
  readonly list: string[] = [];
  readonly #quote: Quote;

  constructor(quote: Quote) {
    this.#quote = quote;
  }

  flag(word: string, condition: boolean): void {
    if (condition) this.list.push(word);
  }

  /** `--name=value`, the value quoted. */
  value(name: string, value: string | number | null): void {
    if (value !== null) this.list.push(`--${name}=${this.#quote(String(value))}`);
  }

  /** Two words: the value may begin with a `~` that the other end's shell expands. */
  pair(name: string, value: string | null): void {
    if (value !== null) this.list.push(`--${name}`, this.#quote(value));
  }
}

/** All but the compact word and the -M options. `push`: the server receives. */
export function longWords(options: Options, push: boolean, quote: Quote): string[] {
  const words = new Words(quote);
  sessionWords(words, options, push);
  if (push) deletionWords(words, options);
  else words.value('skip-compress', options.skipCompress);
  middleWords(words, options, push);
  if (push) receiverWords(words, options);
  words.list.push(...infoWords(options, push));
  writingWords(words, options, push);
  return words.list;
}

const COMPRESS_WORDS: Readonly<Partial<Record<CompressChoice, string>>> = {
  zlibx: '--new-compress',
  zlib: '--old-compress',
};

function sessionWords(words: Words, options: Options, push: boolean): void {
  words.flag('--list-only', options.listOnlyExplicit);
  words.flag('--no-r', push && options.dirs && !options.recursive && options.delete);
  words.flag(`--compress-level=${options.compressLevel}`, options.compress && options.compressLevel !== null);
  words.flag('--no-specials', options.devices && !options.specials);
  words.flag('--specials', options.specials && !options.devices);
  if (push) words.flag(`--log-format=${logFormatWord(options)}`, logFormatWord(options) !== '');
  words.flag('--msgs2stderr', options.stderrMode === 'all');
  words.flag('--no-msgs2stderr', options.stderrMode === 'client');
  words.flag(`-B${options.blockSize}`, options.blockSize !== 0);
  words.flag(`--timeout=${options.timeoutSeconds}`, options.timeoutSeconds !== 0);
  words.flag(`--bwlimit=${options.bwlimitKiBPerSecond}`, options.bwlimitKiBPerSecond !== 0);
  words.pair('backup-dir', options.backup ? options.backupDir : null);
  const usual = options.backupDir === null ? '~' : '';
  words.value('suffix', options.suffix === usual ? null : options.suffix);
  words.value('checksum-choice', options.checksumChoice?.text ?? null);
  if (options.compressChoice === null) return;
  const own = COMPRESS_WORDS[options.compressChoice];
  if (own !== undefined) words.list.push(own);
  else words.value('compress-choice', options.compressChoiceText);
}

const WHEN_WORDS = {
  before: '--delete-before',
  during: '--delete-during',
  delay: '--delete-delay',
  after: '--delete-after',
} as const;

function deletionWords(words: Words, options: Options): void {
  const { maxDelete, deleteWhen } = options;
  // Servers of old take 0 for no limit.
  words.value('max-delete', maxDelete === 0 ? -1 : maxDelete);
  words.value('min-size', options.minSize);
  words.value('max-size', options.maxSize);
  if (options.delete && deleteWhen !== 'default') words.list.push(WHEN_WORDS[deleteWhen]);
  else words.flag('--delete', options.delete && !options.deleteExcluded);
  words.flag('--delete-excluded', options.deleteExcluded);
  words.flag('--force', options.force);
  words.flag('--only-write-batch=X', options.batch?.mode === 'only-write');
  words.flag('--super', options.privileges === 'super');
  words.flag('--size-only', options.sizeOnly);
  words.flag('--stats', options.stats);
}

function middleWords(words: Words, options: Options, push: boolean): void {
  words.value('max-alloc', options.maxAllocText);
  words.flag('--delete-missing-args', options.missingArgs === 'delete');
  words.flag('--ignore-missing-args', options.missingArgs === 'ignore' && !push);
  const window = options.modifyWindow;
  if (push && options.modifyWindowExplicit)
    words.list.push(window < 0 ? `-@${window}` : `--modify-window=${window}`);
  words.flag(`--checksum-seed=${options.checksumSeed}`, options.checksumSeed !== 0);
  if (push) {
    words.pair('partial-dir', options.partialDirImplied ? null : options.partialDir);
    words.flag('--delay-updates', delaysUpdates(options));
    words.flag('--partial', options.partial && options.partialDir === null);
  }
  words.flag('--ignore-errors', options.ignoreErrors);
  words.flag('--copy-unsafe-links', options.copyUnsafeLinks);
  words.flag('--safe-links', options.safeLinks);
  words.flag('--numeric-ids', options.numericIds);
  words.flag('--use-qsort', options.qsort);
}

function receiverWords(words: Words, options: Options): void {
  words.value('usermap', options.usermap);
  words.value('groupmap', options.groupmap);
  words.flag('--ignore-existing', options.ignoreExisting);
  words.flag('--existing', options.existing);
  words.pair('temp-dir', options.tempDir);
  words.flag('--fsync', options.fsync);
  const alternates = options.alternateDestinations;
  for (const directory of alternates?.directories ?? []) words.pair(`${alternates!.kind}-dest`, directory);
}

function writingWords(words: Words, options: Options, push: boolean): void {
  if (options.append > 0) {
    for (let i = 0; i < options.append; i++) words.list.push('--append');
  } else {
    words.flag('--inplace', options.inplace);
    // Servers of old took -S with --inplace for whole files.
    words.flag('--no-W', push && options.inplace && options.sparse && options.wholeFile === false);
  }
  filesFromWords(words, options, push);
  const implied = options.relative && !options.impliedDirs;
  words.flag('--no-implied-dirs', implied && (!push || options.protocol >= 30));
  words.flag('--write-devices', push && options.writeDevices);
  if (options.removeSourceFiles !== 'no') words.list.push(`--remove-${options.removeSourceFiles}`);
  words.flag('--copy-devices', !push && options.copyDevices);
  words.flag('--preallocate', push && options.preallocate);
  words.flag('--open-noatime', options.openNoatime && options.atimes < 2);
  words.flag('--mkpath', push && options.mkpath);
}

/** The list stands at the other end, or goes there through the connection; a pushing client reads its own. */
function filesFromWords(words: Words, options: Options, push: boolean): void {
  const { filesFrom } = options;
  if (filesFrom === null) return;
  if (filesFrom.where === 'remote') {
    words.pair('files-from', filesFrom.file);
    words.flag('--from0', options.from0);
  } else if (!push) {
    words.list.push('--files-from=-', '--from0');
  } else {
    return;
  }
  words.flag('--no-relative', !options.relative);
}

/** §12.4 of 05-options.md: a hint which items the server has to tell about. */
function logFormatWord(options: Options): string {
  if (options.itemFormat === null) return '';
  if (options.formatHasItemize) return options.itemize > 1 ? '%i%I' : '%i';
  if (options.formatHasOperation) return '%o';
  return options.verbose > 0 ? '' : 'X';
}
