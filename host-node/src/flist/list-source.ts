// Builds the sender's file lists from real trees: arguments, implied directories, scanning, the walk of incremental
// recursion (docs/protocol/03-file-list.md §3, §4, §14). Only names, stats and link targets are read here.
import type { FileList } from '@ocrsync/core/file-list';
import { FLIST_CONTENT_DIR, FLIST_IMPLIED_DIR, FLIST_TOP_DIR } from '@ocrsync/core/file-list';
import { nextDirectory } from '@ocrsync/core/file-list-bulk';
import { directoryOrder } from '@ocrsync/core/file-list-numbers';
import type { CoreInstance } from '@ocrsync/core/instance';
import type { FilterList } from '../filter/filter-list.ts';
import type { FilterState } from '../filter/filter-state.ts';
import type { FileStat, Filesystem, Root } from '../fs/filesystem.ts';
import { parentOf } from '../fs/path-text.ts';
import type { Options } from '../options/options.ts';
import type { NameCharset } from '../session/charset.ts';
import type { Negotiated } from '../session/negotiated.ts';
import type { Entry, ListSource, SessionReport } from '../session/ports.ts';
import { type Task, WAIT_TURN } from '../session/wait.ts';
import { type SourceArgument, sourceArgument } from './argument.ts';
import {
  DirectoryWalk,
  type NamedDirectory,
  type PendingName,
  type WalkDirectory,
} from './directory-walk.ts';
import { DirectoryReader } from './directory-reader.ts';
import { namedArgument } from './files-from.ts';
import type { TreeSourceBlocks } from './source-blocks.ts';
import { isDirectory } from '@ocrsync/core/file-type';
import { type EntryOrigin, ListedEntries } from './listed-entries.ts';
import { type SourceRoot, SourceTrees, belowRoot, quoted } from './source-trees.ts';
import type { XattrRights } from './xattr-names.ts';

/** Directories whose reading is begun before their turn: when these few are not all under way, so many are. */
const LEAST_AHEAD = 8;
const MOST_AHEAD = 24;
/** Names of --files-from between two turns given to the session's other tasks. */
const NAMES_PER_TURN = 64;

/** What of a command line decides the list. */
export type ListSourceSettings = Pick<
  Options,
  | 'recursive'
  | 'dirs'
  | 'relative'
  | 'impliedDirs'
  | 'copyLinks'
  | 'copyDirlinks'
  | 'copyUnsafeLinks'
  | 'copyDevices'
  | 'mungeLinks'
  | 'oneFileSystem'
  | 'insecureLinks'
  | 'missingArgs'
  | 'chmod'
  | 'info'
  | 'links'
  | 'hardLinks'
  | 'owner'
  | 'group'
  | 'numericIds'
  | 'checksum'
  | 'devices'
  | 'specials'
  | 'atimes'
  | 'openNoatime'
  | 'acls'
  | 'xattrs'
>;

export interface ListSourceOptions {
  readonly core: CoreInstance;
  readonly filesystem: Filesystem;
  /** Source arguments as given, without host parts. */
  readonly arguments: readonly string[];
  /** --files-from: what is listed, relative to the one argument. */
  readonly names?: ListedNames | undefined;
  /** --iconv: names must be ones that can travel. */
  readonly charset?: NameCharset | undefined;
  /** … and targets of symlinks, too. */
  readonly convertsTargets?: boolean;
  readonly settings: ListSourceSettings;
  readonly negotiated: Pick<Negotiated, 'protocol' | 'incremental' | 'listChecksum' | 'seed'>;
  readonly filters: FilterList;
  readonly report: Pick<SessionReport, 'message' | 'debug'>;
  /** Which extended attributes travel; left out without -X. */
  readonly xattrs?: XattrRights | undefined;
}

/** Names that may come from the other end. */
export interface ListedNames {
  next(): Task<string | undefined>;
}

