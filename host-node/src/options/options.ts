// What a command line means: one immutable value that every room of the engine reads (docs/protocol/05-options.md).
// Plain data: no functions, no defaults left open except where `null` is documented as "decided later by …".
// Written by parse.ts (client) and server-parse.ts (`--server`); nothing else makes one, apart from default-options.ts.
import type { DebugLevels } from './debug-flags.ts';
import type { InfoFlag, InfoLevels } from './info-flags.ts';

/** What --debug=EXIT tells of an end, at which level; and whether -n was met. */
export interface ExitDebug {
  readonly level: number;
  readonly dryRun: boolean;
}

/** One filter option as typed, in command-line order. Files are read by filter/, not here. All text is latin1 bytes. */
export interface FilterArgument {
  /**
   * filter: `--filter=RULE`, `-f`, and the rules -F stands for. include/exclude: a bare pattern.
   * include-from/exclude-from: `text` is a file name, `-` = standard input.
   * partial-dir: an exclude rule for the relative directory `text`, perishable where the protocol knows that (05-options.md §6.6).
   * cvs: the option -C, always last (06-filters.md §11, §13.3); on a server too, which got the letter C.
   */
  readonly kind: 'filter' | 'include' | 'exclude' | 'include-from' | 'exclude-from' | 'partial-dir' | 'cvs';
  readonly text: string;
  /** --from0 stood before this include-from or exclude-from. */
  readonly zeroSeparated?: boolean;
  /** What --protocol said before this `filter`; absent: nothing yet (06-filters.md §11). */
  readonly protocol?: number;
  /** For the end that a mistake in it brings: --debug=EXIT as far as it stood before; absent: nothing is told. */
  readonly exitDebug?: ExitDebug;
}

/** `--checksum-choice`: the name for transfers and the one for `--checksum`; lower case, `auto` possible in one of the two. */
export interface ChecksumChoice {
  readonly transfer: string;
  readonly preTransfer: string;
  /** As typed: what a server is told. */
  readonly text: string;
}

export type CompressChoice = 'zstd' | 'lz4' | 'zlibx' | 'zlib' | 'none';

export interface FilesFrom {
  readonly where: 'local' | 'remote';
  /** Without the host. `-`: standard input, or on a server the connection. */
  readonly file: string;
  /** `[USER@]HOST` as typed (may be empty); null for a local file. */
  readonly host: string | null;
}

export interface AlternateDestinations {
  readonly kind: 'compare' | 'copy' | 'link';
  readonly directories: readonly string[];
}

/** The result of parsing. Strings that are names, paths or patterns are latin1 (one char = one byte). */
export interface Options {
  // ---- role -----------------------------------------------------------------------------------------------------------
  /** `--server`: the other end started us. */
  readonly isServer: boolean;
  /** `--sender`: this server sends. Always false on a client (endpoint.ts finds the client's direction). */
  readonly isServerSender: boolean;
  /** Server only: the value of `-e`, such as `.iLsfxCIvu`; empty when the client sent none (protocol < 30). */
  readonly clientCapabilities: string;
  /** Words that are no options, in order. On a server without the leading `.`. */
  readonly operands: readonly string[];
  /** All words as typed. */
  readonly words: readonly string[];

