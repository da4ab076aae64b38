// MD4 and MD5 block sums of several equally long blocks side by side in SIMD lanes. One digest is a chain of
// dependent steps; eight chains fill the vector ports that one leaves idle. The result equals mdBlock's of each.
import { KIND_MD4, KIND_MD4_OLD, KIND_MD5_SEED_LAST } from './kinds';
import { copyShort, mdPad, seedHead, seedLeads } from './md';
import { md4Lanes8, md5Lanes8 } from './md-lanes.generated';
import { POINTERS, STATE, TAILS, TAIL_STRIDE, WORDS } from './scratch';

/** Messages that a kernel works on at once. */
export const LANES: u32 = 8;

/** Whether the kind has lane kernels. */
export function hasLanes(kind: i32): bool {
  return kind >= KIND_MD4 && kind <= KIND_MD5_SEED_LAST;
}

function compressLanes(kind: i32, chunks: u32, scratch: usize): void {
  const state = scratch + STATE;
  const pointers = scratch + POINTERS;
  const words = scratch + WORDS;
  if (kind == KIND_MD4 || kind == KIND_MD4_OLD) md4Lanes8(state, pointers, chunks, words);
  else md5Lanes8(state, pointers, chunks, words);
}

/** Points lane i at `p + i * stride`; lanes without a block repeat the last one. */
function pointLanes(count: u32, p: usize, stride: usize, scratch: usize): void {
  const pointers = scratch + POINTERS;
  for (let lane: u32 = 0; lane < LANES; lane++) {
    store<u32>(pointers + (lane << 2), <u32>(p + <usize>min<u32>(lane, count - 1) * stride));
  }
}

function initLanes(state: usize): void {
  for (const end = state + (LANES << 4); state < end; state += 64) {
    v128.store(state, i32x4.splat(0x67452301));
    v128.store(state, i32x4.splat(0xefcdab89), 16);
    v128.store(state, i32x4.splat(0x98badcfe), 32);
    v128.store(state, i32x4.splat(0x10325476), 48);
  }
}

function storeLanes(count: u32, out: usize, stride: usize, scratch: usize): void {
  for (let lane: usize = 0; lane < count; lane++) {
    const state = scratch + STATE + ((lane >> 2) << 6) + ((lane & 3) << 2);
    store<u32>(out, load<u32>(state));
    store<u32>(out, load<u32>(state, 16), 4);
    store<u32>(out, load<u32>(state, 32), 8);
    store<u32>(out, load<u32>(state, 48), 12);
    out += stride;
  }
}

/** Copies each block's last `rest` bytes behind the lane's seed or before it, and pads; returns the chunks of a tail. */
function padLanes(kind: i32, count: u32, p: usize, len: u32, rest: u32, seed: i32, used: u32, scratch: usize): u32 {
  const trails = seed != 0 && !seedLeads(kind);
  const total = <u64>len + (seed != 0 ? 4 : 0);
  let chunks: u32 = 0;
  for (let lane: usize = 0; lane < count; lane++) {
    const tail = scratch + TAILS + lane * TAIL_STRIDE;
    if (used) store<i32>(tail, seed);
    copyShort(tail + used, p + (lane + 1) * len - rest, rest);
    if (trails) store<i32>(tail + used + rest, seed);
    chunks = mdPad(kind, tail, used + rest + (trails ? 4 : 0), total);
  }
  return chunks;
}

/**
 * Block sums of `count` (1 to 8) adjacent blocks of `len` bytes at `p`; digest i at `out + i * stride`.
 * The seed is mixed in without copying a block: only its first 60 bytes, or its tail, go through the scratch.
 */
export function mdLaneBlocks(
  kind: i32,
  count: u32,
  p: usize,
  len: u32,
  seed: i32,
  out: usize,
  stride: usize,
  scratch: usize,
): void {
  const tails = scratch + TAILS;
  const lead = seed != 0 && seedLeads(kind);
  let done: u32 = 0;
  let used: u32 = 0;
  initLanes(scratch + STATE);
  if (lead && len < 60) used = 4;
  else {
    if (lead) {
      for (let lane: usize = 0; lane < count; lane++) seedHead(tails + lane * TAIL_STRIDE, seed, p + lane * len);
      pointLanes(count, tails, TAIL_STRIDE, scratch);
      compressLanes(kind, 1, scratch);
      done = 60;
    }
    const chunks = (len - done) >> 6;
    pointLanes(count, p + done, len, scratch);
    compressLanes(kind, chunks, scratch);
    done += chunks << 6;
  }
  const tailChunks = padLanes(kind, count, p, len, len - done, seed, used, scratch);
  pointLanes(count, tails, TAIL_STRIDE, scratch);
  compressLanes(kind, tailChunks, scratch);
  storeLanes(count, out, stride, scratch);
}
