// Scans of whole directories into records (scan.c; their layout: core/src/scan-record.ts). None throws; each returns a count or
// the negative errno.

export interface ScanCalls {
  /**
   * Reads on in an open directory: fills `out` (8-byte aligned, 4096 bytes at least) with whole records of its next entries,
   * '.' and '..' left out. Returns twice the bytes filled, plus 1 when nothing is left.
   */
  scan(directory: number, out: Uint8Array): number;
}
