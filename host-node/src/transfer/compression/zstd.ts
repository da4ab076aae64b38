// The method zstd: one stream for the whole connection, flushed before each token, never ended
// (docs/protocol/04-transfer.md §7.4).
import type { CoreInstance } from '@ocrsync/core/instance';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import {
  RECORD_BYTES,
  type RecordSink,
  type TokenCompressor,
  type TokenDecompressor,
} from '@ocrsync/core/token-codec';
import { StreamDecompressor } from './stream-decompressor.ts';
import { nodeZlib } from './node-zlib.ts';
import { ZlibHandle } from './zlib-handle.ts';

const DEFAULT_LEVEL = 3;
const LOWEST_LEVEL = -131072;
const HIGHEST_LEVEL = 22;
/** Largest window that a peer may make us hold: 2^27 bytes, upstream's limit too. */
const WINDOW_LOG_MAX = 27;

/** 0 means the default. */
function clampLevel(level: number | undefined): number {
  return Math.min(HIGHEST_LEVEL, Math.max(LOWEST_LEVEL, level || DEFAULT_LEVEL));
}

export class ZstdCompressor implements TokenCompressor {
  readonly insertsMatched = false;
  readonly #core: CoreInstance;
  readonly #handle: ZlibHandle;
  readonly #output: number;
  #filled = 0;

  constructor(core: CoreInstance, level: number | undefined) {
    this.#core = core;
    const params = { [nodeZlib().constants.ZSTD_c_compressionLevel]: clampLevel(level) };
    this.#handle = new ZlibHandle(nodeZlib().createZstdCompress({ params }));
    this.#output = core.alloc(RECORD_BYTES);
  }

  begin(): void {
    // The stream goes on from file to file.
  }

  literal(at: number, length: number, record: RecordSink): void {
    this.#compress(nodeZlib().constants.ZSTD_e_continue, at, length, record);
  }

  flush(record: RecordSink): void {
    this.#compress(nodeZlib().constants.ZSTD_e_flush, this.#output, 0, record);
    if (this.#filled > 0) record(this.#output, this.#filled);
    this.#filled = 0;
  }

  insert(): void {
    throw new Error('zstd takes no matched data');
  }

  #compress(flush: number, at: number, length: number, record: RecordSink): void {
    let from = at;
    let left = length;
    for (;;) {
      const memory = this.#core.u8;
      const to = this.#output + this.#filled;
      this.#handle.step(flush, memory, from, left, to, RECORD_BYTES - this.#filled);
      from += this.#handle.consumedBytes;
      left -= this.#handle.consumedBytes;
      this.#filled += this.#handle.producedBytes;
      if (this.#filled < RECORD_BYTES) {
        if (left === 0) return;
      } else {
        record(this.#output, RECORD_BYTES);
        this.#filled = 0;
      }
    }
  }
}

export class ZstdDecompressor implements TokenDecompressor {
  readonly insertsMatched = false;
  readonly #stream: StreamDecompressor;

  constructor(core: CoreInstance, byteOffset: () => number) {
    const params = { [nodeZlib().constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX };
    const handle = new ZlibHandle(nodeZlib().createZstdDecompress({ params }));
    this.#stream = new StreamDecompressor(
      core,
      handle,
      nodeZlib().constants.ZSTD_e_continue,
      (fault) =>
        new ProtocolError(
          'ERR_COMPRESSED_DATA',
          `ZSTD decomp returned ${fault?.message ?? 'no progress'}`,
          12,
          byteOffset(),
        ),
    );
  }

  get outputAt(): number {
    return this.#stream.outputAt;
  }

  begin(): void {
    // The stream goes on from file to file.
  }

  /** An empty record is legal here. */
  write(at: number, length: number): void {
    this.#stream.write(at, length);
  }

  finish(): void {
    // A flush leaves nothing behind.
  }

  read(): number {
    return this.#stream.read();
  }

  insert(): void {
    throw new Error('zstd takes no matched data');
  }
}
