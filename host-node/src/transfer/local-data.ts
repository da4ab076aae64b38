// The short way of whole files in a local copy: the sender hands its open file over, and the receiver has the kernel
// copy it. Record, order, reports and counters stay those of the token stream (docs/architecture.md, "Local copies").
import type { OpenFile } from '../fs/filesystem.ts';

/** Smaller files travel as tokens: handing over costs a turn of both sessions. */
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
  /** The receiver is through with the data. `failure`: the words of the error when the file could not be read. */
  settle(failure: string | undefined): void;
}

/** Both ends of one local copy hold the same one. The sender offers one file at a time, and waits for its end. */
export class LocalData {
  #offered: OfferedFile | undefined;

  /** `blockCount` of the request: with sums of a basis the file goes through the matcher. */
  isWorthwhile(sizeBytes: number, blockCount: number): boolean {
    return blockCount === 0 && sizeBytes >= SMALLEST_BYTES;
  }

  offer(file: OfferedFile): void {
    this.#offered = file;
  }

  /** The offer for the record that the receiver reads; undefined: its data is in the stream. */
  take(ndx: number): OfferedFile | undefined {
    const offered = this.#offered;
    if (offered?.ndx !== ndx) return undefined;
    this.#offered = undefined;
    return offered;
  }
}

/** What the data of a file would have taken in the stream: the counters tell it all the same. */
export function streamBytes(sizeBytes: number, digestLength: number): number {
  const tokens = Math.ceil(sizeBytes / TOKEN_BYTES) + 1;
  const bytes = sizeBytes + tokens * TOKEN_HEAD_BYTES + digestLength;
  return bytes + Math.floor(bytes / FRAME_BYTES) * FRAME_HEADER_BYTES;
}
