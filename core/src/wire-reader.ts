// One direction of a session's bytes, decoded in core memory: frames taken apart, numbers, strings, items, tokens.
// Knows no socket and no role. Every try-function either reads its item whole, or answers false and has consumed nothing
// (docs/protocol/01-session.md §7, §8; docs/protocol/04-transfer.md §2, §4.1, §7).
import type { CoreInstance } from './instance.ts';
import { latin1Text } from './latin1.ts';
import { ProtocolError } from './protocol-error.ts';
import { MALFORMED, NEED_MORE } from './status.ts';
import * as record from './wire-record.ts';

/** Nothing new: raw bytes are needed. */
export const ADVANCED_NOTHING = 0;
/** More data bytes are parseable. */
export const ADVANCED_DATA = 1;
/** An out-of-band message is complete: see {@link WireReader.messageCode}. */
export const ADVANCED_MESSAGE = 2;

/** A piece of literal data: `length` bytes at `at`. */
export const TOKEN_LITERAL = 1;
/** A block of the basis: `block`. */
export const TOKEN_MATCH = 2;
/** The end of the file's tokens. */
export const TOKEN_END = 3;
/** Only in compressed streams: one DATA record, `length` bytes at `at`. */
export const TOKEN_COMPRESSED = 4;

const DEFAULT_CAPACITY_BYTES = 256 * 1024;
const SMALLEST_CAPACITY_BYTES = 64;
/** Longest message text that is accepted, and one byte. */
const MESSAGE_BYTES = 5120;
/** A header has to fit beside the longest item. */
const HEADER_BYTES = 4;
const BLOCK_LENGTH_MAX = 131072;
const BLOCK_LENGTH_MAX_OLD = 2 ** 29;
const COUNT_MAX = 2 ** 31 - 1;

export interface SumHeadLimits {
  readonly protocol: number;
  /** Digest length of the transfer's checksum. */
  readonly digestBytes: number;
  /** Most block sums that the caller has memory for (exit code 22 above it). */
  readonly maxCount?: number;
  /** Process name for the texts; else {@link WireReader.role}. */
  readonly role?: string;
}

export class WireReader {
  readonly #core: CoreInstance;
  readonly #fn: record.ReaderFunctions;
  readonly #capacityBytes: number;
  readonly #ctx: number;
  readonly #word: number;
  readonly #double: number;
  readonly #window: number;
  #ended = false;
  /** Name of the process that reads, for texts: `sender`, `Receiver`, … Empty = left out. */
  role = '';
  /** The same for faults of frames, which also tell about incremental recursion: `Receiver/inc`. */
  frameRole = '';

  /** Sees all raw bytes that are committed from now on. The bytes are only lent. */
  copyTo: ((bytes: Uint8Array) => void) | undefined;

  constructor(core: CoreInstance, options: { readonly capacityBytes?: number } = {}) {
    const capacityBytes = options.capacityBytes ?? DEFAULT_CAPACITY_BYTES;
    if (!Number.isInteger(capacityBytes) || capacityBytes < SMALLEST_CAPACITY_BYTES) {
      throw new RangeError(`wire reader of ${capacityBytes} bytes`);
    }
    this.#core = core;
    this.#fn = core.functions<record.ReaderFunctions>();
    this.#capacityBytes = capacityBytes;
    this.#ctx = core.alloc(record.READER_RECORD_BYTES + MESSAGE_BYTES);
    this.#word = this.#ctx >>> 2;
    this.#double = this.#ctx >>> 3;
    this.#window = core.alloc(capacityBytes);
    this.#fn.reader_init(this.#ctx, this.#window, capacityBytes, this.#ctx + record.READER_RECORD_BYTES);
  }

  /** Gives the memory back; the reader is then dead. */
  free(): void {
    this.#core.free(this.#ctx);
    this.#core.free(this.#window);
  }

  // ---- transport side

  /**
   * The free end of the window, to be filled and then {@link commit}ted; empty when full. Moves unparsed bytes: addresses
   * of items read before (`at`, `textAt`, `xnameAt`, literals) are void after this call.
   */
  space(): Uint8Array {
    const free = this.#fn.reader_space(this.#ctx);
    const at = this.#u(5);
    return this.#core.u8.subarray(at, at + free);
  }

