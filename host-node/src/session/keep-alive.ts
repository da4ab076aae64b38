// --timeout and keep-alives with the driver's clock (docs/protocol/01-session.md §12).
import type { Channel } from './channel.ts';
import { HANDSHAKE_LIMIT_SECONDS } from './limits.ts';
import { RunError } from './run-error.ts';

/** Longest time-out taken from a daemon, as upstream 3.5.0. */
const LONGEST_TIMEOUT_SECONDS = 86400;

export class KeepAlive {
  readonly #channel: Channel;
  #timeoutSeconds: number;
  #read = 0;
  #written = 0;
  #lastProgressMs: number | undefined;
  #lastWriteMs = 0;
  #firstMs: number | undefined;
  /** A receiving side says nothing before it has its first list. */
  speaks = false;
  /** A server in its handshake: however often the peer says a byte, it has so long altogether. */
  shakesHands = false;

  constructor(channel: Channel, timeoutSeconds: number) {
    this.#channel = channel;
    this.#timeoutSeconds = timeoutSeconds;
  }

  /** A daemon's time-out counts if this end has none or a longer one. */
  adopt(seconds: number): void {
    if (seconds <= 0 || seconds > LONGEST_TIMEOUT_SECONDS) return;
    if (this.#timeoutSeconds === 0 || this.#timeoutSeconds > seconds) this.#timeoutSeconds = seconds;
  }

  /** Notes what moved since the last call. Bytes count as written when the driver has taken them. */
  observe(nowMs: number): void {
    this.#lastProgressMs ??= nowMs;
    this.#firstMs ??= nowMs;
    const read = this.#channel.reader.rawBytesTaken;
    const written = this.#channel.writer.rawBytesMade - this.#channel.writer.queuedBytes;
    if (written !== this.#written) this.#lastWriteMs = nowMs;
    if (read !== this.#read || written !== this.#written) this.#lastProgressMs = nowMs;
    this.#read = read;
    this.#written = written;
  }

  /** Ends the run after the time-out, or says that this end is alive after half of it. */
  check(nowMs: number): void {
    const silentMs = this.#lastProgressMs === undefined ? 0 : nowMs - this.#lastProgressMs;
    if (this.#timeoutSeconds > 0 && silentMs >= this.#timeoutSeconds * 1000) {
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
      this.#lastWriteMs = nowMs;
    }
  }

  nextDeadlineMs(nowMs: number): number | undefined {
    const handshake = this.shakesHands ? this.#handshakeEndMs(nowMs) : Infinity;
    if (this.#timeoutSeconds === 0) {
      return handshake === Infinity ? undefined : Math.max(0, handshake - nowMs);
    }
    const timeout = Math.min((this.#lastProgressMs ?? nowMs) + this.#timeoutSeconds * 1000, handshake);
    const lull = this.#maySpeak() ? this.#lastWriteMs + this.#lullMs() : Infinity;
    return Math.max(0, Math.min(timeout, lull) - nowMs);
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
