// The directory paths of a session, each kept once in the core's memory; file lists name them by number.
// Shared by all lists of one session, lives as long as it. Paths end in '/'; number 0 is the empty path.
import type { CoreInstance } from './instance.ts';
import { latin1Text } from './latin1.ts';
import { DIRS, DIRS_RECORD_BYTES, type FileListFunctions } from './file-list-layout.ts';
import { allocForPeer, checkPeerMemory } from './file-list-memory.ts';
import { NO_ROOM } from './status.ts';

const WHAT = 'directory names';
const RECORD_BYTES = 16;
const FIRST_RECORDS = 64;
const FIRST_ARENA_BYTES = 2048;
/** For the sorting of lists of some hundred rows. */
const KEPT_SCRATCH_BYTES = 16384;
const DEFAULT_MAX_BYTES = 2 ** 30;

/** The session's table of directory paths. */
export class DirectoryNames {
  readonly core: CoreInstance;
  readonly #functions: FileListFunctions;
  readonly #maxBytes: number;
  #scratch = 0;
  /** Address of the record that the core's functions take. */
  readonly at: number;

  constructor(core: CoreInstance, options: { maxBytes?: number } = {}) {
    this.core = core;
    this.#functions = core.functions<FileListFunctions>();
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.at = core.alloc(DIRS_RECORD_BYTES);
    // No peer sees what Math.random gave before; loading crypto would take 3 ms of a start.
    this.#set('seed', Math.floor(Math.random() * 2 ** 32));
    this.#growRecords(FIRST_RECORDS);
    this.#growArena(FIRST_ARENA_BYTES);
    this.#functions.dirs_init(this.at);
  }

  /** Paths in the table, the empty one included. */
  get count(): number {
    return this.#get('count');
  }

  /** Bytes of the core's memory that the table holds. */
  get usedBytes(): number {
    return this.#bytes(this.#get('recordCapacity'), this.#get('arenaCapacity'));
  }

  /** The path of a number, with its '/' at the end, as latin1 text; '' for number 0. */
  path(number: number): string {
    const { core } = this;
    const record = (this.#get('records') + number * RECORD_BYTES) >>> 2;
    const at = this.#get('arena') + core.u32[record]!;
    return latin1Text(core.u8, at, core.u32[record + 1]!);
  }

  /** Makes room for one more path of `pathBytes` bytes. Throws a ProtocolError (exit 22) above the limit. */
  reserve(pathBytes: number): void {
    const capacity = this.#get('recordCapacity');
    if (this.count >= capacity) this.#growRecords(capacity * 2);
    const need = this.#get('arenaUsed') + pathBytes;
    const arena = this.#get('arenaCapacity');
    if (need > arena) this.#growArena(Math.max(arena * 2, need));
  }

  /** Number of a path given by its bytes in the core's memory ('/' at the end, or empty); entered when new. */
  intern(pathAt: number, pathBytes: number): number {
    const found = this.#functions.dirs_intern(this.at, pathAt, pathBytes);
    if (found !== NO_ROOM) return found;
    this.reserve(pathBytes);
    return this.#functions.dirs_intern(this.at, pathAt, pathBytes);
  }

  /** Runs with the address of so many bytes, whatever they hold; small ones are kept for the next caller. */
  withScratch(bytes: number, run: (at: number) => void): void {
    if (bytes > KEPT_SCRATCH_BYTES) {
      const at = this.core.alloc(bytes);
      try {
        run(at);
      } finally {
        this.core.free(at);
      }
      return;
    }
    if (this.#scratch === 0) this.#scratch = this.core.alloc(KEPT_SCRATCH_BYTES);
    run(this.#scratch);
  }

  /** Gives the memory back; no list may use the table after this. */
  free(): void {
    for (const field of ['records', 'slots', 'arena'] as const) this.core.free(this.#get(field));
    if (this.#scratch !== 0) this.core.free(this.#scratch);
    this.core.free(this.at);
  }

  #bytes(records: number, arenaBytes: number): number {
    return DIRS_RECORD_BYTES + records * (RECORD_BYTES + 8) + arenaBytes;
  }

  #growRecords(capacity: number): void {
    checkPeerMemory(WHAT, this.#bytes(capacity, this.#get('arenaCapacity')), this.#maxBytes);
    this.#move('records', this.count * RECORD_BYTES, capacity * RECORD_BYTES);
    this.#set('recordCapacity', capacity);
    this.#move('slots', 0, capacity * 8);
    this.#set('slotMask', capacity * 2 - 1);
    this.#functions.dirs_rehash(this.at);
  }

  #growArena(bytes: number): void {
    checkPeerMemory(WHAT, this.#bytes(this.#get('recordCapacity'), bytes), this.#maxBytes);
    this.#move('arena', this.#get('arenaUsed'), bytes);
    this.#set('arenaCapacity', bytes);
  }

  /** A larger region for a field, with the first bytes of the old one. */
  #move(field: 'records' | 'slots' | 'arena', keepBytes: number, bytes: number): void {
    const { core } = this;
    const old = this.#get(field);
    const next = allocForPeer(core, WHAT, bytes);
    if (old !== 0) {
      core.u8.copyWithin(next, old, old + keepBytes);
      core.free(old);
    }
    this.#set(field, next);
  }

  #get(field: keyof typeof DIRS): number {
    return this.core.u32[(this.at >>> 2) + DIRS[field]]!;
  }

  #set(field: keyof typeof DIRS, value: number): void {
    this.core.u32[(this.at >>> 2) + DIRS[field]] = value;
  }
}
