// Digests of many blocks of one buffer, and the signature of a piece of a file: rolling sum and digest of each
// block while it is in the cache, as the records that follow a sum head on the wire
// (docs/protocol/04-transfer.md section 4). MD4 and MD5 go eight blocks at a time.
import { digestBlock } from './digest';
import { LANES, hasLanes, mdLaneBlocks } from './md-blocks';
import { rollSum } from './rolling';
import { DIGESTS, DIGEST_STRIDE } from './scratch';

/** From so many blocks on, the eight lanes are quicker than one block after the other, even with idle lanes. */
const WORTH_LANES: u32 = 3;

/** How many of the blocks that are left are digested together. */
function batchOf(kind: i32, left: u32): u32 {
  return hasLanes(kind) && left >= WORTH_LANES ? min<u32>(left, LANES) : 1;
}

/**
 * Digests of `count` blocks of `blockLen` bytes that lie one after the other at `p`. Digest i is written, whole, at
 * `out + i * stride`, in ascending order.
 */
export function digestBlocks(
  kind: i32,
  p: usize,
  blockLen: u32,
  count: u32,
  seed: i32,
  out: usize,
  stride: usize,
  scratch: usize,
): void {
  while (count) {
    const batch = batchOf(kind, count);
    if (batch == 1) digestBlock(kind, p, blockLen, seed, out, scratch);
    else mdLaneBlocks(kind, batch, p, blockLen, seed, out, stride, scratch);
    p += batch * blockLen;
    out += <usize>batch * stride;
    count -= batch;
  }
}

/** The record of one block: sum1 little-endian, then the first `s2len` bytes of its digest. */
function writeRecord(out: usize, sum1: u32, digest: usize, s2len: u32): void {
  store<u32>(out, sum1);
  if (s2len == 16) {
    v128.store(out, v128.load(digest), 4);
    return;
  }
  for (let i: usize = 0; i < s2len; i++) store<u8>(out + i, load<u8>(digest + i), 4);
}

/**
 * Signature of `len` bytes at `p`, cut into blocks of `blockLen` (the last may be short): records of 4 + `s2len`
 * bytes at `out`. `s2len` is not longer than the kind's digest. Returns the number of blocks.
 */
export function signBlocks(
  kind: i32,
  p: usize,
  len: u32,
  blockLen: u32,
  seed: i32,
  s2len: u32,
  out: usize,
  scratch: usize,
): u32 {
  const digests = scratch + DIGESTS;
  const whole = len / blockLen;
  let left = whole;
  while (left) {
    const batch = batchOf(kind, left);
    if (batch == 1) {
      const sum1 = rollSum(p, blockLen);
      digestBlock(kind, p, blockLen, seed, digests, scratch);
      writeRecord(out, sum1, digests, s2len);
      p += blockLen;
      out += 4 + s2len;
    } else {
      mdLaneBlocks(kind, batch, p, blockLen, seed, digests, DIGEST_STRIDE, scratch);
      for (let lane: usize = 0; lane < batch; lane++) {
        writeRecord(out, rollSum(p, blockLen), digests + lane * DIGEST_STRIDE, s2len);
        p += blockLen;
        out += 4 + s2len;
      }
    }
    left -= batch;
  }
  const lastLen = len - whole * blockLen;
  if (lastLen == 0) return whole;
  const sum1 = rollSum(p, lastLen);
  digestBlock(kind, p, lastLen, seed, digests, scratch);
  writeRecord(out, sum1, digests, s2len);
  return whole + 1;
}
