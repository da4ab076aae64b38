// What of a session goes into a batch file: a head, then the data that the sender writes, without frames and messages,
// from the file list on (docs/protocol/04-transfer.md §17.1). Knows no file: the sink does.
import type { CoreInstance } from '@ocrsync/core/instance';
import { WireWriter } from '@ocrsync/core/wire-writer';
import type { SessionContext } from './context.ts';

const FRAME_HEADER_BYTES = 4;
/** In the highest byte of a data frame's head. */
const DATA_FRAME = 7;

/** Where a batch goes. The bytes are only lent. */
export interface BatchSink {
  write(bytes: Uint8Array): void;
}

/** What a batch begins with. */
export interface BatchHead {
  /** Options that change the bytes of the stream, as bits. */
  readonly streamFlags: number;
  readonly protocol: number;
  /** Compat flags; protocol ≥ 30. */
  readonly compatFlags: number;
  readonly seed: number;
}

/** Passes on the data of DATA frames that come in pieces of any size. */
class FramedData {
  readonly #sink: BatchSink;
  readonly #head = new Uint8Array(FRAME_HEADER_BYTES);
  #headBytes = 0;
  #left = 0;
  #isData = false;

  constructor(sink: BatchSink) {
    this.#sink = sink;
  }

  take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#left === 0) {
        this.#head[this.#headBytes++] = bytes[at++]!;
        if (this.#headBytes < FRAME_HEADER_BYTES) continue;
        this.#headBytes = 0;
        const [low, middle, high, tag] = this.#head as unknown as [number, number, number, number];
        this.#left = low | (middle << 8) | (high << 16);
        this.#isData = tag === DATA_FRAME;
        continue;
      }
      const count = Math.min(this.#left, bytes.length - at);
      if (this.#isData) this.#sink.write(bytes.subarray(at, at + count));
      this.#left -= count;
      at += count;
    }
  }
}

/** Records one session of a client. */
export class BatchRecorder {
  readonly #sink: BatchSink;
  readonly #core: CoreInstance;
  readonly #streamFlags: (protocol: number) => number;
  /** Receiving side: raw bytes that came before it was known where the frames begin. */
  #early: Uint8Array[] = [];
  /** Only into the batch: file data of --only-write-batch. */
  #aside: WireWriter | undefined;

  constructor(sink: BatchSink, core: CoreInstance, streamFlags: (protocol: number) => number) {
    this.#sink = sink;
    this.#core = core;
    this.#streamFlags = streamFlags;
  }

  /** For a receiving side, before the first byte comes. */
  listenEarly(channel: SessionContext['channel']): void {
    channel.reader.copyTo = (bytes) => void this.#early.push(bytes.slice());
  }

  /** The filters have been exchanged: what the sender writes from here on is recorded. */
  begin(context: SessionContext): void {
    const { channel, config, negotiated, handshakeReadBytes } = context;
    const { protocol, compatFlags, seed } = negotiated;
    this.#writeHead({ streamFlags: this.#streamFlags(protocol), protocol, compatFlags, seed });
    const framed = new FramedData(this.#sink);
    if (config.side === 'sender') {
      channel.writer.flush();
      channel.writer.copyTo = channel.outputMux
        ? (bytes) => framed.take(bytes)
        : (bytes) => this.#sink.write(bytes);
      return;
    }
    let skip = handshakeReadBytes;
    const take = (bytes: Uint8Array): void => {
      const skipped = Math.min(skip, bytes.length);
      skip -= skipped;
      if (skipped < bytes.length) framed.take(bytes.subarray(skipped));
    };
    for (const bytes of this.#early) take(bytes);
    this.#early = [];
    channel.reader.copyTo = take;
  }

  /** A client that sends is told no statistics: it makes the record itself. */
  statistics(context: SessionContext): void {
    context.channel.writer.flush();
    this.#compose((writer) => context.statistics.write({ writer }, context.protocol));
  }

  /** A stream whose data goes into the batch alone, behind what {@link SessionContext.channel} has written. */
  get aside(): WireWriter {
    if (this.#aside !== undefined) return this.#aside;
    this.#aside = new WireWriter(this.#core);
    this.#aside.divertTo = (bytes) => this.#sink.write(bytes);
    return this.#aside;
  }

  #writeHead({ streamFlags, protocol, compatFlags, seed }: BatchHead): void {
    this.#compose((writer) => {
      writer.int(streamFlags);
      writer.int(protocol);
      if (protocol >= 30) writer.varint(compatFlags);
      writer.int(seed);
    });
  }

  #compose(write: (writer: WireWriter) => void): void {
    const writer = new WireWriter(this.#core);
    writer.divertTo = (bytes) => this.#sink.write(bytes);
    write(writer);
    writer.flush();
    writer.free();
  }
}
