// Builds the sender's file lists from real trees: the first list, the sub-lists, and which directories are read next
// (docs/protocol/03-file-list.md §3, §4, §14). Only names, stats and link targets are read here.
import { FLIST_CONTENT_DIR, type FileList } from '@ocrsync/core/file-list';
import { nextDirectory } from '@ocrsync/core/file-list-bulk';
import { directoryOrder } from '@ocrsync/core/file-list-numbers';
import { isDirectory } from '@ocrsync/core/file-type';
import type { FilterState } from '../filter/filter-state.ts';
import { RulesInForce } from '../filter/rules-in-force.ts';
import type { FileStat } from '../fs/filesystem.ts';
import type { Entry, ListSource } from '../session/ports.ts';
import { type Task, WAIT_TURN } from '../session/wait.ts';
import { sourceArgument } from './argument.ts';
import { DirectoryReader } from './directory-reader.ts';
import { DirectoryWalk, type NamedDirectory, type WalkDirectory } from './directory-walk.ts';
import { namedArgument } from './files-from.ts';
import type { ListedNames, ListSourceOptions, SourcePath } from './list-source-options.ts';
import { ListedArguments } from './listed-arguments.ts';
import { type EntryOrigin, ListedEntries } from './listed-entries.ts';
import type { TreeSourceBlocks } from './source-blocks.ts';
import { belowRoot, quoted } from './source-names.ts';
import type { SourceRoot } from './source-roots.ts';
import { SourceTrees } from './source-trees.ts';

/** Directories whose reading is begun before their turn: when these few are not all under way, so many are. */
const LEAST_AHEAD = 8;
const MOST_AHEAD = 24;
/** Names of --files-from between two turns given to the session's other tasks. */
const NAMES_PER_TURN = 64;

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
  readonly #rules = new RulesInForce();
  /** Directories of the list being filled, by row. */
  #found = new Map<number, WalkDirectory>();
  readonly #reader: DirectoryReader;
  readonly #arguments: ListedArguments;

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
    this.#arguments = new ListedArguments({
      list: options,
      tree: this.#tree,
      reader: this.#reader,
      rules: this.#rules,
      add: (...entry) => this.#add(...entry, 'named'),
    });
  }

  takeIoError(): number {
    return this.#tree.errors.take();
  }

  idNames(kind: 'user' | 'group'): { id: number; name: string }[] {
    return this.#entries.idNames(kind);
  }

  /** The root of an entry's argument and its name below that. `enters`: the file is going to be opened. */
  sourcePath(entry: Pick<Entry, 'list' | 'row'>, enters = false): SourcePath {
    const found = this.#tree.roots.at(entry.list.root(entry.row), enters);
    return { root: found.root, name: belowRoot(entry.list.name(entry.row)), shown: found.shown };
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
      yield* this.#arguments.take(list, sourceArgument(text, settings.relative));
      if (texts.length > 1) yield WAIT_TURN;
    }
  }

  *#takeNames(list: FileList, base: string, names: ListedNames): Task {
    this.#tree.roots.requireBase(base);
    for (let count = 1; ; count++) {
      const name = yield* names.next();
      if (name === undefined) return;
      yield* this.#arguments.take(list, namedArgument(base, name, this.#options.settings.relative));
      if (count % NAMES_PER_TURN === 0) yield WAIT_TURN;
    }
  }

  #begin(): void {
    this.#found = new Map();
    this.#arguments.begin();
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
    this.#tree.scans.end();
  }

  /** In portions: each wakes a thread. */
  #readAhead(): void {
    if (this.#walk.upcoming(LEAST_AHEAD).every((next) => this.#isExpected(next))) return;
    for (const next of this.#walk.upcoming(MOST_AHEAD)) {
      const { root } = this.#tree.roots.at(next.found.root);
      if (!this.#isExpected(next) && !this.#tree.scans.expect(root, belowRoot(next.name))) return;
    }
  }

  #isExpected({ name, found }: NamedDirectory): boolean {
    return (
      !found.content || this.#tree.scans.isExpected(this.#tree.roots.at(found.root).root, belowRoot(name))
    );
  }

  *fillSub(directory: number, list: FileList): Task {
    this.#begin();
    // A duplicate's contents come again only behind one whose contents did not (§14.3; observed).
    let readLast: number | undefined;
    for (const { name, found } of this.#walk.take(directory)) {
      const source = this.#tree.roots.at(found.root, true);
      const reads = found.content && readLast !== found.root;
      if (!found.content && found.pending.length === 0) continue;
      const state = this.#rules.enter(source, belowRoot(name));
      if (reads) yield* this.#reader.read(list, source, name, state);
      readLast = reads ? found.root : undefined;
      for (const pending of found.pending) {
        yield* this.#arguments.takeNext(list, source, name, pending);
      }
    }
  }

  /** Adds an entry; returns what the walk must know when it is a directory. */
  #add(
    list: FileList,
    source: SourceRoot,
    name: string,
    stat: FileStat,
    flags: number,
    state: FilterState,
    origin: EntryOrigin,
  ): WalkDirectory | undefined {
    this.#options.xattrs?.enter?.(state);
    const row = this.#entries.add(list, source, name, stat, flags, origin);
    if (row === undefined || !isDirectory(stat.mode)) return undefined;
    const content = (flags & FLIST_CONTENT_DIR) !== 0;
    const found: WalkDirectory = { root: source.number, content, pending: [] };
    if (this.#options.negotiated.incremental) this.#found.set(row, found);
    return found;
  }
}
