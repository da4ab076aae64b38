// The options of the library call, and the command line they stand for: one parser serves the command and the library.
import { byteString } from '../options/byte-strings.ts';
import type { Options } from '../options/options.ts';
import { parseArguments } from '../options/parse.ts';
import { SyncError } from './sync-error.ts';
import type { SyncEvent } from './sync-events.ts';
import { optionWords } from './sync-words.ts';

/** `. -`, `merge,e_-` */
const MERGES_STANDARD_INPUT = /^(?:\.|merge)[^ _]*[ _]-$/;

/** All are optional. Everything not named here can be said with `args`. Sizes are bytes, or text such as `'1.5m'`. */
export interface SyncOptions {
  /** rsync options as on the command line, such as `['--bwlimit=1m', '-HH']`. They come last, so they win. No paths. */
  readonly args?: readonly string[] | undefined;

  // ---- what is copied ---------------------------------------------------------------------------------------------------
  /** -a: recursive, with links, permissions, times, owner, group, devices. True unless set to false. */
  readonly archive?: boolean | undefined;
  /** Rules as of --filter; they come first, then `include`, then `exclude`. The first rule that matches decides. */
  readonly filter?: string | readonly string[] | undefined;
  readonly include?: string | readonly string[] | undefined;
  readonly exclude?: string | readonly string[] | undefined;
  /** -C: leave out what version control leaves out. */
  readonly cvsExclude?: boolean | undefined;
  /** Names below the one source: a list file's path (`host:file` on the other machine), or the names themselves. Implies `relative`. */
  readonly filesFrom?: string | readonly string[] | undefined;
  /** -R: keep the paths as they are given. */
  readonly relative?: boolean | undefined;
  readonly oneFileSystem?: boolean | undefined;
  readonly pruneEmptyDirs?: boolean | undefined;
  readonly maxSize?: number | string | undefined;
  readonly minSize?: number | string | undefined;
  /** Sources that are not there are no error. */
  readonly ignoreMissingArgs?: boolean | undefined;
  /** Charsets of names, `LOCAL,REMOTE`. */
  readonly iconv?: string | undefined;

  // ---- attributes -------------------------------------------------------------------------------------------------------
  /** Keep hard links between the files of the transfer. */
  readonly hardLinks?: boolean | undefined;
  /** -A and -X: ACLs (and permissions), extended attributes. Refused where the native helper is missing. */
  readonly acls?: boolean | undefined;
  readonly xattrs?: boolean | undefined;
  /** Follow symlinks: all of them, or those that leave the tree; or leave the latter out. */
  readonly copyLinks?: boolean | undefined;
  readonly copyUnsafeLinks?: boolean | undefined;
  readonly safeLinks?: boolean | undefined;
  readonly numericIds?: boolean | undefined;
  readonly omitDirTimes?: boolean | undefined;
  /** Owners and devices are kept in extended attributes of the destination. */
  readonly fakeSuper?: boolean | undefined;
  /** Changes of permissions, such as `'D755,F644'`. */
  readonly chmod?: string | undefined;
  /** `USER:GROUP`, `USER` or `:GROUP`. */
  readonly chown?: string | undefined;

  // ---- what is updated, and how -----------------------------------------------------------------------------------------
  /** Change nothing; the events tell what would be done. */
  readonly dryRun?: boolean | undefined;
  /** Compare by checksum, not by time and size. */
  readonly checksum?: boolean | undefined;
  readonly sizeOnly?: boolean | undefined;
  readonly ignoreTimes?: boolean | undefined;
  /** Times that differ by no more than so many seconds are the same. */
  readonly modifyWindowSeconds?: number | undefined;
  /** Leave files alone that are newer at the destination. */
  readonly update?: boolean | undefined;
  /** Create nothing new; or change nothing that is there. */
  readonly existing?: boolean | undefined;
  readonly ignoreExisting?: boolean | undefined;
  /** Send files whole; false: compare blocks even between local paths. */
  readonly wholeFile?: boolean | undefined;
  /** What is the same in one of these directories is left out, copied, or linked. Relative paths are relative to the destination. */
  readonly compareDest?: string | readonly string[] | undefined;
  readonly copyDest?: string | readonly string[] | undefined;
  readonly linkDest?: string | readonly string[] | undefined;
  /** Use a file with a similar name as basis. */
  readonly fuzzy?: boolean | undefined;
  /** Write into the existing files. */
  readonly inplace?: boolean | undefined;
  readonly sparse?: boolean | undefined;
  readonly preallocate?: boolean | undefined;
  readonly fsync?: boolean | undefined;
  /** Keep half-transferred files when the run is stopped; `partialDir`: in this directory. */
  readonly partial?: boolean | undefined;
  readonly partialDir?: string | undefined;
  /** Put all files in place at the end. */
  readonly delayUpdates?: boolean | undefined;
  readonly tempDir?: string | undefined;
  /** Keep what is replaced or deleted: under its name with `suffix` (default `~`), or in `backupDir`. */
  readonly backup?: boolean | undefined;
  readonly backupDir?: string | undefined;
  readonly suffix?: string | undefined;
  /** Make the missing directories of the destination's path. */
  readonly mkpath?: boolean | undefined;
  readonly removeSourceFiles?: boolean | undefined;

