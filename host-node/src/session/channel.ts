// The two directions of one session as its tasks see them: read with waiting, write with a high-water mark, and
// out-of-band messages handed to whoever plays the role. No role logic here (docs/protocol/01-session.md §8, §11).
import type { CoreInstance } from '@ocrsync/core/instance';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { ADVANCED_DATA, ADVANCED_MESSAGE, type WireReader } from '@ocrsync/core/wire-reader';
import type { WireWriter } from '@ocrsync/core/wire-writer';
import { OUTPUT_HIGH_WATER_BYTES } from './limits.ts';
import { MSG_DATA } from './messages.ts';
import { type Task, WAIT_INPUT, WAIT_OUTPUT } from './wait.ts';

const EXIT_SOCKET = 10;

export type MessageHandler = (code: number, at: number, lengthBytes: number) => void;

/** Reader, writer and message handling of one session. */
export class Channel {
  readonly core: CoreInstance;
  readonly reader: WireReader;
  readonly writer: WireWriter;
  #role = '';
  #incremental = false;
  #onMessage: MessageHandler = () => undefined;
  #outputMux = false;

  constructor(core: CoreInstance, reader: WireReader, writer: WireWriter) {
    this.core = core;
    this.reader = reader;
    this.writer = writer;
  }

  /** Process name in diagnostics: `sender`, `Receiver`, `receiver` (01 §1). */
  get role(): string {
    return this.#role;
  }

  set role(name: string) {
    this.#role = name;
    this.#nameReader();
  }

  /** Diagnostics about frames tell whether recursion is incremental. */
  set incremental(incremental: boolean) {
    this.#incremental = incremental;
    this.#nameReader();
  }

  #nameReader(): void {
    this.reader.role = this.#role;
    this.reader.frameRole = this.#incremental ? `${this.#role}/inc` : this.#role;
  }

  set onMessage(handler: MessageHandler) {
    this.#onMessage = handler;
  }

  /** Where the handshake ended, which rsync does not count; undefined before that. */
  countedFromByte: number | undefined;

  /** Why there is no more input, in the system's words, when it did not simply end; from the driver. */
  readFault: string | undefined;

  /** Bare bytes are being written into a framed stream: no frame may come between them. */
  holdsFrames = false;

  /** Whether frames (and so messages) can be written. */
  get outputMux(): boolean {
    return this.#outputMux && !this.holdsFrames;
  }

  enableOutputMux(): void {
    this.writer.enableMux();
    this.#outputMux = true;
  }

  /**
   * To be called when a try-read said "need more": returns when more data is there, and waits as long as it takes.
   * Usage: `while (!reader.tryInt()) yield* channel.more();`
   */
  *more(): Task {
    for (;;) {
      const advanced = this.reader.advance();
      if (advanced === ADVANCED_DATA) return;
      if (advanced === ADVANCED_MESSAGE) {
        this.#onMessage(this.reader.messageCode, this.reader.messageAt, this.reader.messageLength);
        continue;
      }
      if (this.reader.ended) throw this.closed();
      yield WAIT_INPUT;
    }
  }

  /** So much is queued that {@link room} would wait. */
  get isFull(): boolean {
    return this.writer.queuedBytes > OUTPUT_HIGH_WATER_BYTES;
  }

  /** Waits until the outgoing queue is below the high-water mark. */
  *room(): Task {
    while (this.writer.queuedBytes > OUTPUT_HIGH_WATER_BYTES) yield WAIT_OUTPUT;
  }

  /** Waits until everything that was written is on its way: later messages cannot overtake it. */
  *flushed(): Task {
    while (this.writer.queuedBytes > 0) yield WAIT_OUTPUT;
  }

  /** An empty DATA frame (01 §12). Does nothing where the direction is not framed. */
  keepAlive(): void {
    if (this.outputMux) this.writer.message(MSG_DATA, new Uint8Array(0));
  }

  /** The peer's end came where bytes were due. */
  closed(): ProtocolError {
    const taken = this.reader.rawBytesTaken;
    if (this.readFault !== undefined) {
      const told = `rsync: [${this.role}] read error: ${this.readFault}`;
      return new ProtocolError('ERR_CONNECTION_LOST', told, EXIT_SOCKET, taken);
    }
    const counted = this.countedFromByte === undefined ? 0 : taken - this.countedFromByte;
    return new ProtocolError(
      'ERR_CONNECTION_CLOSED',
      `rsync: connection unexpectedly closed (${counted} bytes received so far) [${this.role}]`,
      12,
      taken,
    );
  }
}
