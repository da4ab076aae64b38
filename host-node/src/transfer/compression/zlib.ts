// The methods zlib and zlibx: one raw deflate stream a file, sync flushes whose last four bytes do not travel; the old
// method also takes matched blocks into the history of both sides (docs/protocol/04-transfer.md §7.3).
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

/** What a sync flush ends in and both sides add for themselves. */
const TRAILER = Uint8Array.of(0x00, 0x00, 0xff, 0xff);
const OUTPUT_BYTES = RECORD_BYTES + TRAILER.length;
const STORED_BLOCK_BYTES = 65535;
const DEFAULT_LEVEL = 6;

export interface ZlibOptions {
  readonly protocol: number;
  /** Old zlib: matched data enters the history. */
  readonly insertsMatched: boolean;
}

/**
 * Cuts a matched block into what both sides insert at a time. Below protocol 31 the second piece of a block longer than
 * 65535 bytes is, by an old mistake, taken from the beginning of the block again.
 */
function eachPiece(
  at: number,
  length: number,
  protocol: number,
  insert: (at: number, length: number) => void,
): void {
  for (let done = 0; done < length; done += STORED_BLOCK_BYTES) {
    insert(protocol < 31 ? at : at + done, Math.min(STORED_BLOCK_BYTES, length - done));
  }
}

function clampLevel(level: number | undefined): number {
  if (level === undefined || level === -1) return DEFAULT_LEVEL;
  return Math.min(9, Math.max(0, level));
}

export class ZlibCompressor implements TokenCompressor {
  readonly insertsMatched: boolean;
  readonly #core: CoreInstance;
  readonly #protocol: number;
  readonly #handle: ZlibHandle;
  readonly #output: number;
  #filled = 0;

  constructor(core: CoreInstance, options: ZlibOptions, level: number | undefined) {
    this.#core = core;
    this.#protocol = options.protocol;
    this.insertsMatched = options.insertsMatched;
    this.#handle = new ZlibHandle(
      nodeZlib().createDeflateRaw({ level: clampLevel(level), windowBits: 15, memLevel: 8 }),
    );
    this.#output = core.alloc(OUTPUT_BYTES);
  }

  begin(): void {
    this.#handle.reset();
    this.#filled = 0;
  }

  literal(at: number, length: number, record: RecordSink): void {
    this.#deflate(nodeZlib().constants.Z_NO_FLUSH, at, length, record);
  }

  flush(record: RecordSink): void {
    this.#deflate(nodeZlib().constants.Z_SYNC_FLUSH, this.#output, 0, record);
    const length = this.#filled - TRAILER.length;
    const end = this.#output + length;
    if (length < 0 || TRAILER.some((byte, i) => this.#core.u8[end + i] !== byte)) {
      throw new Error('deflate did not end in a flush');
    }
    if (length > 0) record(this.#output, length);
    this.#filled = 0;
  }

  /** The same bytes leave no trace on the wire, only in the window: a flush ends on a byte boundary. */
  insert(at: number, length: number): void {
    eachPiece(at, length, this.#protocol, (from, count) => {
      let left = count;
      do {
        const memory = this.#core.u8;
        const start = from + count - left;
        this.#handle.step(nodeZlib().constants.Z_SYNC_FLUSH, memory, start, left, this.#output, OUTPUT_BYTES);
        left -= this.#handle.consumedBytes;
      } while (left > 0 || this.#handle.producedBytes === OUTPUT_BYTES);
    });
  }

  /** The last four bytes are held back until it is known whether they are a flush's. */
  #deflate(flush: number, at: number, length: number, record: RecordSink): void {
    let from = at;
    let left = length;
    for (;;) {
      const memory = this.#core.u8;
      this.#handle.step(flush, memory, from, left, this.#output + this.#filled, OUTPUT_BYTES - this.#filled);
      from += this.#handle.consumedBytes;
      left -= this.#handle.consumedBytes;
      this.#filled += this.#handle.producedBytes;
      if (this.#filled < OUTPUT_BYTES) return;
      record(this.#output, RECORD_BYTES);
      this.#core.u8.copyWithin(this.#output, this.#output + RECORD_BYTES, this.#output + OUTPUT_BYTES);
      this.#filled = TRAILER.length;
    }
  }
}

export class ZlibDecompressor implements TokenDecompressor {
  readonly insertsMatched: boolean;
  readonly #protocol: number;
  readonly #stream: StreamDecompressor;
  readonly #byteOffset: () => number;

  constructor(core: CoreInstance, options: ZlibOptions, byteOffset: () => number) {
    this.insertsMatched = options.insertsMatched;
    this.#protocol = options.protocol;
    this.#byteOffset = byteOffset;
    const handle = new ZlibHandle(nodeZlib().createInflateRaw({ windowBits: 15 }));
    this.#stream = new StreamDecompressor(
      core,
      handle,
      nodeZlib().constants.Z_SYNC_FLUSH,
      (fault, leftBytes) =>
        fault === undefined
          ? this.#error('decompressor lost sync!')
          : this.#error(`inflate returned ${fault.errno} (${leftBytes} bytes)`),
    );
  }

  get outputAt(): number {
    return this.#stream.outputAt;
  }

  begin(): void {
    this.#stream.reset();
  }

  write(at: number, length: number): void {
    if (length === 0) throw this.#error('inflate returned -5 (0 bytes)');
    this.#stream.write(at, length);
  }

  finish(): void {
    this.#stream.writeBytes(TRAILER);
  }

  read(): number {
    return this.#stream.read();
  }

  /** A stored block that says what the sender's window holds by now. */
  insert(at: number, length: number): void {
    eachPiece(at, length, this.#protocol, (from, count) => {
      this.#stream.writeBytes(
        Uint8Array.of(0, count & 0xff, count >> 8, ~count & 0xff, (~count >> 8) & 0xff),
      );
      while (this.#stream.read() > 0);
      this.#stream.discard(from, count);
    });
  }

  #error(message: string): ProtocolError {
    return new ProtocolError('ERR_COMPRESSED_DATA', message, 12, this.#byteOffset());
  }
}
