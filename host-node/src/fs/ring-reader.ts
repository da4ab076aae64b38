// Reads a run of small files of one held directory by a ring. Whatever fails is a file that was not read: its reader then
// opens it as usual and meets the error there. Part of docs/io-uring.md.
import { loadNative, type NativeHelper } from '@ocrsync/native/load';
import { RING_NAME_BYTES, RING_RECORD_FIELDS, RING_RUN_FILES } from '@ocrsync/native/ring';
import type { OpenFile } from './filesystem.ts';
import { recordedStat, statRecord } from './node-stat.ts';
import { RingFile } from './ring-file.ts';
import type { RingLease } from './ring-pool.ts';

export type ReaderCalls = Pick<NativeHelper, 'ringReadFiles' | 'fileIsCold' | 'ringOfThread'>;

/** Bytes of one run, a byte more for each file included. */
const RUN_BYTES = 1 << 20;
/** A file longer than this is better read in pieces of its own. */
export const RING_FILE_BYTES = 128 << 10;

export interface RunFile {
  /** A single component. */
  readonly name: string;
  readonly sizeBytes: number;
}

export class RingReader {
  readonly #native: ReaderCalls;
  readonly #lease: () => RingLease | undefined;
  #held: RingLease | undefined;
  #records: Float64Array | undefined;
  #buffer: Uint8Array | undefined;

  /** `lease` is asked for a ring at the first run; a session of a pool gives the pool's, others that of the thread. */
  constructor(native: ReaderCalls, lease: () => RingLease | undefined) {
    this.#native = native;
    this.#lease = lease;
  }

  /** Whether the file's first bytes must come from the device. */
  isCold(directory: number, name: string): boolean {
    return this.#native.fileIsCold(directory, name) === 1;
  }

  /** How many of these files, from the first on, make one run. */
  static fitting(files: readonly RunFile[]): number {
    let bytes = 0;
    for (let i = 0; i < files.length; i++) {
      bytes += files[i]!.sizeBytes + 1;
      if (i === RING_RUN_FILES || bytes > RUN_BYTES) return i;
    }
    return files.length;
  }

  /** Names that the calls take. */
  static takes(file: RunFile): boolean {
    return file.sizeBytes <= RING_FILE_BYTES && file.name.length <= RING_NAME_BYTES;
  }

  /**
   * Reads files that fit and are taken. In place of each its content as an open file, valid until the next run, or
   * undefined; undefined for all when there is no ring.
   */
  read(directory: number, files: readonly RunFile[]): (OpenFile | undefined)[] | undefined {
    this.#held ??= this.#lease();
    if (this.#held === undefined) return undefined;
    const records = (this.#records ??= new Float64Array(RING_RUN_FILES * RING_RECORD_FIELDS));
    const buffer = (this.#buffer ??= new Uint8Array(RUN_BYTES));
    files.forEach(({ sizeBytes }, i) => (records[i * RING_RECORD_FIELDS] = sizeBytes));
    const names = files.map(({ name }) => name).join('/');
    const count = this.#native.ringReadFiles(this.#held.ring, directory, names, buffer, records);
    if (count < 0) {
      this.#held.discard();
      this.#held = undefined;
      return undefined;
    }
    let at = 0;
    return files.map(({ sizeBytes }, i) => {
      const from = at;
      at += sizeBytes + 1;
      const record = i * RING_RECORD_FIELDS;
      if (records[record] !== sizeBytes) return undefined;
      statRecord.set(records.subarray(record + 1, record + RING_RECORD_FIELDS));
      return new RingFile(buffer.subarray(from, from + sizeBytes), recordedStat());
    });
  }

  /** Gives the ring back. */
  close(): void {
    this.#held?.release();
    this.#held = undefined;
  }
}

/** A reader with the ring of this thread; undefined without the native helper. */
export function threadRingReader(): RingReader | undefined {
  const native: Partial<NativeHelper> | undefined = loadNative();
  const { ringReadFiles, fileIsCold, ringOfThread } = native ?? {};
  if (!ringReadFiles || !fileIsCold || !ringOfThread) return undefined;
  return new RingReader({ ringReadFiles, fileIsCold, ringOfThread }, () => {
    const ring = ringOfThread();
    // It stays with the thread; one that failed is not made again.
    return ring > 0 ? { ring, release: () => undefined, discard: () => undefined } : undefined;
  });
}
