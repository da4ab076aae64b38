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

  constructor(output: OpenFile, existingBytes: number) {
    this.#output = output;
    this.#existingBytes = existingBytes;
  }

  write(bytes: Uint8Array, position: number): void {
    let start = 0;
    let isHole = false;
    const change = (to: number, hole: boolean): void => {
      if (to > start && isHole) this.#hole(position + start, to - start);
      else if (to > start) this.#output.write(bytes.subarray(start, to), position + start);
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

  #hole(position: number, lengthBytes: number): void {
    const size = Math.min(position + lengthBytes, this.#existingBytes) - position;
    if (size <= 0) return;
    if (!this.#cannotPunch) {
      try {
        this.#output.punchHole(position, size);
        return;
      } catch (error) {
        if (!(error instanceof FilesystemError) || !/^(ENOSYS|EOPNOTSUPP)$/.test(error.code)) throw error;
        this.#cannotPunch = true;
      }
    }
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
