// Lines of the daemon's greeting dialogue, read from a duplex before it becomes binary (docs/protocol/02-daemon.md §3).
import type { DuplexSink } from '../transfer/duplex.ts';
import type { StreamDuplex } from './stream-duplex.ts';

/** Longest line a client accepts from a daemon. */
const LINE_BYTES = 5119;

/** Reads one line at a time; what follows the last line goes back to the duplex. */
export class LineReader implements DuplexSink {
  readonly #duplex: StreamDuplex;
  #buffer = Buffer.alloc(0);
  #ended = false;
  #waiting: (() => void) | undefined;
  readonly #limitBytes: number;
  /** No line is to be had because it is too long. */
  tooLong = false;

  constructor(duplex: StreamDuplex, limitBytes = LINE_BYTES) {
    this.#duplex = duplex;
    this.#limitBytes = limitBytes;
    duplex.attach(this);
  }

  /** The next line as latin1 without newline and carriage returns; undefined at the end, or when it is too long or has a NUL. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf(0x0a);
      if (end >= 0) {
        const text = this.#buffer.subarray(0, end).toString('latin1').replaceAll('\r', '');
        this.#buffer = this.#buffer.subarray(end + 1);
        this.tooLong = text.length > this.#limitBytes;
        return this.tooLong || text.includes('\0') ? undefined : text;
      }
      this.tooLong = this.#buffer.length > this.#limitBytes;
      if (this.#ended || this.tooLong) return undefined;
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
  }

  /** Ends the dialogue: the duplex may be attached anew and begins with the first unread byte. */
  release(): void {
    this.#duplex.detach();
    this.#duplex.unshift(this.#buffer);
  }

  data(bytes: Uint8Array): void {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  error(): void {
    this.end();
  }

  drain(): void {
    // The dialogue's few bytes never wait for room.
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }
}