  // ---- output ---------------------------------------------------------------------------------------------------------
  /** Number of -v. */
  readonly verbose: number;
  readonly quiet: boolean;
  /** Levels after -v, --stats, --progress and --info are all applied. */
  readonly info: InfoLevels;
  /** Flags the user named with --info: the only ones a server is told. */
  readonly infoExplicit: readonly InfoFlag[];
  /** `--stats` itself (its effect on the levels is already in `info`). */
  readonly stats: boolean;
  /** Show the daemon's message of the day and module list. */
  readonly motd: boolean;
  /** 0 plain digits, 1 with separators (default), 2 units of 1000, 3 units of 1024. */
  readonly humanReadable: 0 | 1 | 2 | 3;
  /** `-8`: bytes that are no valid text are printed as they are. */
  readonly eightBitOutput: boolean;
  /** -i count: 0, 1, or 2 (also unchanged items). */
  readonly itemize: 0 | 1 | 2;
  /** The text of `--out-format` (client) or `--log-format` (server); null if not given. */
  readonly outFormat: string | null;
  /** The effective line format of items on the client: outFormat, else `%i %n%L` or `%n%L`; null = no item lines. */
  readonly itemFormat: string | null;
  /** The format's line is printed before the transfer (else after, because it has %b, %c or %C). */
  readonly itemFormatBeforeTransfer: boolean;
  /** Items are chosen and shown by %i: the format has one, or (server) the client's hint says so. */
  readonly formatHasItemize: boolean;
  /** The format has %o or %i: deletions are printed through it, not as `deleting NAME`. */
  readonly formatHasOperation: boolean;
  /** Unchanged items get a line too (-ii, or -i with -vv; on a server `%i%I`). */
  readonly showUnchanged: boolean;
  readonly progress: boolean;
  /** List instead of copying: --list-only, or fewer than two operands. */
  readonly listOnly: boolean;
  /** `--list-only` was given (only then it is passed to a server). */
  readonly listOnlyExplicit: boolean;
  readonly dryRun: boolean;
  /** One JSON object a line instead of rsync's text (our own option; docs/json.md). */
  readonly json: boolean;

  /** Levels after -v and --debug. */
  readonly debug: DebugLevels;
  /**
   * Where messages go (07-output.md §1): errors to stderr; everything to stderr; what a server says through the client's streams.
   * `default` is `errors`, but through the client's streams in protocols below 29.
   */
  readonly stderrMode: 'default' | 'errors' | 'all' | 'client';
  /** Our own log file and the format of its lines; formats resolve to `%i %n%L` when none is given. */
  readonly logFile: string | null;
  readonly logFileFormat: string | null;
  /** null: not given. */
  readonly outbuf: 'none' | 'line' | 'full' | null;
  /** Tells what decides for this path instead of copying (our own option). */
  readonly explain: string | null;

  // ---- what is listed and how names travel ----------------------------------------------------------------------------
  readonly recursive: boolean;
  /** Directories are transferred: always with recursion, else with -d and when listing. */
  readonly dirs: boolean;
  /** -d was given (not merely implied). */
  readonly dirsExplicit: boolean;
  /** The user allows incremental recursion (no --no-inc-recursive). */
  readonly incRecursiveAllowed: boolean;
  readonly relative: boolean;
  /** False unless `relative`. */
  readonly impliedDirs: boolean;

  /** 0, 1 -x, 2 -xx. */
  readonly oneFileSystem: 0 | 1 | 2;
  /** null, a file of this machine (`-` = standard input), or one that the other end reads. */
  readonly filesFrom: FilesFrom | null;
  readonly from0: boolean;
  readonly mkpath: boolean;
  readonly pruneEmptyDirs: boolean;
  readonly missingArgs: 'error' | 'ignore' | 'delete';
  /** `--iconv` or $RSYNC_ICONV; null: names are not converted. `local`, `remote` as typed (`.` or nothing: of the locale). */
  readonly iconv: { readonly local: string; readonly remote: string } | null;
  readonly qsort: boolean;
  /** Names of a received list are not compared with what was asked for. */
  readonly trustSender: boolean;

