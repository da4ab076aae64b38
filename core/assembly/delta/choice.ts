// Which block of the basis, if any, to use at one offset: upstream's preferences (docs/protocol/04-transfer.md 6.2: the
// block after the last match, else the highest) and the in-place rule (6.3: a block that will have been overwritten
// must not be used; a block at its own place is preferred).
// Work at one offset is bounded: one digest of a block (two where in-place alignment looks ahead) and CANDIDATE_LIMIT
// comparisons; in place, besides, every block leaves its chain at most once per file. Work over a file is bounded too:
// false alarms are paid from a credit that grows with the bytes scanned (openCredit).
import { rollSum } from '../checksum/rolling';
import { DeltaRecord, FLAG_IN_PLACE } from './record';
import { strongDigest } from './strong';
import { chainHead, chainNext, isUnchanged, markUnchanged, unlinkBlock } from './table';

/** Blocks with one sum1 that are compared at one offset; 3.5.0 has the same limit. */
const CANDIDATE_LIMIT: u32 = 1024;
/** What comparing one candidate costs, in bytes of digest work. */
const CANDIDATE_COST: f64 = 64;
/** Digest bytes of false alarms that any file may cost at least, and the most that can be saved up. */
const CREDIT_START: f64 = 64 * 1024 * 1024;
const CREDIT_MOST: f64 = 1024 * 1024 * 1024;
const RATIO_LEAST: f64 = 64;

/**
 * Sets the credit. By chance alone a false alarm happens at count/2^32 of the offsets and costs one block's digest; four
 * times that, or 64 bytes per byte scanned, is allowed. A peer that sends sums made for false alarms gets literals instead.
 */
export function openCredit(record: DeltaRecord): void {
  const expected = (<f64>record.fullBlocks * <f64>record.blockLength) / 4294967296.0;
  record.digestRatio = max(RATIO_LEAST, expected * 4);
  record.digestCredit = CREDIT_START;
}

export function earnCredit(record: DeltaRecord, scannedBytes: u32): void {
  record.digestCredit = min(CREDIT_MOST, record.digestCredit + record.digestRatio * <f64>scannedBytes);
}

@inline
export function equalsDigest(record: DeltaRecord, block: u32, digest: usize): bool {
  const own = record.digests + <usize>block * record.digestStride;
  if ((load<u64>(own) ^ load<u64>(digest)) & record.digestMask0) return false;
  if (record.digestMask1 == 0) return true;
  if ((load<u64>(own, 8) ^ load<u64>(digest, 8)) & record.digestMask1) return false;
  return ((load<u64>(own, 16) ^ load<u64>(digest, 16)) & record.digestMask2) == 0;
}

@inline
export function sumOf(record: DeltaRecord, block: u32): u32 {
  return load<u32>(record.sum1 + <usize>block * 4);
}

/** Whether a block may be used at a file offset: always, or in place only while it is not yet overwritten. */
@inline
export function mayUse(record: DeltaRecord, block: u32, fileOffset: u64): bool {
  if (!(record.flags & FLAG_IN_PLACE)) return true;
  return <u64>block * record.blockLength >= fileOffset || (block < record.fullBlocks && isUnchanged(record, block));
}

/** Block number + 1 for the window at `at` whose sum has a slot, or 0. Sets foundAt (in-place alignment may move it on). */
export function chooseBlock(record: DeltaRecord, at: usize, sum: u32, slot: usize): u32 {
  if (record.digestCredit <= 0) {
    record.refused++;
    return 0;
  }
  const fileOffset = record.fileOffset + <u64>(at - record.windowAt);
  const want = record.want;
  const digest = record.digest;
  let digested = false;
  let found: u32 = 0;
  if (want < record.fullBlocks && sumOf(record, want) == sum && mayUse(record, want, fileOffset)) {
    strongDigest(record, at, record.blockLength, digest);
    digested = true;
    if (equalsDigest(record, want, digest)) found = want + 1;
  }
  if (!found) found = searchChain(record, at, slot, fileOffset, digested);
  if (!found) return 0;
  record.foundAt = at;
  return record.flags & FLAG_IN_PLACE ? alignInPlace(record, at, sum, found, fileOffset) : found;
}

/** First block of the chain that may be used and whose digest is equal. Blocks that were overwritten leave the chain. */
function searchChain(record: DeltaRecord, at: usize, slot: usize, fileOffset: u64, digestKnown: bool): u32 {
  const digest = record.digest;
  let digested = digestKnown;
  let tried: u32 = 0;
  let before: u32 = 0;
  let node = chainHead(slot);
  let found: u32 = 0;
  while (node != 0 && tried < CANDIDATE_LIMIT) {
    const block = node - 1;
    const next = chainNext(record, block);
    if (!mayUse(record, block, fileOffset)) {
      unlinkBlock(record, slot, before, block);
      node = next;
      continue;
    }
    if (!digested) {
      strongDigest(record, at, record.blockLength, digest);
      digested = true;
    }
    if (equalsDigest(record, block, digest)) {
      found = node;
      break;
    }
    tried++;
    before = node;
    node = next;
  }
  let cost = <f64>tried * CANDIDATE_COST;
  if (!found && digested) {
    record.falseAlarms++;
    cost += <f64>record.blockLength;
  }
  record.digestCredit -= cost;
  return found;
}

/** Prefers the block that lies where it will be written; in a run of zeros even if it begins a little further on. */
function alignInPlace(record: DeltaRecord, at: usize, sum: u32, found: u32, fileOffset: u64): u32 {
  const length = record.blockLength;
  const own = (fileOffset + (length - 1)) / length;
  if (own >= <u64>record.fullBlocks) return found;
  const block = <u32>own;
  const skip = <usize>(own * length - fileOffset);
  if (skip != 0 && (sum != 0 || at + skip + length > record.windowEnd)) return found;
  const digest = record.digest;
  if (block != found - 1 && (sumOf(record, block) != sum || !equalsDigest(record, block, digest))) return found;
  if (skip != 0) {
    if (rollSum(at + skip, length) != sum) return found;
    strongDigest(record, at + skip, length, digest);
    if (!equalsDigest(record, block, digest)) return found;
  }
  markUnchanged(record, block);
  record.foundAt = at + skip;
  return block + 1;
}
