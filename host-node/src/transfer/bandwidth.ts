// --bwlimit: how long to wait after a write (docs/protocol/04-transfer.md §19). Time comes from the caller.

const SHORTEST_SLEEP_MS = 100;

export class Bandwidth {
  readonly #bytesPerMs: number;
  #debtBytes = 0;
  #lastMs: number | undefined;

  /** @param kibPerSecond limit in units of 1024 bytes a second; 0 = none */
  constructor(kibPerSecond: number) {
    this.#bytesPerMs = (kibPerSecond * 1024) / 1000;
  }

  /** Largest write that keeps the flow smooth; unlimited without a limit. */
  get writeBytes(): number {
    return this.#bytesPerMs === 0 ? Infinity : Math.max(512, Math.floor(this.#bytesPerMs * 125));
  }

  /** Notes a write and returns how many milliseconds to wait before the next one; 0 = none. */
  wrote(bytes: number, nowMs: number): number {
    if (this.#bytesPerMs === 0) return 0;
    this.#debtBytes += bytes;
    if (this.#lastMs !== undefined) {
      this.#debtBytes = Math.max(0, this.#debtBytes - (nowMs - this.#lastMs) * this.#bytesPerMs);
    }
    this.#lastMs = nowMs;
    const waitMs = this.#debtBytes / this.#bytesPerMs;
    return waitMs < SHORTEST_SLEEP_MS ? 0 : waitMs;
  }
}
