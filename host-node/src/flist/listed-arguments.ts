// Which entries an argument brings: its own, those of the directories that lead to it, and what lies below it
// (docs/protocol/03-file-list.md §3.2, §3.3). Makes no entries itself.
import type { FileList } from '@ocrsync/core/file-list';
import { FLIST_CONTENT_DIR, FLIST_IMPLIED_DIR, FLIST_TOP_DIR } from '@ocrsync/core/file-list';
import { isDirectory } from '@ocrsync/core/file-type';
import type { RulesInForce } from '../filter/rules-in-force.ts';
import type { FileStat } from '../fs/filesystem.ts';
import { parentOf } from '../fs/path-text.ts';
import type { Task } from '../session/wait.ts';
import type { ArgumentKind, SourceArgument } from './argument.ts';
import type { AddEntry, DirectoryReader } from './directory-reader.ts';
import type { PendingName, WalkDirectory } from './directory-walk.ts';
import type { ListSourceOptions } from './list-source-options.ts';
import { belowRoot } from './source-names.ts';
import type { SourceRoot } from './source-roots.ts';
import type { SourceTrees } from './source-trees.ts';

export interface ListedArgumentsOptions {
  readonly list: Pick<ListSourceOptions, 'settings' | 'negotiated' | 'report'>;
  readonly tree: SourceTrees;
  readonly reader: DirectoryReader;
  readonly rules: RulesInForce;
  readonly add: AddEntry;
}

export class ListedArguments {
  readonly #options: ListedArgumentsOptions['list'];
  readonly #tree: SourceTrees;
  readonly #reader: DirectoryReader;
  readonly #rules: RulesInForce;
  readonly #add: AddEntry;
  /** Incremental: the implied directory that the list being filled got last. */
  #lastPending: { readonly key: string; readonly found: WalkDirectory } | undefined;
  #lastImplied = '';
  #dotSent = false;

  constructor({ list, tree, reader, rules, add }: ListedArgumentsOptions) {
    this.#options = list;
    this.#tree = tree;
    this.#reader = reader;
    this.#rules = rules;
    this.#add = add;
  }

  /** Another list is to be filled. */
  begin(): void {
    this.#lastPending = undefined;
  }

  /** The entries of an argument that belong to the first list. */
  *take(list: FileList, argument: SourceArgument): Task {
    const source = this.#tree.roots.open(argument);
    if (source === undefined) return;
    const { settings, negotiated } = this.#options;
    if (argument.impliedDot && !this.#dotSent) {
      this.#dotSent = true;
      if (this.#rules.of(source).check('.', true, 'sender') !== 'exclude')
        this.#addImplied(list, source, '.');
    }
    const { name, kind } = argument;
    const stat = this.#wanted(source, name, kind);
    if (stat === undefined) return;
    if (!settings.relative) return yield* this.#addArgument(list, source, name, kind, stat);
    if (negotiated.incremental && name !== '/.' && name.indexOf('/', 1) > 0) {
      const first = name.indexOf('/', 1);
      const pending = { rest: name.slice(first + 1), kind };
      return this.#addPending(list, source, name.slice(0, first), pending);
    }
    if (settings.impliedDirs || negotiated.protocol >= 30) this.#addParents(list, source, name);
    yield* this.#addArgument(list, source, name, kind, stat);
  }

  /** An argument's stat; undefined for a name that is not there, excluded or skipped, which with -R brings no implied directories. */
  #wanted(source: SourceRoot, name: string, kind: ArgumentKind): FileStat | undefined {
    const stat = this.#tree.stats.ofArgument(source.root, name, kind);
    if (stat === undefined) return undefined;
    const directory = isDirectory(stat.mode);
    const isFiltered = kind !== 'dot' && stat.mode !== 0;
    if (isFiltered && this.#rules.of(source).check(belowRoot(name), directory, 'sender') === 'exclude')
      return undefined;
    return directory && !this.#takesDirectory(name) ? undefined : stat;
  }

  #takesDirectory(name: string): boolean {
    const { report, settings } = this.#options;
    if (settings.dirs || settings.recursive) return true;
    report.message('info', `skipping directory ${name}`);
    return false;
  }

