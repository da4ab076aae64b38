// The single hand that deletes: unlinks, removes directories, tells, counts, and stops at --max-delete
// (docs/protocol/04-transfer.md §13.4, §13.6–§13.8). Which names are to go is decided elsewhere (plan.ts, the generator).
import {
  BLOCK_DEVICE,
  CHARACTER_DEVICE,
  DIRECTORY,
  REGULAR,
  SYMLINK,
  TYPE_MASK,
} from '@ocrsync/core/file-type';
import type { FileStat, Root } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import type { DebugVoice } from '../session/debug.ts';
import { type Task, WAIT_TURN } from '../session/wait.ts';
import type { DeletionFilters } from './filters.ts';
import { inDeletionOrder, type PresentName } from './plan.ts';
import { IO_ERROR_GENERAL } from '../session/io-errors.ts';
import { quotedBelow } from '../fs/path-text.ts';

const OWNER_WRITE = 0o200;
/** Other tasks get a turn after so many deletions. */
const DELETIONS_PER_TURN = 64;

export interface EmitterReport {
  readonly debug?: DebugVoice | undefined;
  deleted(name: string, isDirectory: boolean, mode: number): void;
  message(severity: 'info' | 'warning' | 'error-xfer', text: string): void;
  /** A directory was read for a deletion: so many of its names are not protected. */
  directoryScanned?(entries: number): void;
}

/** What has become of an object that was to be backed up: `gone` from its name, to be unlinked, or a failure that was told. */
export type BackupResult = 'gone' | 'unlink' | 'failed';

export interface EmitterOptions {
  readonly root: Root;
  readonly filters: DeletionFilters;
  readonly report: EmitterReport;
  readonly protocol: number;
  readonly dryRun: boolean;
  /** Directories in the way may be emptied: a delete option or --force was given. */
  readonly emptyDirectories: boolean;
  readonly isSuperUser: boolean;
  /** --max-delete; undefined: as many as there are. */
  readonly maxDelete: number | undefined;
  /** `cannot delete mount point` is told. */
  readonly tellsMounts: boolean;
  /** With --backup: moves what is no directory out of the way. Not called in a dry run. */
  backup?(name: string): BackupResult;
  /** Waits while too much is queued for the peer. */
  room(): Task;
}

export type DeletionResult = 'done' | 'not-empty' | 'failed' | 'limit';
/** What a new object is, in the words of `could not make way for new …`. */
export type NewKind = 'regular file' | 'directory' | 'symlink' | 'device file' | 'special file';
/** Else room for something new: the obstacle itself is neither told nor counted, and no limit keeps it. */
export type DeletionPurpose = 'delete' | NewKind;
/** What is to be deleted was of this type and these permissions when it was looked at. */
export type VictimStat = Pick<FileStat, 'mode'>;

/** For which kind there is room made, as --debug=DEL shows it (docs/protocol/07-output.md §12.2). */
const ROOM_FLAGS: Readonly<Record<NewKind, number>> = {
  'regular file': 8,
  directory: 16,
  symlink: 32,
  'device file': 64,
  'special file': 128,
};

export class DeletionEmitter {
  readonly #options: EmitterOptions;
  /** Regular files, directories, symlinks, devices, specials. */
  readonly deleted: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  /** What --max-delete kept. */
  skipped = 0;
  /** -x: directories of other devices are mount points, and stay; undefined: nobody asks. */
  device: number | undefined;
  /** io_error bits: set when a directory, or something in it, could not be looked at; it forbids later deletions. */
  ioError = 0;
  #total = 0;
  #sinceTurn = 0;

  constructor(options: EmitterOptions) {
    this.#options = options;
  }

  /** Deletes one name with everything in it. */
  *remove(name: string, stat: VictimStat, purpose: DeletionPurpose): Task<DeletionResult> {
    const { emptyDirectories } = this.#options;
    this.#tellItem(name, stat, purpose === 'delete' ? 2 : ROOM_FLAGS[purpose] | (emptyDirectories ? 2 : 0));
    if (purpose === 'delete') this.#makeWritable(name, stat);
    if (isDirectory(stat)) {
      const emptied = yield* this.#empty(name);
      if (emptied !== 'done') {
        this.#notEmpty(name);
        return 'not-empty';
      }
    }
    return yield* this.#removeItself(name, stat, purpose);
  }

