// --backup: what is about to be replaced or deleted stays under another name (docs/protocol/04-transfer.md §12, §3.13;
// 09-rsync-3.5.md §6). Whoever replaces or deletes asks here first; nothing here is replaced but older backups.
import { isDirectory, isRegular, isSymlink } from '@ocrsync/core/file-type';
import { isUnsafeLink } from '../flist/unsafe-link.ts';
import { type FileStat, FilesystemError, type Root } from '../fs/filesystem.ts';
import { parentOf, withoutSlashes } from '../fs/path-text.ts';
import { createdDirectoryMode } from './attributes.ts';
import { copyAttributes } from './copied-attributes.ts';
import { copyContents } from './copied-contents.ts';
import { type DestinationState, type Role, systemText } from './destination-state.ts';
import { madeRoot, operatorPath } from './operator-directories.ts';
import { linkTo, lookAt, moveTo, type Place, quotedPath, unlinkQuietly } from './place.ts';

const COPY_MODE = 0o600;
const ALL_MAY = 0o777;

/**
 * `none`: nothing was there. `gone`: the backup is all there is now. `kept`: the name still has the old object, too.
 * `skipped`: it is not worth a backup, or may not have one. `failed`, which was told.
 */
export type BackupOutcome = 'none' | 'gone' | 'kept' | 'skipped' | 'failed';

export class Backups {
  readonly #state: DestinationState;
  /** As typed, without slashes at its end; null: beside the file. */
  readonly #directory: string | null;
  readonly #suffix: string;
  #root: Root | undefined;
  /** Why the last one failed. */
  #failure: FilesystemError | undefined;
  /** The directory of backups that was found or made last. */
  #readyDirectory: string | undefined;

  constructor(state: DestinationState) {
    this.#state = state;
    const { backupDir, suffix } = state.options;
    this.#directory = backupDir === null ? null : withoutSlashes(backupDir);
    this.#suffix = suffix;
  }

  /** The name to be shown. */
  shownName(name: string): string {
    return this.#directory === null ? name + this.#suffix : `${this.#directory}/${name}${this.#suffix}`;
  }

  /** Such a name is a backup already: when it is deleted it is really gone. */
  isBackup(name: string): boolean {
    const base = name.slice(name.lastIndexOf('/') + 1);
    return this.#directory === null && base.length > this.#suffix.length && base.endsWith(this.#suffix);
  }

  /** Where the backup of a name is or would be; undefined while the directory of backups does not exist. */
  place(name: string): Place | undefined {
    if (this.#directory === null) return { root: this.#state.tree, name: name + this.#suffix };
    try {
      const root = (this.#root ??= this.#state.filesystem.root(operatorPath(this.#state, this.#directory)));
      return { root, name: name + this.#suffix };
    } catch (error) {
      if (error instanceof FilesystemError) return undefined;
      throw error;
    }
  }

  /** Before an object is replaced: `link` leaves it under its name until then. Before it is deleted: `move`. */
  keep(name: string, prefer: 'link' | 'move', role: Role): BackupOutcome {
    const state = this.#state;
    const original = { root: state.tree, name };
    const stat = lookAt(original);
    if (stat === undefined || isDirectory(stat.mode)) return 'none';
    if (isSymlink(stat.mode) && state.options.safeLinks && this.#isUnsafe(original)) return 'skipped';
    const backup = this.#readyPlace(name, role);
    if (backup === undefined) return 'failed';
    const outcome = this.#withRoom(backup, () => this.#transfer(original, stat, backup, prefer, role));
    if (outcome !== 'failed') this.#tell(name);
    return outcome;
  }

  /** As {@link keep} before a deletion, told as such. A name that is a backup itself is worth none. */
  takeAway(name: string): 'gone' | 'unlink' | 'failed' {
    if (this.isBackup(name)) return 'unlink';
    const outcome = this.keep(name, 'move', 'generator');
    if (outcome === 'gone') return 'gone';
    if (outcome !== 'failed') return 'unlink';
    this.#state.failed('generator', `delete_file: make_backup(${name}) failed`, this.#failure);
    return 'failed';
  }

  /**
   * In place: a copy that the data can refer to while the file is overwritten. undefined: there can be none, which was told,
   * and the file must stay as it is.
   */
  copy(name: string, stat: FileStat, role: Role): Place | undefined {
    const backup = this.#readyPlace(name, role);
    if (backup === undefined) return undefined;
    const original = { root: this.#state.tree, name };
    const outcome = this.#withRoom(backup, () => this.#copy(original, stat, backup, role));
    if (outcome === 'failed') return undefined;
    this.#tell(name);
    return backup;
  }

  #tell(name: string): void {
    const { options, report } = this.#state;
    if (options.info.backup >= 1) report.message('info', `backed up ${name} to ${this.shownName(name)}`);
  }

  /** A directory in the place of the backup is cleared away once, when it is in the way. */
  #withRoom(backup: Place, run: () => BackupOutcome): BackupOutcome {
    const obstacle = lookAt(backup);
    if (obstacle !== undefined && isDirectory(obstacle.mode)) {
      attempt(() => this.#clear(backup, obstacle, false));
    }
    return run();
  }

  #transfer(
    original: Place,
    stat: FileStat,
    backup: Place,
    prefer: 'link' | 'move',
    role: Role,
  ): BackupOutcome {
    if (prefer === 'link') {
      const linked = attempt(() => linkTo(original, backup));
      if (linked === undefined) return this.#done('HLINK', original, 'kept');
      const isThere = linked.code === 'EEXIST' && unlinkQuietly(backup);
      if (isThere && attempt(() => linkTo(original, backup)) === undefined)
        return this.#done('HLINK', original, 'kept');
    }
    if (prefer === 'move' || isRegular(stat.mode)) {
      const failure = attempt(() => moveTo(original, backup));
      if (failure === undefined) return this.#done('RENAME', original, 'gone');
    }
    return this.#copy(original, stat, backup, role);
  }

  /** --debug=BACKUP. */
  #done(how: 'HLINK' | 'RENAME', { name }: Place, outcome: BackupOutcome): BackupOutcome {
    this.#state.report.debug?.('backup', 1, () => `make_backup: ${how} ${name} successful.`);
    return outcome;
  }

  #copy(original: Place, stat: FileStat, backup: Place, role: Role): BackupOutcome {
    try {
      unlinkQuietly(backup);
      this.#make(original, stat, backup);
    } catch (error) {
      const { report } = this.#state;
      if (error instanceof FilesystemError) this.#failure = error;
      const text = `keep_backup failed: ${quotedPath(original)} -> "${this.shownName(original.name)}"`;
      report.message('error', systemText(role, `open ${quotedPath(backup)}`, error));
      report.message('error', systemText(role, text, error));
      unlinkQuietly(backup);
      return 'failed';
    }
    copyAttributes(this.#state, role, original, stat, backup);
    return 'kept';
  }

  #make(original: Place, stat: FileStat, { root, name }: Place): void {
    if (isSymlink(stat.mode)) root.symlink(original.root.readlink(original.name), name);
    else if (!isRegular(stat.mode)) root.mknod(name, stat.mode, stat.rdevMajor, stat.rdevMinor);
    else copyContents(original, root.createExclusive(name, COPY_MODE));
  }

  /** 3.5.0 looks before it links; the unsafe one is gone when it was replaced. */
  #isUnsafe(original: Place): boolean {
    const { options, report } = this.#state;
    const { name } = original;
    const tell = (text: string): void => {
      if (options.info.symsafe >= 1) report.message('info', text);
    };
    try {
      const target = original.root.readlink(name);
      if (!isUnsafeLink(target, name)) return false;
      tell(`not backing up unsafe symlink "${name}" -> "${target}"`);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      tell(`not backing up symlink with unreadable target "${name}"`);
    }
    return true;
  }

