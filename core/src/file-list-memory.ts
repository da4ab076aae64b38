// The memory of one file list: a block of header and columns, and an arena of names and extras. Both grow by doubling, so
// what a peer makes us hold stays within a small factor of what it sent, and never goes above the limit.
import type { CoreInstance } from './instance.ts';
import { COLUMN_BYTES, LIST, LIST_HEADER_BYTES, ROW_BYTES } from './file-list-layout.ts';
import { ProtocolError } from './protocol-error.ts';

const FIRST_ROWS = 16;
const FIRST_ARENA_BYTES = 512;
const MOST_FIRST_ROWS = 512;
/** Bytes of a name and what belongs to it. */
const GUESSED_ARENA_BYTES = 24;

/** Refuses (exit code 22) when the peer's list would take more than the host allows. */
export function checkPeerMemory(what: string, bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) refuse(what, bytes, `more than the limit of ${maxBytes}`);
}

/** A new region for a peer's list; where the core's memory ends, the peer is refused like above the limit. */
export function allocForPeer(core: CoreInstance, what: string, bytes: number): number {
  try {
    return core.alloc(bytes);
  } catch (error) {
    if (error instanceof RangeError) refuse(what, bytes, 'more than the core has');
    throw error;
  }
}

function refuse(what: string, bytes: number, why: string): never {
  throw new ProtocolError('ERR_LIST_MEMORY', `${what} need ${bytes} bytes, ${why}`, 22, 0);
}

export class FileListMemory {
  readonly #core: CoreInstance;
  readonly #maxBytes: number;
  #at = 0;

  /** Begins with room for `rows`, a guess that is bounded here: memory is not taken for what was never sent. */
  constructor(core: CoreInstance, maxBytes: number, rows: number) {
    this.#core = core;
    this.#maxBytes = maxBytes;
    const first = Math.max(FIRST_ROWS, Math.min(rows, MOST_FIRST_ROWS));
    this.#growRows(first);
    this.#growArena(Math.max(FIRST_ARENA_BYTES, first * GUESSED_ARENA_BYTES));
  }

  /** Address of the header; it moves when rows are added. */
  get at(): number {
    return this.#at;
  }

  get usedBytes(): number {
    return this.#at === 0 ? 0 : blockBytes(this.get(LIST.capacity)) + this.get(LIST.arenaCapacity);
  }

  /** A field of the header. */
  get(field: number): number {
    return this.#core.u32[(this.#at >>> 2) + field]!;
  }
  set(field: number, value: number): void {
    this.#core.u32[(this.#at >>> 2) + field] = value;
  }

  /** Index into u32 of a row's place in a column of four-byte values. */
  index4(column: number, row: number): number {
    return (this.get(column) >>> 2) + row;
  }
  /** Index into f64 of a row's place in a column of eight-byte values. */
  index8(column: number, row: number): number {
    return (this.get(column) >>> 3) + row;
  }

  reserveRows(rows: number): void {
    const need = this.get(LIST.count) + rows;
    const capacity = this.get(LIST.capacity);
    if (need > capacity) this.#growRows(Math.max(need, capacity * 2));
  }

  reserveArena(bytes: number): void {
    const need = this.get(LIST.arenaUsed) + bytes;
    const capacity = this.get(LIST.arenaCapacity);
    if (need > capacity) this.#growArena(Math.max(need, capacity * 2));
  }

  free(): void {
    if (this.#at === 0) return;
    this.#core.free(this.get(LIST.arena));
    this.#core.free(this.#at);
    this.#at = 0;
  }

  /** A larger block with the header and all columns moved into it. Rows are a multiple of 4: columns stay aligned. */
  #growRows(rows: number): void {
    const core = this.#core;
    const capacity = Math.ceil(rows / 4) * 4;
    const old = this.#at;
    const bytes = blockBytes(capacity);
    checkPeerMemory('file lists', bytes + (old === 0 ? 0 : this.get(LIST.arenaCapacity)), this.#maxBytes);
    const block = allocForPeer(core, 'file lists', bytes);
    if (old !== 0) core.u8.copyWithin(block, old, old + LIST_HEADER_BYTES);
    let column = block + LIST_HEADER_BYTES;
    for (let index = 0; index < COLUMN_BYTES.length; index++) {
      const width = COLUMN_BYTES[index]!;
      if (old !== 0) {
        const source = this.get(LIST.columns + index);
        core.u8.copyWithin(column, source, source + width * this.get(LIST.count));
      }
      core.u32[(block >>> 2) + LIST.columns + index] = column;
      column += width * capacity;
    }
    if (old !== 0) core.free(old);
    this.#at = block;
    this.set(LIST.capacity, capacity);
  }

  #growArena(bytes: number): void {
    checkPeerMemory('file lists', blockBytes(this.get(LIST.capacity)) + bytes, this.#maxBytes);
    const old = this.get(LIST.arena);
    const next = allocForPeer(this.#core, 'file lists', bytes);
    if (old !== 0) {
      this.#core.u8.copyWithin(next, old, old + this.get(LIST.arenaUsed));
      this.#core.free(old);
    }
    this.set(LIST.arena, next);
    this.set(LIST.arenaCapacity, bytes);
  }
}

function blockBytes(rows: number): number {
  return LIST_HEADER_BYTES + rows * ROW_BYTES;
}
