// Passes over what is in place already: one scan of a destination directory, compared with its rows by the core, instead of a visit
// for each entry (docs/protocol/04-transfer.md §3.3, §3.8, §10.1). Only what a visit would leave without a change, a record or
// a word; whatever is not certain is visited.
import type { FileList } from '@ocrsync/core/file-list';
import { ndxAt, positionOfNdx } from '@ocrsync/core/file-list-numbers';
import { isOneDirectory } from '@ocrsync/core/file-list-bulk';
import { JUDGED_MISSING, RowJudge } from '@ocrsync/core/scanned-rows';
import { type Strangers, type StrangersFound, takeStrangers } from '../delete/strangers.ts';
import { type DirectoryScan, openScan } from '../fs/directory-scan.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import type { Options } from '../options/options.ts';
import type { SessionContext } from '../session/context.ts';
import type { Entry } from '../session/ports.ts';
import type { DestinationState } from './destination-state.ts';

/** Names of a directory that are read for each row to be judged, before single looks are cheaper … */
const NAMES_PER_ROW = 16;
/** … at about so many bytes each, but not before so many bytes were read. */
const NAME_BYTES = 96;
const LEAST_BYTES = 65536;

export class SettledRows {
  readonly #state: DestinationState;
  /** May the directory that a row goes to be looked at as a whole? */
  readonly #mayLook: (entry: Entry) => boolean;
  readonly #possible: boolean;
  #judge: RowJudge | undefined;
  /** The positions that were judged last. */
  #list: FileList | undefined;
  #from = 0;
  #to = 0;
  /** Every name of the directory is in the list, so a row that was not found is not there under another spelling either. */
  #missingIsSure = false;

  constructor(state: DestinationState, mayLook: (entry: Entry) => boolean) {
    this.#state = state;
    this.#mayLook = mayLook;
    this.#possible = isPossible(state);
  }

