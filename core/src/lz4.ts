// LZ4 blocks in core memory: what the lz4 method puts into each DATA record (docs/protocol/04-transfer.md §7.5).
import type { CoreInstance } from './instance.ts';

interface Lz4Functions {
  lz4_table_size(): number;
  lz4_compress(src: number, length: number, dst: number, capacity: number, table: number): number;
  lz4_decompress(src: number, length: number, dst: number, capacity: number): number;
}

/** All addresses are regions of the core's memory with its allocator's slack behind them. */
export class Lz4 {
  readonly #core: CoreInstance;
  readonly #fn: Lz4Functions;
  readonly #table: number;

  constructor(core: CoreInstance) {
    this.#core = core;
    this.#fn = core.functions<Lz4Functions>();
    this.#table = core.alloc(this.#fn.lz4_table_size());
  }

  free(): void {
    this.#core.free(this.#table);
  }

  /** Block of `length` bytes (at most 65535); undefined when it is larger than `capacity`. */
  compress(at: number, length: number, to: number, capacity: number): number | undefined {
    const size = this.#fn.lz4_compress(at, length, to, capacity, this.#table);
    return size < 0 ? undefined : size;
  }

  /** Bytes that a block decodes to; undefined when it is malformed or would be longer than `capacity`. */
  decompress(at: number, length: number, to: number, capacity: number): number | undefined {
    const size = this.#fn.lz4_decompress(at, length, to, capacity);
    return size < 0 ? undefined : size;
  }
}
