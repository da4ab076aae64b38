// Drives a session over a duplex: moves bytes both ways, tells the time, ends every wait. The only rule that matters:
// reading never waits for writing (docs/architecture.md, "How data flows").
import { systemErrorText } from '../fs/errno.ts';
import { isTimedOut, RunError } from '../session/run-error.ts';
import type { Session } from '../session/session.ts';
import { Bandwidth } from './bandwidth.ts';
import { atLimit, limitReached } from './time-limit.ts';
import type { Duplex, DuplexSink } from './duplex.ts';

/** After a fault of ours the peer's last words are read for so long. */
const LAST_WORDS_MS = 2000;
/** Somebody who has stopped the run does not want to wait for that; rsync itself takes about as long to go. */
const STOPPED_MS = 400;
/** A peer that keeps the connection open after the goodbye is left after this. */
const FAREWELL_MS = 60_000;

export interface PumpOptions {
  /** Milliseconds of a monotonic clock. */
  nowMs(): number;
  /** KiB/s; 0 = unlimited. */
  readonly bwlimitKiBPerSecond: number;
  /** The run ends then: milliseconds of the epoch, null = never. */
  readonly stopAtMs?: number | null | undefined;
  /** True: this end leaves once its last bytes are out (a server); false: it hears the peer out until its end. */
  readonly leavesFirst: boolean;
  /** Aborting ends the run (exit code 20 is the caller's). */
  readonly signal?: AbortSignal;
}

/** Runs the session to its end. Resolves when nothing is left to send or to hear; the outcome stands in `session.error`. */
export function pump(session: Session, duplex: Duplex, options: PumpOptions): Promise<void> {
  return new Promise((resolve) => {
    const running = new Pump(session, duplex, options, resolve);
    running.begin();
  });
}

class Pump implements DuplexSink {
  readonly #session: Session;
  readonly #duplex: Duplex;
  readonly #options: PumpOptions;
  readonly #resolve: () => void;
  readonly #bandwidth: Bandwidth;
  #leftover: Uint8Array[] = [];
  #inputEnded = false;
  #writable = true;
  #outputBroken = false;
  #outputEnded = false;
  #scheduled = false;
  #throttled = false;
  #timer: NodeJS.Timeout | undefined;
  #leaveAtMs = Infinity;
  #finished = false;
  #onAbort: (() => void) | undefined;
  #callOffLimit: (() => void) | undefined;

  constructor(session: Session, duplex: Duplex, options: PumpOptions, resolve: () => void) {
    this.#session = session;
    this.#duplex = duplex;
    this.#options = options;
    this.#resolve = resolve;
    this.#bandwidth = new Bandwidth(options.bwlimitKiBPerSecond);
  }

