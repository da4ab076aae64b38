// Deletion as the generator asks for it: which directory of the list is cleaned at which moment, and which entries of the
// list are deletions themselves (docs/protocol/04-transfer.md §3.3 step 5, §13.1, §13.2, §13.7). What goes is decided in
// delete/; nothing is unlinked here.
import { ndxAt } from '@ocrsync/core/file-list-numbers';
import { FLIST_CONTENT_DIR, FLIST_TOP_DIR, type FileList } from '@ocrsync/core/file-list';
import { isDirectory } from '@ocrsync/core/file-type';
import { DeletionCursor, type DirectoryVisit } from '../delete/cursor.ts';
import { DeletionEmitter, type EmitterReport } from '../delete/emitter.ts';
import type { DeletionFilters } from '../delete/filters.ts';
import { type DeletionMoment, deletionMoment } from '../delete/moment.ts';
import { type Strangers, strangersIn } from '../delete/strangers.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import type { Entry } from '../session/ports.ts';
import type { Task } from '../session/wait.ts';
import type { DestinationState } from './destination-state.ts';
import type { Visited } from './visit.ts';
import { behindDirlink } from './kept-dirlinks.ts';
import { IO_ERROR_DELETE_LIMIT } from '../session/io-errors.ts';

const NOTHING_DELETED = [0, 0, 0, 0, 0] as const;

/** What the visits know about directories. */
export interface VisitedDirectories {
  readonly failed: ReadonlySet<string>;
  readonly dryMissing: ReadonlySet<string>;
}

export interface DirectoryDeletionsOptions {
  readonly state: DestinationState;
  readonly filters: DeletionFilters;
  /** Asked when a directory is cleaned. */
  directories(): VisitedDirectories;
  /** The names that the list lacks, if they come out of a scan that is due anyway. */
  scan(contents: FileList, directory: string): Strangers | undefined;
}

export class DirectoryDeletions {
  readonly #options: DirectoryDeletionsOptions;
  readonly #state: DestinationState;
  readonly #filters: DeletionFilters;
  readonly #moment: DeletionMoment;
  #emitter: DeletionEmitter | undefined;
  #cursor: DeletionCursor | undefined;
  /** Within a pass whose reading of directories is shown. */
  #showsScan = false;

  constructor(options: DirectoryDeletionsOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#filters = options.filters;
    this.#moment = deletionMoment(options.state.options, options.state.context.protocol);
  }

  get deleted(): readonly [number, number, number, number, number] {
    return this.#emitter?.deleted ?? NOTHING_DELETED;
  }