  // ---- the directory of backups ------------------------------------------------------------------------------------------

  /** The place with its directories made. undefined: they cannot be, which was told. */
  #readyPlace(name: string, role: Role): Place | undefined {
    if (this.#directory === null) return this.place(name);
    const path = operatorPath(this.#state, this.#directory);
    let made = path;
    try {
      this.#root ??= madeRoot(this.#state.filesystem, path);
      const directory = parentOf(name);
      if (directory === this.#readyDirectory) return { root: this.#root, name: name + this.#suffix };
      for (const each of parents(directory)) {
        made = `${path}/${each}`;
        this.#makeDirectory({ root: this.#root, name: each }, role);
      }
      this.#readyDirectory = directory;
      return { root: this.#root, name: name + this.#suffix };
    } catch (error) {
      if (error instanceof FilesystemError) this.#failure = error;
      this.#state.report.message('error-xfer', systemText(role, `backup mkdir ${made} failed`, error));
      return undefined;
    }
  }

  #makeDirectory(place: Place, role: Role): void {
    const { root, name } = place;
    const there = root.lstat(name);
    if (there !== undefined && isDirectory(there.mode)) return;
    if (there !== undefined) root.unlink(name);
    root.mkdir(name, ALL_MAY);
    const original = { root: this.#state.tree, name };
    const stat = lookAt(original);
    const created = lookAt(place);
    if (stat === undefined || created === undefined || !isDirectory(stat.mode)) return;
    const mode = this.#state.options.perms ? stat.mode : createdDirectoryMode(stat.mode, created);
    copyAttributes(this.#state, role, original, { ...stat, mode }, place);
  }

  /** The obstacle itself is not told, what was in it is. */
  #clear(place: Place, stat: FileStat, isInside: boolean): void {
    const { root, name } = place;
    if (isDirectory(stat.mode)) {
      for (const base of root.list(name).sort().reverse()) {
        const inner = { root, name: `${name}/${base}` };
        const innerStat = root.lstat(inner.name);
        if (innerStat !== undefined) this.#clear(inner, innerStat, true);
      }
      root.rmdir(name);
    } else root.unlink(name);
    if (isInside) this.#state.report.deleted(name, isDirectory(stat.mode), stat.mode);
  }
}

/** `a`, `a/b`, `a/b/c`; nothing for the root itself. */
function parents(directory: string): string[] {
  if (directory === '') return [];
  const parts = directory.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** undefined: it worked. */
function attempt(run: () => void): FilesystemError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof FilesystemError) return error;
    throw error;
  }
}
