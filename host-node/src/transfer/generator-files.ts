// The generator's disk work: the decision procedure for one entry (docs/protocol/04-transfer.md §3.3). The kinds of entries
// (visit-*.ts), hard links, deletions and what is left out have their own files.
import type { FileList } from '@ocrsync/core/file-list';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { DeletionFilters } from '../delete/filters.ts';
import type { FileStat } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import { parentOf } from '../fs/path-text.ts';
import type { Entry, GeneratorFiles, GeneratorSink, Visit } from '../session/ports.ts';
import { NOTHING_TO_DO, type Task } from '../session/wait.ts';
import { openDestinationRoot } from './destination-root.ts';
import type { DestinationState } from './destination-state.ts';
import { openOperatorDirectories } from './operator-directories.ts';
import { isDevice, isRegular, isSpecial, isSymlink } from '@ocrsync/core/file-type';
import { DirectoryDeletions } from './directory-deletions.ts';
import { behindDirlink } from './kept-dirlinks.ts';
import { LeftOut } from './left-out.ts';
import { LinkedEntries } from './linked-entries.ts';
import { DirectoryVisitor, makeParents } from './visit-directory.ts';
import { isOutsideSizes } from './size-limits.ts';
import { SettledRows } from './settled-rows.ts';
import { type NodeOutcome, visitNode, visitSymlink } from './visit-node.ts';
import { RegularVisitor } from './visit-regular.ts';
import type { Visited } from './visit.ts';

export class TreeGeneratorFiles implements GeneratorFiles {
  readonly #state: DestinationState;
  readonly #path: string;
  readonly #directories: DirectoryVisitor;
  readonly #regular: RegularVisitor;
  readonly #deletions: DirectoryDeletions;
  readonly #links: LinkedEntries;
  readonly #leftOut: LeftOut;
  readonly #settled: SettledRows;
  /** The parent that was last found to be a directory of the list. */
  #knownParent = '.';

