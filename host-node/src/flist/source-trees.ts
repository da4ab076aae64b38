// The source trees as the list sees them: roots of arguments, stats, directory contents and link targets, with the words
// and io_error bits of what cannot be read (docs/protocol/03-file-list.md §3.5, §3.6, §4.1, §4.5).
import type { FilterList } from '../filter/filter-list.ts';
import { processRules } from '../fs/operator-path.ts';
import type { TreeRuleFiles } from '../filter/directory-rules.ts';
import { FilterState } from '../filter/filter-state.ts';
import { type DirectoryScan, ScanAhead } from '../fs/directory-scan.ts';
import {
  type FileStat,
  type Filesystem,
  FilesystemError,
  type Root,
  type SymlinkPolicy,
} from '../fs/filesystem.ts';
import { quotedBelow, withoutSlashes } from '../fs/path-text.ts';
import type { SessionReport } from '../session/ports.ts';
import { RunError } from '../session/run-error.ts';
import type { SourceArgument } from './argument.ts';
import { treeRuleFiles } from './rule-files.ts';
import { isDevice, isDirectory, isSymlink, PERMISSION_MASK, REGULAR } from '@ocrsync/core/file-type';
import type { Options } from '../options/options.ts';
import { sizeOfDevice } from './device-size.ts';
import { type LinkOptions, looksBehindLinks, statAsSent, statOrNothing } from './source-links.ts';
import { IO_ERROR_GENERAL, IO_ERROR_VANISHED } from '../session/io-errors.ts';

const EXIT_FILE_SELECTION = 3;

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

/** A tree that arguments name files of. */
export interface SourceRoot {
  readonly root: Root;
  readonly number: number;
  readonly files: TreeRuleFiles;
  readonly outside: FilterState;
}

/** What of a command line decides how files are looked at. */
export type SourceTreeSettings = LinkOptions &
  Pick<Options, 'insecureLinks' | 'copyDevices' | 'missingArgs' | 'info'>;

export interface SourceTreeOptions {
  readonly filesystem: Filesystem;
  readonly filters: FilterList;
  readonly protocol: number;
  readonly settings: SourceTreeSettings;
  readonly report: Pick<SessionReport, 'message' | 'debug'>;
}

export class SourceTrees {
  readonly #options: SourceTreeOptions;
  readonly #roots: SourceRoot[] = [];
  readonly #rootNumbers = new Map<string, number>();
  readonly #entered = new Map<string, Root>();
  readonly #ahead = new ScanAhead();
  /** Where rsync's sender would be now. */
  #at: string | undefined;
  /** Bits since they were taken last (1 general, 2 vanished). */
  ioError = 0;

  constructor(options: SourceTreeOptions) {
    this.#options = options;
  }

  /** The root of that number. */
  root(number: number, enters = false): SourceRoot {
    const found = this.#roots[number];
    if (found === undefined) throw new RangeError(`there is no source root ${number}`);
    if (enters) this.#tellEntered(found.root.path);
    return found;
  }

  /** The tree that an argument's name lies in; undefined (and reported) when it cannot be entered. */
  openRoot(argument: SourceArgument): SourceRoot | undefined {
    try {
      const { root, symlinks } = this.#enter(argument);
      this.#tellEntered(root.path);
      const key = `${symlinks} ${root.path}`;
      const known = this.#rootNumbers.get(key);
      if (known !== undefined) return this.#roots[known]!;
      root.lstat('.'); // Fails where it may be listed, and not passed through.
      const number = this.#roots.length;
      const outside = FilterState.outside(this.#options.filters, this.#options.protocol, root.path);
      const files = treeRuleFiles(
        this.#options.filesystem,
        root,
        this.#options.settings.insecureLinks ? undefined : processRules(),
      );
      this.#roots.push({ root, number, files, outside });
      this.#rootNumbers.set(key, number);
      return this.#roots[number]!;
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      const full = this.#fullPath(argument.root);
      this.fail(`rsync: [sender] change_dir "${full}" failed: ${error.strerror} (${error.errno})`);
      if (this.#options.report.debug) this.#tellEntered(this.#options.filesystem.root('.').path, '');
      return undefined;
    }
  }

  /** --debug=CHDIR: where rsync would go; back to where it began after a failure, wherever it was. */
  #tellEntered(path: string, at = this.#at): void {
    const { filesystem, report } = this.#options;
    report.debug?.('chdir', 1, () => {
      const isThere = (at ?? filesystem.root('.').path) === path;
      this.#at = path;
      return isThere ? [] : `[sender] change_dir(${withoutSlashes(path)})`;
    });
  }

  /** --files-from: the one directory that all names are relative to. Throws a RunError. */
  requireBase(path: string): void {
    try {
      this.#options.filesystem.root(path);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      const words = `${error.strerror} (${error.errno})`;
      const text = `rsync: [sender] change_dir "${this.#fullPath(path)}" failed: ${words}`;
      throw new RunError('ERR_SOURCE_PATH', text, EXIT_FILE_SELECTION);
    }
  }

  /**
   * The argument's root, with the rule for symlinks below it. The way to the argument itself is the user's own: if it
   * passes a symlink that leaves the root, that is followed, as rsync does. Below '/' none leaves.
   */
  #enter({ root: directory, name, kind }: SourceArgument): { root: Root; symlinks: SymlinkPolicy } {
    const { settings } = this.#options;
    const absolute = name.startsWith('/');
    const path = absolute ? '/' : directory;
    if (!absolute && !looksBehindLinks(settings)) {
      const root = this.#rootAt(path, 'tree');
      if (!name.includes('/') && kind !== 'slash') return { root, symlinks: 'tree' };
      if (!isThroughLink(root, name, kind)) return { root, symlinks: 'tree' };
    }
    return { root: this.#rootAt(path, 'follow'), symlinks: 'follow' };
  }

  /** Names of --files-from are mostly relative to one directory. */
  #rootAt(path: string, symlinks: SymlinkPolicy): Root {
    const key = `${symlinks} ${path}`;
    const known = this.#entered.get(key);
    if (known !== undefined) return known;
    const root = this.#options.filesystem.root(path, symlinks);
    this.#entered.set(key, root);
    return root;
  }