  /** Before the first visit, with the whole list. */
  *before(list: FileList): Task {
    if (this.#moment !== 'before') return;
    yield* this.#pass(list);
    this.#filters.leaveAll();
  }

  /** The generator has entered a directory. `ioError`: bits of both ends that were known with this list. */
  *during(directory: Entry, contents: FileList, ioError: number): Task {
    if (this.#moment !== 'during' && this.#moment !== 'delay') return;
    const { root, localName } = this.#state;
    if (root === undefined || localName !== undefined) return;
    const name = directory.list.name(directory.row);
    const { failed, dryMissing } = this.#options.directories();
    if (failed.has(name) || dryMissing.has(name)) return;
    yield* this.#deleteIn(directory, contents, ioError, this.#moment === 'delay');
  }

  /** Everything was transferred: what is left to do, and what was not done because of --max-delete. */
  *late(list: FileList | undefined): Task {
    if (this.#moment === 'after' && list !== undefined) {
      this.#filters.leaveAll();
      yield* this.#pass(list);
    }
    this.#filters.leaveAll();
    if (this.#cursor !== undefined) yield* this.#cursor.deletePostponed();
    const skipped = this.#emitter?.skipped ?? 0;
    if (skipped === 0) return;
    const { context, report: out } = this.#state;
    out.message('warning', `Deletions stopped due to --max-delete limit (${skipped} skipped)`);
    context.ioError |= IO_ERROR_DELETE_LIMIT;
  }

  /** An entry that stands for a missing argument: what has its name goes, unless a rule keeps it. */
  *missingArgument({ name, existing }: Pick<Visited, 'name' | 'existing'>): Task {
    if (existing === undefined) return;
    if (this.#filters.protection(name, isDirectory(existing.mode)) !== 'none') return;
    yield* this.hand().remove(name, existing, 'delete');
  }

  /** Whoever deletes: one for all. */
  readonly hand = (): DeletionEmitter => {
    const { backups, context, options, filesystem, dryRun, tree } = this.#state;
    this.#emitter ??= new DeletionEmitter({
      root: tree,
      filters: this.#filters,
      report: this.#report(),
      protocol: context.protocol,
      dryRun,
      emptyDirectories: options.delete || options.force,
      isSuperUser: filesystem.isSuperUser,
      maxDelete: options.maxDelete === null ? undefined : Math.max(0, options.maxDelete),
      tellsMounts: options.info.mount >= 1,
      ...(backups && { backup: (name: string) => backups.takeAway(name) }),
      room: () => context.channel.room(),
    });
    return this.#emitter;
  };

  *#pass(list: FileList): Task {
    const { root, localName, options, report: out } = this.#state;
    if (root === undefined || localName !== undefined) return;
    this.#showsScan = options.info.flist > 1 && out.deletionScan !== undefined;
    let isFirst = true;
    for (let position = 0; position < list.count; position++) {
      const row = list.rowAt(position);
      if (!list.isActive(row)) continue;
      const name = list.name(row);
      // Files are gone into like directories (observed); only the first makes a difference: it takes the rules from above with it.
      if (isFirst && !list.isDirectory(row)) this.#directoryCursor().pass(name);
      isFirst = false;
      if (!list.isDirectory(row)) continue;
      if ((list.flags(row) & FLIST_TOP_DIR) !== 0) out.debug?.('del', 1, () => `deleting in ${name}`);
      if (!this.#isThere(name)) continue;
      const { ioError } = this.#state.context;
      yield* this.#deleteIn({ list, row, ndx: ndxAt(list, position) }, list, ioError, false);
    }
    if (this.#showsScan) out.deletionScan?.('done');
    this.#showsScan = false;
  }

  /** A directory, not a link to one: what a pass finds may not have been visited yet. */
  #isThere(name: string): boolean {
    const { root, options } = this.#state;
    try {
      const stat = root?.lstat(name);
      if (stat === undefined) return false;
      return isDirectory((options.keepDirlinks ? behindDirlink(root!, name, stat) : stat).mode);
    } catch (error) {
      if (error instanceof FilesystemError) return false;
      throw error;
    }
  }

  *#deleteIn({ list, row }: Entry, contents: FileList, ioError: number, postpone: boolean): Task {
    const name = list.name(row);
    const cursor = this.#directoryCursor();
    const flags = list.flags(row);
    if ((flags & FLIST_CONTENT_DIR) === 0) {
      cursor.pass(name);
      return;
    }
    const visit = {
      name,
      isTop: (flags & FLIST_TOP_DIR) !== 0,
      ioError,
      ...this.#look(contents, name),
    };
    if (postpone) cursor.postpone(visit);
    else yield* cursor.clean(visit);
  }

  /** Where rules tell what they decide, or names are counted, all names are asked for, as by upstream. */
  #look(contents: FileList, directory: string): Pick<DirectoryVisit, 'look' | 'isListed'> {
    const { options, tree } = this.#state;
    const prefix = directory === '.' ? '' : `${directory}/`;
    const isListed = (base: string): boolean => contents.find(prefix + base) >= 0;
    if (this.#showsScan || options.debug.filter > 0) {
      return { look: () => strangersIn(tree, directory, () => false), isListed };
    }
    return {
      look: () => this.#options.scan(contents, directory) ?? strangersIn(tree, directory, isListed),
    };
  }

  #report(): EmitterReport {
    const { report: out } = this.#state;
    return {
      debug: out.debug,
      deleted: (name, isDirectory, mode) => out.deleted(name, isDirectory, mode),
      message: (severity, text) => out.message(severity, text),
      directoryScanned: (entries) => {
        if (this.#showsScan) out.deletionScan?.(entries);
      },
    };
  }

  #directoryCursor(): DeletionCursor {
    const { context, options, tree } = this.#state;
    this.#cursor ??= new DeletionCursor({
      root: tree,
      emitter: this.hand(),
      filters: this.#filters,
      report: this.#report(),
      protocol: context.protocol,
      ignoreErrors: context.config.ignoreErrors,
      oneFileSystem: options.oneFileSystem > 0,
    });
    return this.#cursor;
  }
}
