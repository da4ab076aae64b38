// What the two halves of the receiving side know together: the destination's root, how entries are named below it, and
// how failures are told (docs/protocol/03-file-list.md §4.6, 07-output.md §2.4, §2.5). Decides nothing about files.
import type { FileStat, Filesystem, Root } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import { randomBelow } from '../fs/random.ts';
import type { Options } from '../options/options.ts';
import type { SessionContext } from '../session/context.ts';
import { BASIS_FNAME, ITEM_SIGNIFICANT, ITEM_XNAME_FOLLOWS } from '../session/item.ts';
import type { Entry, GeneratorSink, SessionReport } from '../session/ports.ts';
import type { Task } from '../session/wait.ts';
import { AlternateDirectories } from './alternate-directories.ts';
import { CreationMask, type DirectoryLack } from './creation-mask.ts';
import { finalMode } from './final-mode.ts';
import type { Backups } from './backups.ts';
import type { PartialDirectory } from './partial-directory.ts';
import type { TargetAcls } from './target-acls.ts';
import type { TreeTargetXattrs } from './target-xattrs.ts';

/** What a destination tells beyond the session's report. */
export interface DestinationReport extends SessionReport {
  deleted(name: string, isDirectory: boolean, mode: number): void;
  destinationCreated(path: string): void;
  progress(entry: Entry, doneBytes: number): void;
  /** What the receiver of a server fails at, its generator hears of by messages or, under --stderr=all, by its exit code. */
  receiverFailed?(): void;
}

/** What a process that has given up rights wants to know and can explain (docs/confinement.md). Paths are absolute. */
export interface DestinationConfinement {
  /** The destination was made: from now on nothing needs to be written beside it. */
  created(directory: string): void;
  /** Why writing there is refused, when that is the confinement's doing; said once. */
  hint(path: string): string | undefined;
}

/** The process that speaks in an error text. */
export type Role = 'generator' | 'receiver';

export class DestinationState {
  readonly filesystem: Filesystem;
  readonly options: Options;
  readonly context: SessionContext;
  readonly report: DestinationReport;
  /** undefined: not opened yet, or a dry run whose destination does not exist. */
  root: Root | undefined;
  /** Shown in messages where there is no root. */
  rootPath = '';
  /** A single file is copied to this name instead of its own. */
  localName: string | undefined;
  confinement: DestinationConfinement | undefined;
  readonly #creationMask: CreationMask;
  /** With -A and -X. */
  acls: TargetAcls | undefined;
  xattrs: TreeTargetXattrs | undefined;
  /** With --compare-dest, --copy-dest or --link-dest. */
  readonly alternates: AlternateDirectories | undefined;
  /** With --backup, and with --partial-dir. */
  backups: Backups | undefined;
  partialDirectory: PartialDirectory | undefined;
  #home: Root | undefined;
  /** First number tried in a temporary name of an object without data (§3.6.1). */
  readonly temporaryStart: number;

