// The block sums of one basis file in core memory: sum1 values and strong sums as two arrays, filled from the wire.
// The arrays grow with the sums that really arrive, never with the count that a peer announces.
import { RECORD_DIGEST_STRIDE, RECORD_DIGESTS, RECORD_SUM1 } from './delta-record.ts';
import type { DeltaFunctions } from './delta-record.ts';
import type { CoreInstance } from './instance.ts';

/** Most blocks of a basis: with 128 KiB blocks 4 TiB. Its table takes 0.9 GiB; upstream's --max-alloc stops earlier. */
export const MAX_BLOCKS = 2 ** 25;
const FIRST_CAPACITY = 4096;
const SUM1_BYTES = 4;

/** A basis that our table cannot hold, or a head that no version of the protocol allows. */
export class DeltaLimitError extends RangeError {
  override readonly name = 'DeltaLimitError';
  readonly code = 'ERR_DELTA_LIMIT';
}

/** Where to write sums by hand: `sum1Address` + 4 i, `digestsAddress` + stride i. Valid until the next reserve. */
export interface SumRoom {
  readonly sum1Address: number;
  readonly digestsAddress: number;
  readonly digestStrideBytes: number;
}

export class BlockSums {
  readonly #core: CoreInstance;
  readonly #functions: DeltaFunctions;
  #sum1 = 0;
  #digests = 0;
  #sum1Bytes = 0;
  #digestsBytes = 0;
  #stride = 8;
  #digestLength = 0;
  #expected = 0;
  #filled = 0;

  constructor(core: CoreInstance) {
    this.#core = core;
    this.#functions = core.functions<DeltaFunctions>();
  }

  /** Begins a new file; the memory of the last one is used again. */
  open(count: number, digestLength: number): void {
    if (count > MAX_BLOCKS) throw new DeltaLimitError(`${count} block sums; at most ${MAX_BLOCKS} are held`);
    this.#expected = count;
    this.#filled = 0;
    this.#digestLength = digestLength;
    this.#stride = digestLength <= 8 ? 8 : digestLength <= 16 ? 16 : 24;
  }

  /** Sums that have not arrived yet. */
  get missing(): number {
    return this.#expected - this.#filled;
  }

  /** Bytes of one sum on the wire. */
  get wireBytes(): number {
    return SUM1_BYTES + this.#digestLength;
  }

  /** Takes as many whole sums in wire form as lie in core memory at `address`; returns the bytes taken. */
  take(address: number, lengthBytes: number): number {
    const count = Math.min(this.missing, Math.floor(lengthBytes / this.wireBytes));
    if (count === 0) return 0;
    const room = this.reserve(count);
    this.#functions.delta_take_sums(
      address,
      count,
      this.#digestLength,
      room.sum1Address,
      room.digestsAddress,
      this.#stride,
    );
    this.commit(count);
    return count * this.wireBytes;
  }

  /** Room for the next `count` sums; the caller writes them and then calls {@link commit}. */
  reserve(count: number): SumRoom {
    if (count > this.missing) throw new RangeError(`${count} sums reserved, ${this.missing} are missing`);
    this.#grow(this.#filled + count);
    return {
      sum1Address: this.#sum1 + this.#filled * SUM1_BYTES,
      digestsAddress: this.#digests + this.#filled * this.#stride,
      digestStrideBytes: this.#stride,
    };
  }

  commit(count: number): void {
    this.#filled += count;
  }

  /** Tells the matcher's record where the arrays are. */
  writeTo(record: number): void {
    const u32 = this.#core.u32;
    u32[(record + RECORD_SUM1) >> 2] = this.#sum1;
    u32[(record + RECORD_DIGESTS) >> 2] = this.#digests;
    u32[(record + RECORD_DIGEST_STRIDE) >> 2] = this.#stride;
  }

  dispose(): void {
    if (this.#sum1 !== 0) this.#core.free(this.#sum1);
    if (this.#digests !== 0) this.#core.free(this.#digests);
    this.#sum1 = this.#digests = this.#sum1Bytes = this.#digestsBytes = 0;
    this.#expected = this.#filled = 0;
  }

  #grow(count: number): void {
    if (count * SUM1_BYTES > this.#sum1Bytes) {
      const bytes = Math.max(count, FIRST_CAPACITY, Math.min(this.#expected, this.#filled * 2)) * SUM1_BYTES;
      this.#sum1 = this.#core.resize(this.#sum1, this.#filled * SUM1_BYTES, bytes);
      this.#sum1Bytes = bytes;
    }
    if (count * this.#stride > this.#digestsBytes) {
      const bytes =
        Math.max(count, FIRST_CAPACITY, Math.min(this.#expected, this.#filled * 2)) * this.#stride;
      this.#digests = this.#core.resize(this.#digests, this.#filled * this.#stride, bytes);
      this.#digestsBytes = bytes;
    }
  }
}
