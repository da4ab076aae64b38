// Eight blocks at a time where the file simply goes on like the basis: for checksums that run in lanes (MD4, MD5) one
// digest at a time would cost three times as much. Speculative: taken only when the next eight rolling sums agree.
import { hasLanes, mdLaneBlocks } from '../checksum/md-blocks';
import { rollSum } from '../checksum/rolling';
import { equalsDigest, sumOf } from './choice';
import { DeltaRecord, FLAG_IN_PLACE } from './record';
import { markUnchanged } from './table';

const LANES: u32 = 8;
const DIGEST_STRIDE: usize = 32;

/** How many of the next eight wanted blocks lie at `at`, one after the other: 0 to 8. */
export function matchAhead(record: DeltaRecord, at: usize, limit: usize): u32 {
  const want = record.want;
  const length = record.blockLength;
  if (!hasLanes(record.kind) || want + LANES > record.fullBlocks || (limit - at) / length < LANES) return 0;
  const inPlace = (record.flags & FLAG_IN_PLACE) != 0;
  if (inPlace && record.fileOffset + <u64>(at - record.windowAt) != <u64>want * length) return 0;
  for (let lane: u32 = 0; lane < LANES; lane++) {
    if (rollSum(at + <usize>lane * length, length) != sumOf(record, want + lane)) return 0;
  }
  const digests = record.aheadDigests;
  mdLaneBlocks(record.kind, LANES, at, length, record.seed, digests, DIGEST_STRIDE, record.checksumScratch);
  let run: u32 = 0;
  while (run < LANES && equalsDigest(record, want + run, digests + <usize>run * DIGEST_STRIDE)) {
    if (inPlace) markUnchanged(record, want + run);
    run++;
  }
  return run;
}
