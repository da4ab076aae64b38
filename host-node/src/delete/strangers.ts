// The names of a directory that a list does not have, with their stats: what a deletion is planned from
// (docs/protocol/04-transfer.md §13.3). Deletes nothing, asks no rule.
import { SCAN_MARKED, scanRecordError, scanRecordLength, scanRecordName } from '@ocrsync/core/scan-record';
import { openScan, scannedStat } from '../fs/directory-scan.ts';
import { errorOfNumber } from '../fs/errno.ts';
import type { FileStat, Root } from '../fs/filesystem.ts';

export type Strangers = ReadonlyMap<string, FileStat>;

const BUFFER_BYTES = 65536;
const ENOENT = 2;

/** Takes the records [from, end) that are not marked; what vanished meanwhile is left out. Throws a FilesystemError. */
export function takeStrangers(
  bytes: Uint8Array,
  from: number,
  end: number,
  directory: string,
  into: Map<string, FileStat>,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  for (let at = from; at < end; at += scanRecordLength(bytes, at)) {
    const error = scanRecordError(words, at);
    if (error === SCAN_MARKED || error === ENOENT) continue;
    if (error !== 0) throw errorOfNumber(error, 'lstat', directory);
    into.set(scanRecordName(bytes, at), scannedStat(view, at));
  }
}

/** Reads the whole directory and asks for each name. Throws a FilesystemError. */
export function strangersIn(root: Root, directory: string, isKnown: (base: string) => boolean): Strangers {
  const found = new Map<string, FileStat>();
  const buffer = new Uint8Array(BUFFER_BYTES);
  const scan = openScan(root, directory);
  try {
    while (!scan.ended) takeStrangers(buffer, 0, scan.read(buffer), directory, found);
  } finally {
    scan.close();
  }
  for (const base of [...found.keys()]) if (isKnown(base)) found.delete(base);
  return found;
}
