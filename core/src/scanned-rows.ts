// The kernels that work on the records of a directory scan: regular files into the sender's list, and which rows of a
// received list need a visit of the generator (docs/protocol/03-file-list.md §3.6, 04-transfer.md §3.8).
// A buffer of scan records in the core's memory belongs to each.
import type { DirectoryNames } from './directory-names.ts';
import type { FileList } from './file-list.ts';
import type { CoreInstance } from './instance.ts';
import { putLatin1 } from './latin1.ts';
import { SCAN_RECORD_BYTES } from './scan-record.ts';
import { NO_ROOM } from './status.ts';

/** Bytes of records that are read at a time: some hundreds of entries. */
const SCAN_BUFFER_BYTES = 65536;

interface ScannedFunctions {
  flist_add_scanned(list: number, dirs: number, take: number, dir: number, from: number, end: number): number;
  flist_run_end(list: number, from: number): number;
  flist_judge_begin(list: number, judge: number, from: number, to: number, codes: number): number;
  flist_judge(list: number, judge: number, records: number, end: number): number;
}

/** u32 indexes of the record that flist_add_scanned takes. */
const TAKE = { at: 0, root: 1, options: 2, uids: 3, gids: 4, uid: 5, gid: 13 } as const;
const TAKE_BYTES = 96;
const KNOWN_IDS = 8;
const MAX_PATH_BYTES = 4096;

export interface TakeOptions {
  /** Owners are told by name at first sight: the host must see an id before the kernel may pass it. */
  readonly uids: boolean;
  readonly gids: boolean;
  /** Files with several links are the host's. */
  readonly singleLinks: boolean;
}

/** Appends the plain regular files of a scan to the sender's list. */
export class ScannedRows {
  readonly #core: CoreInstance;
  readonly #functions: ScannedFunctions;
  readonly #at: number;
  /** Address of {@link SCAN_BUFFER_BYTES} for records. */
  readonly bufferAt: number;
  #buffer: Uint8Array | undefined;