  /** The first position from there on that has to be visited; the list's count when there is none. */
  next(list: FileList, position: number): number {
    if (!this.#possible || this.#state.localName !== undefined) return position;
    let at = position;
    while (at < list.count) {
      if (!this.#covers(list, at) && !this.#judgeFrom(list, at)) return at;
      const next = this.#judge!.next(at);
      if (next < this.#to) return next;
      at = this.#to;
    }
    return at;
  }

  /**
   * For deletion: reads the directory that the list describes, now, and returns what the list does not have; the rows are
   * judged on the way. undefined: a list of several directories. Throws a FilesystemError.
   */
  strangers(list: FileList, directory: string): Strangers | undefined {
    if (!this.#state.context.lists.incremental) return undefined;
    if (list.count > 0 && !isOneDirectory(list)) return undefined;
    const judge = (this.#judge ??= this.#makeJudge());
    this.#begin(list, rootRows(list), list.count);
    const { core } = this.#state.context.channel;
    const found: StrangersFound = { stats: new Map(), failures: [] };
    const scan = openScan(this.#state.tree, directory);
    try {
      while (!scan.ended) {
        const end = judge.bufferAt + scan.read(judge.buffer);
        judge.judge(list, end);
        takeStrangers(core.u8, judge.bufferAt, end, directory, found);
      }
    } finally {
      if (!scan.ended || found.failures.length > 0) this.#list = undefined;
      scan.close();
    }
    this.#missingIsSure = found.stats.size === 0 && found.failures.length === 0;
    return found;
  }

  /** Known without another look: a regular file of which nothing is there. */
  isMissing({ list, ndx }: Entry): boolean {
    const position = positionOfNdx(list, ndx);
    if (!this.#missingIsSure || !this.#covers(list, position)) return false;
    return this.#judge!.code(position) === JUDGED_MISSING;
  }

  /** The list is gone: another one may get its address. */
  forget(list: FileList): void {
    if (this.#list === list) this.#list = undefined;
  }

  #covers(list: FileList, position: number): boolean {
    return list === this.#list && position >= this.#from && position < this.#to;
  }

  /** Judges the rows of one directory from a position on; false: this one is to be visited. */
  #judgeFrom(list: FileList, position: number): boolean {
    const { context } = this.#state;
    const row = list.rowAt(position);
    // What was emptied has no place to look at, and perhaps no parent any more.
    if (!list.isActive(row)) return false;
    const isDirectory = list.isDirectory(row);
    // Without incremental recursion a directory gets its one and only visit here, and its contents come behind it.
    if (isDirectory && (!context.lists.incremental || list.baseName(row) === '.')) return false;
    if (!this.#mayLook({ list, row, ndx: ndxAt(list, position) })) return false;
    this.#judge ??= this.#makeJudge();
    const to = this.#judge.runEnd(list, position);
    if (to - position < 2) return false;
    this.#begin(list, position, to);
    this.#missingIsSure = this.#readDirectory(list, list.dirName(row) || '.');
    return true;
  }

  #begin(list: FileList, from: number, to: number): void {
    this.#judge!.begin(list, from, to, this.#state.context.lists.incremental);
    this.#list = list;
    this.#from = from;
    this.#to = to;
    this.#missingIsSure = false;
  }

  /** True when the whole directory was read and held nothing that is not in the list. */
  #readDirectory(list: FileList, directory: string): boolean {
    const judge = this.#judge!;
    let scan: DirectoryScan | undefined;
    try {
      scan = openScan(this.#state.tree, directory);
      return this.#readAll(list, scan);
    } catch (error) {
      // Visits find out what is wrong, and tell it.
      if (!(error instanceof FilesystemError)) throw error;
      judge.giveUp();
      return false;
    } finally {
      scan?.close();
    }
  }

  #readAll(list: FileList, scan: DirectoryScan): boolean {
    const judge = this.#judge!;
    const limit = Math.max(LEAST_BYTES, (this.#to - this.#from) * NAMES_PER_ROW * NAME_BYTES);
    let readBytes = 0;
    let strangers = 0;
    while (!scan.ended && readBytes < limit) {
      const bytes = scan.read(judge.buffer);
      strangers += judge.judge(list, judge.bufferAt + bytes);
      readBytes += bytes;
    }
    return scan.ended && strangers === 0;
  }

  #makeJudge(): RowJudge {
    const { context, filesystem, options } = this.#state;
    return new RowJudge(context.channel.core, {
      perms: options.perms,
      owner: options.owner && filesystem.isSuperUser,
      group: options.group,
    });
  }
}

/** How many rows at the list's beginning are the root: each source that ends in a slash brings one. */
function rootRows(list: FileList): number {
  let rows = 0;
  while (rows < list.count && list.baseName(list.rowAt(rows)) === '.') rows++;
  return rows;
}

/** Not where unchanged entries are told, compared by more than size and time, or have more attributes than a stat shows. */
function isPossible({ context, options }: DestinationState): boolean {
  return (
    context.protocol >= 29 && !tellsOfKept(context, options) && !looksCloser(options) && !hasMore(options)
  );
}

/** An entry that stays as it is gets a line, a record or an answer. */
function tellsOfKept({ config }: SessionContext, options: Options): boolean {
  const limitsSizes = options.maxSize !== null || options.minSize !== null;
  return (
    config.reportUnchanged ||
    config.removeSourceFiles ||
    config.listOnly ||
    options.removeSourceFiles !== 'no' ||
    options.info.name >= 2 ||
    options.debug.genr > 0 ||
    (limitsSizes && options.info.skip >= 1)
  );
}

/** More than size and whole seconds decides. A window only widens what counts as equal: the rest of it is visited. */
function looksCloser(options: Options): boolean {
  return (
    options.checksum ||
    options.ignoreTimes ||
    options.ignoreExisting ||
    options.modifyWindow < 0 ||
    options.alternateDestinations !== null
  );
}

/** Kept files may need attributes that no stat shows as the list does, or leave a partial file to be removed. */
function hasMore(options: Options): boolean {
  return (
    options.atimes > 0 ||
    options.privileges === 'fake' ||
    options.acls ||
    options.xattrs > 0 ||
    (options.executability && !options.perms) ||
    options.partialDir !== null
  );
}