  // ---- attributes -----------------------------------------------------------------------------------------------------
  readonly links: boolean;
  readonly copyLinks: boolean;
  readonly copyUnsafeLinks: boolean;
  readonly safeLinks: boolean;
  /** null: off unless a daemon says otherwise. */
  readonly mungeLinks: boolean | null;
  readonly copyDirlinks: boolean;
  readonly keepDirlinks: boolean;
  /** 3.5.0: symlinks of other owners are followed in paths that the operator gave. */
  readonly insecureLinks: boolean;
  /** 3.5.0: absolute; paths that the operator gave may not lead out of it. */
  readonly confineRoot: string | null;
  /** 0, 1 -H, 2 -HH. */
  readonly hardLinks: 0 | 1 | 2;
  readonly perms: boolean;
  readonly times: boolean;
  readonly owner: boolean;
  readonly group: boolean;
  readonly devices: boolean;
  readonly specials: boolean;
  readonly numericIds: boolean;
  /** -E, only without perms. */
  readonly executability: boolean;
  /** -O, or backups beside the files. */
  readonly omitDirTimes: boolean;
  /** -O itself: what a server is told. */
  readonly omitDirTimesExplicit: boolean;
  readonly omitLinkTimes: boolean;
  /** Seconds; < 0: nanoseconds are compared too. */
  readonly modifyWindow: number;
  readonly modifyWindowExplicit: boolean;
  /** All --chmod values, joined by commas; null: none. Checked when parsed. */
  readonly chmod: string | null;
  /** `FROM:TO,…` of --usermap or --chown; read by the receiver. */
  readonly usermap: string | null;
  readonly groupmap: string | null;
  readonly copyAs: string | null;
  /** Devices are sent as files of their content. */
  readonly copyDevices: boolean;
  /** Data is written into devices; sets inplace. */
  readonly writeDevices: boolean;
  /** 3.5.0: the receiver makes no devices or specials. */
  readonly dropDevices: boolean;
  /**
   * What this side may do: `auto` by its user id, `super` --super (tried whatever it is), `ordinary` --no-super (not even as
   * root), `fake` --fake-super (kept in attributes instead).
   */
  readonly privileges: 'auto' | 'super' | 'ordinary' | 'fake';
  /** 0, 1 -U, 2 -UU (also not changed by reading: then openNoatime is set too). */
  readonly atimes: 0 | 1 | 2;
  readonly openNoatime: boolean;
  /** Also turns perms on. */
  readonly acls: boolean;
  /** 0, 1 -X, 2 -XX (also rsync's own attributes). */
  readonly xattrs: 0 | 1 | 2;

  // ---- what is updated and how ----------------------------------------------------------------------------------------
  readonly checksum: boolean;
  /** null: negotiated (`auto`, `auto,auto` or not given). */
  readonly checksumChoice: ChecksumChoice | null;
  /** Signed 32-bit; 0 = from the clock. */
  readonly checksumSeed: number;
  readonly ignoreTimes: boolean;
  readonly sizeOnly: boolean;
  readonly update: boolean;
  readonly existing: boolean;
  readonly ignoreExisting: boolean;
  /** Bytes; null: no limit. */
  readonly maxSize: number | null;
  readonly minSize: number | null;
  /** 0, 1 -y, 2 -yy with alternate destinations, which are searched too. */
  readonly fuzzy: 0 | 1 | 2;
  /** --compare-dest, --copy-dest or --link-dest: directories as typed, in order, at most 20. */
  readonly alternateDestinations: AlternateDestinations | null;
  /** null: on for local copies, off otherwise. Already true if the transfer checksum is `none`. */
  readonly wholeFile: boolean | null;
  /** Bytes; 0 = chosen by file size. */
  readonly blockSize: number;
  /** Also set by append. */
  readonly inplace: boolean;
  /** 0, 1 `--append`, 2 `--append-verify`. */
  readonly append: 0 | 1 | 2;
  /** Keep partial files; false with `inplace`. */
  readonly partial: boolean;
  /** Cleaned (05-options.md §6.6); null: none. Sets partial. */
  readonly partialDir: string | null;
  /** The directory is that of --delay-updates; nobody named one. */
  readonly partialDirImplied: boolean;
  /** Asked for; it needs a directory to wait in, and is nothing where `--partial-dir=.` says none. */
  readonly delayUpdates: boolean;
  readonly tempDir: string | null;
  readonly sparse: boolean;
  readonly preallocate: boolean;
  readonly fsync: boolean;
  readonly backup: boolean;
  /** null: beside the file. */
  readonly backupDir: string | null;
  /** Default `~`, or empty with a backup directory. */
  readonly suffix: string;
  /** `sent-files`: the old form of the option, which also counts what was replaced without a transfer. */
  readonly removeSourceFiles: 'no' | 'source-files' | 'sent-files';
  /** Bytes: the most that is asked for at once. */
  readonly maxAlloc: number;
  /** As typed, for a server; null: the default size. */
  readonly maxAllocText: string | null;
  readonly batch: { readonly mode: 'write' | 'only-write' | 'read'; readonly file: string } | null;
  /** `--skip-compress`; null: the built-in list. */
  readonly skipCompress: string | null;
  readonly compressThreads: number;
  /** Compression is asked for (by -z, a choice other than none, or a level). */
  readonly compress: boolean;
  /** Number of -z: the compact letter depends on it. */
  readonly compressCount: number;
  /** null: negotiated. -zz is `zlibx`. */
  readonly compressChoice: CompressChoice | null;
  /** The choice as typed (`ZSTD`): what a server is told. Empty if there is none. */
  readonly compressChoiceText: string;
  /** null: the method's default. */
  readonly compressLevel: number | null;
  /** true = deletion on, "when" decided after the protocol is known (≥ 30 during). */
  readonly delete: boolean;
  /** `default`: --delete; decided when the protocol is known. Meaningless without `delete`. */
  readonly deleteWhen: 'default' | 'before' | 'during' | 'delay' | 'after';
  readonly deleteExcluded: boolean;
  readonly force: boolean;
  readonly ignoreErrors: boolean;
  /** null: no limit; never negative. */
  readonly maxDelete: number | null;
  readonly filters: readonly FilterArgument[];

