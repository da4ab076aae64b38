// The source trees as the list sees them: roots of arguments, stats, directory contents and link targets, with the words
// and io_error bits of what cannot be read (docs/protocol/03-file-list.md §3.5, §3.6, §4.1, §4.5).
import type { FilterList } from '../filter/filter-list.ts';
import { FilterState, type TreeRuleFiles } from '../filter/filter-state.ts';
import { type DirectoryScan, ScanAhead } from '../fs/directory-scan.ts';
import {
  type FileStat,
  type Filesystem,
  FilesystemError,
  type Root,
  type SymlinkPolicy,
} from '../fs/filesystem.ts';
import type { SessionReport } from '../session/ports.ts';
import type { SourceArgument } from './argument.ts';
import { treeRuleFiles } from './rule-files.ts';
import { isSymlink } from '@ocrsync/core/file-type';

const IO_ERROR_GENERAL = 1;
const IO_ERROR_VANISHED = 2;

/** A tree that arguments name files of. */
export interface SourceRoot {
  readonly root: Root;
  readonly number: number;
  readonly files: TreeRuleFiles;
  readonly outside: FilterState;
}

export interface SourceTreeOptions {
  readonly filesystem: Filesystem;
  readonly filters: FilterList;
  readonly protocol: number;
  /** -L. */
  readonly copyLinks: boolean;
  readonly report: Pick<SessionReport, 'message'>;
}

export class SourceTrees {
  readonly #options: SourceTreeOptions;
  readonly #roots: SourceRoot[] = [];
  readonly #rootNumbers = new Map<string, number>();
  readonly #ahead = new ScanAhead();
  /** Bits so far (1 general, 2 vanished). */
  ioError = 0;

  constructor(options: SourceTreeOptions) {
    this.#options = options;
  }

  /** The root of that number. */
  root(number: number): SourceRoot {
    const found = this.#roots[number];
    if (found === undefined) throw new RangeError(`there is no source root ${number}`);
    return found;
  }

  /** The tree that an argument's name lies in; undefined (and reported) when it cannot be entered. */
  openRoot(argument: SourceArgument): SourceRoot | undefined {
    try {
      const { root, symlinks } = this.#enter(argument);
      const key = `${symlinks} ${root.path}`;
      const known = this.#rootNumbers.get(key);
      if (known !== undefined) return this.#roots[known]!;
      const number = this.#roots.length;
      const outside = FilterState.outside(this.#options.filters, this.#options.protocol, root.path);
      const files = treeRuleFiles(this.#options.filesystem, root);
      this.#roots.push({ root, number, files, outside });
      this.#rootNumbers.set(key, number);
      return this.#roots[number]!;
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      const full = this.#fullPath(argument.root);
      this.fail(`rsync: [sender] change_dir "${full}" failed: ${error.strerror} (${error.errno})`);
      return undefined;
    }
  }

  /**
   * The argument's root, with the rule for symlinks below it. The way to the argument itself is the user's own: if it
   * passes a symlink that leaves the root, that is followed, as rsync does. Below '/' none leaves.
   */
  #enter({ root: directory, name, kind }: SourceArgument): { root: Root; symlinks: SymlinkPolicy } {
    const { filesystem, copyLinks } = this.#options;
    const absolute = name.startsWith('/');
    const path = absolute ? '/' : directory;
    if (!absolute && !copyLinks) {
      const root = filesystem.root(path);
      if (!name.includes('/') && kind !== 'slash') return { root, symlinks: 'tree' };
      if (!isThroughLink(root, name, kind)) return { root, symlinks: 'tree' };
    }
    return { root: filesystem.root(path, 'follow'), symlinks: 'follow' };
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

  /** An argument's own stat; undefined (and reported) when there is nothing. */
  statArgument(source: SourceRoot, name: string, kind: SourceArgument['kind']): FileStat | undefined {
    const { root } = source;
    const at = belowRoot(name);
    let words = 'No such file or directory (2)';
    try {
      const follow = this.#options.copyLinks || kind !== 'normal';
      const stat = (follow ? root.stat(at) : undefined) ?? root.lstat(at);
      const dangling = follow && stat !== undefined && isSymlink(stat.mode);
      if (stat !== undefined && !dangling) return stat;
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      words = `${error.strerror} (${error.errno})`;
      this.ioError |= IO_ERROR_GENERAL;
    }
    this.#error(`rsync: [sender] link_stat ${quoted(root, at)} failed: ${words}`);
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
      const stat = this.#options.copyLinks ? root.stat(at) : root.lstat(at);
      if (stat !== undefined) return this.sane(stat, name);
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

  /** Passes a stat on; undefined (and reported) for what no file can have. */
  sane(stat: FileStat, name: string): FileStat | undefined {
    if (stat.mode !== 0) return stat;
    this.fail(`skipping file with bogus (zero) st_mode: ${name}`);
    return undefined;
  }

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
  return root.path === '/' ? `"/${name}"` : `"${root.path}/${name}"`;
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