  /** `path`: the destination as typed. */
  constructor(state: DestinationState, path: string, filters: DeletionFilters) {
    this.#state = state;
    this.#path = path;
    this.#settled = new SettledRows(state, (entry) => this.#mayLook(entry));
    this.#deletions = new DirectoryDeletions({
      state,
      filters,
      directories: () => this.#directories,
      scan: (contents, directory) => this.#settled.strangers(contents, directory),
    });
    const { hand } = this.#deletions;
    this.#directories = new DirectoryVisitor(state, hand);
    this.#regular = new RegularVisitor(state);
    this.#links = new LinkedEntries(state, hand, {
      look: (entry, name, visit, sink) => this.#look(entry, name, visit, sink),
      visitKind: (visited) => this.#visitKind(visited),
    });
    this.#leftOut = new LeftOut(state, this.#links, this.#directories.failed);
  }

  get deleted(): readonly [number, number, number, number, number] {
    return this.#deletions.deleted;
  }

  openRoot(first: FileList, totalEntries: number): void {
    this.#state.report.debug?.('recv', 1, () => `get_local_name count=${totalEntries} ${this.#path}`);
    const outcome = openDestinationRoot(this.#state, this.#path, first, totalEntries);
    if (outcome === 'created') {
      this.#state.confinement?.created(this.#state.tree.path);
      if (first.count > 0 && first.name(first.rowAt(0)) === '.') this.#directories.rootCreated();
    }
    if (outcome === 'missing') this.#directories.dryMissing.add('.');
    this.#state.alternates?.tellMissing();
    openOperatorDirectories(this.#state);
    this.#state.report.debug?.('genr', 1, () => `generator starting pid=${process.pid}`);
  }

  /** How the walk will be done, told when it begins: after what is deleted before it. */
  #tellWay(): void {
    this.#state.report.debug?.('flist', 1, () => {
      const way = this.#regular.wholeFile ? 'disabled for local transfer or --whole-file' : 'enabled';
      return `delta-transmission ${way}`;
    });
  }

  /** A listing enters no destination: the alternate directories are meant from the start directory. */
  openNothing(): void {
    const state = this.#state;
    state.rootPath = state.filesystem.root('.').path;
    state.alternates?.tellMissing();
  }

  nextToVisit(list: FileList, position: number): number {
    return this.#settled.next(list, position);
  }

  *visit(entry: Entry, visit: Visit, sink: GeneratorSink): Task {
    const { list, row } = entry;
    const state = this.#state;
    const name = state.nameOf(entry);
    const directory = list.isDirectory(row);
    if (this.#isBelow(this.#directories.failed, entry) || this.#leftOut.isBelow(name)) {
      if (directory) this.#directories.failed.add(name);
      else yield* this.#links.skip(entry, sink);
      return;
    }
    const visited = this.#look(entry, name, visit, sink);
    if (list.mode(row) === 0) {
      yield* this.#deletions.missingArgument(visited);
      return;
    }
    if (yield* this.#leftOut.ends(visited, visit)) return;
    if (directory) {
      if (visit === 'early-directory') yield* this.#directories.early(visited);
      else yield* this.#directories.full(visited);
      return;
    }
    if (visited.member !== undefined && visit !== 'redo' && (yield* this.#links.followsAnother(visited)))
      return;
    yield* this.#visitKind(visited);
  }

  *begin(list: FileList | undefined): Task {
    if (list !== undefined) yield* this.#deletions.before(list);
    this.#tellWay();
  }

  deleteIn(directory: Entry, contents: FileList, ioError: number): Task {
    return this.#deletions.during(directory, contents, ioError);
  }

  deleteLate(list: FileList | undefined): Task {
    return this.#deletions.late(list);
  }

  finished(entry: Entry, success: boolean, sink: GeneratorSink): Task {
    return this.#state.options.hardLinks === 0 ? NOTHING_TO_DO : this.#links.settle(entry, success, sink);
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
        if (visit === 'redo' || !this.#settled.isMissing(entry)) existing = this.#lookAt(entry, name);
      } catch (error) {
        if (!(error instanceof FilesystemError)) throw error;
        lookError = error;
      }
      lookError ??= this.#leftOut.lookErrorBelow(list.dirName(row), name);
    }
    const mode = state.wantedMode(list.mode(row), existing, name);
    const member = this.#links.member(entry);
    return { entry, name, existing, lookError, mode, redo: visit === 'redo', sink, member };
  }

  #lookAt({ list, row }: Entry, name: string): FileStat | undefined {
    const { options, root } = this.#state;
    const found = root?.lstat(name);
    if (found === undefined || !options.keepDirlinks || !list.isDirectory(row)) return found;
    return behindDirlink(root!, name, found);
  }

  /** As {@link #look} before its look: what lies below a directory that failed or is not there is visited one by one. */
  #mayLook(entry: Entry): boolean {
    if (this.#state.root === undefined) return false;
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
    const { context, options, localName, report } = this.#state;
    const parent = list.dirName(row) || '.';
    if (parent === this.#knownParent || localName !== undefined) return;
    if (options.relative && !options.impliedDirs) {
      if (!this.#state.dryRun) this.#makeParents(name);
    } else if (!context.lists.incremental && parent !== '.' && list.find(parent, true) < 0) {
      if (list.mode(row) === 0) {
        report.message('warning', `WARNING: parent dir is absent in the file list: ${parent}`);
        return;
      }
      const text = `ABORTING due to invalid path from sender: ${parent}/${list.baseName(row)}`;
      throw new ProtocolError('ERR_PARENT', text, 2, context.channel.reader.byteOffset);
    }
    this.#knownParent = parent;
    this.#regular.enteredDirectory();
  }

  #makeParents(name: string): void {
    try {
      makeParents(this.#state, name);
    } catch (error) {
      const parent = this.#state.fullName(parentOf(name));
      this.#state.failed('generator', `recv_generator: mkdir ${parent} failed`, error);
    }
  }

  #isBelow(set: ReadonlySet<string>, { list, row }: Entry): boolean {
    if (set.size === 0 || this.#state.localName !== undefined) return false;
    const parent = list.dirName(row) || '.';
    return set.has(parent) && list.name(row) !== '.';
  }

  *#visitKind(visited: Visited): Task {
    const state = this.#state;
    const { options, filesystem } = state;
    const { mode, entry } = visited;
    const devices = options.devices && filesystem.isSuperUser && !options.dropDevices;
    if (options.links && isSymlink(mode)) {
      yield* this.#settle(visited, yield* visitSymlink(state, this.#deletions.hand, visited));
    } else if ((devices && isDevice(mode)) || (options.specials && !options.dropDevices && isSpecial(mode))) {
      yield* this.#settle(visited, yield* visitNode(state, this.#deletions.hand, visited));
    } else if (!isRegular(mode)) {
      const listed = entry.list.name(entry.row);
      if (options.info.nonreg >= 1) state.report.message('info', `skipping non-regular file "${listed}"`);
    } else {
      yield* this.#visitRegular(visited);
    }
  }

  *#visitRegular(visited: Visited): Task {
    const { member, sink, entry } = visited;
    if (isOutsideSizes(this.#state, visited)) return;
    const outcome = yield* this.#regular.visit(this.#deletions.hand, visited);
    switch (outcome) {
      case 'kept':
        sink.success(entry.ndx);
        if (member !== undefined) yield* this.#links.linkFollowers(member, sink);
        return;
      case 'elsewhere':
        sink.success(entry.ndx);
        yield* this.#links.leaveElsewhere(entry, sink);
        return;
      case 'asked':
        if (this.#state.context.config.dryRun && member !== undefined)
          yield* this.#links.linkFollowers(member, sink);
        return;
      case 'missing-link':
        member!.state = 'passed';
        sink.waiting(entry.ndx);
        return;
      case 'skipped':
      case 'failed':
        yield* this.#links.skip(entry, sink);
    }
  }

  *#settle(visited: Visited, outcome: NodeOutcome): Task {
    const { entry, member, sink } = visited;
    if (outcome === 'failed' || outcome === 'elsewhere') {
      if (outcome === 'failed') yield* this.#links.skip(entry, sink);
      else yield* this.#links.leaveElsewhere(entry, sink);
      return;
    }
    const isNewLink = outcome === 'made' && isSymlink(visited.mode);
    if (outcome !== 'matched') sink.success(entry.ndx, isNewLink);
    if (member !== undefined) yield* this.#links.linkFollowers(member, sink);
  }
}
