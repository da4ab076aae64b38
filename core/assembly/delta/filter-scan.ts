// Rolling over offsets where nothing matches, 16 at a time and in two stages. Stage one computes the rolling sums of a
// batch of offsets and the address of each one's filter byte; stage two gathers those bytes, and only where the filter
// says "maybe" is the exact table asked. Two short loops keep more loads in flight than one long one.
import { chooseBlock } from './choice';
import { ADDRESS_GROUP, BATCH_GROUPS, DeltaRecord, SUM_GROUP } from './record';
import { findSlot } from './table';

/** Vector constants, loaded into locals before the loops: engines rebuild splats in every turn. */
const VECTORS: usize = memory.data<u8>([
  128, 128, 128, 128, 128, 128, 128, 128, 6, 7, 6, 7, 6, 7, 6, 7, // lane 3 of i16x8 into lanes 4..7, zero below
  14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, // lane 7 of i16x8 into all
  1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128, // bit of (s1 & 7)
  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, // seven in each byte
  229, 9, 229, 9, 229, 9, 229, 9, 229, 9, 229, 9, 229, 9, 229, 9, // 0x9e5, as in table.ts filterAddress
  7, 0, 7, 0, 7, 0, 7, 0, 7, 0, 7, 0, 7, 0, 7, 0, // seven in each even byte
], 16);

/** Inclusive prefix sums of the eight i16 lanes. */
@inline
function prefixSums(x: v128, spread: v128): v128 {
  x = i16x8.add(x, i64x2.shl(x, 16));
  x = i16x8.add(x, i64x2.shl(x, 32));
  return i16x8.add(x, i8x16.swizzle(x, spread));
}

/**
 * Stage one: for `groups` x 16 offsets after `from`, whose own sum is in every lane of the carry, stores filter addresses,
 * filter bits and sums. Offsets are taken in pairs: the odd ones come from pair sums, the even ones by subtraction.
 */
