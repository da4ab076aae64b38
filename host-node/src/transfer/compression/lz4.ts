// The method lz4: every DATA record is one independent block (docs/protocol/04-transfer.md §7.5). The coding itself is the
// core's.
import type { CoreInstance } from '@ocrsync/core/instance';
import { Lz4 } from '@ocrsync/core/lz4';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import {
  RECORD_BYTES,
  type RecordSink,
  type TokenCompressor,
  type TokenDecompressor,
} from '@ocrsync/core/token-codec';

/** Upstream's buffer for one decoded block is half of this; other peers may fill theirs better. */
const OUTPUT_BYTES = 64 * 1024;

export class Lz4Compressor implements TokenCompressor {
  readonly insertsMatched = false;
  readonly #lz4: Lz4;
  readonly #output: number;

  constructor(core: CoreInstance) {
    this.#lz4 = new Lz4(core);
    this.#output = core.alloc(RECORD_BYTES);
  }

  begin(): void {
    // Blocks know nothing of each other.
  }

  /** Input that does not fit into a record compressed is halved until it does. */
  literal(at: number, length: number, record: RecordSink): void {
    for (let from = 0; from < length;) {
      let count = Math.min(RECORD_BYTES, length - from);
      let size: number | undefined;
      while ((size = this.#lz4.compress(at + from, count, this.#output, RECORD_BYTES)) === undefined)
        count >>= 1;
      record(this.#output, size);
      from += count;
    }
  }

  flush(): void {
    // Nothing is held back.
  }

  insert(): void {
    throw new Error('lz4 takes no matched data');
  }
}

export class Lz4Decompressor implements TokenDecompressor {
  readonly insertsMatched = false;
  readonly outputAt: number;
  readonly #lz4: Lz4;
  readonly #byteOffset: () => number;
  #decoded = 0;

  constructor(core: CoreInstance, byteOffset: () => number) {
    this.#lz4 = new Lz4(core);
    this.#byteOffset = byteOffset;
    this.outputAt = core.alloc(OUTPUT_BYTES);
  }

  begin(): void {
    this.#decoded = 0;
  }

  /** A block that decodes to nothing would be taken for the end of the file by upstream: refused like a malformed one. */
  write(at: number, length: number): void {
    const size = this.#lz4.decompress(at, length, this.outputAt, OUTPUT_BYTES);
    if (size === undefined || size === 0) {
      throw new ProtocolError('ERR_COMPRESSED_DATA', 'uncompress failed: -1', 12, this.#byteOffset());
    }
    this.#decoded = size;
  }

  finish(): void {
    // Every record was complete in itself.
  }

  read(): number {
    const length = this.#decoded;
    this.#decoded = 0;
    return length;
  }

  insert(): void {
    throw new Error('lz4 takes no matched data');
  }
}