  begin(): void {
    const { signal } = this.#options;
    this.#onAbort = () => {
      this.#session.abort(new RunError('ERR_ABORTED', 'the run was stopped', 20));
      this.#turn();
    };
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#callOffLimit = atLimit(this.#options.stopAtMs, () => {
      this.#session.abort(limitReached());
      this.#turn();
    });
    this.#duplex.attach(this);
    if (signal?.aborted) this.#onAbort();
    else this.#turn();
  }

  data(bytes: Uint8Array): void {
    if (this.#finished) return;
    const rest = this.#leftover.length === 0 ? this.#feed(bytes) : bytes;
    if (rest.length > 0) {
      this.#leftover.push(rest.slice());
      this.#duplex.pause();
    }
    this.#turn();
  }

  end(): void {
    this.#inputEnded = true;
    this.#turn();
  }

  error(error: NodeJS.ErrnoException): void {
    if (error.syscall === 'read') this.#inputEnded = true;
    else this.#outputBroken = true;
    if (error.code === 'ECONNRESET') this.#inputEnded = true;
    if (this.#inputEnded) this.#session.channel.readFault ??= systemErrorText(error);
    this.#turn();
  }

  drain(): void {
    this.#writable = true;
    this.#turn();
  }

  /** Puts bytes into the reader; returns what did not fit. */
  #feed(bytes: Uint8Array): Uint8Array {
    const { reader } = this.#session.channel;
    const space = reader.space();
    const count = Math.min(space.length, bytes.length);
    if (count === 0) return bytes;
    space.set(bytes.subarray(0, count));
    reader.commit(count);
    return bytes.subarray(count);
  }

  #feedLeftover(): boolean {
    let moved = false;
    while (this.#leftover.length > 0) {
      const rest = this.#feed(this.#leftover[0]!);
      if (rest.length === this.#leftover[0]!.length) break;
      moved = true;
      if (rest.length === 0) this.#leftover.shift();
      else this.#leftover[0] = rest;
    }
    if (this.#leftover.length === 0) {
      if (this.#inputEnded) this.#session.channel.reader.end();
      else if (moved) this.#duplex.resume();
    }
    return moved;
  }

  #turn(): void {
    if (this.#finished) return;
    this.#feedLeftover();
    if (this.#inputEnded && this.#leftover.length === 0) this.#session.channel.reader.end();
    const state = this.#session.run(this.#options.nowMs());
    const moved = this.#feedLeftover();
    const flushed = this.#flush();
    if (state === 'done') this.#windDown();
    else if (state === 'turn' || moved || flushed) this.#schedule();
    else this.#arm();
  }

  /** True when something left the queue: a task may have waited for the room. */
  #flush(): boolean {
    const { writer } = this.#session.channel;
    let flushed = false;
    while ((this.#writable || this.#outputBroken) && !this.#throttled) {
      const chunk = writer.take();
      if (chunk === undefined) break;
      flushed = true;
      if (this.#outputBroken) continue;
      this.#writable = this.#duplex.write(chunk, () => writer.recycle(chunk));
      const waitMs = this.#bandwidth.wrote(chunk.length, this.#options.nowMs());
      if (waitMs > 0) this.#throttle(waitMs);
    }
    return flushed;
  }

  #throttle(waitMs: number): void {
    this.#throttled = true;
    setTimeout(() => {
      this.#throttled = false;
      this.#turn();
    }, waitMs);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#turn();
    });
  }

  #arm(): void {
    const deadlineMs = this.#session.nextDeadlineMs(this.#options.nowMs());
    clearTimeout(this.#timer);
    this.#timer =
      deadlineMs === undefined ? undefined : setTimeout(() => this.#turn(), Math.max(1, deadlineMs));
  }

  /** The tasks are over: send what is queued, half-close, and hear the peer out. */
  #windDown(): void {
    // A peer that neither reads nor leaves does not keep somebody who wants to go.
    if (this.#options.signal?.aborted) this.#leaveWithin(STOPPED_MS);
    else if (this.#isTimedOut()) this.#leaveWithin(0);
    else if (this.#session.error !== undefined) this.#leaveWithin(LAST_WORDS_MS);
    const queued = this.#session.channel.writer.queuedBytes;
    if (queued > 0 && !this.#outputBroken) return;
    this.#session.hearOut();
    if (this.#options.leavesFirst) {
      if (this.#outputBroken) this.#finish();
      else this.#duplex.whenFlushed(() => this.#finish());
      return;
    }
    if (!this.#outputEnded) {
      this.#outputEnded = true;
      this.#duplex.endOutput();
      this.#leaveWithin(this.#session.error === undefined ? FAREWELL_MS : LAST_WORDS_MS);
    }
    if (this.#inputEnded && this.#leftover.length === 0) this.#finish();
  }

  /** A client has waited for its server long enough then. */
  #isTimedOut(): boolean {
    return !this.#options.leavesFirst && isTimedOut(this.#session.error);
  }

  /** The earliest of several calls counts. */
  #leaveWithin(waitMs: number): void {
    const leaveAtMs = this.#options.nowMs() + waitMs;
    if (leaveAtMs >= this.#leaveAtMs) return;
    this.#leaveAtMs = leaveAtMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#finish(), waitMs);
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    clearTimeout(this.#timer);
    this.#callOffLimit?.();
    if (this.#onAbort) this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#duplex.destroy();
    this.#resolve();
  }
}