  // ---- connection -----------------------------------------------------------------------------------------------------
  /** Remote shell command line: -e, else $RSYNC_RSH, else `ssh`. Not yet split into words. */
  readonly rsh: string;
  /** -e was on the command line: `host::module` then goes through the remote shell. */
  readonly rshExplicit: boolean;
  readonly rsyncPath: string;
  /** 0 quote everything, 1 leave file arguments alone, 2 quote nothing. */
  readonly oldArgs: 0 | 1 | 2;
  readonly timeoutSeconds: number;
  /** 0 or less: none; any but 0 is for a daemon alone. */
  readonly contimeoutSeconds: number;
  /** KiB per second; 0 = unlimited. */
  readonly bwlimitKiBPerSecond: number;
  /** Daemon port for `host::module`; 0 = 873. */
  readonly port: number;
  readonly passwordFile: string | null;
  /** -M, in order. */
  readonly remoteOptions: readonly string[];
  readonly secludedArgs: boolean;
  /** null: on for rsh and remsh. */
  readonly blockingIo: boolean | null;
  readonly address: string | null;
  readonly sockopts: string | null;
  readonly ipVersion: 0 | 4 | 6;
  readonly earlyInput: string | null;
  /** Milliseconds of the epoch at which the run stops; null: never. */
  readonly stopAtMs: number | null;
  /** Highest protocol to speak, 27..32. */
  readonly protocol: number;
  /** Whether the command takes rights away from itself: where it can, or else not run, or never (docs/confinement.md). */
  readonly confine: 'auto' | 'required' | 'off';
  /** io_uring of this process; the other end is never told (docs/io-uring.md). */
  readonly ioUring: 'auto' | 'on' | 'off';

  // ---- what the environment says --------------------------------------------------------------------------------------
  /** $RSYNC_CHECKSUM_LIST, the half for our role, words in their order; null = default list. */
  readonly checksumList: readonly string[] | null;
  /** $RSYNC_COMPRESS_LIST, likewise. */
  readonly compressList: readonly string[] | null;
  /** $RSYNC_PASSWORD; null if not set. Never printed, never put into JSON. */
  readonly password: string | null;
  /** Daemon user if the address names none: $USER, $LOGNAME, `nobody`. */
  readonly defaultUser: string;
  /** $RSYNC_PROXY as it is; null if not set. */
  readonly proxy: string | null;
  /** $RSYNC_CONNECT_PROG and $RSYNC_SHELL as they are; null if not set. */
  readonly connectProgram: string | null;
  readonly shell: string | null;
}
