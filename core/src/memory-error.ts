// The core's memory is bounded: what would not fit is told before it is taken.

/** A region of so many bytes was asked for where no more than `limitBytes` may be taken at once. */
export class CoreMemoryError extends Error {
  override readonly name = 'CoreMemoryError';
  readonly bytes: number;
  readonly limitBytes: number;

  constructor(bytes: number, limitBytes: number) {
    super(`${bytes} bytes of core memory at once; the limit is ${limitBytes}`);
    this.bytes = bytes;
    this.limitBytes = limitBytes;
  }
}
