// The lines of --progress and --info=progress2 (docs/protocol/07-output.md §9). Time comes with the events; there is no clock here.
import type { ListProgressEvent, ProgressEvent, RunProgress } from './events.ts';
import { fixed, humanInteger } from './numbers.ts';
import type { NumberLevel } from './numbers.ts';

const SAMPLES = 5;
const INTERVAL_MS = 1000;

interface Sample {
  readonly timeMs: number;
  readonly bytes: number;
}

function rateText(bytesPerMs: number): string {
  // KiB per second.
  let rate = (bytesPerMs * 1000) / 1024;
  let unit = 'kB/s';
  if (rate > 1024 * 1024) {
    rate /= 1024 * 1024;
    unit = 'GB/s';
  } else if (rate > 1024) {
    rate /= 1024;
    unit = 'MB/s';
  }
  return fixed(rate, 2).padStart(7) + unit;
}

function timeText(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > 9999 * 3600) return '  ??:??:??';
  const whole = Math.floor(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(Math.floor(whole / 3600)).padStart(4)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function percent(bytes: number, total: number): number {
  return bytes === total || total <= 0 ? 100 : Math.trunc((bytes / total) * 100);
}

/** Turns progress events into lines; one instance a run. */
export class ProgressMeter {
  readonly #level: NumberLevel;
  /** progress2: one line for the whole run. */
  readonly #whole: boolean;
  #startMs = 0;
  #lastMs = 0;
  #name: string | undefined;
  #samples: Sample[] = [];

  constructor(level: NumberLevel, whole: boolean) {
    this.#level = level;
    this.#whole = whole;
  }

  /** The line to print, from its CR on and without newline; empty if it is not yet time for one. */
  line(event: ProgressEvent): string {
    const bytes = this.#whole ? event.totalBytesDone : event.fileBytes;
    const total = this.#whole ? event.totalBytes : event.fileLengthBytes;
    const fresh = this.#name === undefined || (!this.#whole && this.#name !== event.name);
    if (fresh) this.#start(event, bytes);
    this.#name = event.name;
    if (!event.finished && !fresh && event.nowMs - this.#lastMs < INTERVAL_MS) return '';
    this.#lastMs = event.nowMs;
    if (!fresh) this.#samples.push({ timeMs: event.nowMs, bytes });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
    const text = event.finished ? this.#final(event, bytes, total) : this.#running(bytes, total);
    if (event.finished && !this.#whole) this.#name = undefined;
    return text;
  }

  /** progress2: the line at the end of a list. */
  listLine(event: ListProgressEvent): string {
    if (this.#name === undefined) {
      this.#start(event, event.totalBytesDone);
      this.#name = '';
    }
    return this.#final(event, event.totalBytesDone, event.totalBytes);
  }

  #start(event: RunProgress, bytes: number): void {
    this.#startMs = event.nowMs;
    this.#samples = [{ timeMs: event.nowMs, bytes }];
  }

  #running(bytes: number, total: number): string {
    const first = this.#samples[0]!;
    const last = this.#samples[this.#samples.length - 1]!;
    const rate = (last.bytes - first.bytes) / Math.max(1, last.timeMs - first.timeMs);
    const remaining = rate > 0 ? (total - bytes) / rate / 1000 : 0;
    return `${this.#head(bytes, total)}${rateText(rate)} ${timeText(remaining)}  `;
  }

  #final(event: RunProgress, bytes: number, total: number): string {
    const elapsedMs = Math.max(1, event.nowMs - this.#startMs);
    const left = event.total - event.position - 1;
    const check = `${event.listComplete ? 'to' : 'ir'}-chk=${left}/${event.total}`;
    const tail = ` (xfr#${event.transferred}, ${check})`;
    return `${this.#head(bytes, total)}${rateText(bytes / elapsedMs)} ${timeText(elapsedMs / 1000)}${tail}`;
  }

  #head(bytes: number, total: number): string {
    const offset = humanInteger(bytes, this.#level).padStart(15);
    return `\r${offset} ${String(percent(bytes, total)).padStart(3)}% `;
  }
}