  /** --debug=DEL. `flags` as upstream shows them: 2 everything below goes too, 4 inside such a directory, others to make room. */
  #tellItem(name: string, { mode }: VictimStat, flags: number): void {
    this.#options.report.debug?.('del', 2, () => {
      return `delete_item(${name}) mode=${mode.toString(8)} flags=${flags}`;
    });
  }

  /** True: a directory of another file system, which stays; that is told, though not of one inside a victim. */
  isMountPoint(name: string, stat: FileStat): boolean {
    if (!this.#isElsewhere(stat)) return false;
    const { report, tellsMounts } = this.#options;
    if (tellsMounts) report.message('info', `cannot delete mount point: ${name}`);
    return true;
  }

  #isElsewhere(stat: FileStat): boolean {
    return this.device !== undefined && isDirectory(stat) && stat.dev !== this.device;
  }

  /** Deletes what is in a directory; 'not-empty' when something had to stay. */
  *#empty(directory: string): Task<'done' | 'not-empty'> {
    const { filters } = this.#options;
    filters.enterVictim(directory);
    const emptied = yield* this.#emptyInside(directory);
    filters.leaveVictim();
    return emptied;
  }

  *#emptyInside(directory: string): Task<'done' | 'not-empty'> {
    const { emptyDirectories, protocol } = this.#options;
    const { stats, kept } = this.#look(directory);
    this.#options.report.directoryScanned?.(stats.size);
    if (!emptyDirectories) return stats.size > 0 || kept ? 'not-empty' : 'done';
    let left = kept;
    const present: PresentName[] = [...stats].map(([base, stat]) => ({
      base,
      isDirectory: isDirectory(stat),
    }));
    for (const { base } of inDeletionOrder(present, protocol)) {
      const name = `${directory}/${base}`;
      const stat = stats.get(base)!;
      if (this.#isElsewhere(stat)) {
        left = true;
        continue;
      }
      this.#makeWritable(name, stat);
      if (isDirectory(stat) && (yield* this.#empty(name)) !== 'done') {
        this.#notEmpty(name);
        left = true;
      }
      this.#tellItem(name, stat, 4);
      if ((yield* this.#removeItself(name, stat, 'delete')) !== 'done') left = true;
    }
    return left ? 'not-empty' : 'done';
  }

  /** What is in a directory that is to be deleted; only rules that are not perishable keep a name there. */
  #look(directory: string): { stats: Map<string, FileStat>; kept: boolean } {
    const { root, filters } = this.#options;
    const stats = new Map<string, FileStat>();
    let kept = false;
    const names =
      this.#lookAt(`opendir ${quotedBelow(root.path, directory)}`, () => root.list(directory)) ?? [];
    for (const base of names) {
      const name = `${directory}/${base}`;
      const stat = this.#lookAt(`readlink_stat(${quotedBelow(root.path, name)})`, () => root.lstat(name));
      if (stat === undefined) continue;
      if (filters.protection(name, isDirectory(stat), true) === 'protected') kept = true;
      else stats.set(base, stat);
    }
    return { stats, kept };
  }

  /** Something could not be looked at, which is told, and is an I/O error of the run. Other errors are thrown on. */
  failedLook(what: string, error: unknown): void {
    this.#tell(`${what} failed`, error);
    this.ioError |= IO_ERROR_GENERAL;
  }

  #lookAt<Found>(what: string, look: () => Found): Found | undefined {
    try {
      return look();
    } catch (error) {
      this.failedLook(what, error);
      return undefined;
    }
  }

  *#removeItself(name: string, stat: VictimStat, purpose: DeletionPurpose): Task<DeletionResult> {
    const { report, maxDelete } = this.#options;
    const directory = isDirectory(stat);
    if (purpose === 'delete' && maxDelete !== undefined && this.#total >= maxDelete) {
      this.skipped++;
      return 'limit';
    }
    if (++this.#sinceTurn >= DELETIONS_PER_TURN) {
      this.#sinceTurn = 0;
      yield* this.#options.room();
      yield WAIT_TURN;
    }
    const result = this.#act(name, directory);
    if (result === 'vanished') return 'done';
    if (result !== 'done') return result;
    if (purpose === 'delete') {
      this.#total++;
      this.deleted[kindIndex(stat)]!++;
      report.deleted(name, directory, stat.mode);
    }
    return 'done';
  }

  #act(name: string, directory: boolean): DeletionResult | 'vanished' {
    const { root, dryRun, backup } = this.#options;
    if (dryRun) return 'done';
    try {
      if (directory) root.rmdir(name);
      else {
        const kept = backup?.(name) ?? 'unlink';
        if (kept === 'failed') return 'failed';
        if (kept === 'unlink') root.unlink(name);
      }
      return 'done';
    } catch (error) {
      if (error instanceof FilesystemError && error.code === 'ENOENT') return 'vanished';
      if (directory && error instanceof FilesystemError && /^(ENOTEMPTY|EEXIST)$/.test(error.code)) {
        this.#notEmpty(name);
        return 'not-empty';
      }
      this.#tell(`delete_file: ${directory ? 'rmdir' : 'unlink'}(${name}) failed`, error);
      return 'failed';
    }
  }

  #notEmpty(name: string): void {
    this.#options.report.message('info', `cannot delete non-empty directory: ${name}`);
  }

  /** An object that its owner may not write is made writable, as upstream does before it deletes; but not what is only in the way. */
  #makeWritable(name: string, stat: VictimStat): void {
    const { root, dryRun, isSuperUser } = this.#options;
    if (dryRun || isSuperUser || stat.mode & OWNER_WRITE || (stat.mode & TYPE_MASK) === SYMLINK) return;
    try {
      root.chmod(name, (stat.mode & 0o7777) | OWNER_WRITE);
    } catch {
      // The deletion itself tells what is wrong.
    }
  }

  #tell(text: string, error: unknown): void {
    if (!(error instanceof FilesystemError)) throw error;
    this.#options.report.message(
      'error-xfer',
      `rsync: [generator] ${text}: ${error.strerror} (${error.errno})`,
    );
  }
}

function isDirectory(stat: VictimStat): boolean {
  return (stat.mode & TYPE_MASK) === DIRECTORY;
}

function kindIndex(stat: VictimStat): number {
  switch (stat.mode & TYPE_MASK) {
    case REGULAR:
      return 0;
    case DIRECTORY:
      return 1;
    case SYMLINK:
      return 2;
    case CHARACTER_DEVICE:
    case BLOCK_DEVICE:
      return 3;
    default:
      return 4;
  }
}
