// The names of a directory that a list does not have, with their stats: what a deletion is planned from
// (docs/protocol/04-transfer.md §13.3). Deletes nothing, asks no rule.
import { SCAN_MARKED, scanRecordError, scanRecordLength, scanRecordName } from '@ocrsync/core/scan-record';
import { openScan, scannedStat } from '../fs/directory-scan.ts';
import { errorOfNumber } from '../fs/errno.ts';
import type { FilesystemError, FileStat, Root } from '../fs/filesystem.ts';

export interface Strangers {
  readonly stats: ReadonlyMap<string, FileStat>;
  /** Of names, listed or not, that could not be looked at; `file` is the full name. */
  readonly failures: readonly FilesystemError[];
}

/** Strangers as they are found. */
export interface StrangersFound extends Strangers {
  readonly stats: Map<string, FileStat>;
  readonly failures: FilesystemError[];
}

const BUFFER_BYTES = 65536;
const ENOENT = 2;

/** Takes the records [from, end) that are not marked; what vanished meanwhile is left out. */
export function takeStrangers(
  bytes: Uint8Array,
  from: number,
  end: number,
  directory: string,
  into: StrangersFound,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  for (let at = from; at < end; at += scanRecordLength(bytes, at)) {
    const error = scanRecordError(words, at);
    if (error === SCAN_MARKED || error === ENOENT) continue;
    const base = scanRecordName(bytes, at);
    if (error === 0) into.stats.set(base, scannedStat(view, at));
    else into.failures.push(errorOfNumber(error, 'lstat', directory === '.' ? base : `${directory}/${base}`));
  }
}

/** Reads the whole directory and asks for each name. Throws a FilesystemError when the directory cannot be read. */
export function strangersIn(root: Root, directory: string, isKnown: (base: string) => boolean): Strangers {
  const found: StrangersFound = { stats: new Map(), failures: [] };
  const buffer = new Uint8Array(BUFFER_BYTES);
  const scan = openScan(root, directory);
  try {
    while (!scan.ended) takeStrangers(buffer, 0, scan.read(buffer), directory, found);
  } finally {
    scan.close();
  }
  for (const base of [...found.stats.keys()]) if (isKnown(base)) found.stats.delete(base);
  return found;
}
