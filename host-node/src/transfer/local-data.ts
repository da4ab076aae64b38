// The short way of whole files in a local copy: the sender hands its open files over, and the receiver has the kernel
// copy them. Records, order, reports and counters stay those of the token stream (docs/architecture.md, "Local copies").
import type { OpenFile } from '../fs/filesystem.ts';

/** Smaller files travel as tokens where one is handed over at a time: that costs a turn of both sessions. */
const SMALLEST_BYTES = 256 * 1024;
/** Longest piece of a literal token, and what stands before it. */
const TOKEN_BYTES = 32768;
const TOKEN_HEAD_BYTES = 4;
/** Data bytes in a full frame, and its header. */
const FRAME_BYTES = 65532;
const FRAME_HEADER_BYTES = 4;

/** A file whose data the sender does not write to the stream. */
export interface OfferedFile {
  readonly ndx: number;
  readonly file: OpenFile;
  readonly sizeBytes: number;
  /** The receiver got so far. */
  progress(doneBytes: number): void;
  /** Called by {@link LocalData.settle}. */
  settle(failure: string | undefined): void;
}

/** Both ends of one local copy hold the same one. */
export class LocalData {
  /** Nobody wants to see how each file grows: others may be under way at the same time. */
  readonly mayRunAhead: boolean;
  #offered: OfferedFile[] = [];
  #unsettled = 0;
  /**
   * How many files the receiver takes before it is through with the first of them. One: the sender waits for the end of each.
   * Set by the receiver, which may start threads when it is asked.
   */
  room: () => number = () => 1;

  constructor(mayRunAhead: boolean) {
    this.mayRunAhead = mayRunAhead;
  }

  /** `blockCount` of the request: with sums of a basis the file goes through the matcher. */
  isWorthwhile(sizeBytes: number, blockCount: number): boolean {
    return blockCount === 0 && (sizeBytes >= SMALLEST_BYTES || this.room() > 1);
  }

  /** Files that were offered and are still under way. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Another file may be offered. */
  get hasRoom(): boolean {
    return this.#unsettled < this.room();
  }

  offer(file: OfferedFile): void {
    this.#unsettled++;
    this.#offered.push(file);
  }

  /** The offer for the record that the receiver reads, which comes in the same order; undefined: its data is in the stream. */
  take(ndx: number): OfferedFile | undefined {
    return this.#offered[0]?.ndx === ndx ? this.#offered.shift() : undefined;
  }

  /** The run ends early: closes what nobody has taken. */
  abandon(): void {
    for (const { file } of this.#offered.splice(0)) file.close();
  }

  /** The receiver is through with a file. `failure`: the words of the error when it could not be read. */
  settle(file: OfferedFile, failure: string | undefined): void {
    this.#unsettled--;
    file.settle(failure);
  }
}

/** Tokens and digest of a file, as its line in an --out-format counts them: without the headers of frames. */
export function tokenBytes(sizeBytes: number, digestLength: number): number {
  const tokens = Math.ceil(sizeBytes / TOKEN_BYTES) + 1;
  return sizeBytes + tokens * TOKEN_HEAD_BYTES + digestLength;
}

/** What the data of a file would have taken in the stream: the counters tell it all the same. */
export function streamBytes(sizeBytes: number, digestLength: number): number {
  const bytes = tokenBytes(sizeBytes, digestLength);
  return bytes + Math.floor(bytes / FRAME_BYTES) * FRAME_HEADER_BYTES;
}
