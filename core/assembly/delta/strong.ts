// The strong sum of a stretch of the file, as the matcher's record wants it: kind and seed of the connection.
import { digestBlock } from '../checksum/digest';
import { DeltaRecord } from './record';

/** Whole digest of `lengthBytes` at `at` into `out` (room for 32 bytes: comparisons load vectors of it). */
@inline
export function strongDigest(record: DeltaRecord, at: usize, lengthBytes: u32, out: usize): void {
  digestBlock(record.kind, at, lengthBytes, record.seed, out, record.checksumScratch);
}
