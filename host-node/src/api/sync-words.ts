// From the fields of SyncOptions to the words of a command line, so that one parser serves the command and the library.
import type { SyncOptions } from './sync-options.ts';

/** Fields that are a switch, with their word; a second word is that of `false`. */
const SWITCHES = {
  cvsExclude: ['--cvs-exclude'],
  relative: ['--relative', '--no-relative'],
  oneFileSystem: ['--one-file-system'],
  pruneEmptyDirs: ['--prune-empty-dirs'],
  ignoreMissingArgs: ['--ignore-missing-args'],
  hardLinks: ['--hard-links'],
  acls: ['--acls'],
  xattrs: ['--xattrs'],
  copyLinks: ['--copy-links'],
  copyUnsafeLinks: ['--copy-unsafe-links'],
  safeLinks: ['--safe-links'],
  numericIds: ['--numeric-ids'],
  omitDirTimes: ['--omit-dir-times'],
  fakeSuper: ['--fake-super'],
  dryRun: ['--dry-run'],
  checksum: ['--checksum'],
  sizeOnly: ['--size-only'],
  ignoreTimes: ['--ignore-times'],
  update: ['--update'],
  existing: ['--existing'],
  ignoreExisting: ['--ignore-existing'],
  wholeFile: ['--whole-file', '--no-whole-file'],
  fuzzy: ['--fuzzy'],
  inplace: ['--inplace'],
  sparse: ['--sparse'],
  preallocate: ['--preallocate'],
  fsync: ['--fsync'],
  partial: ['--partial'],
  delayUpdates: ['--delay-updates'],
  backup: ['--backup'],
  mkpath: ['--mkpath'],
  removeSourceFiles: ['--remove-source-files'],
  delete: ['--delete'],
  deleteExcluded: ['--delete-excluded'],
  force: ['--force'],
  ignoreErrors: ['--ignore-errors'],
  compress: ['--compress'],
  secludedArgs: ['--secluded-args', '--no-secluded-args'],
} as const satisfies Partial<Record<keyof SyncOptions, readonly string[]>>;

/** Fields that are one value, text or number, with the word it follows. */
const VALUES = {
  maxSize: '--max-size',
  minSize: '--min-size',
  iconv: '--iconv',
  chmod: '--chmod',
  chown: '--chown',
  modifyWindowSeconds: '--modify-window',
  partialDir: '--partial-dir',
  tempDir: '--temp-dir',
  backupDir: '--backup-dir',
  suffix: '--suffix',
  maxDelete: '--max-delete',
  compressChoice: '--compress-choice',
  compressLevel: '--compress-level',
  rsh: '--rsh',
  rsyncPath: '--rsync-path',
  port: '--port',
  passwordFile: '--password-file',
  timeoutSeconds: '--timeout',
  connectTimeoutSeconds: '--contimeout',
  bwlimitKiBPerSecond: '--bwlimit',
  protocol: '--protocol',
  logFile: '--log-file',
} as const satisfies Partial<Record<keyof SyncOptions, string>>;

/** Fields that are one text or several, in their order. */
const LISTS = {
  filter: '--filter',
  include: '--include',
  exclude: '--exclude',
  compareDest: '--compare-dest',
  copyDest: '--copy-dest',
  linkDest: '--link-dest',
  remoteOptions: '--remote-option',
} as const satisfies Partial<Record<keyof SyncOptions, string>>;

const WHEN = ['before', 'during', 'delay', 'after'];
const OTHERS = [
  'args',
  'archive',
  'filesFrom',
  'deleteWhen',
  'password',
  'env',
  'changes',
  'signal',
  'onEvent',
];

/** The words, or what is wrong with the fields. Without `args`. */
export function optionWords(
  options: SyncOptions,
): { readonly words: readonly string[] } | { readonly fault: string } {
  const fault = faultOf(options);
  if (fault !== undefined) return { fault };
  const words = options.archive === false ? [] : ['--archive'];
  // They make a remote receiver tell what it does; nothing is printed for them.
  words.push('--itemize-changes', '--stats');
  for (const [key, [on, off]] of entriesOf<readonly [string, string?]>(SWITCHES)) {
    if (options[key] === true) words.push(on);
    else if (options[key] === false && off !== undefined) words.push(off);
  }
  for (const [key, word] of entriesOf<string>(VALUES)) {
    if (options[key] !== undefined) words.push(`${word}=${String(options[key])}`);
  }
  for (const [key, word] of entriesOf<string>(LISTS)) {
    for (const text of textsOf(options[key])) words.push(`${word}=${text}`);
  }
  if (options.deleteWhen !== undefined) words.push(`--delete-${options.deleteWhen}`);
  const { filesFrom } = options;
  // Names that are given here are handed to the run itself: it never reads that standard input.
  if (filesFrom !== undefined) words.push(`--files-from=${typeof filesFrom === 'string' ? filesFrom : '-'}`);
  return { words };
}

/** A misspelled field must not be lost silently, nor a value of another kind. */
function faultOf(options: SyncOptions): string | undefined {
  if (typeof options !== 'object' || options === null) return 'options have to be an object';
  const known = [SWITCHES, VALUES, LISTS].flatMap((words) => Object.keys(words)).concat(OTHERS);
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) return `there is no option ${unknown}; rsync's own go into args`;
  for (const key of ['archive', 'changes', ...Object.keys(SWITCHES)] as (keyof SyncOptions)[]) {
    const value = options[key];
    if (value !== undefined && typeof value !== 'boolean') return `${key} has to be true or false`;
  }
  for (const [key] of entriesOf<string>(LISTS)) {
    if (textsOf(options[key]).some((text) => typeof text !== 'string')) {
      return `${key} has to be a string or an array of strings`;
    }
  }
  for (const [key] of entriesOf<string>(VALUES)) {
    const value = options[key];
    const fits = value === undefined || typeof value === 'string' || typeof value === 'number';
    if (!fits || Number.isNaN(value)) return `${key} has to be a string or a number`;
  }
  return faultOfOthers(options);
}

function faultOfOthers({
  args,
  deleteWhen,
  filesFrom,
  onEvent,
  signal,
  password,
  env,
}: SyncOptions): string | undefined {
  if (deleteWhen !== undefined && !WHEN.includes(deleteWhen)) {
    return 'deleteWhen has to be before, during, delay or after';
  }
  if (textsOf(filesFrom).some((name) => typeof name !== 'string' || name.includes('\0'))) {
    return 'filesFrom has to be a path or an array of names';
  }
  if (args !== undefined && !(Array.isArray(args) && args.every((word) => typeof word === 'string'))) {
    return 'args has to be an array of strings';
  }
  if (onEvent !== undefined && typeof onEvent !== 'function') return 'onEvent has to be a function';
  if (signal !== undefined && !(signal instanceof AbortSignal)) return 'signal has to be an AbortSignal';
  if (password !== undefined && typeof password !== 'string') return 'password has to be a string';
  if (env !== undefined && (typeof env !== 'object' || env === null)) return 'env has to be an object';
  return undefined;
}

function textsOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function entriesOf<Word>(
  words: Readonly<Partial<Record<keyof SyncOptions, Word>>>,
): [keyof SyncOptions, Word][] {
  return Object.entries(words) as [keyof SyncOptions, Word][];
}