  constructor(core: CoreInstance, options: TakeOptions) {
    this.#core = core;
    this.#functions = core.functions<ScannedFunctions>();
    this.#at = core.alloc(TAKE_BYTES + MAX_PATH_BYTES);
    this.bufferAt = core.alloc(SCAN_BUFFER_BYTES);
    const bits = (options.uids ? 1 : 0) | (options.gids ? 2 : 0) | (options.singleLinks ? 4 : 0);
    core.u32[(this.#at >>> 2) + TAKE.options] = bits;
  }

  /** The buffer as a view, valid until the core allocates. */
  get buffer(): Uint8Array {
    if (this.#buffer?.buffer !== this.#core.u8.buffer) {
      this.#buffer = this.#core.u8.subarray(this.bufferAt, this.bufferAt + SCAN_BUFFER_BYTES);
    }
    return this.#buffer;
  }

  /** Number of the directory with this path ('/' at its end, or empty), latin1. */
  directoryNumber(dirs: DirectoryNames, path: string): number {
    putLatin1(this.#core.u8, this.#at + TAKE_BYTES, path, 0, path.length);
    return dirs.intern(this.#at + TAKE_BYTES, path.length);
  }

  /** The host has seen these ids; a handful of each is remembered. */
  learn(uid: number, gid: number): void {
    this.#learn(TAKE.uids, TAKE.uid, uid);
    this.#learn(TAKE.gids, TAKE.gid, gid);
  }

  /**
   * Appends from the record at `from` on, up to the end at `end`, for the directory of that number and the source root of that
   * number. Returns the address of the first record that the host has to take itself; `end` when there is none.
   */
  take(list: FileList, directory: number, root: number, from: number, end: number): number {
    const record = this.#at >>> 2;
    this.#core.u32[record + TAKE.root] = root;
    for (let at = from; ;) {
      const status = this.#functions.flist_add_scanned(list.at, list.dirs.at, this.#at, directory, at, end);
      at = this.#core.u32[record + TAKE.at]!;
      if (status !== NO_ROOM) {
        list.changed();
        return at;
      }
      list.reserveRows(Math.ceil((end - at) / SCAN_RECORD_BYTES));
      list.reserveArena(end - at);
    }
  }

  #learn(countField: number, idsField: number, id: number): void {
    const { u32 } = this.#core;
    const record = this.#at >>> 2;
    const count = u32[record + countField]!;
    const ids = record + idsField;
    for (let i = 0; i < count; i++) if (u32[ids + i] === id) return;
    if (count === KNOWN_IDS) return;
    u32[ids + count] = id;
    u32[record + countField] = count + 1;
  }
}

/** What is known of a position after a judgement. `missing`: a regular file, nothing of its name is there. */
export const JUDGED_MISSING = 0;
/** Nothing is to be done or said. */
export const JUDGED_SETTLED = 1;
export const JUDGED_VISIT = 2;

const JUDGE = { options: 3 } as const;
const JUDGE_BYTES = 32;

export interface JudgeOptions {
  /** Attributes that the run would set. */
  readonly perms: boolean;
  readonly owner: boolean;
  readonly group: boolean;
}

/** Judges the rows of one directory by the records of the directory that they go to. Lists in the order of P ≥ 29 only. */
export class RowJudge {
  readonly #core: CoreInstance;
  readonly #functions: ScannedFunctions;
  readonly #at: number;
  readonly #options: number;
  #codes = 0;
  #capacity = 0;
  #from = 0;
  #to = 0;
  /** Address of {@link SCAN_BUFFER_BYTES} for records. */
  readonly bufferAt: number;
  #buffer: Uint8Array | undefined;

  constructor(core: CoreInstance, options: JudgeOptions) {
    this.#core = core;
    this.#functions = core.functions<ScannedFunctions>();
    this.#at = core.alloc(JUDGE_BYTES);
    this.bufferAt = core.alloc(SCAN_BUFFER_BYTES);
    this.#options = (options.perms ? 1 : 0) | (options.owner ? 2 : 0) | (options.group ? 4 : 0);
  }

  get buffer(): Uint8Array {
    if (this.#buffer?.buffer !== this.#core.u8.buffer) {
      this.#buffer = this.#core.u8.subarray(this.bufferAt, this.bufferAt + SCAN_BUFFER_BYTES);
    }
    return this.#buffer;
  }

  /** The first position behind `from` whose row lies in another directory. */
  runEnd(list: FileList, from: number): number {
    return this.#functions.flist_run_end(list.at, from);
  }

  /** Begins with the positions [from, to) of one directory. `directories`: one that is there needs no visit. */
  begin(list: FileList, from: number, to: number, directories: boolean): void {
    if (this.#capacity < to - from) {
      if (this.#codes !== 0) this.#core.free(this.#codes);
      this.#capacity = Math.max(to - from, 2 * this.#capacity, 256);
      this.#codes = this.#core.alloc(this.#capacity);
    }
    this.#from = from;
    this.#to = to;
    this.#core.u32[(this.#at >>> 2) + JUDGE.options] = this.#options | (directories ? 8 : 0);
    this.#functions.flist_judge_begin(list.at, this.#at, from, to, this.#codes);
  }

  /**
   * Takes the records [bufferAt, end); those whose names are in the list are marked. Returns how many are not in it. What no
   * record was seen of counts as missing in the end.
   */
  judge(list: FileList, end: number): number {
    return this.#functions.flist_judge(list.at, this.#at, this.bufferAt, end);
  }

  /** Nothing can be said: all positions are to be visited. */
  giveUp(): void {
    this.#core.u8.fill(JUDGED_VISIT, this.#codes, this.#codes + this.#to - this.#from);
  }

  /** A JUDGED_ code of a position in the range. */
  code(position: number): number {
    return this.#core.u8[this.#codes + position - this.#from]!;
  }

  /** The first position from there on that is not settled; the end of the range when there is none. */
  next(position: number): number {
    const { u8 } = this.#core;
    let at = this.#codes + position - this.#from;
    const end = this.#codes + this.#to - this.#from;
    while (at < end && u8[at] === JUDGED_SETTLED) at++;
    return at - this.#codes + this.#from;
  }

  free(): void {
    if (this.#codes !== 0) this.#core.free(this.#codes);
    this.#core.free(this.bufferAt);
    this.#core.free(this.#at);
  }
}
