// Records of a directory scan: the entries of one directory with their stats, as bytes. The native helper's `scan` and
// host-node/src/fs/directory-scan.ts write them, the core's kernels read them (core/assembly/codec/scan-record.ts).
// A record begins at a multiple of 8, the next one follows it; numbers are little-endian.
import { latin1Text } from './latin1.ts';

/** Offsets: u16 lengths of record and name, u32 numbers, i64 size and seconds, u64 device and inode. */
export const SCAN_RECORD = {
  length: 0,
  nameLength: 2,
  mode: 4,
  size: 8,
  mtimeSec: 16,
  mtimeNsec: 24,
  links: 28,
  uid: 32,
  gid: 36,
  dev: 40,
  ino: 48,
  rdevMajor: 56,
  rdevMinor: 60,
  atimeSec: 64,
  atimeNsec: 72,
  /** errno of a failed stat, whose other numbers are 0; or {@link SCAN_MARKED}. */
  error: 76,
  name: 80,
} as const;

/** In place of the error: to be passed over, or (after a judgement) found in the list. */
export const SCAN_MARKED = 0xffffffff;

/** No record is shorter. */
export const SCAN_RECORD_BYTES = 88;

/** Length of a record with a name of so many bytes. */
export function scanRecordBytes(nameBytes: number): number {
  return (SCAN_RECORD.name + nameBytes + 7) & ~7;
}

export function scanRecordLength(u8: Uint8Array, at: number): number {
  return u8[at]! | (u8[at + 1]! << 8);
}

/** Base name, latin1. */
export function scanRecordName(u8: Uint8Array, at: number): string {
  const length = u8[at + SCAN_RECORD.nameLength]! | (u8[at + SCAN_RECORD.nameLength + 1]! << 8);
  return latin1Text(u8, at + SCAN_RECORD.name, length);
}

export function scanRecordMode(u32: Uint32Array, at: number): number {
  return u32[(at + SCAN_RECORD.mode) >>> 2]!;
}

export function scanRecordError(u32: Uint32Array, at: number): number {
  return u32[(at + SCAN_RECORD.error) >>> 2]!;
}

export function markScanRecord(u32: Uint32Array, at: number): void {
  u32[(at + SCAN_RECORD.error) >>> 2] = SCAN_MARKED;
}
