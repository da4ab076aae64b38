// The sum table: which blocks of the basis have a given sum1. An exact table of distinct sums (open addressing), a chain
// of blocks per sum with the highest block first (the order upstream tries them in, docs/protocol/04-transfer.md 6.2),
// and in front of it a byte filter that answers "surely not" for nearly every offset.
// Whatever sums a peer sends, inserting and finding take at most PROBE_LIMIT steps each.
import { FLAG_IN_PLACE, DeltaRecord } from './record';

/** Slots looked at for one sum. Honest sums at load <= 1/2 never need it; a peer that aims at one slot loses its own matches. */
const PROBE_LIMIT: u32 = 128;
/** In a slot whose chain was used up: no block, but later slots of the same cluster still count. */
const NO_BLOCK: u32 = 0xffffffff;
const PAGE: u32 = 65536;
const MAX_FILTER_PAGES: u32 = 256;
/** A false "maybe" costs more than a miss in the second-level cache, so the filter is sparse; where it fits there, sparser still. */
const FILTER_BITS_PER_BLOCK: u64 = 128;
const NEAR_FILTER_BITS_PER_BLOCK: u64 = 256;
const NEAR_FILTER_PAGES: u32 = 8;

@inline
function slotBits(fullBlocks: u32): u32 {
  let bits: u32 = 6;
  while ((<u32>1 << bits) < fullBlocks * 2) bits++;
  return bits;
}

@inline
function filterPages(fullBlocks: u32): u32 {
  let pages: u32 = 1;
  while (pages < MAX_FILTER_PAGES) {
    const wanted = pages < NEAR_FILTER_PAGES ? NEAR_FILTER_BITS_PER_BLOCK : FILTER_BITS_PER_BLOCK;
    if (<u64>pages * PAGE * 8 >= <u64>fullBlocks * wanted) break;
    pages <<= 1;
  }
  return pages;
}

/** Bytes that layOutTable needs for so many full blocks: filter (and room to align it), slots, chains, unchanged bits. */
export function tableBytes(fullBlocks: u32): usize {
  return (
    <usize>(filterPages(fullBlocks) + 1) * PAGE +
    (<usize>8 << <usize>slotBits(fullBlocks)) +
    <usize>fullBlocks * 4 +
    <usize>((fullBlocks + 8) >> 3) +
    64
  );
}

/** Divides `work` into the table's parts and clears them. */
export function layOutTable(record: DeltaRecord): void {
  const blocks = record.fullBlocks;
  const bits = slotBits(blocks);
  record.filterPages = filterPages(blocks);
  record.filter = (record.work + (PAGE - 1)) & ~<usize>(PAGE - 1);
  record.slots = record.filter + record.filterPages * PAGE;
  record.slotShift = 32 - bits;
  record.slotMask = ((<u32>1 << bits) - 1) << 3;
  record.next = record.slots + (<usize>8 << bits);
  record.unchanged = record.next + <usize>blocks * 4;
  memory.fill(record.filter, 0, record.filterPages * PAGE);
  memory.fill(record.slots, 0, <usize>8 << bits);
  if (record.flags & FLAG_IN_PLACE) memory.fill(record.unchanged, 0, (blocks + 8) >> 3);
}

@inline
function slotOffset(record: DeltaRecord, sum: u32): u32 {
  let hash = sum * 0x9e3779b1;
  hash = (hash ^ (hash >> 15)) * 0x85ebca77;
  return (hash >> record.slotShift) << 3;
}

/** The filter's byte of a sum; filter-scan.ts computes the same for 16 offsets at a time. */
@inline
function filterAddress(record: DeltaRecord, sum: u32): usize {
  const s1 = sum & 0xffff;
  const low = ((sum >> 16) + s1 * 0x9e5) & 0xffff;
  return record.filter + (low | (((s1 >> 3) & (record.filterPages - 1)) << 16));
}

/** Enters all full blocks. The short last block is not in the table: it can match only at the end of the file. */
export function fillTable(record: DeltaRecord): void {
  const blocks = record.fullBlocks;
  const slots = record.slots;
  const mask = record.slotMask;
  for (let block: u32 = 0; block < blocks; block++) {
    const sum = load<u32>(record.sum1 + <usize>block * 4);
    let at = slotOffset(record, sum);
    for (let probe: u32 = 0; probe < PROBE_LIMIT; probe++) {
      const head = load<u32>(slots + at, 4);
      if (head == 0 || load<u32>(slots + at) == sum) {
        store<u32>(record.next + <usize>block * 4, head);
        store<u32>(slots + at, sum);
        store<u32>(slots + at, block + 1, 4);
        const byte = filterAddress(record, sum);
        store<u8>(byte, <u8>(<u32>load<u8>(byte) | ((<u32>1) << (sum & 7))));
        break;
      }
      at = (at + 8) & mask;
    }
  }
}

/** Address of the slot of a sum that has blocks, or 0. */
@inline
export function findSlot(record: DeltaRecord, sum: u32): usize {
  const slots = record.slots;
  let at = slotOffset(record, sum);
  for (let probe: u32 = 0; probe < PROBE_LIMIT; probe++) {
    const head = load<u32>(slots + at, 4);
    if (head == 0) return 0;
    if (load<u32>(slots + at) == sum) return head == NO_BLOCK ? 0 : slots + at;
    at = (at + 8) & record.slotMask;
  }
  return 0;
}

/** Block number + 1 at the head of a slot's chain. */
@inline
export function chainHead(slot: usize): u32 {
  return load<u32>(slot, 4);
}

/** Block number + 1 after `block` in its chain, or 0. */
@inline
export function chainNext(record: DeltaRecord, block: u32): u32 {
  return load<u32>(record.next + <usize>block * 4);
}

/** Takes a block out of its chain; `before` is the block number + 1 in front of it, 0 for the head. */
export function unlinkBlock(record: DeltaRecord, slot: usize, before: u32, block: u32): void {
  const next = chainNext(record, block);
  if (before) store<u32>(record.next + <usize>(before - 1) * 4, next);
  else store<u32>(slot, next ? next : NO_BLOCK, 4);
}

@inline
export function isUnchanged(record: DeltaRecord, block: u32): bool {
  return ((<u32>load<u8>(record.unchanged + (block >> 3)) >> (block & 7)) & 1) != 0;
}

@inline
export function markUnchanged(record: DeltaRecord, block: u32): void {
  const at = record.unchanged + (block >> 3);
  store<u8>(at, <u8>(<u32>load<u8>(at) | ((<u32>1) << (block & 7))));
}
