// Scans of whole directories into records (scan.c; their layout: core/src/scan-record.ts). None throws; each returns a count or
// the negative errno.

export interface ScanCalls {
  /**
   * Reads on in an open directory: fills `out` (8-byte aligned, 4096 bytes at least) with whole records of its next entries,
   * '.' and '..' left out. Returns twice the bytes filled, plus 1 when nothing is left.
   */
  scan(directory: number, out: Uint8Array): number;

  /**
   * Begins to read an open directory ahead of need, on a thread of its own (scan-ahead.c); the descriptor may be closed.
   * Returns a slot. -EAGAIN: enough is under way already.
   */
  scanAhead(directory: number): number;
  /**
   * As {@link scan}, with the records of a slot; waits when they are just being read. `out` holds 65536 bytes at least.
   * The slot is given back with the last records, or with an error.
   */
  scanTake(slot: number, out: Uint8Array): number;
  /** Gives a slot back that will not be taken. */
  scanDrop(slot: number): number;
}
