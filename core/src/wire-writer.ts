// One outgoing direction: numbers, strings, items and tokens into DATA frames, messages between them, and chunks for a
// transport to take. Knows no socket, no role and no waiting (docs/protocol/01-session.md §7, §8; 04-transfer.md §2, §7.1).
import type { CoreInstance } from './instance.ts';
import { putLatin1 } from './latin1.ts';
import { NO_ROOM } from './status.ts';
import { W_AT, W_FRAMES, W_POS, W_VALUE, WRITER_RECORD_BYTES, type WriterFunctions } from './wire-record.ts';

/** Upstream's largest frame: its buffer of 64 KiB without the header. */
const LARGEST_FRAME_BYTES = 65532;
const SMALLEST_FRAME_BYTES = 128;
/** Longest message: what every reader accepts (01 §8.1). */
const LONGEST_MESSAGE_BYTES = 5119;
const CHUNK_BYTES = 65536;
/** Chunks smaller than this are cheaper to make anew. */
const SMALLEST_SPARE_BYTES = 8192;
/** Chunks kept for the next data: what is under way between two turns of a driver. */
const MOST_SPARES = 8;
/** Longest literal that upstream writes in one piece. */
const LITERAL_BYTES = 32768;
const HEADER_BYTES = 4;
/** Added to a message's code in the header's highest byte. */
const DATA_TAG = 7;
const LONGEST_VSTRING_BYTES = 32767;
const ITEM_BASIS_TYPE_FOLLOWS = 0x0800;
const ITEM_XNAME_FOLLOWS = 0x1000;

export class WireWriter {
  readonly #core: CoreInstance;
  readonly #fn: WriterFunctions;
  readonly #ctx: number;
  readonly #buffer: number;
  #queue: Uint8Array[] = [];
  #queueHead = 0;
  readonly #spares: ArrayBuffer[] = [];
  /** Frames of messages: they overtake all data that was not taken yet, as upstream's do (04-transfer.md §1). */
  #urgent: Uint8Array[] = [];
  /** Chunks of the time before framing; nothing overtakes them. */
  #unframedChunks = 0;
  #queuedBytes = 0;
  #takenBytes = 0;
  #messageBytes = 0;
  #mux = false;
  /** Sees all data from now on, in its order and still in its frames; messages are no data. The bytes are only lent. */
  copyTo: ((chunk: Uint8Array) => void) | undefined;
  /** Takes the chunks instead of the queue; nothing is left to {@link take} then. The bytes are only lent. */
  divertTo: ((chunk: Uint8Array) => void) | undefined;

  constructor(core: CoreInstance, options: { readonly frameBytes?: number } = {}) {
    const frameBytes = options.frameBytes ?? LARGEST_FRAME_BYTES;
    if (
      !Number.isInteger(frameBytes) ||
      frameBytes < SMALLEST_FRAME_BYTES ||
      frameBytes > LARGEST_FRAME_BYTES
    ) {
      throw new RangeError(`frames of ${frameBytes} bytes`);
    }
    this.#core = core;
    this.#fn = core.functions<WriterFunctions>();
    this.#ctx = core.alloc(WRITER_RECORD_BYTES);
    this.#buffer = core.alloc(CHUNK_BYTES);
    this.#fn.writer_init(this.#ctx, this.#buffer, CHUNK_BYTES, frameBytes);
  }

  /** Gives the memory back; the writer is then dead. */
  free(): void {
    this.#core.free(this.#ctx);
    this.#core.free(this.#buffer);
  }

  /** From the next byte on everything travels in frames. */
  enableMux(): void {
    this.#chunk();
    this.#unframedChunks = this.#queue.length - this.#queueHead;
    this.#mux = true;
    this.#fn.writer_enable_mux(this.#ctx);
  }

  // ---- numbers

