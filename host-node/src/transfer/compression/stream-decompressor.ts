// What the decompressors over a library stream share: records in, pieces of plain data out, all in core memory, output
// bounded by the window, so that a small record that decodes to a lot costs time but no memory.
import type { CoreInstance } from '@ocrsync/core/instance';
import { RECORD_BYTES } from '@ocrsync/core/token-codec';
import { ZlibFault, type ZlibHandle } from './zlib-handle.ts';

const OUTPUT_BYTES = 64 * 1024;

export class StreamDecompressor {
  readonly core: CoreInstance;
  readonly outputAt: number;
  readonly #handle: ZlibHandle;
  readonly #flush: number;
  readonly #inputAt: number;
  readonly #refuse: (fault: ZlibFault | undefined, leftBytes: number) => Error;
  #from = 0;
  #left = 0;
  #active = false;

  /** `refuse` makes the error for malformed data, or for data behind the stream's end. */
  constructor(
    core: CoreInstance,
    handle: ZlibHandle,
    flush: number,
    refuse: (fault: ZlibFault | undefined, leftBytes: number) => Error,
  ) {
    this.core = core;
    this.#handle = handle;
    this.#flush = flush;
    this.#refuse = refuse;
    this.#inputAt = core.alloc(RECORD_BYTES);
    this.outputAt = core.alloc(OUTPUT_BYTES);
  }

  reset(): void {
    this.#handle.reset();
    this.#left = 0;
    this.#active = false;
  }

  /** Input in core memory, copied. */
  write(at: number, length: number): void {
    this.core.u8.copyWithin(this.#inputAt, at, at + length);
    this.#begin(this.#inputAt, length);
  }

  /** Input of the host, at most a record. */
  writeBytes(bytes: Uint8Array): void {
    this.core.u8.set(bytes, this.#inputAt);
    this.#begin(this.#inputAt, bytes.length);
  }

  /** Input in core memory, used in place: everything it decodes to is thrown away. */
  discard(at: number, length: number): void {
    this.#begin(at, length);
    while (this.read() > 0);
  }

  /** Length of the next piece at outputAt; 0 = the input is used up. */
  read(): number {
    while (this.#active) {
      try {
        this.#handle.step(this.#flush, this.core.u8, this.#from, this.#left, this.outputAt, OUTPUT_BYTES);
      } catch (error) {
        throw error instanceof ZlibFault ? this.#refuse(error, this.#left) : error;
      }
      const { consumedBytes, producedBytes } = this.#handle;
      this.#from += consumedBytes;
      this.#left -= consumedBytes;
      if (this.#left === 0 && producedBytes < OUTPUT_BYTES) this.#active = false;
      if (producedBytes > 0) return producedBytes;
      if (this.#left > 0 && consumedBytes === 0) throw this.#refuse(undefined, this.#left);
    }
    return 0;
  }

  #begin(from: number, length: number): void {
    if (this.#active) throw new Error('a record before the last one was read');
    this.#from = from;
    this.#left = length;
    this.#active = true;
  }
}
