// The queue of live file lists, their numbering, and the table of directories (docs/protocol/03-file-list.md §12.6, §14).
// Shared by the roles of one end. A list is freed when both halves of the receiving side are done with it.
import type { CoreInstance } from '@ocrsync/core/instance';
import { type DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList } from '@ocrsync/core/file-list';
import { directoryOfRow } from '@ocrsync/core/file-list-copy';
import { directoryOrder, rowOfNdx } from '@ocrsync/core/file-list-numbers';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { ITEM_IS_NEW } from './item.ts';
import type { Entry } from './ports.ts';

/** A list that is still in use, and what the roles keep about it. */
export class LiveList {
  readonly list: FileList;
  /** Number of the directory whose content it is; undefined: not incremental, or a first list without `.`. */
  readonly directory: number | undefined;
  /** Entries of the lists before it. */
  readonly entriesBefore: number;
  /** Receiving side: io_error bits of both ends that were known when it had come. */
  ioError = 0;
  /** Generator: requests and waiting hard links without an answer yet. */
  inProgress = 0;
  /** Generator: redos that the receiver asked for and that were not requested yet. */
  toRedo = 0;
  /** Generator: its NDX_DONE was written. */
  closed = false;
  /** One bit a row, made when the first is set: most lists of a run without changes need none. */
  #marks: Uint8Array | undefined;
  #requested: Uint8Array | undefined;

  constructor(list: FileList, directory: number | undefined, entriesBefore: number) {
    this.list = list;
    this.entriesBefore = entriesBefore;
    this.directory = directory;
  }

  /** One mark an entry: the sender's "already sent", the receiver's "asked again" (04 §14.4). */
  isMarked(row: number): boolean {
    return this.#marks !== undefined && (this.#marks[row >> 3]! & (1 << (row & 7))) !== 0;
  }

  /** Receiving side: data of this entry was asked for. */
  request(row: number): void {
    this.#requested ??= this.#bits();
    this.#requested[row >> 3]! |= 1 << (row & 7);
  }

  /** Whether data was asked for; each request is good for one answer. */
  takeRequest(row: number): boolean {
    if (this.#requested === undefined) return false;
    const bit = 1 << (row & 7);
    const asked = (this.#requested[row >> 3]! & bit) !== 0;
    this.#requested[row >> 3]! &= ~bit;
    return asked;
  }

  mark(row: number): void {
    this.#marks ??= this.#bits();
    this.#marks[row >> 3]! |= 1 << (row & 7);
  }

  #bits(): Uint8Array {
    return new Uint8Array((this.list.count + 8) >> 3);
  }
}

/** Where an index number leads. */
export interface Found {
  readonly live: LiveList;
  readonly entry: Entry;
  /** The number below the list's start: its own directory, no entry of the list. */
  readonly isListDirectory: boolean;
}

export class FileLists {
  readonly incremental: boolean;
  readonly #numbersRows: boolean;
  /** Copies of all directory entries, row = directory number; they outlive the lists that announced them. */
  readonly directories: FileList;
  readonly #core: CoreInstance;
  readonly #names: DirectoryNames;
  readonly #served = new Set<number>();
  #live: LiveList[] = [];
  /** The list that was worked on last; once it is gone, the one behind it. */
  #current: LiveList | undefined;
  #nextStart: number;
  /** Entries of all lists ever added. */
  totalEntries = 0;
  /** No further sub-lists will come (or be sent). True from the start without incremental recursion. */
  complete: boolean;

  /** `numbersRows`: see FileListParameters. */
  constructor(core: CoreInstance, names: DirectoryNames, incremental: boolean, numbersRows = false) {
    this.#numbersRows = numbersRows;
    this.#core = core;
    this.#names = names;
    this.incremental = incremental;
    this.complete = !incremental;
    this.#nextStart = incremental ? 1 : 0;
    this.directories = new FileList(core, { start: 0, dirs: names });
  }

  get live(): readonly LiveList[] {
    return this.#live;
  }