  /** Absolute as far as that can be found out. */
  #fullPath(path: string): string {
    if (path.startsWith('/')) return path;
    try {
      const start = this.#options.filesystem.root('.').path;
      return start === '/' ? `/${path}` : `${start}/${path}`;
    } catch (error) {
      if (error instanceof FilesystemError) return path;
      throw error;
    }
  }

  /**
   * An argument's own stat; mode 0 for one that is not there and is to be deleted at the destination; undefined (and reported
   * unless that is not wanted) when there is nothing.
   */
  statArgument(source: SourceRoot, name: string, kind: SourceArgument['kind']): FileStat | undefined {
    const { root } = source;
    const { missingArgs } = this.#options.settings;
    const at = belowRoot(name);
    let words = 'No such file or directory (2)';
    let call = `link_stat ${quoted(root, at)}`;
    try {
      const stat = this.#statNamed(root, at, name, kind);
      if (stat !== undefined) return this.#asFile(root, at, stat);
      if (this.#isUnsafeAndLost(root, at, kind)) {
        this.fail(`symlink has no referent: ${quoted(root, at)}`);
        return undefined;
      }
      if (missingArgs === 'delete') return MISSING;
      if (missingArgs === 'ignore') return undefined;
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      words = `${error.strerror} (${error.errno})`;
      this.ioError |= IO_ERROR_GENERAL;
      if (this.#isUnsafeAndLost(root, at, kind)) call = `readlink_stat(${quoted(root, at)})`;
    }
    this.#error(`rsync: [sender] ${call} failed: ${words}`);
    return undefined;
  }

  /** rsync looks at an argument once as such and once as a file of the list, and tells what it cannot read each time. */
  lookAgain({ root }: SourceRoot, name: string): void {
    if (root.tellAgain === undefined) return;
    root.tellAgain();
    root.lstat(belowRoot(name));
  }

  /** undefined for a symlink that leads nowhere, too, where it is followed. A slash follows one to a directory only. */
  #statNamed(root: Root, at: string, name: string, kind: SourceArgument['kind']): FileStat | undefined {
    const { settings } = this.#options;
    if (kind !== 'normal') {
      const followed = statOrNothing(root, at);
      if (followed !== undefined && isDirectory(followed.mode)) return followed;
    }
    return statAsSent(root, at, name, settings, this.#tellUnsafe);
  }

  /** --copy-unsafe-links: the argument is there, but what is to be sent instead is not. */
  #isUnsafeAndLost(root: Root, at: string, kind: SourceArgument['kind']): boolean {
    const { copyLinks, copyUnsafeLinks } = this.#options.settings;
    return kind !== 'dot' && copyUnsafeLinks && !copyLinks && root.lstat(at) !== undefined;
  }

  /** The stat of a directory that leads to an argument; undefined (and reported) when it is gone. */
  statImplied(source: SourceRoot, name: string): FileStat | undefined {
    const { root } = source;
    const at = belowRoot(name);
    try {
      const stat = root.stat(at);
      if (stat !== undefined) return stat;
      this.#vanished(root, at);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      const words = `${error.strerror} (${error.errno})`;
      this.fail(`rsync: [sender] link_stat ${quoted(root, at)} failed: ${words}`);
    }
    return undefined;
  }

  /** A directory that will be opened soon; false: it makes no sense to name more now. */
  expect(root: Root, at: string): boolean {
    return this.#ahead.begin(root, at);
  }

  isExpected(root: Root, at: string): boolean {
    return this.#ahead.hasBegun(root, at);
  }

  /** Nothing more is read. */
  end(): void {
    this.#ahead.end();
  }

  /** Begins to read a directory; undefined (and reported) when it cannot be read. */
  open(root: Root, at: string): DirectoryScan | undefined {
    try {
      return this.#ahead.open(root, at);
    } catch (error) {
      this.#unreadable(root, at, error);
      return undefined;
    }
  }

  /** Fills the buffer with the next records; 0 at the end, or (reported) where it cannot be read on. */
  read(scan: DirectoryScan, root: Root, at: string, into: Uint8Array): number {
    try {
      return scan.read(into);
    } catch (error) {
      this.#unreadable(root, at, error);
      return 0;
    }
  }

  /** Device of a directory that is about to be read; undefined when it is gone, as reading it will tell. */
  deviceOf(root: Root, at: string): number | undefined {
    try {
      return root.stat(at)?.dev;
    } catch (error) {
      if (error instanceof FilesystemError) return undefined;
      throw error;
    }
  }

  #unreadable(root: Root, at: string, error: unknown): void {
    if (!(error instanceof FilesystemError)) throw error;
    const full = quoted(root, at);
    if (error.code === 'ENOENT') {
      this.ioError |= IO_ERROR_VANISHED;
      this.#options.report.message('warning', `directory has vanished: ${full}`);
    } else this.fail(`rsync: [sender] opendir ${full} failed: ${error.strerror} (${error.errno})`);
  }

  /** Stat of a directory's entry; undefined when it is left out, which is reported unless the rules exclude it. */
  statChild(root: Root, name: string, state: FilterState): FileStat | undefined {
    const at = belowRoot(name);
    try {
      const stat = statAsSent(root, at, name, this.#options.settings, this.#tellUnsafe);
      if (stat !== undefined) return this.sane(root, stat, name);
      if (this.#excludedAnyhow(state, at)) return undefined;
      if (root.lstat(at) !== undefined) this.fail(`symlink has no referent: ${quoted(root, at)}`);
      else this.#vanished(root, at);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      if (this.#excludedAnyhow(state, at)) return undefined;
      const words = `${error.strerror} (${error.errno})`;
      this.fail(`rsync: [sender] readlink_stat(${quoted(root, at)}) failed: ${words}`);
    }
    return undefined;
  }

  /** Passes a stat on, as it is to be sent; undefined (and reported) for what no file can have. */
  sane(root: Root, stat: FileStat, name: string): FileStat | undefined {
    if (stat.mode !== 0) return this.#asFile(root, belowRoot(name), stat);
    this.fail(`skipping file with bogus (zero) st_mode: ${name}`);
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

  #vanished(root: Root, at: string): void {
    this.ioError |= IO_ERROR_VANISHED;
    this.#options.report.message('warning', `file has vanished: ${quoted(root, at)}`);
  }

  /** A symlink's target; undefined (and reported) when there is none. */
  readLink(root: Root, at: string): string | undefined {
    try {
      const target = root.readlink(at);
      if (target !== '') return target;
      this.fail(`skipping symlink with 0-length value: ${quoted(root, at)}`);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      const words = `${error.strerror} (${error.errno})`;
      if (error.code === 'ENOENT') this.#vanished(root, at);
      else this.fail(`rsync: [sender] readlink_stat(${quoted(root, at)}) failed: ${words}`);
    }
    return undefined;
  }

  /** A source file is left out: the receiver must not delete on the strength of this list. */
  fail(text: string): void {
    this.ioError |= IO_ERROR_GENERAL;
    this.#error(text);
  }

  #error(text: string): void {
    this.#options.report.message('error-xfer', text);
  }
}

/** Name for the file system: absolute names of -R are below the root directory. */
export function belowRoot(name: string): string {
  if (!name.startsWith('/')) return name;
  return name === '/.' ? '.' : name.slice(1);
}

/** Quoted absolute name, for messages (07 §2.4). */
export function quoted(root: Root, name: string): string {
  if (name.startsWith('/')) return `"${name}"`;
  return quotedBelow(root.path, name);
}

/** Whether the name can only be reached through a symlink that leaves the root, or is one whose contents are meant. */
function isThroughLink(root: Root, name: string, kind: SourceArgument['kind']): boolean {
  try {
    const stat = root.lstat(name);
    return kind === 'slash' && stat !== undefined && isSymlink(stat.mode);
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    return error.code === 'ELOOP';
  }
}
