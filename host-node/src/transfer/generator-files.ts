// The generator's disk work: the decision procedure for one entry, hard-link groups, deletions "during", touch-up
// (docs/protocol/04-transfer.md §3.3, §11, §13). The kinds of entries have their own files (visit-*.ts).
import { type FileList, FLIST_CONTENT_DIR } from '@ocrsync/core/file-list';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { DeletionCursor } from '../delete/cursor.ts';
import { DeletionEmitter } from '../delete/emitter.ts';
import type { DeletionFilters } from '../delete/filters.ts';
import { type Strangers, strangersIn } from '../delete/strangers.ts';
import type { FileStat } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import { ITEM_LOCAL_CHANGE } from '../session/item.ts';
import type { Entry, GeneratorFiles, GeneratorSink, Visit } from '../session/ports.ts';
import { NOTHING_TO_DO, type Task } from '../session/wait.ts';
import { openDestinationRoot } from './destination-root.ts';
import type { DestinationState } from './destination-state.ts';
import { isDevice, isDirectory, isRegular, isSpecial, isSymlink } from '@ocrsync/core/file-type';
import { HardLinks, type Member } from './hard-links.ts';
import { createInPlace, newKind } from './replace.ts';
import { DirectoryVisitor, makeParents } from './visit-directory.ts';
import { SettledRows } from './settled-rows.ts';
import { visitNode, visitSymlink } from './visit-node.ts';
import { RegularVisitor } from './visit-regular.ts';
import { report, tellKept, type Visited } from './visit.ts';

const NOTHING_DELETED = [0, 0, 0, 0, 0] as const;

export class TreeGeneratorFiles implements GeneratorFiles {
  readonly #state: DestinationState;
  readonly #path: string;
  readonly #filters: DeletionFilters;
  readonly #directories: DirectoryVisitor;
  readonly #regular: RegularVisitor;
  readonly #links: HardLinks;
  readonly #settled: SettledRows;
  /** Steps 6 and 7 may end a visit. */
  readonly #leavesOut: boolean;
  /** The pass before everything else is due: plain --delete before protocol 30 (§13.1). */
  #passDue: boolean;
  readonly #deletesDuring: boolean;
  #emitter: DeletionEmitter | undefined;
  #cursor: DeletionCursor | undefined;
  /** The parent that was last found to be a directory of the list. */
  #knownParent = '.';

  /** `path`: the destination as typed. */
  constructor(state: DestinationState, path: string, filters: DeletionFilters) {
    this.#state = state;
    this.#path = path;
    this.#filters = filters;
    const { options, context } = state;
    this.#passDue = options.delete && options.deleteWhen === 'default' && context.protocol < 30;
    this.#deletesDuring = options.delete && !this.#passDue;
    this.#leavesOut = options.existing || options.ignoreExisting;
    this.#links = new HardLinks(() => state.context.lists.live.map((live) => live.list));
    this.#directories = new DirectoryVisitor(state, this.#hand);
    this.#regular = new RegularVisitor(state);
    this.#settled = new SettledRows(state, (entry) => this.#mayLook(entry));
  }

  get deleted(): readonly [number, number, number, number, number] {
    return this.#emitter?.deleted ?? NOTHING_DELETED;
  }

  get ioError(): number {
    return this.#cursor?.ioError ?? 0;
  }