/** Where an entry of the list lives: below `root`, under `name`. */
export interface SourcePath {
  readonly root: Root;
  readonly name: string;
}

export function createListSource(options: ListSourceOptions): TreeListSource {
  return new TreeListSource(options);
}

export class TreeListSource implements ListSource {
  readonly #options: ListSourceOptions;
  readonly #entries: ListedEntries;
  readonly #tree: SourceTrees;
  /** With -A or -X. */
  readonly blocks: TreeSourceBlocks | undefined;
  readonly #walk = new DirectoryWalk();
  /** Directories of the list being filled, by row. */
  #found = new Map<number, WalkDirectory>();
  /** The implied ones among them, by root and name. */
  #implied = new Map<string, WalkDirectory>();
  readonly #reader: DirectoryReader;
  #lastImplied = '';
  #dotSent = false;

  constructor(options: ListSourceOptions) {
    this.#options = options;
    const { core, filesystem, negotiated, settings } = options;
    const { protocol } = negotiated;
    this.#tree = new SourceTrees({
      filesystem,
      filters: options.filters,
      protocol,
      settings,
      report: options.report,
    });
    this.#entries = new ListedEntries(options, this.#tree, (entry) => this.sourcePath(entry));
    this.blocks = this.#entries.blocks;
    this.#reader = new DirectoryReader({
      core,
      tree: this.#tree,
      settings,
      plainFiles: this.#entries.mayBePlain && (settings.hardLinks === 0 || protocol >= 28),
      report: options.report,
      add: (...entry) => this.#add(...entry, 'scanned'),
    });
  }

  takeIoError(): number {
    const { ioError } = this.#tree;
    this.#tree.ioError = 0;
    return ioError;
  }

  idNames(kind: 'user' | 'group'): { id: number; name: string }[] {
    return this.#entries.idNames(kind);
  }

  /** The root of an entry's argument and its name below that. `enters`: the file is going to be opened. */
  sourcePath(entry: Pick<Entry, 'list' | 'row'>, enters = false): SourcePath {
    const found = this.#tree.root(entry.list.root(entry.row), enters);
    return { root: found.root, name: belowRoot(entry.list.name(entry.row)) };
  }

  /** Quoted absolute name, for messages (07 §2.4). */
  fullName(entry: Pick<Entry, 'list' | 'row'>): string {
    const { root, name } = this.sourcePath(entry);
    return quoted(root, name);
  }

  *fillFirst(list: FileList): Task {
    this.#begin();
    const { arguments: texts, names, settings } = this.#options;
    if (names !== undefined) return yield* this.#takeNames(list, texts[0] ?? '.', names);
    for (const text of texts) {
      yield* this.#takeArgument(list, sourceArgument(text, settings.relative));
      if (texts.length > 1) yield WAIT_TURN;
    }
  }

  *#takeNames(list: FileList, base: string, names: ListedNames): Task {
    this.#tree.requireBase(base);
    for (let count = 1; ; count++) {
      const name = yield* names.next();
      if (name === undefined) return;
      yield* this.#takeArgument(list, namedArgument(base, name, this.#options.settings.relative));
      if (count % NAMES_PER_TURN === 0) yield WAIT_TURN;
    }
  }

  #begin(): void {
    this.#found = new Map();
    this.#implied = new Map();
  }

  registerDirectories(list: FileList): void {
    const level: { name: string; number: number; directory: WalkDirectory }[] = [];
    const numbers = new Map(directoryOrder(list).map((row, number) => [row, number]));
    for (let at = nextDirectory(list, 0); at < list.count; at = nextDirectory(list, at + 1)) {
      const row = list.rowAt(at);
      const directory = this.#found.get(row);
      if (directory === undefined) throw new RangeError(`directory in row ${row} is not of this source`);
      level.push({ name: list.name(row), number: numbers.get(row)!, directory });
    }
    this.#begin();
    this.#walk.register(level);
  }

  nextDirectory(): number | undefined {
    const next = this.#walk.next();
    this.#readAhead();
    return next;
  }

  end(): void {
    this.#tree.end();
  }

  /** In portions: each wakes a thread. */
  #readAhead(): void {
    if (this.#walk.upcoming(LEAST_AHEAD).every((next) => this.#isExpected(next))) return;
    for (const next of this.#walk.upcoming(MOST_AHEAD)) {
      const { root } = this.#tree.root(next.found.root);
      if (!this.#isExpected(next) && !this.#tree.expect(root, belowRoot(next.name))) return;
    }
  }

  #isExpected({ name, found }: NamedDirectory): boolean {
    return !found.content || this.#tree.isExpected(this.#tree.root(found.root).root, belowRoot(name));
  }

  *fillSub(directory: number, list: FileList): Task {
    this.#begin();
    const served = new Set<string>();
    for (const { name, found } of this.#walk.take(directory)) {
      const key = `${found.root}:${found.content}`;
      const source = this.#tree.root(found.root, true);
      if (found.content && !served.has(key)) yield* this.#reader.read(list, name, found);
      served.add(key);
      const state =
        found.pending.length === 0 ? found.state : found.state.enter(belowRoot(name), source.files);
      for (const pending of found.pending) {
        yield* this.#addNextComponent(list, source, name, pending, state);
      }
    }
  }

  // ---- arguments -------------------------------------------------------------------------------------------------------

  *#takeArgument(list: FileList, argument: SourceArgument): Task {
    const source = this.#tree.openRoot(argument);
    if (source === undefined) return;
    const { settings, negotiated } = this.#options;
    if (argument.impliedDot && !this.#dotSent) {
      this.#dotSent = true;
      this.#addImplied(list, source, '.', source.outside);
    }
    const { name, kind } = argument;
    const stat = this.#wanted(source, name, kind, source.outside);
    if (stat === undefined) return;
    if (!settings.relative) return yield* this.#addArgument(list, source, name, kind, stat, source.outside);
    if (negotiated.incremental && name !== '/.' && name.indexOf('/', 1) > 0) {
      const first = name.indexOf('/', 1);
      const pending = { rest: name.slice(first + 1), kind };
      return this.#addPending(list, source, name.slice(0, first), pending, source.outside);
    }
    if (settings.impliedDirs || negotiated.protocol >= 30) this.#addParents(list, source, name);
    yield* this.#addArgument(list, source, name, kind, stat, source.outside);
  }

  /** An argument's stat; undefined for a name that is not there, excluded or skipped, which with -R brings no implied directories. */
  #wanted(
    source: SourceRoot,
    name: string,
    kind: SourceArgument['kind'],
    state: FilterState,
  ): FileStat | undefined {
    const stat = this.#tree.statArgument(source, name, kind);
    if (stat === undefined) return undefined;
    const directory = isDirectory(stat.mode);
    const isFiltered = kind !== 'dot' && stat.mode !== 0;
    if (isFiltered && state.check(belowRoot(name), directory, 'sender') === 'exclude') return undefined;
    return directory && !this.#takesDirectory(name) ? undefined : stat;
  }

  #takesDirectory(name: string): boolean {
    const { report, settings } = this.#options;
    if (settings.dirs || settings.recursive) return true;
    report.message('info', `skipping directory ${name}`);
    return false;
  }

  /** The entry of an argument, and its contents as far as they belong to this list. */
  *#addArgument(
    list: FileList,
    source: SourceRoot,
    name: string,
    kind: SourceArgument['kind'],
    stat: FileStat,
    state: FilterState,
  ): Task {
    const { settings, negotiated } = this.#options;
    this.#tree.lookAgain(source, name);
    const directory = isDirectory(stat.mode);
    const content = directory && (settings.recursive || (settings.dirs && kind !== 'normal'));
    const flags = content ? FLIST_TOP_DIR | FLIST_CONTENT_DIR : 0;
    const found = this.#add(list, source, name, stat, flags, state);
    if (found === undefined || !content) return;
    if (negotiated.incremental) {
      if (kind === 'dot' && (name === '.' || name === '/.')) yield* this.#reader.read(list, name, found);
    } else yield* this.#scanAll(list, name, found);
  }

  // ---- implied directories of -R (§3.3) --------------------------------------------------------------------------------

  /** Not incremental: the parents of a name, without those that the last name with parents began with. */
  #addParents(list: FileList, source: SourceRoot, name: string): void {
    const last = this.#lastImplied;
    for (let at = name.indexOf('/', 1); at > 0; at = name.indexOf('/', at + 1)) {
      const implied = name.slice(0, at);
      if (last === implied || last.startsWith(`${implied}/`)) continue;
      this.#addImplied(list, source, implied, source.outside);
    }
    if (name.includes('/')) this.#lastImplied = parentOf(name);
  }

  /** Adds an implied directory; no filter rule is asked, symlinks are followed. */
  #addImplied(
    list: FileList,
    source: SourceRoot,
    name: string,
    state: FilterState,
  ): WalkDirectory | undefined {
    const stat = this.#tree.statImplied(source, name);
    if (stat === undefined) return undefined;
    return this.#add(list, source, name, stat, FLIST_IMPLIED_DIR, state);
  }

  /** Incremental: an implied directory that remembers what is to come below it. */
  #addPending(
    list: FileList,
    source: SourceRoot,
    name: string,
    pending: PendingName,
    state: FilterState,
  ): void {
    const key = `${source.number} ${name}`;
    let found = this.#implied.get(key);
    if (found === undefined) {
      found = this.#addImplied(list, source, name, state);
      if (found === undefined) return;
      this.#implied.set(key, found);
    }
    found.pending.push(pending);
  }

  *#addNextComponent(
    list: FileList,
    source: SourceRoot,
    parent: string,
    pending: PendingName,
    state: FilterState,
  ): Task {
    const slash = pending.rest.indexOf('/');
    if (slash < 0) {
      const name = `${parent}/${pending.rest}`;
      const stat = this.#wanted(source, name, pending.kind, state);
      if (stat !== undefined) yield* this.#addArgument(list, source, name, pending.kind, stat, state);
      return;
    }
    const name = `${parent}/${pending.rest.slice(0, slash)}`;
    const rest = pending.rest.slice(slash + 1);
    this.#addPending(list, source, name, { rest, kind: pending.kind }, state);
  }

  // ---- scanning (§3.5) -------------------------------------------------------------------------------------------------

  /** A directory and everything below it: all children of a directory first, then each child directory. */
  *#scanAll(list: FileList, name: string, found: WalkDirectory): Task {
    const open: [string, WalkDirectory][] = [[name, found]];
    while (open.length > 0) {
      const [directory, here] = open.pop()!;
      const children = yield* this.#reader.read(list, directory, here);
      if (this.#options.settings.recursive) open.push(...children.reverse());
    }
  }

  // ---- entries ---------------------------------------------------------------------------------------------------------

  /** Adds an entry; returns what the walk must know when it is a directory. */
  #add(
    list: FileList,
    source: SourceRoot,
    name: string,
    stat: FileStat,
    flags: number,
    state: FilterState,
    origin: EntryOrigin = 'named',
  ): WalkDirectory | undefined {
    this.#options.xattrs?.enter?.(state);
    const row = this.#entries.add(list, source, name, stat, flags, origin);
    if (row === undefined || !isDirectory(stat.mode)) return undefined;
    const content = (flags & FLIST_CONTENT_DIR) !== 0;
    const found: WalkDirectory = { root: source.number, content, state, pending: [] };
    if (this.#options.negotiated.incremental) this.#found.set(row, found);
    return found;
  }
}
