// Stats and link targets of source files as they are sent (docs/protocol/03-file-list.md §3.6, §4.1, §4.3). What cannot be looked
// at is told here; what the list makes of a file is not decided here.
import { isDevice, isDirectory, PERMISSION_MASK, REGULAR } from '@ocrsync/core/file-type';
import type { FilterState } from '../filter/filter-state.ts';
import { type FileStat, FilesystemError, type Root } from '../fs/filesystem.ts';
import type { Options } from '../options/options.ts';
import type { SessionReport } from '../session/ports.ts';
import type { ArgumentKind } from './argument.ts';
import { sizeOfDevice } from './device-size.ts';
import { type SourceErrors, errorWords } from './source-errors.ts';
import { type LinkOptions, statAsSent, statOrNothing } from './source-links.ts';
import { belowRoot, quoted } from './source-names.ts';

/** An argument that is not there: --delete-missing-args. */
const MISSING: FileStat = {
  mode: 0,
  sizeBytes: 0,
  mtimeSec: 0,
  mtimeNsec: 0,
  atimeSec: 0,
  atimeNsec: 0,
  uid: 0,
  gid: 0,
  dev: 0,
  ino: 0,
  linkCount: 1,
  rdevMajor: 0,
  rdevMinor: 0,
};

/** What of a command line decides how files are looked at. */
export interface SourceStatOptions {
  readonly settings: LinkOptions & Pick<Options, 'copyDevices' | 'missingArgs' | 'info'>;
  readonly report: Pick<SessionReport, 'message'>;
}

export class SourceStats {
  readonly #options: SourceStatOptions;
  readonly #errors: SourceErrors;

  constructor(options: SourceStatOptions, errors: SourceErrors) {
    this.#options = options;
    this.#errors = errors;
  }

  /**
   * An argument's own stat; mode 0 for one that is not there and is to be deleted at the destination; undefined (and reported
   * unless that is not wanted) when there is nothing.
   */
  ofArgument(root: Root, name: string, kind: ArgumentKind): FileStat | undefined {
    const { missingArgs } = this.#options.settings;
    const at = belowRoot(name);
    let words = 'No such file or directory (2)';
    let call = `link_stat ${quoted(root, at)}`;
    try {
      const stat = this.#statNamed(root, at, name, kind);
      if (stat !== undefined) return this.#asFile(root, at, stat);
      if (this.#isUnsafeAndLost(root, at, kind)) {
        this.#errors.fail(`symlink has no referent: ${quoted(root, at)}`);
        return undefined;
      }
      if (missingArgs === 'delete') return MISSING;
      if (missingArgs === 'ignore') return undefined;
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      words = errorWords(error);
      this.#errors.mark();
      if (this.#isUnsafeAndLost(root, at, kind)) call = `readlink_stat(${quoted(root, at)})`;
    }
    this.#errors.tell(`rsync: [sender] ${call} failed: ${words}`);
    return undefined;
  }

  /** rsync looks at an argument once as such and once as a file of the list, and tells what it cannot read each time. */
  lookAgain(root: Root, name: string): void {
    if (root.tellAgain === undefined) return;
    root.tellAgain();
    root.lstat(belowRoot(name));
  }

  /** undefined for a symlink that leads nowhere, too, where it is followed. A slash follows one to a directory only. */
  #statNamed(root: Root, at: string, name: string, kind: ArgumentKind): FileStat | undefined {
    const { settings } = this.#options;
    if (kind !== 'normal') {
      const followed = statOrNothing(root, at);
      if (followed !== undefined && isDirectory(followed.mode)) return followed;
    }
    return statAsSent(root, at, name, settings, this.#tellUnsafe);
  }

  /** --copy-unsafe-links: the argument is there, but what is to be sent instead is not. */
  #isUnsafeAndLost(root: Root, at: string, kind: ArgumentKind): boolean {
    const { copyLinks, copyUnsafeLinks } = this.#options.settings;
    return kind !== 'dot' && copyUnsafeLinks && !copyLinks && root.lstat(at) !== undefined;
  }

  /** The stat of a directory that leads to an argument; undefined (and reported) when it is gone. */
  ofImplied(root: Root, name: string): FileStat | undefined {
    const at = belowRoot(name);
    try {
      const stat = root.stat(at);
      if (stat !== undefined) return stat;
      this.#errors.vanished(root, at);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      const words = errorWords(error);
      this.#errors.fail(`rsync: [sender] link_stat ${quoted(root, at)} failed: ${words}`);
    }
    return undefined;
  }

  /** Stat of a directory's entry; undefined when it is left out, which is reported unless the rules exclude it. */
  ofChild(root: Root, name: string, state: FilterState): FileStat | undefined {
    const at = belowRoot(name);
    try {
      const stat = statAsSent(root, at, name, this.#options.settings, this.#tellUnsafe);
      if (stat !== undefined) return this.sane(root, stat, name);
      if (this.#excludedAnyhow(state, at)) return undefined;
      if (root.lstat(at) !== undefined) this.#errors.fail(`symlink has no referent: ${quoted(root, at)}`);
      else this.#errors.vanished(root, at);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      if (this.#excludedAnyhow(state, at)) return undefined;
      const words = errorWords(error);
      this.#errors.fail(`rsync: [sender] readlink_stat(${quoted(root, at)}) failed: ${words}`);
    }
    return undefined;
  }

  /** Passes a stat on, as it is to be sent; undefined (and reported) for what no file can have. */
  sane(root: Root, stat: FileStat, name: string): FileStat | undefined {
    if (stat.mode !== 0) return this.#asFile(root, belowRoot(name), stat);
    this.#errors.fail(`skipping file with bogus (zero) st_mode: ${name}`);
    return undefined;
  }

  /** --copy-devices: a device is a regular file of its content. */
  #asFile(root: Root, at: string, stat: FileStat): FileStat {
    if (!this.#options.settings.copyDevices || !isDevice(stat.mode)) return stat;
    const mode = REGULAR | (stat.mode & PERMISSION_MASK);
    const mtimeSec = Math.floor(Date.now() / 1000);
    return {
      ...stat,
      mode,
      mtimeSec,
      mtimeNsec: 0,
      sizeBytes: stat.sizeBytes || sizeOfDevice(root, at, stat),
    };
  }

  readonly #tellUnsafe = (name: string, target: string): void => {
    const { report, settings } = this.#options;
    if (settings.info.symsafe < 1) return;
    report.message('info', `copying unsafe symlink "${name}" -> "${target}"`);
  };

  #excludedAnyhow(state: FilterState, name: string): boolean {
    return [false, true].some((directory) => state.check(name, directory, 'sender') === 'exclude');
  }

  /** A symlink's target; undefined (and reported) when there is none. */
  readLink(root: Root, at: string): string | undefined {
    try {
      const target = root.readlink(at);
      if (target !== '') return target;
      this.#errors.fail(`skipping symlink with 0-length value: ${quoted(root, at)}`);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      const words = errorWords(error);
      if (error.code === 'ENOENT') this.#errors.vanished(root, at);
      else this.#errors.fail(`rsync: [sender] readlink_stat(${quoted(root, at)}) failed: ${words}`);
    }
    return undefined;
  }
}
