// The matcher's record in memory: what the host fills in, what a scan answers, and all scratch. One record per matcher,
// so that any number of matchers, also on several threads, share the module's code and nothing else.
// The offsets of the host's fields are mirrored in core/src/delta-record.ts.

import { SCRATCH_BYTES } from '../checksum/scratch';

/** Limits, checked by delta_open. A basis of 2^25 blocks of 128 KiB is 4 TiB; its table takes 0.9 GiB. */
export const MAX_BLOCKS: u32 = 1 << 25;
/** Protocols below 30 allow blocks of 2^29 bytes. */
export const MAX_BLOCK_LENGTH: u32 = 1 << 29;

export const FLAG_IN_PLACE: u32 = 1;

/** Offsets whose sums are rolled in one batch: 16 a group. */
export const BATCH_GROUPS: u32 = 32;
/** Bytes of one group's filter addresses (16 u32) and of its sums (bits, s1 even, s1 odd, s2 even, s2 odd). */
export const ADDRESS_GROUP: usize = 64;
export const SUM_GROUP: usize = 80;

@unmanaged
export class DeltaRecord {
  // 0: filled by the host before delta_open
  count: u32;
  blockLength: u32;
  lastLength: u32;
  digestLength: u32;
  kind: i32; // 16
  flags: u32;
  seed: i32;
  reserved: u32;
  sum1: usize; // 32
  digests: usize;
  digestStride: u32;
  work: usize;
  // 48: answers of delta_scan
  consumed: u32;
  pending: u32;
  falseAlarms: u32;
  filterHits: u32;
  refused: u32; // 64
  finished: u32;
  // 72: the table, laid out by delta_open inside `work`
  fullBlocks: u32;
  slots: usize;
  slotShift: u32; // 80
  slotMask: u32;
  next: usize;
  unchanged: usize;
  filter: usize; // 96
  filterPages: u32;
  // 104: scan state
  position: u32;
  hasSum: u32;
  sum: u32; // 112
  want: u32;
  foundAt: usize;
  windowAt: usize;
  windowEnd: usize; // 128
  events: usize;
  lastEvent: usize;
  eventsEnd: usize;
  fileOffset: u64; // 144
  digestMask0: u64;
  digestMask1: u64; // 160
  digestMask2: u64;
  digestCredit: f64; // 176
  digestRatio: f64;
  // 192: scratch
  @inline get carry(): usize { return changetype<usize>(this) + 192; } // two vectors: s1 and s2 in every lane
  @inline get digest(): usize { return changetype<usize>(this) + 224; } // 32 bytes
  @inline get aheadDigests(): usize { return changetype<usize>(this) + 256; } // 8 digests of 32 bytes
  @inline get addresses(): usize { return changetype<usize>(this) + 512; }
  @inline get sums(): usize { return changetype<usize>(this) + 512 + ADDRESS_GROUP * BATCH_GROUPS; }
  @inline get checksumScratch(): usize { return changetype<usize>(this) + 512 + (ADDRESS_GROUP + SUM_GROUP) * BATCH_GROUPS; }
}

export const RECORD_BYTES: usize = 512 + (ADDRESS_GROUP + SUM_GROUP) * BATCH_GROUPS + SCRATCH_BYTES;
