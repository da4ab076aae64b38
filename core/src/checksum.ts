// Digests through the core: whole files in pieces, and block signatures as the records that follow a sum head.
// docs/protocol/01-session.md sections 6.2 and 6.3, docs/protocol/04-transfer.md section 4.
// Knows nothing of files: the caller reads them, best straight into the core's memory.
import { digestBytes, KIND_MD4_OLD, MAX_DIGEST_BYTES } from './checksum-kinds.ts';
import type { CoreInstance } from './instance.ts';

/** Input of one call into the core is bounded, so that it never runs for long. */
const CALL_BYTES = 1 << 20;
/** Pieces in which bytes of the host's own memory pass through the core's. */
const STAGING_BYTES = 1 << 16;

/** Bytes of the rolling sum in front of a block's digest. */
export const SUM1_BYTES = 4;

/** What block sums are made with. */
export interface SignFunctions {
  hash_scratch_size(): number;
  sign(
    kind: number,
    p: number,
    len: number,
    blockLen: number,
    seed: number,
    s2len: number,
    out: number,
    scratch: number,
  ): number;
}

interface ChecksumFunctions extends SignFunctions {
  hash_block(kind: number, p: number, len: number, seed: number, out: number, scratch: number): number;
  hash_init(kind: number, state: number, seed: number): number;
  hash_update(state: number, p: number, len: number): void;
  hash_final(state: number, out: number): number;
  hash_state_size(): number;
  roll(p: number, len: number): number;
}

/**
 * Digest of one file after the other. `begin`, then `update` for every piece, then `final`.
 * The checksum seed matters for KIND_MD4_OLD only, and there even when it is 0.
 */
export class WholeFileHash {
  readonly kind: number;
  readonly #core: CoreInstance;
  readonly #functions: ChecksumFunctions;
  readonly #seed: number;
  readonly #state: number;
  readonly #out: number;
  #staging = 0;

  constructor(core: CoreInstance, kind: number, seed = 0) {
    digestBytes(kind);
    this.kind = kind;
    this.#core = core;
    this.#functions = core.functions<ChecksumFunctions>();
    this.#seed = kind === KIND_MD4_OLD ? seed | 0 : 0;
    this.#state = core.alloc(this.#functions.hash_state_size());
    this.#out = core.alloc(MAX_DIGEST_BYTES);
    this.begin();
  }

  /** Starts a new file; whatever was taken before is forgotten. */
  begin(): void {
    this.#functions.hash_init(this.kind, this.#state, this.#seed);
  }

  /** Takes the next `lengthBytes` bytes, which lie at `address` in the core's memory. */
  update(address: number, lengthBytes: number): void {
    for (let done = 0; done < lengthBytes; done += CALL_BYTES) {
      this.#functions.hash_update(this.#state, address + done, Math.min(CALL_BYTES, lengthBytes - done));
    }
  }

  /** Takes the next bytes, which lie in the host's memory: they are copied through the core's. */
  updateBytes(bytes: Uint8Array): void {
    if (this.#staging === 0) this.#staging = this.#core.alloc(STAGING_BYTES);
    for (let done = 0; done < bytes.length; done += STAGING_BYTES) {
      const piece = bytes.subarray(done, done + STAGING_BYTES);
      this.#core.u8.set(piece, this.#staging);
      this.#functions.hash_update(this.#state, this.#staging, piece.length);
    }
  }

  /** The digest in wire order, in memory of its own; the next file is begun. */
  final(): Uint8Array {
    const lengthBytes = this.#functions.hash_final(this.#state, this.#out);
    this.begin();
    return this.#core.u8.slice(this.#out, this.#out + lengthBytes);
  }

  /** Gives the records in the core's memory back; the object must not be used any more. */
  dispose(): void {
    this.#core.free(this.#state);
    this.#core.free(this.#out);
    if (this.#staging !== 0) this.#core.free(this.#staging);
    this.#staging = 0;
  }
}

/** Sums of blocks: kind and seed of the connection stay, files come and go. */
export class BlockSums {
  readonly kind: number;
  readonly #core: CoreInstance;
  readonly #functions: ChecksumFunctions;
  readonly #seed: number;
  readonly #scratch: number;
  readonly #out: number;

  /** `seed` is the connection's checksum seed as a signed 32-bit number; 0 means none. */
  constructor(core: CoreInstance, kind: number, seed: number) {
    digestBytes(kind);
    this.kind = kind;
    this.#core = core;
    this.#functions = core.functions<ChecksumFunctions>();
    this.#seed = seed | 0;
    this.#scratch = core.alloc(this.#functions.hash_scratch_size());
    this.#out = core.alloc(MAX_DIGEST_BYTES);
  }

  /** Rolling sum of `lengthBytes` bytes at `address` in the core's memory, as an unsigned number. */
  rollingSum(address: number, lengthBytes: number): number {
    return this.#functions.roll(address, lengthBytes) >>> 0;
  }

  /** Whole digest of one block at `address` in the core's memory, in wire order, in memory of its own. */
  digest(address: number, lengthBytes: number): Uint8Array {
    const { hash_block } = this.#functions;
    const bytes = hash_block(this.kind, address, lengthBytes, this.#seed, this.#out, this.#scratch);
    return this.#core.u8.slice(this.#out, this.#out + bytes);
  }

  /** Bytes that {@link blockSignatures} writes for so many bytes of input. */
  signatureBytes(lengthBytes: number, blockLengthBytes: number, s2lengthBytes: number): number {
    return Math.ceil(lengthBytes / blockLengthBytes) * (SUM1_BYTES + s2lengthBytes);
  }

  /**
   * Writes one record a block to `out`: the rolling sum (4 bytes little-endian) and the first `s2lengthBytes` of the
   * digest, as on the wire. Only the file's last piece may end in a short block; other pieces are cut by the caller
   * at a multiple of the block length. `address` and `out` are in the core's memory, where `out` has room for
   * {@link signatureBytes}. Returns the number of blocks.
   */
  blockSignatures(
    address: number,
    lengthBytes: number,
    blockLengthBytes: number,
    s2lengthBytes: number,
    out: number,
  ): number {
    if (!(blockLengthBytes > 0) || s2lengthBytes < 0 || s2lengthBytes > digestBytes(this.kind)) {
      throw new RangeError(`signature of ${blockLengthBytes}-byte blocks with ${s2lengthBytes}-byte sums`);
    }
    const { sign } = this.#functions;
    const pieceBytes = Math.max(1, Math.floor(CALL_BYTES / blockLengthBytes)) * blockLengthBytes;
    let blocks = 0;
    for (let done = 0; done < lengthBytes; done += pieceBytes) {
      const piece = Math.min(pieceBytes, lengthBytes - done);
      const to = out + blocks * (SUM1_BYTES + s2lengthBytes);
      blocks += sign(
        this.kind,
        address + done,
        piece,
        blockLengthBytes,
        this.#seed,
        s2lengthBytes,
        to,
        this.#scratch,
      );
    }
    return blocks;
  }

  /** Gives the records in the core's memory back; the object must not be used any more. */
  dispose(): void {
    this.#core.free(this.#scratch);
    this.#core.free(this.#out);
  }
}
