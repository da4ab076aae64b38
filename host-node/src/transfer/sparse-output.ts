// Writes a file with holes in place of zeros (docs/protocol/04-transfer.md §9.4, "Sparse"). Where there was data before, a hole
// is punched; where the file system has none, zeros are written.
import { FilesystemError, type OpenFile } from '../fs/filesystem.ts';

/** Zeros are looked for at the two ends of pieces of so many bytes, as upstream does it: disk usage is then the same. */
const CHUNK_BYTES = 1024;
const ZEROS = new Uint8Array(64 * 1024);

export class SparseOutput {
  readonly #output: OpenFile;
  /** Up to there the file had data of its own. */
  readonly #existingBytes: number;
  #cannotPunch = false;
  /** A hole that may go on: only whole blocks of the file system are given back. */
  #holeFrom = 0;
  #holeTo = 0;

  constructor(output: OpenFile, existingBytes: number) {
    this.#output = output;
    this.#existingBytes = existingBytes;
  }

  write(bytes: Uint8Array, position: number): void {
    this.#pass(bytes, position, true);
  }

  /** What is in its place already: only its zeros become holes. */
  keep(bytes: Uint8Array, position: number): void {
    this.#pass(bytes, position, false);
  }

  /** The last hole is made; the length of the file is not this one's matter. */
  end(): void {
    const from = this.#holeFrom;
    const lengthBytes = this.#holeTo - from;
    this.#holeFrom = this.#holeTo = 0;
    if (lengthBytes > 0 && from < this.#existingBytes) this.#punch(from, lengthBytes);
  }

  #pass(bytes: Uint8Array, position: number, writes: boolean): void {
    let start = 0;
    let isHole = false;
    const change = (to: number, hole: boolean): void => {
      if (to > start && isHole) this.#hole(position + start, position + to);
      else if (to > start) {
        this.end();
        if (writes) this.#output.write(bytes.subarray(start, to), position + start);
      }
      start = to;
      isHole = hole;
    };
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const end = Math.min(at + CHUNK_BYTES, bytes.length);
      const first = firstData(bytes, at, end);
      if (first > at && !isHole) change(at, true);
      if (first === end) continue;
      if (isHole) change(first, false);
      const last = endOfData(bytes, first, end);
      if (last < end) change(last, true);
    }
    change(bytes.length, false);
  }

  #hole(from: number, to: number): void {
    if (from === this.#holeTo && this.#holeTo > this.#holeFrom) {
      this.#holeTo = to;
      return;
    }
    this.end();
    this.#holeFrom = from;
    this.#holeTo = to;
  }

  #punch(position: number, lengthBytes: number): void {
    if (!this.#cannotPunch) {
      try {
        this.#output.punchHole(position, lengthBytes);
        return;
      } catch (error) {
        if (!(error instanceof FilesystemError) || !/^(ENOSYS|EOPNOTSUPP)$/.test(error.code)) throw error;
        this.#cannotPunch = true;
      }
    }
    const size = Math.min(lengthBytes, this.#existingBytes - position);
    for (let done = 0; done < size; done += ZEROS.length) {
      this.#output.write(ZEROS.subarray(0, Math.min(ZEROS.length, size - done)), position + done);
    }
  }
}

function firstData(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === 0) at++;
  return at;
}

function endOfData(bytes: Uint8Array, from: number, end: number): number {
  let at = end;
  while (at > from && bytes[at - 1] === 0) at--;
  return at;
}
