// The trees that arguments name files of, and where rsync's sender would go for them (docs/protocol/03-file-list.md §3.2, §3.7).
// Looks at no more of a file than whether its way leaves the tree.
import { isSymlink } from '@ocrsync/core/file-type';
import type { TreeRuleFiles } from '../filter/directory-rules.ts';
import type { FilterList } from '../filter/filter-list.ts';
import { FilterState } from '../filter/filter-state.ts';
import { type Filesystem, FilesystemError, type Root, type SymlinkPolicy } from '../fs/filesystem.ts';
import { processRules } from '../fs/operator-path.ts';
import { withoutSlashes } from '../fs/path-text.ts';
import type { Options } from '../options/options.ts';
import type { SessionReport } from '../session/ports.ts';
import { RunError } from '../session/run-error.ts';
import type { SourceArgument } from './argument.ts';
import { treeRuleFiles } from './rule-files.ts';
import { type SourceErrors, errorWords } from './source-errors.ts';
import { type LinkOptions, looksBehindLinks } from './source-links.ts';

const EXIT_FILE_SELECTION = 3;

interface Tree {
  readonly root: Root;
  readonly files: TreeRuleFiles;
  readonly outside: FilterState;
}

/** A tree that arguments name files of. */
export interface SourceRoot extends Tree {
  readonly number: number;
  /** What %f shows before a name. */
  readonly shown: string;
  /** rsync stays where it was started. */
  readonly isStart: boolean;
}

/** What of a run decides how trees are entered. */
export interface SourceRootOptions {
  readonly filesystem: Filesystem;
  readonly filters: FilterList;
  readonly protocol: number;
  readonly settings: LinkOptions & Pick<Options, 'insecureLinks'>;
  readonly report: Pick<SessionReport, 'debug'>;
}

export class SourceRoots {
  readonly #options: SourceRootOptions;
  readonly #errors: SourceErrors;
  readonly #roots: SourceRoot[] = [];
  /** The trees by what they are, whatever number they had last. */
  readonly #known = new Map<string, Tree>();
  /** Numbers of the arguments' present run: one after the other they name the same directory, as typed. */
  readonly #numbersOfRun = new Map<string, number>();
  #typedOfRun: string | undefined;
  /** Numbers of arguments that name none: those stay where rsync was started. */
  readonly #numbersOfStart = new Map<string, number>();
  readonly #entered = new Map<string, Root>();
  /** The root where rsync's sender would be now; 'start': where it was started. */
  #at: number | 'start' = 'start';

  constructor(options: SourceRootOptions, errors: SourceErrors) {
    this.#options = options;
    this.#errors = errors;
  }

  /** The root of that number. */
  at(number: number, enters = false): SourceRoot {
    const found = this.#roots[number];
    if (found === undefined) throw new RangeError(`there is no source root ${number}`);
    if (enters) this.#tellEntered(found);
    return found;
  }

  /** The tree that an argument's name lies in; undefined (and reported) when it cannot be entered. */
  open(argument: SourceArgument): SourceRoot | undefined {
    try {
      const { root, symlinks } = this.#enter(argument);
      const key = `${symlinks} ${root.path}`;
      const numbers = this.#numbersFor(argument);
      const isStart = !argument.hasRoot;
      const number = numbers.get(key) ?? this.#roots.length;
      this.#tellEntered({ root, number, isStart });
      const known = this.#roots[number];
      if (known !== undefined) return known;
      root.lstat('.'); // Fails where it may be listed, and not passed through.
      numbers.set(key, number);
      this.#roots.push({ ...this.#made(root, key), number, isStart, shown: argument.shownRoot });
      return this.#roots[number];
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      const full = this.#fullPath(argument.root);
      this.#errors.fail(`rsync: [sender] change_dir "${full}" failed: ${errorWords(error)}`);
      this.#tellReturned();
      return undefined;
    }
  }

  /** A directory that another run of arguments named before is another one to rsync (§3.7; observed). */
  #numbersFor({ root, hasRoot }: SourceArgument): Map<string, number> {
    const typed = hasRoot ? root : undefined;
    if (typed !== this.#typedOfRun) this.#numbersOfRun.clear();
    this.#typedOfRun = typed;
    return hasRoot ? this.#numbersOfRun : this.#numbersOfStart;
  }

  #made(root: Root, key: string): Tree {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { filesystem, filters, protocol, settings } = this.#options;
    const outside = FilterState.outside(filters, protocol, root.path, 'sender');
    const files = treeRuleFiles(filesystem, root, settings.insecureLinks ? undefined : processRules());
    const made = { root, files, outside };
    this.#known.set(key, made);
    return made;
  }

  /** --debug=CHDIR: where rsync would go. */
  #tellEntered({ root, number, isStart }: Pick<SourceRoot, 'root' | 'number' | 'isStart'>): void {
    this.#options.report.debug?.('chdir', 1, () => {
      const at = isStart ? 'start' : number;
      const isThere = this.#at === at;
      this.#at = at;
      const path = isStart ? this.#startPath : root.path;
      return isThere ? [] : `[sender] change_dir(${withoutSlashes(path)})`;
    });
  }

  /** … and back to where it began after a failure, wherever it was. */
  #tellReturned(): void {
    this.#options.report.debug?.('chdir', 1, () => {
      this.#at = 'start';
      return `[sender] change_dir(${withoutSlashes(this.#startPath)})`;
    });
  }

  get #startPath(): string {
    return this.#options.filesystem.root('.').path;
  }

  /** --files-from: the one directory that all names are relative to. Throws a RunError. */
  requireBase(path: string): void {
    try {
      this.#options.filesystem.root(path);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      const text = `rsync: [sender] change_dir "${this.#fullPath(path)}" failed: ${errorWords(error)}`;
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