  /** So many raw bytes were put at the beginning of {@link space}. */
  commit(byteCount: number): void {
    if (this.copyTo !== undefined) {
      const at = this.#u(5);
      this.copyTo(this.#core.u8.subarray(at, at + byteCount));
    }
    if (this.#fn.reader_commit(this.#ctx, byteCount) < 0)
      throw new RangeError(`commit of ${byteCount} bytes`);
  }

  /** The transport saw the end of the stream. */
  end(): void {
    this.#ended = true;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Raw bytes committed so far, frame headers included. */
  get rawBytesTaken(): number {
    return this.#core.f64[this.#double + record.R_RAW_TAKEN]!;
  }

  /** Data bytes that were parsed so far: no headers, no messages. */
  get dataBytesRead(): number {
    const { f64, u32 } = this.#core;
    const left = u32[this.#word + record.R_END]! - u32[this.#word + record.R_POS]!;
    return f64[this.#double + record.R_EXPOSED]! - left;
  }

  /** Offset of the parse position in the peer's stream, frame headers included. */
  get byteOffset(): number {
    this.#fn.reader_offset(this.#ctx);
    return this.#core.f64[this.#double + record.R_OFFSET]!;
  }

  // ---- frames

  /** Frames begin with the next unparsed byte. */
  enableMux(): void {
    this.#fn.reader_set_mux(this.#ctx, 1);
  }

  /** The bytes after the last frame are bare (files-from of protocol <= 30). Not inside a frame. */
  disableMux(): void {
    if (this.#fn.reader_set_mux(this.#ctx, 0) < 0) throw new Error('disableMux inside a frame');
  }

  /**
   * To be called after a try-function answered false. Data and messages come in the order of the stream.
   * Throws ProtocolError for unknown codes and wrong lengths (01 §8.4).
   */
  advance(): number {
    const result = this.#fn.reader_advance(this.#ctx);
    if (result < 0) this.#fail(undefined, this.frameRole);
    return result;
  }

  /** Code of the message; valid, like its payload, until the next {@link advance}. */
  get messageCode(): number {
    return this.#i(record.R_MSG_CODE);
  }
  get messageAt(): number {
    return this.#u(record.R_MSG_AT);
  }
  get messageLength(): number {
    return this.#u(record.R_MSG_LEN);
  }

  // ---- numbers: see value

  /** The last number read. 64-bit ones are exact: beyond ±2^53 they are refused. */
  get value(): number {
    return this.#core.f64[this.#double + record.R_VALUE]!;
  }

  tryByte(): boolean {
    return this.#read(this.#fn.read_byte(this.#ctx));
  }
  /** Two bytes, unsigned. */
  tryShort(): boolean {
    return this.#read(this.#fn.read_short(this.#ctx));
  }
  /** Four bytes, signed. */
  tryInt(): boolean {
    return this.#read(this.#fn.read_int(this.#ctx));
  }
  tryLongint(): boolean {
    return this.#read(this.#fn.read_longint(this.#ctx));
  }
  /** 32 bits, signed. */
  tryVarint(): boolean {
    return this.#read(this.#fn.read_varint(this.#ctx));
  }
  tryVarlong(minBytes: number): boolean {
    return this.#read(this.#fn.read_varlong(this.#ctx, minBytes));
  }
  tryVarint30(protocol: number): boolean {
    return protocol >= 30 ? this.tryVarint() : this.tryInt();
  }
  tryVarlong30(protocol: number, minBytes: number): boolean {
    return protocol >= 30 ? this.tryVarlong(minBytes) : this.tryLongint();
  }
  tryNdx(protocol: number): boolean {
    return this.#read(protocol >= 30 ? this.#fn.read_ndx(this.#ctx) : this.#fn.read_int(this.#ctx));
  }

  // ---- strings and bytes: see at, length, text()

  /** A string of at most `maxBytes` bytes. `exitCode` of the error for a longer one: 4 in the negotiation, else 2. */
  tryVstring(maxBytes: number, exitCode = 2): boolean {
    return this.#read(this.#fn.read_vstring(this.#ctx, this.#fitting(maxBytes)), exitCode);
  }
  /** Exactly `count` bytes, contiguous. */
  tryBytes(count: number): boolean {
    return this.#read(this.#fn.read_bytes(this.#ctx, this.#fitting(count)));
  }
  /** Text of at most `maxBytes` bytes, and the \n after it, which is not part of the result. */
  tryLine(maxBytes: number): boolean {
    return this.#read(this.#fn.read_line(this.#ctx, this.#fitting(maxBytes)));
  }
  /** Text of at most `maxBytes` bytes, and the NUL after it, which is not part of the result. */
  tryCString(maxBytes: number): boolean {
    return this.#read(this.#fn.read_cstring(this.#ctx, this.#fitting(maxBytes)));
  }

  /** Address of the last string, byte run or literal; valid until the next {@link advance} or {@link space}. */
  get at(): number {
    return this.#u(record.R_AT);
  }
  get length(): number {
    return this.#u(record.R_LENGTH);
  }
  get textAt(): number {
    return this.at;
  }
  get textLength(): number {
    return this.length;
  }
  /** The last string or byte run, as latin1. */
  text(): string {
    return latin1Text(this.#core.u8, this.at, this.length);
  }

  // ---- the transfer phase

  /**
   * The head of a record: ndx in {@link value}; for ndx >= 0 also iflags (protocol < 29: TRANSFER), basis type, extra name.
   */
  tryItem(protocol: number): boolean {
    return this.#read(this.#fn.read_item(this.#ctx, protocol));
  }
  get iflags(): number {
    return this.#i(record.R_IFLAGS);
  }
  /** -1: none was sent. */
  get basisType(): number {
    return this.#i(record.R_BASIS_TYPE);
  }
  get xnameAt(): number {
    return this.#u(record.R_XNAME_AT);
  }
  get xnameLength(): number {
    return this.#u(record.R_XNAME_LEN);
  }
  /** The extra name, latin1; undefined when none was sent. */
  xname(): string | undefined {
    const at = this.xnameAt;
    return at === 0 ? undefined : latin1Text(this.#core.u8, at, this.xnameLength);
  }

  /** A sum head, every field checked (04 §4.1). */
  trySumHead(limits: SumHeadLimits): boolean {
    const status = this.#fn.read_sum_head(
      this.#ctx,
      limits.protocol >= 30 ? BLOCK_LENGTH_MAX : BLOCK_LENGTH_MAX_OLD,
      limits.digestBytes,
      limits.maxCount ?? COUNT_MAX,
    );
    return this.#read(status, undefined, limits.role);
  }
  get sumCount(): number {
    return this.#i(record.R_SUM_COUNT);
  }
  get blockLength(): number {
    return this.#i(record.R_BLOCK_LENGTH);
  }
  get s2Length(): number {
    return this.#i(record.R_S2_LENGTH);
  }
  get remainder(): number {
    return this.#i(record.R_REMAINDER);
  }

  /**
   * Copies the block sums that are there, at most `maxCount`, into rows `from`… of an array of 4-byte sums and of an array
   * of digests with `stride` bytes a row. Returns how many; 0 = need more. Lengths are those of the last sum head.
   */
  trySums(sum1At: number, digestAt: number, stride: number, from: number, maxCount: number): number {
    const count = this.#fn.read_sums(this.#ctx, sum1At, digestAt, stride, from, maxCount);
    if (count < 0) throw new RangeError(`rows of ${stride} bytes for digests of ${this.s2Length}`);
    return count;
  }

  /** One token of an uncompressed stream. A literal comes in as many pieces as its bytes arrive in. */
  tryPlainToken(): boolean {
    return this.#read(this.#fn.read_plain_token(this.#ctx));
  }
  /** Beginning of a file's compressed tokens. */
  beginCompressedTokens(): void {
    this.#fn.compressed_tokens_begin(this.#ctx);
  }
  /** One record of a compressed stream: TOKEN_COMPRESSED, TOKEN_MATCH (a run of `blockCount`), TOKEN_END. */
  tryCompressedToken(): boolean {
    return this.#read(this.#fn.read_compressed_token(this.#ctx));
  }
  get tokenKind(): number {
    return this.#i(record.R_TOKEN_KIND);
  }
  /** First block of a match. Not checked against the number of blocks: the holder of the sum head does that. */
  get block(): number {
    return this.#i(record.R_TOKEN_BLOCK);
  }
  /** Blocks of a match: 1 in an uncompressed stream. */
  get blockCount(): number {
    return this.#u(record.R_TOKEN_COUNT);
  }

  // ---- the raw window, for decoders that parse by themselves

  get dataAt(): number {
    return this.#u(record.R_POS);
  }
  get dataLength(): number {
    return this.#u(record.R_END) - this.#u(record.R_POS);
  }
  consume(byteCount: number): void {
    if (this.#fn.reader_consume(this.#ctx, byteCount) < 0)
      throw new RangeError(`consume of ${byteCount} bytes`);
  }

  #i(field: number): number {
    return this.#core.i32[this.#word + field]!;
  }

  #u(field: number): number {
    return this.#core.u32[this.#word + field]!;
  }

  /** The host asks only for what the window can hold: anything longer would wait for ever. */
  #fitting(count: number): number {
    if (!Number.isInteger(count) || count < 0 || count > this.#capacityBytes - HEADER_BYTES) {
      throw new RangeError(`item of ${count} bytes in a window of ${this.#capacityBytes}`);
    }
    return count;
  }

  #read(status: number, exitCode?: number, role?: string): boolean {
    if (status > 0) return true;
    if (status === NEED_MORE) return false;
    if (status === MALFORMED) this.#fail(exitCode, role);
    throw new Error(`core status ${status}`);
  }

  #fail(exitCode?: number, role = this.role): never {
    const fault = record.FAULTS[this.#i(record.R_FAULT)]!;
    const f64 = this.#core.f64;
    const text = fault.text(f64[this.#double + record.R_FAULT_A]!, f64[this.#double + record.R_FAULT_B]!);
    const suffix = fault.named && role !== '' ? ` [${role}]` : '';
    const offset = f64[this.#double + record.R_FAULT_OFFSET]!;
    throw new ProtocolError(fault.code, text + suffix, exitCode ?? fault.exitCode, offset);
  }
}
