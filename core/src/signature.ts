// A generator's work on a basis file: the block sums, in the form they have on the wire, of a file that is read piece
// by piece into core memory (docs/protocol/04-transfer.md section 4). The caller writes the sum head before them.
//
//   signer.open(head, kind, seed);
//   while (!signer.done) signer.feed(readSync(fd, signer.window()), send);   // send(address, lengthBytes)
import { type SignFunctions, SUM1_BYTES } from './checksum.ts';
import type { CoreInstance } from './instance.ts';
import type { SumHead } from './sum-head.ts';

const WINDOW_BYTES = 1 << 18;

export class BlockSigner {
  readonly #core: CoreInstance;
  readonly #functions: SignFunctions;
  readonly #scratch: number;
  #kind = 0;
  #seed = 0;
  #blockLength = 0;
  #s2Length = 0;
  #basisLeft = 0;
  #blocksLeft = 0;
  #buffer = 0;
  #bufferBytes = 0;
  #length = 0;
  #output = 0;
  #outputBytes = 0;

  constructor(core: CoreInstance) {
    this.#core = core;
    this.#functions = core.functions<SignFunctions>();
    this.#scratch = core.alloc(this.#functions.hash_scratch_size());
  }

  /** Begins a basis whose head was chosen from its length. `seed` is the connection's, signed 32 bits. */
  open(head: SumHead, kind: number, seed: number): void {
    this.#kind = kind;
    this.#seed = seed;
    this.#blockLength = head.blockLength;
    this.#s2Length = head.s2Length;
    this.#blocksLeft = head.count;
    this.#basisLeft =
      head.count * head.blockLength - (head.remainder === 0 ? 0 : head.blockLength - head.remainder);
    this.#length = 0;
    if (head.count === 0) return;
    const blocks = Math.max(1, Math.floor(WINDOW_BYTES / head.blockLength));
    this.#reserve(blocks * head.blockLength, blocks * (SUM1_BYTES + head.s2Length));
  }

  /** All sums were given out. */
  get done(): boolean {
    return this.#blocksLeft === 0;
  }

  /** Where to read the next bytes of the basis to, never more than it has. Invalid after any call that allocates. */
  window(): Uint8Array {
    const blocks = Math.max(1, Math.floor(WINDOW_BYTES / this.#blockLength));
    const from = this.#buffer + this.#length;
    const room = Math.min(blocks * this.#blockLength - this.#length, this.#basisLeft);
    return this.#core.u8.subarray(from, from + room);
  }

  /**
   * Signs what was read. `lengthBytes` 0 = the file ended early: the missing bytes count as zeros, as upstream's map does;
   * the blocks then match nothing or are caught by the whole-file sum. `send` gets wire bytes in core memory, valid until
   * the next feed.
   */
  feed(lengthBytes: number, send: (address: number, lengthBytes: number) => void): void {
    const view = this.window();
    if (lengthBytes < 0 || lengthBytes > view.length) throw new RangeError(`feed of ${lengthBytes} bytes`);
    if (lengthBytes === 0) view.fill(0);
    const taken = lengthBytes === 0 ? view.length : lengthBytes;
    this.#length += taken;
    this.#basisLeft -= taken;
    const atEnd = this.#basisLeft === 0;
    const signedBytes = atEnd ? this.#length : this.#length - (this.#length % this.#blockLength);
    if (signedBytes === 0) return;
    const count = this.#functions.sign(
      this.#kind,
      this.#buffer,
      signedBytes,
      this.#blockLength,
      this.#seed,
      this.#s2Length,
      this.#output,
      this.#scratch,
    );
    if (count < 0) throw new Error(`sign refused its arguments (${count})`);
    this.#core.u8.copyWithin(this.#buffer, this.#buffer + signedBytes, this.#buffer + this.#length);
    this.#length -= signedBytes;
    this.#blocksLeft -= count;
    send(this.#output, count * (SUM1_BYTES + this.#s2Length));
  }

  /** Gives all memory back. The signer cannot be used afterwards. */
  dispose(): void {
    for (const at of [this.#scratch, this.#buffer, this.#output]) if (at !== 0) this.#core.free(at);
    this.#buffer = this.#output = this.#bufferBytes = this.#outputBytes = this.#blocksLeft = 0;
  }

  #reserve(bufferBytes: number, outputBytes: number): void {
    if (bufferBytes > this.#bufferBytes) {
      this.#buffer = this.#core.resize(this.#buffer, 0, bufferBytes);
      this.#bufferBytes = bufferBytes;
    }
    if (outputBytes > this.#outputBytes) {
      this.#output = this.#core.resize(this.#output, 0, outputBytes);
      this.#outputBytes = outputBytes;
    }
  }
}
