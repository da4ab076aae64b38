// Compressed token streams: the framing and run coding that all methods share, around a compressor that the host brings
// (docs/protocol/04-transfer.md §7.2). Everything passes through core memory by address.
import type { TokenInput } from './token-input.ts';
import { TOKEN_COMPRESSED, TOKEN_END, TOKEN_LITERAL, TOKEN_MATCH, type WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

/** Largest DATA record: its length has 14 bits. */
export const RECORD_BYTES = 16383;

const FLAG_END = 0x00;
const FLAG_LONG = 0x20;
const FLAG_RUN_LONG = 0x21;
const FLAG_DATA = 0x40;
const FLAG_RELATIVE = 0x80;
const FLAG_RUN_RELATIVE = 0xc0;
/** Blocks of one run at most. */
const RUN_BLOCKS = 65536;
const RELATIVE_MAX = 63;

/** Takes one record's compressed bytes, at most {@link RECORD_BYTES}, valid during the call. */
export type RecordSink = (at: number, length: number) => void;

/** One method's sending half. Addresses are in core memory. */
export interface TokenCompressor {
  /** Whether matched data is to be given to {@link insert} (old zlib only). */
  readonly insertsMatched: boolean;
  /** Beginning of a file. */
  begin(): void;
  literal(at: number, length: number, record: RecordSink): void;
  /** What was given so far has to be decodable by the peer: a token follows. */
  flush(record: RecordSink): void;
  insert(at: number, length: number): void;
}

/** One method's receiving half. Throws ProtocolError when the peer's data is no data. */
export interface TokenDecompressor {
  readonly insertsMatched: boolean;
  begin(): void;
  /** One record. Its bytes are copied; {@link read} until 0 follows. */
  write(at: number, length: number): void;
  /** Data came, and now another flag: completes it. {@link read} until 0 follows. */
  finish(): void;
  /** Decodes the next piece to {@link outputAt}; returns its length, 0 = no more for now. */
  read(): number;
  readonly outputAt: number;
  insert(at: number, length: number): void;
}

/** The sender's side of one session's streams. */
export class CompressedTokenWriter {
  readonly #writer: WireWriter;
  readonly #compressor: TokenCompressor;
  readonly #record: RecordSink;
  #start = 0;
  #last = 0;
  #previous = 0;
  #runPending = false;
  #dataPending = false;

  constructor(writer: WireWriter, compressor: TokenCompressor) {
    this.#writer = writer;
    this.#compressor = compressor;
    this.#record = (at, length) => {
      writer.byte(FLAG_DATA | (length >> 8));
      writer.byte(length & 0xff);
      writer.bytesAt(at, length);
    };
  }

  begin(): void {
    this.#previous = 0;
    this.#runPending = false;
    this.#dataPending = false;
    this.#compressor.begin();
  }

  /** Any number of literals may follow each other; they are flushed with the next token. */
  literal(at: number, length: number): void {
    if (length === 0) return;
    this.#flushRun();
    this.#compressor.literal(at, length, this.#record);
    this.#dataPending = true;
  }

  /** Consecutive blocks, and where their `length` bytes of data lie (looked at only by the old zlib method). */
  match(firstBlock: number, blockCount: number, at: number, length: number, blockLength: number): void {
    this.#flushData();
    for (let block = firstBlock; block < firstBlock + blockCount; block++) {
      const inRun = this.#runPending && block === this.#last + 1 && block < this.#start + RUN_BLOCKS;
      if (!inRun) {
        this.#flushRun();
        this.#start = block;
        this.#runPending = true;
      }
      this.#last = block;
    }
    if (!this.#compressor.insertsMatched) return;
    for (let from = 0; from < length; from += blockLength) {
      this.#compressor.insert(at + from, Math.min(blockLength, length - from));
    }
  }

  end(): void {
    this.#flushData();
    this.#flushRun();
    this.#writer.byte(FLAG_END);
  }

  #flushData(): void {
    if (!this.#dataPending) return;
    this.#compressor.flush(this.#record);
    this.#dataPending = false;
  }

  #flushRun(): void {
    if (!this.#runPending) return;
    this.#runPending = false;
    const distance = this.#start - this.#previous;
    const more = this.#last - this.#start;
    if (distance >= 0 && distance <= RELATIVE_MAX) {
      this.#writer.byte((more > 0 ? FLAG_RUN_RELATIVE : FLAG_RELATIVE) | distance);
    } else {
      this.#writer.byte(more > 0 ? FLAG_RUN_LONG : FLAG_LONG);
      this.#writer.int(this.#start);
    }
    if (more > 0) this.#writer.short(more);
    this.#previous = this.#last;
  }
}

/** The receiver's side of one session's streams: literals decompressed, runs taken apart. */
export class CompressedTokenReader implements TokenInput {
  readonly #reader: WireReader;
  readonly #decompressor: TokenDecompressor;
  readonly wantsMatched: boolean;
  #kind = TOKEN_END;
  #length = 0;
  #block = 0;
  #blocksLeft = 0;
  /** The decompressor may have more to give. */
  #reading = false;
  /** Data came since the last other flag. */
  #dataOpen = false;
  /** Token that waits until the data before it is given out; 0 = none. */
  #waiting = 0;

  constructor(reader: WireReader, decompressor: TokenDecompressor) {
    this.#reader = reader;
    this.#decompressor = decompressor;
    this.wantsMatched = decompressor.insertsMatched;
  }

  begin(): void {
    this.#reader.beginCompressedTokens();
    this.#decompressor.begin();
    this.#blocksLeft = 0;
    this.#reading = false;
    this.#dataOpen = false;
    this.#waiting = 0;
  }

  tryToken(): boolean {
    for (;;) {
      if (this.#reading) {
        this.#length = this.#decompressor.read();
        if (this.#length > 0) return this.#give(TOKEN_LITERAL);
        this.#reading = false;
      }
      if (this.#waiting !== 0) {
        const kind = this.#waiting;
        this.#waiting = 0;
        if (kind === TOKEN_END) return this.#give(TOKEN_END);
        this.#block = this.#reader.block;
        this.#blocksLeft = this.#reader.blockCount;
      }
      if (this.#blocksLeft > 0) {
        this.#blocksLeft--;
        return this.#give(TOKEN_MATCH);
      }
      if (!this.#reader.tryCompressedToken()) return false;
      this.#take();
    }
  }

  get tokenKind(): number {
    return this.#kind;
  }
  get at(): number {
    return this.#decompressor.outputAt;
  }
  get length(): number {
    return this.#length;
  }
  get block(): number {
    return this.#block - 1;
  }

  matched(at: number, length: number): void {
    if (this.wantsMatched) this.#decompressor.insert(at, length);
  }

  #take(): void {
    if (this.#reader.tokenKind === TOKEN_COMPRESSED) {
      this.#decompressor.write(this.#reader.at, this.#reader.length);
      this.#reading = true;
      this.#dataOpen = true;
      return;
    }
    this.#waiting = this.#reader.tokenKind;
    if (!this.#dataOpen) return;
    this.#decompressor.finish();
    this.#reading = true;
    this.#dataOpen = false;
  }

  #give(kind: number): true {
    this.#kind = kind;
    if (kind === TOKEN_MATCH) this.#block++;
    return true;
  }
}
