// What the checksum room gives the host: parameters checked, seeds as signed i32, statuses of status.ts.
// The host bounds a call to about 1 MiB of input (or one block, when a block is longer).
import { BAD_ARGUMENT } from '../status';
import { digestBlocks, signBlocks } from './blocks';
import { digestBlock } from './digest';
import { digestBytes } from './kinds';
import { rollSum } from './rolling';
import { SCRATCH_BYTES } from './scratch';
import { STATE_BYTES, wholeFileFinal, wholeFileInit, wholeFileUpdate } from './whole-file';

/** Bytes of the scratch record that the functions of this room take: aligned to 16, zeroed before first use. */
export function hash_scratch_size(): i32 {
  return <i32>SCRATCH_BYTES;
}

/** Rolling sum of `len` bytes: s1 in the low, s2 in the high 16 bits. */
export function roll(p: usize, len: u32): i32 {
  return <i32>rollSum(p, len);
}

/** Block digest in wire order at `out`; returns its length. */
export function hash_block(kind: i32, p: usize, len: u32, seed: i32, out: usize, scratch: usize): i32 {
  if (digestBytes(kind) == 0) return BAD_ARGUMENT;
  return digestBlock(kind, p, len, seed, out, scratch);
}

/** Whole digests of `count` adjacent blocks, the last of `lastLen` bytes, at `out + i * stride`; returns `count`. */
export function hash_blocks(
  kind: i32,
  p: usize,
  blockLen: u32,
  count: u32,
  lastLen: u32,
  seed: i32,
  out: usize,
  stride: u32,
  scratch: usize,
): i32 {
  const bytes = digestBytes(kind);
  if (bytes == 0 || stride < <u32>bytes || count > 0x7fffffff || lastLen > blockLen) return BAD_ARGUMENT;
  if (count == 0) return 0;
  const whole = lastLen == blockLen ? count : count - 1;
  digestBlocks(kind, p, blockLen, whole, seed, out, stride, scratch);
  if (whole < count) digestBlock(kind, p + whole * blockLen, lastLen, seed, out + whole * stride, scratch);
  return <i32>count;
}

/** Wire records (sum1, first `s2len` digest bytes) of the blocks of `len` bytes at `p`; returns how many. */
export function sign(
  kind: i32,
  p: usize,
  len: u32,
  blockLen: u32,
  seed: i32,
  s2len: u32,
  out: usize,
  scratch: usize,
): i32 {
  if (blockLen == 0 || s2len > <u32>digestBytes(kind) || digestBytes(kind) == 0) return BAD_ARGUMENT;
  return <i32>signBlocks(kind, p, len, blockLen, seed, s2len, out, scratch);
}

/** Bytes of a whole-file state record: aligned to 16. */
export function hash_state_size(): i32 {
  return <i32>STATE_BYTES;
}

/** Begins a whole-file digest; the seed matters for the MD4 of protocols 27 to 29 only. Returns the digest's length. */
export function hash_init(kind: i32, state: usize, seed: i32): i32 {
  const bytes = digestBytes(kind);
  if (bytes == 0) return BAD_ARGUMENT;
  wholeFileInit(kind, state, seed);
  return bytes;
}

/** Takes the next `len` bytes of the file. */
export function hash_update(state: usize, p: usize, len: u32): void {
  wholeFileUpdate(state, p, len);
}

/** Ends the file: digest in wire order at `out`; returns its length. */
export function hash_final(state: usize, out: usize): i32 {
  return wholeFileFinal(state, out);
}