  /** The entry of an argument, and its contents as far as they belong to this list. */
  *#addArgument(list: FileList, source: SourceRoot, name: string, kind: ArgumentKind, stat: FileStat): Task {
    const { settings, negotiated } = this.#options;
    this.#tree.stats.lookAgain(source.root, name);
    const directory = isDirectory(stat.mode);
    const content = directory && (settings.recursive || (settings.dirs && kind !== 'normal'));
    const flags = content ? FLIST_TOP_DIR | FLIST_CONTENT_DIR : 0;
    const found = this.#add(list, source, name, stat, flags, this.#rules.of(source));
    if (found === undefined || !content) return;
    if (negotiated.incremental) {
      if (kind !== 'dot' || (name !== '.' && name !== '/.')) return;
      yield* this.#reader.read(list, source, name, this.#rules.enter(source, belowRoot(name)));
    } else yield* this.#scanAll(list, source, name);
  }

  /**
   * Not incremental: the parents of a name. None when the last ones that were added lead there or deeper; else those behind
   * the last slash that both have: what was itself the end of the last ones comes again (§3.3; observed).
   */
  #addParents(list: FileList, source: SourceRoot, name: string): void {
    const last = this.#lastImplied;
    const parent = parentOf(name);
    if (parent === '' || `${last}/`.startsWith(`${parent}/`)) return;
    for (let at = name.indexOf('/', 1); at > 0; at = name.indexOf('/', at + 1)) {
      const common = last.startsWith(name.slice(0, at + 1));
      if (common) continue;
      this.#addImplied(list, source, name.slice(0, at));
      this.#rules.enter(source, belowRoot(name.slice(0, at)));
    }
    this.#lastImplied = parent;
  }

  /** Adds an implied directory; no filter rule is asked (but of the start directory), symlinks are followed. */
  #addImplied(list: FileList, source: SourceRoot, name: string): WalkDirectory | undefined {
    const stat = this.#tree.stats.ofImplied(source.root, name);
    if (stat === undefined) return undefined;
    return this.#add(list, source, name, stat, FLIST_IMPLIED_DIR, this.#rules.of(source));
  }

  /** Incremental: an implied directory that remembers what is to come below it; another one between makes it come again. */
  #addPending(list: FileList, source: SourceRoot, name: string, pending: PendingName): void {
    const key = `${source.number} ${name}`;
    if (this.#lastPending?.key !== key) {
      const found = this.#addImplied(list, source, name);
      if (found === undefined) return;
      this.#lastPending = { key, found };
    }
    this.#lastPending.found.pending.push(pending);
  }

  /** The next entry on the way to an argument, below a directory that was implied before. */
  *takeNext(list: FileList, source: SourceRoot, parent: string, pending: PendingName): Task {
    const slash = pending.rest.indexOf('/');
    if (slash < 0) {
      const name = `${parent}/${pending.rest}`;
      const stat = this.#wanted(source, name, pending.kind);
      if (stat !== undefined) yield* this.#addArgument(list, source, name, pending.kind, stat);
      return;
    }
    const name = `${parent}/${pending.rest.slice(0, slash)}`;
    const rest = pending.rest.slice(slash + 1);
    this.#addPending(list, source, name, { rest, kind: pending.kind });
  }

  /** A directory and everything below it: all children of a directory first, then each child directory. */
  *#scanAll(list: FileList, source: SourceRoot, name: string): Task {
    const open = [name];
    this.#rules.beginTree();
    while (open.length > 0) {
      const directory = open.pop()!;
      const state = this.#rules.enter(source, belowRoot(directory));
      const children = yield* this.#reader.read(list, source, directory, state);
      if (this.#options.settings.recursive) open.push(...children.reverse());
    }
    this.#rules.endTree();
  }
}