  constructor(filesystem: Filesystem, options: Options, context: SessionContext, report: DestinationReport) {
    this.filesystem = filesystem;
    this.#creationMask = new CreationMask(
      filesystem,
      (directory, lack) => this.#tellLack(directory, lack),
      options.ignoreExisting,
    );
    this.options = options;
    this.context = context;
    this.report = report;
    const { alternateDestinations } = options;
    this.alternates = alternateDestinations
      ? new AlternateDirectories(this, alternateDestinations)
      : undefined;
    this.temporaryStart = randomBelow(900_000);
  }

  /** The root; only asked for by code that runs when it exists. */
  get tree(): Root {
    if (this.root === undefined) throw new Error('the destination does not exist');
    return this.root;
  }

  /** The destination's own root, also inside {@link within}. */
  get home(): Root {
    return this.#home ?? this.tree;
  }

  /** Runs with another root in place of the destination's: for a file that lies elsewhere until it is whole (--temp-dir). */
  within<T>(root: Root, run: () => T): T {
    const own = this.root;
    this.#home = own;
    this.root = root;
    try {
      return run();
    } finally {
      this.root = own;
      this.#home = undefined;
    }
  }

  /** Nothing is changed. */
  get dryRun(): boolean {
    const { dryRun, batchOnly } = this.context.config;
    return dryRun || batchOnly;
  }

  nameOf(entry: Entry): string {
    return this.localName ?? entry.list.name(entry.row);
  }

  /** Quoted absolute name for error texts. */
  fullName(name: string): string {
    const path = this.root?.path ?? this.rootPath;
    return `"${path === '/' ? '' : path}/${name}"`;
  }

  /** The mode that an object shall have; `existing` is what stands at the name now. */
  wantedMode(entryMode: number, existing: FileStat | undefined, name: string): number {
    if (this.options.perms) return entryMode;
    const mask = this.#creationMask.of(this.root, name);
    return finalMode(entryMode, existing, mask, this.options.executability);
  }

  #tellLack(directory: string, lack: DirectoryLack): void {
    if (this.dryRun && lack === 'missing') return;
    const call = `default_perms_for_dir: sys_acl_get_file(${directory}, ACL_TYPE_DEFAULT)`;
    const reason = lack === 'missing' ? 'No such file or directory' : 'Permission denied';
    const severity = lack === 'missing' ? 'info' : 'warning';
    this.report.message(severity, `${call}: ${reason}, falling back on umask`);
  }

  /** lstat; undefined when there is no root or nothing of that name. */
  lstat(name: string): FileStat | undefined {
    return this.root?.lstat(name);
  }

  /** A transfer error of a system call: `rsync: [ROLE] TEXT: STRERROR (ERRNO)`. Other errors are passed on. */
  failed(role: Role, text: string, error: unknown): void {
    if (role === 'receiver') this.report.receiverFailed?.();
    this.report.message('error-xfer', systemText(role, text, error));
    if (this.confinement === undefined || !(error instanceof FilesystemError) || error.code !== 'EACCES')
      return;
    const hint = this.confinement.hint(`${this.root?.path ?? ''}/${error.file}`);
    if (hint !== undefined) this.report.message('warning', hint);
  }

  /**
   * A record without transfer. Before protocol 29 none travels: a client that shows items then tells it itself (§3.1), unless it plays a batch (§17.2).
   */
  *emitItem(sink: GeneratorSink, entry: Entry, iflags: number, xname: string | undefined): Task {
    const { context, options, report } = this;
    if (context.protocol >= 29) {
      yield* sink.item(entry.ndx, iflags, xname);
      return;
    }
    const worth = (iflags & ITEM_SIGNIFICANT) !== 0 || options.showUnchanged || (xname ?? '') !== '';
    const { role, playedBatch } = context.config;
    if (!worth || role !== 'client' || playedBatch !== undefined || !options.formatHasItemize) return;
    const flags = xname === undefined ? iflags : iflags | ITEM_XNAME_FOLLOWS;
    report.item(entry, { ndx: entry.ndx, iflags: flags, basisType: BASIS_FNAME, xname });
  }

  /** What happens to an entry is told by the client as an item. Without records (protocol < 29) only the client's own generator can. */
  get itemizes(): boolean {
    const { config, protocol } = this.context;
    return this.options.formatHasItemize && (protocol >= 29 || config.role === 'client');
  }

  /** The line that a generator prints itself where records do not travel (protocol < 29). */
  announce(text: string): void {
    if (this.context.protocol < 29 && this.options.info.name >= 1 && !this.itemizes)
      this.report.message('info', text);
  }
}

/** Text of a failed system call; throws what is no FilesystemError. */
export function systemText(role: Role | 'Receiver', text: string, error: unknown): string {
  if (!(error instanceof FilesystemError)) throw error;
  return `rsync: [${role}] ${error.told ?? text}: ${error.strerror} (${error.errno})`;
}