  // ---- deleting -----------------------------------------------------------------------------------------------------------
  /** Delete what the source does not have. */
  readonly delete?: boolean | undefined;
  /** When; it means `delete` too. */
  readonly deleteWhen?: 'before' | 'during' | 'delay' | 'after' | undefined;
  /** ... and what is excluded; it means `delete` too. */
  readonly deleteExcluded?: boolean | undefined;
  /** No more than that; then the call rejects with ERR_OCRSYNC_DELETE_LIMIT. */
  readonly maxDelete?: number | undefined;
  readonly force?: boolean | undefined;
  readonly ignoreErrors?: boolean | undefined;

  // ---- the connection -----------------------------------------------------------------------------------------------------
  readonly compress?: boolean | undefined;
  readonly compressChoice?: 'zstd' | 'lz4' | 'zlibx' | 'zlib' | 'none' | undefined;
  readonly compressLevel?: number | undefined;
  /** Remote shell command line. Default: $RSYNC_RSH, else `ssh`. */
  readonly rsh?: string | undefined;
  /** The program to run at the other end. Default: `rsync`. */
  readonly rsyncPath?: string | undefined;
  /** Options for the other end alone. */
  readonly remoteOptions?: readonly string[] | undefined;
  /** Arguments go through the protocol, past the remote shell. */
  readonly secludedArgs?: boolean | undefined;
  /** Daemon: the port (default 873), and the password or the file it stands in. Nobody is ever asked for one. */
  readonly port?: number | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  /** Give up after so many seconds without any traffic, or while connecting to a daemon. */
  readonly timeoutSeconds?: number | undefined;
  readonly connectTimeoutSeconds?: number | undefined;
  readonly bwlimitKiBPerSecond?: number | undefined;
  /** Speak no newer protocol, 27 to 32. */
  readonly protocol?: number | undefined;

  // ---- the call -----------------------------------------------------------------------------------------------------------
  /** Lines about the run are added to this file, as by --log-file. */
  readonly logFile?: string | undefined;
  /** Where RSYNC_RSH, RSYNC_PASSWORD, USER and the like are read. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Collect all changes and deletions into the result. Default: in a dry run. */
  readonly changes?: boolean | undefined;
  /** Aborting stops the run in order: temporary files go (or stay with `partial`), the call rejects with exit code 20. */
  readonly signal?: AbortSignal | undefined;
  /** Called for each event, in order, while the run goes on. What it throws stops the run and becomes the rejection. */
  readonly onEvent?: ((event: SyncEvent) => void) | undefined;
}

/** The options of the run. SyncError (exit code 1 or 4) for what the command line would refuse too. */
export function syncRunOptions(
  sources: readonly string[],
  destination: string,
  options: SyncOptions,
): Options {
  if (!Array.isArray(sources)) throw usage('sources have to be a string or an array of strings');
  if (sources.length === 0) throw usage('there is no source');
  const paths = [...sources, destination];
  if (paths.some((path) => typeof path !== 'string')) {
    throw usage('sources and destination have to be strings');
  }
  const typed = optionWords(options);
  if ('fault' in typed) throw usage(typed.fault);
  const words = [...typed.words, ...(options.args ?? []), '--', ...paths];
  if (words.some((word) => word.includes('\0'))) throw usage('an argument has a zero byte');
  const outcome = parseArguments(words.map(byteString), environmentOf(options));
  if (outcome.kind === 'stop') {
    const text = outcome.exitCode === 0 ? 'sync: args ask for help or version' : outcome.stderr.trim();
    throw new SyncError(text, { exitCode: outcome.exitCode === 0 ? 1 : outcome.exitCode });
  }
  checkForLibrary(outcome.options, paths.length);
  if (readsStandardInput(outcome.options, options)) {
    throw usage("the standard input is the program's own: name a file, or give the names as an array");
  }
  return outcome.options;
}

/** What belongs to a process and not to a call is refused. */
function checkForLibrary(options: Options, pathCount: number): void {
  if (options.isServer) throw usage('--server cannot be used here');
  if (options.operands.length !== pathCount) throw usage('args may hold options only, no paths and no --');
  if (options.copyAs !== null) throw usage('--copy-as changes the ids of the whole process: run the command');
  if (options.explain !== null) throw usage('--explain is an option of the command');
}

/** Whether one of the words means the standard input of the process. */
function readsStandardInput(
  { filesFrom, filters, batch, passwordFile }: Options,
  given: SyncOptions,
): boolean {
  if (filesFrom?.where === 'local' && filesFrom.file === '-' && !Array.isArray(given.filesFrom)) return true;
  if (passwordFile === '-' || (batch?.mode === 'read' && batch.file === '-')) return true;
  return filters.some(({ kind, text }) => {
    if (kind === 'filter') return MERGES_STANDARD_INPUT.test(text);
    return (kind === 'include-from' || kind === 'exclude-from') && text === '-';
  });
}

function environmentOf(options: SyncOptions): Record<string, string | undefined> {
  const environment = { ...(options.env ?? process.env) };
  if (options.password !== undefined) environment['RSYNC_PASSWORD'] = options.password;
  return environment;
}

function usage(text: string): SyncError {
  return new SyncError(`sync: ${text}`, { exitCode: 1 });
}