  openRoot(first: FileList, totalEntries: number): void {
    const outcome = openDestinationRoot(this.#state, this.#path, first, totalEntries);
    if (outcome === 'created') {
      this.#state.confinement?.created(this.#state.tree.path);
      this.#directories.rootCreated();
    }
    if (outcome === 'missing') this.#directories.dryMissing.add('.');
    if (this.#state.options.verbose >= 2) {
      const way = this.#regular.wholeFile ? 'disabled for local transfer or --whole-file' : 'enabled';
      this.#state.report.message('info', `delta-transmission ${way}`);
    }
  }

  nextToVisit(list: FileList, position: number): number {
    return this.#settled.next(list, position);
  }

  *visit(entry: Entry, visit: Visit, sink: GeneratorSink): Task {
    if (this.#passDue) yield* this.#deletePass(entry.list);
    const { list, row } = entry;
    const state = this.#state;
    const name = state.nameOf(entry);
    const directory = list.isDirectory(row);
    if (this.#isBelow(this.#directories.failed, entry)) {
      if (directory) this.#directories.failed.add(name);
      else yield* this.#skipLink(entry, sink);
      return;
    }
    const visited = this.#look(entry, name, visit, sink);
    if (this.#leavesOut && visit !== 'redo' && (yield* this.#isLeftOut(visited, visit))) return;
    if (directory) {
      if (visit === 'early-directory') yield* this.#directories.early(visited);
      else yield* this.#directories.full(visited);
      return;
    }
    if (visited.member !== undefined && visit !== 'redo' && (yield* this.#followsAnother(visited))) return;
    yield* this.#visitKind(visited);
  }

  *deleteIn(directory: Entry, contents: FileList): Task {
    if (this.#deletesDuring) yield* this.#deleteInOne(directory, contents);
  }

  finished(entry: Entry, success: boolean, sink: GeneratorSink): Task {
    return this.#state.options.hardLinks === 0 ? NOTHING_TO_DO : this.#settleLink(entry, success, sink);
  }

  *#settleLink(entry: Entry, success: boolean, sink: GeneratorSink): Task {
    const member = this.#links.member(entry);
    if (member === undefined) return;
    if (success) yield* this.#linkFollowers(member, sink);
    else yield* this.#skipLink(entry, sink);
  }

  touchUp(list: FileList, directory: Entry | undefined): Task {
    return this.#directories.touchUp(list, directory);
  }

  forget(list: FileList): void {
    this.#links.forget(list);
    this.#settled.forget(list);
  }

  // ---- steps of §3.3 ---------------------------------------------------------------------------------------------------

  #look(entry: Entry, name: string, visit: Visit, sink: GeneratorSink): Visited {
    const state = this.#state;
    const { list, row } = entry;
    let existing: FileStat | undefined;
    let lookError: FilesystemError | undefined;
    const dryBelow = this.#isBelow(this.#directories.dryMissing, entry) || state.root === undefined;
    if (dryBelow && list.isDirectory(row)) this.#directories.dryMissing.add(name);
    if (!dryBelow) {
      this.#checkParent(entry, name);
      try {
        if (visit === 'redo' || !this.#settled.isMissing(entry)) existing = state.lstat(name);
      } catch (error) {
        if (!(error instanceof FilesystemError)) throw error;
        lookError = error;
      }
    }
    const { options } = state;
    const mode = state.wantedMode(list.mode(row), existing, name);
    const member = options.hardLinks > 0 ? this.#links.member(entry) : undefined;
    return { entry, name, existing, lookError, mode, redo: visit === 'redo', sink, member };
  }

  /** As {@link #look} before its look: what lies below a directory that failed or is not there is visited one by one. */
  #mayLook(entry: Entry): boolean {
    if (this.#passDue || this.#state.root === undefined) return false;
    if (
      this.#isBelow(this.#directories.failed, entry) ||
      this.#isBelow(this.#directories.dryMissing, entry)
    ) {
      return false;
    }
    this.#checkParent(entry, this.#state.nameOf(entry));
    return true;
  }

  /** The parent must be a directory of the list; with --relative --no-implied-dirs it is made when missing (step 4). */
  #checkParent({ list, row }: Entry, name: string): void {
    const { context, options, localName } = this.#state;
    const parent = list.dirName(row) || '.';
    if (parent === this.#knownParent || localName !== undefined) return;
    if (options.relative && !options.impliedDirs) {
      if (!this.#state.dryRun) this.#makeParents(name);
    } else if (!context.lists.incremental && parent !== '.' && list.find(parent, true) < 0) {
      const text = `ABORTING due to invalid path from sender: ${parent}/${list.baseName(row)}`;
      throw new ProtocolError('ERR_PARENT', text, 2, context.channel.reader.byteOffset);
    }
    this.#knownParent = parent;
  }

  #makeParents(name: string): void {
    try {
      makeParents(this.#state, name);
    } catch (error) {
      const parent = this.#state.fullName(name.slice(0, name.lastIndexOf('/')));
      this.#state.failed('generator', `recv_generator: mkdir ${parent} failed`, error);
    }
  }

  #isBelow(set: ReadonlySet<string>, { list, row }: Entry): boolean {
    if (set.size === 0 || this.#state.localName !== undefined) return false;
    const parent = list.dirName(row) || '.';
    return set.has(parent) && list.name(row) !== '.';
  }

  /** Steps 6 and 7: --existing and --ignore-existing. */
  *#isLeftOut(visited: Visited, visit: Visit): Task<boolean> {
    const { options, report: out } = this.#state;
    const { entry, name, existing } = visited;
    const directory = isDirectory(visited.mode);
    const tell = options.info.skip >= 1 && visit !== 'early-directory';
    if (options.existing && existing === undefined && visited.lookError === undefined) {
      if (directory) this.#directories.failed.add(name);
      if (tell) out.message('info', `not creating new ${directory ? 'directory' : 'file'} "${name}"`);
      if (!directory) yield* this.#skipLink(entry, visited.sink);
      return true;
    }
    if (options.ignoreExisting && existing !== undefined && !(directory && isDirectory(existing.mode))) {
      if (tell) out.message('info', `${name} exists`);
      if (!directory) yield* this.#skipLink(entry, visited.sink);
      return true;
    }
    return false;
  }

  *#visitKind(visited: Visited): Task {
    const state = this.#state;
    const { options, filesystem } = state;
    const { mode, name } = visited;
    if (options.links && isSymlink(mode)) {
      yield* this.#settle(visited, yield* visitSymlink(state, this.#hand, visited));
    } else if (
      (options.devices && filesystem.isSuperUser && isDevice(mode)) ||
      (options.specials && isSpecial(mode))
    ) {
      yield* this.#settle(visited, yield* visitNode(state, this.#hand, visited));
    } else if (!isRegular(mode)) {
      if (options.info.nonreg >= 1) state.report.message('info', `skipping non-regular file "${name}"`);
    } else {
      yield* this.#visitRegular(visited);
    }
  }

  *#visitRegular(visited: Visited): Task {
    const { member, sink, entry } = visited;
    const outcome = yield* this.#regular.visit(this.#hand, visited);
    switch (outcome) {
      case 'kept':
        sink.success(entry.ndx);
        if (member !== undefined) yield* this.#linkFollowers(member, sink);
        return;
      case 'asked':
        if (this.#state.dryRun && member !== undefined) yield* this.#linkFollowers(member, sink);
        return;
      case 'missing-link':
        member!.state = 'passed';
        sink.waiting(entry.ndx);
        return;
      case 'skipped':
      case 'failed':
        yield* this.#skipLink(entry, sink);
    }
  }

  *#settle(visited: Visited, made: boolean): Task {
    const { entry, member, sink } = visited;
    if (!made) {
      yield* this.#skipLink(entry, sink);
      return;
    }
    sink.success(entry.ndx);
    if (member !== undefined) yield* this.#linkFollowers(member, sink);
  }

  // ---- hard links (§11) ------------------------------------------------------------------------------------------------

  /** True: an earlier member of the group is done or under way, and this one was linked to it or waits. */
  *#followsAnother(visited: Visited): Task<boolean> {
    const { member, sink, entry } = visited;
    const { leader } = member!.group;
    if (leader !== undefined) {
      member!.state = 'done';
      yield* this.#link(visited, leader);
      return true;
    }
    const previous = this.#links.previous(member!);
    if (previous?.state !== 'asked' && previous?.state !== 'waiting') return false;
    member!.state = 'waiting';
    sink.waiting(entry.ndx);
    return true;
  }

  *#linkFollowers(member: Member, sink: GeneratorSink): Task {
    const leader = this.#state.nameOf(member.entry);
    for (const follower of this.#links.finish(member, leader)) {
      follower.state = 'done';
      const { entry } = follower;
      yield* this.#link(this.#look(entry, this.#state.nameOf(entry), 'full', sink), leader);
      sink.settled(entry.ndx);
    }
  }

  /** §11.4. */
  *#link(visited: Visited, leader: string): Task {
    const state = this.#state;
    const { name, existing, sink, entry } = visited;
    if (existing !== undefined) {
      const target = this.#lookAtLeader(leader);
      if (existing.dev === target?.dev && existing.ino === target.ino) {
        yield* report(state, visited, existing, ITEM_LOCAL_CHANGE, '');
        tellKept(state, name, false);
        sink.success(entry.ndx);
        return;
      }
    }
    const made = yield* createInPlace(state, this.#hand, {
      name,
      existing,
      kind: newKind(visited.mode),
      failure: `link ${state.fullName(name)} => ${leader} failed`,
      make: (at) => state.tree.link(leader, at),
    });
    if (!made) return;
    const compared = existing !== undefined && isDirectory(existing.mode) ? undefined : existing;
    yield* report(state, visited, compared, ITEM_LOCAL_CHANGE, leader);
    state.announce(`${name} => ${leader}`);
    sink.success(entry.ndx);
  }

  /** undefined when it is gone or out of reach: linking to it tells that. */
  #lookAtLeader(leader: string): FileStat | undefined {
    try {
      return this.#state.lstat(leader);
    } catch (error) {
      if (error instanceof FilesystemError) return undefined;
      throw error;
    }
  }

  /** §11.5: an entry that will not be made; another member may have to be asked for instead. */
  *#skipLink(entry: Entry, sink: GeneratorSink): Task {
    if (this.#state.options.hardLinks === 0) return;
    const member = this.#links.member(entry);
    if (member === undefined) return;
    const next = this.#links.skip(member);
    if (next === undefined) return;
    sink.settled(next.entry.ndx);
    yield* this.#visitKind(this.#look(next.entry, this.#state.nameOf(next.entry), 'full', sink));
  }

  // ---- deletion --------------------------------------------------------------------------------------------------------

  *#deletePass(list: FileList): Task {
    this.#passDue = false;
    for (let position = 0; position < list.count; position++) {
      const row = list.rowAt(position);
      if (!list.isActive(row) || !list.isDirectory(row)) continue;
      yield* this.#deleteInOne({ list, row, ndx: list.start + position }, list);
    }
  }

  *#deleteInOne({ list, row }: Entry, contents: FileList): Task {
    const { root, localName } = this.#state;
    if (root === undefined || localName !== undefined) return;
    const name = list.name(row);
    if (this.#directories.failed.has(name) || this.#directories.dryMissing.has(name)) return;
    const cursor = this.#deletions();
    if ((list.flags(row) & FLIST_CONTENT_DIR) === 0) cursor.pass(name);
    else yield* cursor.enter(name, () => this.#strangers(contents, name));
  }

  #strangers(contents: FileList, directory: string): Strangers {
    const prefix = directory === '.' ? '' : `${directory}/`;
    const isKnown = (base: string): boolean => contents.find(prefix + base) >= 0;
    return this.#settled.strangers(contents, directory) ?? strangersIn(this.#state.tree, directory, isKnown);
  }

  readonly #hand = (): DeletionEmitter => {
    const { context, options, report: out, filesystem, dryRun, tree } = this.#state;
    this.#emitter ??= new DeletionEmitter({
      root: tree,
      filters: this.#filters,
      report: out,
      protocol: context.protocol,
      dryRun,
      emptyDirectories: options.delete,
      isSuperUser: filesystem.isSuperUser,
    });
    return this.#emitter;
  };

  #deletions(): DeletionCursor {
    const { context, report: out, tree } = this.#state;
    this.#cursor ??= new DeletionCursor({
      root: tree,
      emitter: this.#hand(),
      filters: this.#filters,
      report: out,
      protocol: context.protocol,
      ioError: () => context.ioError,
      ignoreErrors: context.config.ignoreErrors,
    });
    return this.#cursor;
  }
}
