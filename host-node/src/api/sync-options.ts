// The options of the library call, and the command line they stand for: one parser serves the command and the library.
import { byteString } from '../options/byte-strings.ts';
import type { Options } from '../options/options.ts';
import { parseArguments } from '../options/parse.ts';
import { SyncError } from './sync-error.ts';
import type { SyncEvent } from './sync-events.ts';

/** All are optional. Everything not named here can be said with `args`. */
export interface SyncOptions {
  /** rsync options as on the command line, such as `['--max-size=1m', '-H']`. They come last, so they win. No paths. */
  readonly args?: readonly string[] | undefined;
  /** -a: recursive, with links, permissions, times, owner, group, devices. True unless set to false. */
  readonly archive?: boolean | undefined;
  /** Delete what the source does not have. */
  readonly delete?: boolean | undefined;
  /** Change nothing; the events tell what would be done. */
  readonly dryRun?: boolean | undefined;
  /** Compare by checksum, not by time and size. */
  readonly checksum?: boolean | undefined;
  readonly compress?: boolean | undefined;
  /** Leave files alone that are newer at the destination. */
  readonly update?: boolean | undefined;
  /** Keep hard links between the files of the transfer. */
  readonly hardLinks?: boolean | undefined;
  /** -A and -X: ACLs (and permissions), extended attributes. Refused where the native helper is missing. */
  readonly acls?: boolean | undefined;
  readonly xattrs?: boolean | undefined;
  /** Write into the existing files. */
  readonly inplace?: boolean | undefined;
  /** Keep half-transferred files when the run is stopped. */
  readonly partial?: boolean | undefined;
  /** Rules as of --filter; they come first, then `include`, then `exclude`. The first rule that matches decides. */
  readonly filter?: string | readonly string[] | undefined;
  readonly include?: string | readonly string[] | undefined;
  readonly exclude?: string | readonly string[] | undefined;
  /** Remote shell command line. Default: $RSYNC_RSH, else `ssh`. */
  readonly rsh?: string | undefined;
  /** The program to run at the other end. Default: `rsync`. */
  readonly rsyncPath?: string | undefined;
  /** Daemon: the port (default 873), and the password or the file it stands in. Nobody is ever asked for one. */
  readonly port?: number | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  /** Give up after so many seconds without any traffic, or while connecting to a daemon. */
  readonly timeoutSeconds?: number | undefined;
  readonly connectTimeoutSeconds?: number | undefined;
  readonly bwlimitKiBPerSecond?: number | undefined;
  /** Where RSYNC_RSH, RSYNC_PASSWORD, USER and the like are read. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Collect all changes and deletions into the result. Default: in a dry run. */
  readonly changes?: boolean | undefined;
  /** Aborting stops the run in order: temporary files go (or stay with `partial`), the call rejects with exit code 20. */
  readonly signal?: AbortSignal | undefined;
  /** Called for each event, in order, while the run goes on. What it throws stops the run and becomes the rejection. */
  readonly onEvent?: ((event: SyncEvent) => void) | undefined;
}

/** Options that are a switch, with their word. */
const SWITCHES = {
  delete: '--delete',
  dryRun: '--dry-run',
  checksum: '--checksum',
  compress: '--compress',
  update: '--update',
  hardLinks: '--hard-links',
  acls: '--acls',
  xattrs: '--xattrs',
  inplace: '--inplace',
  partial: '--partial',
} as const;

/** Options that are one value, with the word it follows. */
const VALUES = {
  rsh: '--rsh',
  rsyncPath: '--rsync-path',
  port: '--port',
  passwordFile: '--password-file',
  timeoutSeconds: '--timeout',
  connectTimeoutSeconds: '--contimeout',
  bwlimitKiBPerSecond: '--bwlimit',
} as const;

/** Options that are one value or several, in the order of their rules. */
const RULES = { filter: '--filter', include: '--include', exclude: '--exclude' } as const;

const OTHERS = ['args', 'archive', 'password', 'env', 'changes', 'signal', 'onEvent'];

/** The options of the run. SyncError (exit code 1 or 4) for what the command line would refuse too. */
export function syncRunOptions(
  sources: readonly string[],
  destination: string,
  options: SyncOptions,
): Options {
  if (!Array.isArray(sources)) throw usage('sync: sources have to be a string or an array of strings');
  if (sources.length === 0) throw usage('sync: there is no source');
  const paths = [...sources, destination];
  if (paths.some((path) => typeof path !== 'string')) {
    throw usage('sync: sources and destination have to be strings');
  }
  const words = [...optionWords(options), ...(options.args ?? []), '--', ...paths];
  if (words.some((word) => word.includes('\0'))) throw usage('sync: an argument has a zero byte');
  const outcome = parseArguments(words.map(byteString), environmentOf(options));
  if (outcome.kind === 'stop') {
    const text = outcome.exitCode === 0 ? 'sync: args ask for help or version' : outcome.stderr.trim();
    throw new SyncError(text, { exitCode: outcome.exitCode === 0 ? 1 : outcome.exitCode });
  }
  if (outcome.options.isServer) throw usage('sync: --server cannot be used here');
  const { operands } = outcome.options;
  if (operands.length !== paths.length) throw usage('sync: args may hold options only, no paths and no --');
  return outcome.options;
}

function environmentOf(options: SyncOptions): Record<string, string | undefined> {
  const environment = { ...(options.env ?? process.env) };
  if (options.password !== undefined) environment['RSYNC_PASSWORD'] = options.password;
  return environment;
}

/** `-i` and `--stats` make a remote receiver tell what it does; nothing is printed for them. */
function optionWords(options: SyncOptions): string[] {
  refuseUnknown(options);
  const words = options.archive === false ? [] : ['--archive'];
  words.push('--itemize-changes', '--stats');
  for (const [key, word] of entriesOf(SWITCHES)) if (options[key] === true) words.push(word);
  for (const [key, word] of entriesOf(VALUES)) {
    if (options[key] !== undefined) words.push(`${word}=${options[key]}`);
  }
  for (const [key, word] of entriesOf(RULES)) {
    const value: unknown = options[key] ?? [];
    const rules: unknown[] = Array.isArray(value) ? value : [value];
    for (const rule of rules) {
      if (typeof rule !== 'string')
        throw usage(`sync: ${String(key)} has to be a string or an array of strings`);
      words.push(`${word}=${rule}`);
    }
  }
  return words;
}

function entriesOf<T extends Readonly<Record<string, string>>>(words: T): [keyof T, string][] {
  return Object.entries(words);
}

/** A misspelled option must not be lost silently. */
function refuseUnknown(options: SyncOptions): void {
  const known = [SWITCHES, VALUES, RULES].flatMap((words) => Object.keys(words)).concat(OTHERS);
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) throw usage(`sync: there is no option ${unknown}; rsync's own go into args`);
}

function usage(text: string): SyncError {
  return new SyncError(text, { exitCode: 1 });
}
