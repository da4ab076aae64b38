// One synchronous stream of node:zlib, driven piece by piece through the handle below its stream class, which is not
// public: codec.ts tries it before a method is offered. Input and output are views that the caller owns; nothing is kept.

interface Handle {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputLength: number,
    output: Uint8Array,
    outputAt: number,
    outputLength: number,
  ): void;
  reset(): void;
  onerror: (message: string, errno: number) => void;
}

interface NodeStream {
  readonly _handle: Handle;
  /** Room left in the output, bytes left of the input. */
  readonly _writeState: Uint32Array;
}

/** The library's word on bytes that it could not process. */
export class ZlibFault extends Error {
  override readonly name = 'ZlibFault';
  /** zlib: -3 for malformed data. */
  readonly errno: number;

  constructor(message: string, errno: number) {
    super(message);
    this.errno = errno;
  }
}

export class ZlibHandle {
  readonly #handle: Handle;
  readonly #state: Uint32Array;
  #fault: ZlibFault | undefined;
  /** Of the last step. */
  consumedBytes = 0;
  producedBytes = 0;

  /** `stream`: what createDeflateRaw and its like return. */
  constructor(stream: unknown) {
    const { _handle: handle, _writeState: state } = stream as Partial<NodeStream>;
    if (typeof handle?.writeSync !== 'function' || !(state instanceof Uint32Array)) {
      throw new Error('node:zlib has no synchronous handle here');
    }
    this.#handle = handle;
    this.#state = state;
    handle.onerror = (message, errno) => {
      this.#fault = new ZlibFault(message, errno);
    };
  }

  /** Forgets everything, as if new. */
  reset(): void {
    this.#handle.reset();
  }

  /** One call of the library over regions of one memory; see {@link consumedBytes}, {@link producedBytes}. */
  step(flush: number, memory: Uint8Array, from: number, length: number, to: number, room: number): void {
    this.#handle.writeSync(flush, memory, from, length, memory, to, room);
    if (this.#fault !== undefined) throw this.#fault;
    this.consumedBytes = length - this.#state[1]!;
    this.producedBytes = room - this.#state[0]!;
  }
}
