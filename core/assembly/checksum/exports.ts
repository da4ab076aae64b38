// What the checksum room gives the host: parameters checked, seeds as signed i32, statuses of status.ts.
import { BAD_ARGUMENT } from '../status';
import { digestBlock } from './digest';
import { digestBytes } from './kinds';
import { rollSum } from './rolling';
import { SCRATCH_BYTES } from './scratch';

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