function rollBatch(record: DeltaRecord, from: usize, groups: usize): void {
  const length = record.blockLength;
  const spread = v128.load(VECTORS), last = v128.load(VECTORS, 16), bitOf = v128.load(VECTORS, 32);
  const seven = v128.load(VECTORS, 48), factor = v128.load(VECTORS, 64), evenSeven = v128.load(VECTORS, 80);
  const lengths = i16x8.splat(<i16>length);
  const pageMask = i16x8.splat(<i16>(record.filterPages - 1));
  const firstPage = i16x8.splat(<i16>(record.filter >> 16));
  let s1 = v128.load(record.carry), s2 = v128.load(record.carry, 16);
  let address = record.addresses, sums = record.sums;
  const end = from + (groups << 4);
  for (let at = from; at < end; at += 16) {
    const leaving = v128.load(at), entering = v128.load(at + length);
    const leavingPairs = i16x8.extadd_pairwise_i8x16_s(leaving), leavingOdd = i16x8.shr_s(leaving, 8);
    const s1Odd = i16x8.add(prefixSums(i16x8.sub(i16x8.extadd_pairwise_i8x16_s(entering), leavingPairs), spread), s1);
    const s1Even = i16x8.sub(s1Odd, i16x8.sub(i16x8.shr_s(entering, 8), leavingOdd));
    const stepOdd = i16x8.sub(s1Odd, i16x8.mul(leavingOdd, lengths));
    const stepEven = i16x8.sub(s1Even, i16x8.mul(i16x8.sub(leavingPairs, leavingOdd), lengths));
    const s2Odd = i16x8.add(prefixSums(i16x8.add(stepEven, stepOdd), spread), s2);
    const s2Even = i16x8.sub(s2Odd, stepOdd);
    s1 = i8x16.swizzle(s1Odd, last);
    s2 = i8x16.swizzle(s2Odd, last);
    const lowEven = i16x8.add(s2Even, i16x8.mul(s1Even, factor)), lowOdd = i16x8.add(s2Odd, i16x8.mul(s1Odd, factor));
    const pageEven = i16x8.add(v128.and(i16x8.shr_u(s1Even, 3), pageMask), firstPage);
    const pageOdd = i16x8.add(v128.and(i16x8.shr_u(s1Odd, 3), pageMask), firstPage);
    v128.store(address, v128.shuffle<u16>(lowEven, pageEven, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(address, v128.shuffle<u16>(lowEven, pageEven, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    v128.store(address, v128.shuffle<u16>(lowOdd, pageOdd, 0, 8, 1, 9, 2, 10, 3, 11), 32);
    v128.store(address, v128.shuffle<u16>(lowOdd, pageOdd, 4, 12, 5, 13, 6, 14, 7, 15), 48);
    v128.store(sums, i8x16.swizzle(bitOf, v128.and(v128.or(i16x8.shl(s1Odd, 8), v128.and(s1Even, evenSeven)), seven)));
    v128.store(sums, s1Even, 16);
    v128.store(sums, s1Odd, 32);
    v128.store(sums, s2Even, 48);
    v128.store(sums, s2Odd, 64);
    address += ADDRESS_GROUP;
    sums += SUM_GROUP;
  }
  v128.store(record.carry, s1);
  v128.store(record.carry, s2, 16);
}

/** The filter bytes of one group; four chains of four, or the compiler sinks all sixteen into one that spills. */
@inline
function gatherFilterBytes(address: usize): v128 {
  let a = i8x16.splat(0), b = i8x16.splat(0), c = i8x16.splat(0), d = i8x16.splat(0);
  a = v128.load8_lane(load<u32>(address, 0), a, 0);
  a = v128.load8_lane(load<u32>(address, 32), a, 1);
  a = v128.load8_lane(load<u32>(address, 4), a, 2);
  a = v128.load8_lane(load<u32>(address, 36), a, 3);
  b = v128.load8_lane(load<u32>(address, 8), b, 4);
  b = v128.load8_lane(load<u32>(address, 40), b, 5);
  b = v128.load8_lane(load<u32>(address, 12), b, 6);
  b = v128.load8_lane(load<u32>(address, 44), b, 7);
  c = v128.load8_lane(load<u32>(address, 16), c, 8);
  c = v128.load8_lane(load<u32>(address, 48), c, 9);
  c = v128.load8_lane(load<u32>(address, 20), c, 10);
  c = v128.load8_lane(load<u32>(address, 52), c, 11);
  d = v128.load8_lane(load<u32>(address, 24), d, 12);
  d = v128.load8_lane(load<u32>(address, 56), d, 13);
  d = v128.load8_lane(load<u32>(address, 28), d, 14);
  d = v128.load8_lane(load<u32>(address, 60), d, 15);
  return v128.or(v128.or(a, b), v128.or(c, d));
}

/** Stage two: block number + 1 of the first offset of the batch that matches, or 0. */
function searchBatch(record: DeltaRecord, from: usize, groups: usize): u32 {
  let address = record.addresses, sums = record.sums;
  const end = from + (groups << 4);
  for (let at = from; at < end; at += 16) {
    const hits = v128.and(gatherFilterBytes(address), v128.load(sums));
    if (v128.any_true(hits)) {
      const found = searchGroup(record, at, sums, ~i8x16.bitmask(i8x16.eq(hits, i8x16.splat(0))) & 0xffff);
      if (found) return found;
    }
    address += ADDRESS_GROUP;
    sums += SUM_GROUP;
  }
  return 0;
}

/** Asks the exact table about the offsets of one group that passed the filter, in ascending order. */
function searchGroup(record: DeltaRecord, at: usize, sums: usize, hits: u32): u32 {
  do {
    const lane = ctz(hits);
    hits &= hits - 1;
    record.filterHits++;
    const s1 = sums + 16 + ((lane & 1) << 4) + ((lane >> 1) << 1);
    const sum = <u32>load<u16>(s1) | (<u32>load<u16>(s1, 32) << 16);
    const slot = findSlot(record, sum);
    if (slot) {
      const found = chooseBlock(record, at + 1 + lane, sum, slot);
      if (found) return found;
    }
  } while (hits);
  return 0;
}

/**
 * Rolls from `from`, whose sum (record.sum) was already looked up, while whole blocks end at or before `end`. Returns
 * block number + 1 with record.foundAt, or 0 with record.foundAt and record.sum at the last offset looked at.
 */
export function rollToMatch(record: DeltaRecord, from: usize, end: usize): u32 {
  const length = record.blockLength;
  v128.store(record.carry, i16x8.splat(<i16>record.sum));
  v128.store(record.carry, i16x8.splat(<i16>(record.sum >> 16)), 16);
  let at = from;
  let batch: usize = 4;
  while (true) {
    let groups = (end - length - at) >> 4;
    if (groups == 0) break;
    if (groups > batch) groups = batch;
    if (batch < BATCH_GROUPS) batch <<= 1;
    rollBatch(record, at, groups);
    const found = searchBatch(record, at, groups);
    if (found) return found;
    at += groups << 4;
  }
  let s1 = <u32>load<u16>(record.carry), s2 = <u32>load<u16>(record.carry, 16);
  while (at + length < end) {
    const leaving = <u32>(<i32>load<i8>(at));
    s1 += <u32>(<i32>load<i8>(at + length)) - leaving;
    s2 += s1 - length * leaving;
    at++;
    const sum = (s1 & 0xffff) | (s2 << 16);
    const slot = findSlot(record, sum);
    if (slot) {
      const found = chooseBlock(record, at, sum, slot);
      if (found) return found;
    }
  }
  record.foundAt = at;
  record.sum = (s1 & 0xffff) | (s2 << 16);
  return 0;
}