  byte(value: number): void {
    while (this.#fn.write_byte(this.#ctx, value) === NO_ROOM) this.#chunk();
  }
  /** Two bytes, unsigned. */
  short(value: number): void {
    while (this.#fn.write_short(this.#ctx, value) === NO_ROOM) this.#chunk();
  }
  int(value: number): void {
    while (this.#fn.write_int(this.#ctx, value) === NO_ROOM) this.#chunk();
  }
  longint(value: number): void {
    this.#setWide(value);
    while (this.#fn.write_longint(this.#ctx) === NO_ROOM) this.#chunk();
  }
  varint(value: number): void {
    while (this.#fn.write_varint(this.#ctx, value) === NO_ROOM) this.#chunk();
  }
  varlong(value: number, minBytes: number): void {
    this.#setWide(value);
    while (this.#fn.write_varlong(this.#ctx, minBytes) === NO_ROOM) this.#chunk();
  }
  varint30(protocol: number, value: number): void {
    if (protocol >= 30) this.varint(value);
    else this.int(value);
  }
  varlong30(protocol: number, value: number, minBytes: number): void {
    if (protocol >= 30) this.varlong(value, minBytes);
    else this.longint(value);
  }
  ndx(protocol: number, value: number): void {
    if (protocol < 30) {
      this.int(value);
      return;
    }
    while (this.#fn.write_ndx(this.#ctx, value) === NO_ROOM) this.#chunk();
  }

  // ---- strings and bytes

  /** A latin1 string with its length before it. */
  vstring(text: string): void {
    const { length } = text;
    if (length > LONGEST_VSTRING_BYTES) {
      throw new RangeError(`attempting to send over-long vstring (${length} > ${LONGEST_VSTRING_BYTES})`);
    }
    if (length >= 128) this.byte(0x80 | (length >> 8));
    this.byte(length & 0xff);
    this.latin1(text);
  }

  bytes(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      const count = this.#reserve(bytes.length - from);
      this.#core.u8.set(bytes.subarray(from, from + count), this.#core.u32[(this.#ctx >>> 2) + W_AT]);
      from += count;
    }
  }

  /** `length` bytes of core memory. */
  bytesAt(at: number, length: number): void {
    for (let from = 0; from < length;) {
      const count = this.#fn.write_bytes(this.#ctx, at + from, length - from);
      if (count === NO_ROOM) this.#chunk();
      else from += count;
    }
  }

  /** The bytes of a latin1 string, without length or terminator. */
  latin1(text: string): void {
    for (let from = 0; from < text.length;) {
      const count = this.#reserve(text.length - from);
      putLatin1(this.#core.u8, this.#core.u32[(this.#ctx >>> 2) + W_AT]!, text, from, count);
      from += count;
    }
  }

  /** A latin1 string outside of all frames, in its order; no message overtakes it. */
  bare(text: string): void {
    this.#chunk();
    if (text.length === 0) return;
    const bytes = new Uint8Array(text.length);
    putLatin1(bytes, 0, text, 0, text.length);
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#unframedChunks = this.#queue.length - this.#queueHead;
  }

  // ---- the transfer phase

  /** The head of a record. For ndx < 0 and for protocol < 29 only the ndx is written (04 §2). */
  item(protocol: number, ndx: number, iflags: number, basisType?: number, xname?: string): void {
    const hasBasisType = (iflags & ITEM_BASIS_TYPE_FOLLOWS) !== 0;
    const hasXname = (iflags & ITEM_XNAME_FOLLOWS) !== 0;
    if ((hasBasisType && basisType === undefined) || (hasXname && xname === undefined)) {
      throw new RangeError(`item flags ${iflags.toString(16)} without what they announce`);
    }
    this.ndx(protocol, ndx);
    if (ndx < 0 || protocol < 29) return;
    this.short(iflags & 0xffff);
    if (hasBasisType) this.byte(basisType!);
    if (hasXname) this.vstring(xname!);
  }

  sumHead(count: number, blockLength: number, s2Length: number, remainder: number): void {
    this.int(count);
    this.int(blockLength);
    this.int(s2Length);
    this.int(remainder);
  }

  /** Block sums from an array of 4-byte sums and an array of digests with `stride` bytes a row. */
  sums(sum1At: number, digestAt: number, stride: number, count: number, s2Length: number): void {
    for (let done = 0; done < count;) {
      const { write_sums } = this.#fn;
      const more = write_sums(
        this.#ctx,
        sum1At + done * 4,
        digestAt + done * stride,
        stride,
        count - done,
        s2Length,
      );
      done += more;
      if (done < count) this.#chunk();
    }
  }

  /** Literal data of an uncompressed token stream, in upstream's pieces. */
  literal(at: number, length: number): void {
    for (let from = 0; from < length; from += LITERAL_BYTES) {
      const count = Math.min(LITERAL_BYTES, length - from);
      this.int(count);
      this.bytesAt(at + from, count);
    }
  }

  matchToken(block: number): void {
    this.int(-1 - block);
  }

  endToken(): void {
    this.int(0);
  }

  // ---- messages and the transport's side

  /** An out-of-band message, before all data not yet taken. Code 0 with an empty payload is a keep-alive. */
  message(code: number, payload: Uint8Array): void {
    if (!this.#mux) throw new Error(`message ${code} on a stream without frames`);
    if (payload.length > (code === 0 ? 0 : LONGEST_MESSAGE_BYTES)) {
      throw new RangeError(`message ${code} of ${payload.length} bytes`);
    }
    const frame = new Uint8Array(HEADER_BYTES + payload.length);
    new DataView(frame.buffer).setUint32(0, ((DATA_TAG + code) << 24) | payload.length, true);
    frame.set(payload, HEADER_BYTES);
    this.#urgent.push(frame);
    this.#queuedBytes += frame.length;
    this.#messageBytes += frame.length;
  }

  /**
   * The next chunk of raw bytes, a copy that the caller owns and may {@link recycle}; undefined when nothing is queued.
   */
  take(): Uint8Array | undefined {
    if (this.#unframedChunks > 0) this.#unframedChunks--;
    else if (this.#urgent.length > 0) return this.#taken(joined(this.#urgent.splice(0)));
    if (this.#queueHead === this.#queue.length) this.#chunk();
    const chunk = this.#queue[this.#queueHead];
    if (chunk === undefined) return undefined;
    this.#queueHead++;
    if (this.#queueHead === this.#queue.length) {
      this.#queue = [];
      this.#queueHead = 0;
    }
    return this.#taken(chunk);
  }

  /** Takes the memory of a chunk back that nobody reads any more: fresh memory costs more than copying into it. */
  recycle(chunk: Uint8Array): void {
    const { buffer } = chunk;
    if (buffer.byteLength !== CHUNK_BYTES || this.#spares.length >= MOST_SPARES) return;
    this.#spares.push(buffer as ArrayBuffer);
  }

  #taken(chunk: Uint8Array): Uint8Array {
    this.#queuedBytes -= chunk.length;
    this.#takenBytes += chunk.length;
    return chunk;
  }

  /** Bytes not yet taken, those of the open frame and its header included. */
  get queuedBytes(): number {
    return this.#queuedBytes + this.#buffered();
  }

  /** Raw bytes made so far, headers included. */
  get rawBytesMade(): number {
    return this.#takenBytes + this.queuedBytes;
  }

  /** Data bytes made so far: no headers, no messages. Only differences mean something (frames are counted modulo 2^32). */
  get dataBytesMade(): number {
    const frames = this.#core.u32[(this.#ctx >>> 2) + W_FRAMES]!;
    return this.rawBytesMade - this.#messageBytes - frames * HEADER_BYTES;
  }

  #buffered(): number {
    return this.#core.u32[(this.#ctx >>> 2) + W_POS]! - this.#buffer;
  }

  /** Closes the open frame: what was written so far stands apart from what follows. */
  flush(): void {
    this.#chunk();
  }

  /** Closes the open frame and moves what the buffer holds to the queue. */
  #chunk(): void {
    this.#fn.writer_close_frame(this.#ctx);
    const length = this.#buffered();
    if (length === 0) return;
    const bytes = this.#core.u8.subarray(this.#buffer, this.#buffer + length);
    this.copyTo?.(bytes);
    if (this.divertTo === undefined) {
      this.#queue.push(this.#copied(bytes));
      this.#queuedBytes += length;
    } else this.divertTo(bytes);
    this.#fn.writer_clear(this.#ctx);
  }

  #copied(bytes: Uint8Array): Uint8Array {
    if (bytes.length < SMALLEST_SPARE_BYTES) return bytes.slice();
    const chunk = new Uint8Array(this.#spares.pop() ?? new ArrayBuffer(CHUNK_BYTES)).subarray(
      0,
      bytes.length,
    );
    chunk.set(bytes);
    return chunk;
  }

  #reserve(want: number): number {
    for (;;) {
      const count = this.#fn.writer_reserve(this.#ctx, want);
      if (count !== NO_ROOM) return count;
      this.#chunk();
    }
  }

  #setWide(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not an exact integer`);
    this.#core.f64[(this.#ctx >>> 3) + W_VALUE] = value;
  }
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  if (frames.length === 1) return frames[0]!;
  const all = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    all.set(frame, at);
    at += frame.length;
  }
  return all;
}