  /** An empty list with the next start number, with room for as many rows as the last one has; to be filled, sorted and {@link add}ed. */
  open(): FileList {
    const rows = this.#live.at(-1)?.list.count ?? 0;
    const numbersRows = this.#numbersRows;
    return new FileList(this.#core, { start: this.#nextStart, dirs: this.#names, rows, numbersRows });
  }

  /** Takes a sorted list into the queue and its directories into the table. */
  add(list: FileList, directory: number | undefined): LiveList {
    if (this.incremental) this.#takeDirectories(list);
    const first = this.#nextStart <= 1 && this.totalEntries === 0;
    const own = directory ?? (this.incremental && first ? this.#rootDirectory(list) : undefined);
    if (own !== undefined) this.#served.add(own);
    const live = new LiveList(list, own, this.totalEntries);
    this.#live.push(live);
    if (this.totalEntries === 0) this.#current = live;
    this.totalEntries += list.count;
    this.#nextStart = list.start + list.count + 1;
    return live;
  }

  /** The oldest list leaves the queue; its memory is given back. */
  dropOldest(): LiveList | undefined {
    const live = this.#live.shift();
    live?.list.free();
    if (live === this.#current) this.#current = this.#live[0];
    return live;
  }

  /** Entry of a directory number. */
  directoryEntry(directory: number, ndx: number): Entry {
    return { list: this.directories, row: directory, ndx };
  }

  isServed(directory: number): boolean {
    return this.#served.has(directory);
  }

  /** Looks a number up; undefined when no live list has it. */
  find(ndx: number): Found | undefined {
    const live = this.#liveOf(ndx);
    if (live === undefined) return undefined;
    const { list } = live;
    if (ndx >= list.start) {
      return { live, entry: { list, row: rowOfNdx(list, ndx), ndx }, isListDirectory: false };
    }
    if (live.directory === undefined) return undefined;
    return { live, entry: this.directoryEntry(live.directory, ndx), isListDirectory: true };
  }

  /**
   * Entries behind the list that the peer works on: the one that its last index belongs to, else the oldest. A peer that finds
   * nothing to do in a list asks for nothing, so its oldest list counts as being worked on, however long it is.
   */
  entriesAfter(ndx: number): number {
    const live = this.#liveOf(ndx) ?? this.#live[0];
    return live === undefined ? 0 : this.totalEntries - live.entriesBefore - live.list.count;
  }

  /** The list whose numbers, its directory's included, hold this one: lists are in the order of their numbers. */
  #liveOf(ndx: number): LiveList | undefined {
    let low = 0;
    let high = this.#live.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const { list } = this.#live[middle]!;
      if (ndx < list.start - 1) high = middle - 1;
      else if (ndx >= list.start + list.count) low = middle + 1;
      else return this.#live[middle];
    }
    return undefined;
  }

  /** Where the list ends that is worked on, among all entries that are known; undefined when all of them are done (07 §9.3). */
  get currentEnd(): { position: number; total: number; complete: boolean } | undefined {
    if (this.#current === undefined) return undefined;
    const { entriesBefore, list } = this.#current;
    return { position: entriesBefore + list.count - 1, total: this.totalEntries, complete: this.complete };
  }

  /** Where an entry stands among all that are known, for progress lines (03 §14.7). */
  progressOf(entry: Entry): { position: number; total: number; complete: boolean } {
    const live = this.find(entry.ndx)?.live;
    const position = live === undefined ? 0 : live.entriesBefore + entry.ndx - live.list.start;
    return { position, total: this.totalEntries, complete: this.complete };
  }

  /** The numbers that the peer may use, for texts: `FIRST - LAST`. */
  range(): string {
    const first = (this.#live[0]?.list.start ?? 1) - 1;
    const last = this.#live.at(-1)?.list;
    return `${first} - ${last ? last.start + last.count - 1 : -1}`;
  }

  /** Protocol 29 has no message for it: a new item behind the end of the list says that its writer is alive (01 §12). */
  isKeepAlive(protocol: number, ndx: number, iflags: number): boolean {
    const list = this.#live[0]?.list;
    return protocol === 29 && iflags === ITEM_IS_NEW && ndx === list?.count;
  }

  /** As {@link find}, for a number that the peer sent: unknown ones and removed duplicates are its fault (04 §2.4, §20). */
  require(ndx: number, role: string, byteOffset: number): Found {
    const found = this.find(ndx);
    this.#current = found?.live ?? this.#current;
    if (found === undefined) {
      const text = `File-list index ${ndx} not in ${this.range()} (read_ndx_and_attrs) [${role}]`;
      throw new ProtocolError('ERR_FILE_INDEX', text, 2, byteOffset);
    }
    if (!found.entry.list.isActive(found.entry.row)) {
      const text = `rsync: refusing transfer of cleared file index ${ndx}`;
      throw new ProtocolError('ERR_FILE_INDEX', text, 2, byteOffset);
    }
    return found;
  }

  free(): void {
    while (this.dropOldest());
    this.directories.free();
  }

  #rootDirectory(list: FileList): number | undefined {
    if (list.count === 0) return undefined;
    const row = list.rowAt(0);
    if (!list.isDirectory(row) || list.name(row) !== '.') return undefined;
    return directoryOrder(list).indexOf(row);
  }

  #takeDirectories(list: FileList): void {
    for (const row of directoryOrder(list)) {
      const copy = this.directories.add(directoryOfRow(list, row));
      if (!list.isActive(row)) this.directories.empty(copy);
    }
  }
}
