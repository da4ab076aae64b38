// --timeout and keep-alives with the driver's clock (docs/protocol/01-session.md §12).
import type { Channel } from './channel.ts';
import { HANDSHAKE_LIMIT_SECONDS } from './limits.ts';
import { RunError } from './run-error.ts';

/** Longest time-out taken from a daemon, as upstream 3.5.0. */
const LONGEST_TIMEOUT_SECONDS = 86400;
/** A keep-alive is a frame without contents. */
const KEEP_ALIVE_BYTES = 4;
/**
 * So many time-outs a client waits, with nothing to do itself, while only its own keep-alives move. rsync waits for ever: a server that was stopped
 * leaves room for thousands. Not one time-out: rsync's sender says nothing while it compares a file that is all the same.
 */
const TIMEOUTS_WITHOUT_AN_ANSWER = 4;

export class KeepAlive {
  readonly #channel: Channel;
  #timeoutSeconds: number;
  #read = 0;
  #written = 0;
  #lastProgressMs: number | undefined;
  /** Without our own keep-alives, which need nobody to take them. */
  #lastAnswerMs = 0;
  #keepAliveBytes = 0;
  #saidBytes = 0;
  #lastWriteMs = 0;
  #firstMs: number | undefined;
  /** A receiving side says nothing before it has its first list. */
  speaks = false;
  /** A server in its handshake: however often the peer says a byte, it has so long altogether. */
  shakesHands = false;
  /** A client ends although its keep-alives are taken; a server may have a client that somebody has suspended. */
  wantsAnswers = false;

  constructor(channel: Channel, timeoutSeconds: number) {
    this.#channel = channel;
    this.#timeoutSeconds = timeoutSeconds;
  }

  /** A daemon's time-out counts if this end has none or a longer one. */
  adopt(seconds: number): void {
    if (seconds <= 0 || seconds > LONGEST_TIMEOUT_SECONDS) return;
    if (this.#timeoutSeconds === 0 || this.#timeoutSeconds > seconds) this.#timeoutSeconds = seconds;
  }

  /**
   * Notes what moved since the last call. Bytes count as written when the driver has taken them. `worked`: this end was not
   * waiting, so nobody owed it an answer.
   */
  observe(nowMs: number, worked = false): void {
    this.#lastProgressMs ??= nowMs;
    if (this.#firstMs === undefined) this.#firstMs = this.#lastAnswerMs = nowMs;
    const read = this.#channel.reader.rawBytesTaken;
    const written = this.#channel.writer.rawBytesMade - this.#channel.writer.queuedBytes;
    if (written !== this.#written) this.#lastWriteMs = nowMs;
    if (read !== this.#read || written !== this.#written) this.#lastProgressMs = nowMs;
    const said = written - this.#keepAliveBytes;
    if (worked || read !== this.#read || said > this.#saidBytes) this.#lastAnswerMs = nowMs;
    this.#saidBytes = Math.max(said, this.#saidBytes);
    this.#read = read;
    this.#written = written;
  }

  /** Ends the run after the time-out, or says that this end is alive after half of it. */
  check(nowMs: number): void {
    if (this.#timeoutSeconds > 0 && nowMs >= this.#timeoutEndMs(nowMs)) {
      throw new RunError(
        'ERR_IO_TIMEOUT',
        `[${this.#channel.role}] io timeout after ${this.#timeoutSeconds} seconds -- exiting`,
        30,
      );
    }
    if (this.shakesHands && this.#firstMs !== undefined && nowMs >= this.#handshakeEndMs(nowMs)) {
      throw new RunError('ERR_IO_TIMEOUT', `[${this.#channel.role}] handshake timeout -- exiting`, 30);
    }
    if (this.#timeoutSeconds === 0 || this.#lastProgressMs === undefined) return;
    if (this.#maySpeak() && nowMs - this.#lastWriteMs >= this.#lullMs()) {
      this.#channel.keepAlive();
      this.#keepAliveBytes += KEEP_ALIVE_BYTES;
      this.#lastWriteMs = nowMs;
    }
  }

  nextDeadlineMs(nowMs: number): number | undefined {
    const handshake = this.shakesHands ? this.#handshakeEndMs(nowMs) : Infinity;
    if (this.#timeoutSeconds === 0) {
      return handshake === Infinity ? undefined : Math.max(0, handshake - nowMs);
    }
    const timeout = Math.min(this.#timeoutEndMs(nowMs), handshake);
    const lull = this.#maySpeak() ? this.#lastWriteMs + this.#lullMs() : Infinity;
    return Math.max(0, Math.min(timeout, lull) - nowMs);
  }

  #timeoutEndMs(nowMs: number): number {
    const timeoutMs = this.#timeoutSeconds * 1000;
    const silent = (this.#lastProgressMs ?? nowMs) + timeoutMs;
    if (!this.wantsAnswers) return silent;
    return Math.min(silent, this.#lastAnswerMs + timeoutMs * TIMEOUTS_WITHOUT_AN_ANSWER);
  }

  /** A time-out may make it shorter; a client that said nothing at all meets the time-out itself. */
  #handshakeEndMs(nowMs: number): number {
    const isSilent = this.#read === 0 && this.#timeoutSeconds > 0;
    if (isSilent && this.#timeoutSeconds <= HANDSHAKE_LIMIT_SECONDS) return Infinity;
    const own = this.#timeoutSeconds === 0 ? HANDSHAKE_LIMIT_SECONDS : this.#timeoutSeconds;
    return (this.#firstMs ?? nowMs) + Math.min(own, HANDSHAKE_LIMIT_SECONDS) * 1000;
  }

  /** While bytes are queued the peer will hear from us anyway, or cannot hear. */
  #maySpeak(): boolean {
    return this.speaks && this.#channel.outputMux && this.#channel.writer.queuedBytes === 0;
  }

  #lullMs(): number {
    return Math.floor((this.#timeoutSeconds + 1) / 2) * 1000;
  }
}
