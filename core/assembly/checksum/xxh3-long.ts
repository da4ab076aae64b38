// XXH3 with 64 and 128 bits of inputs over 240 bytes (public specification of xxHash 0.8), on SIMD, as accumulators
// that a one-shot call and a stream state share. The product of the 32-bit halves is taken by extended
// multiplication after a shuffle; i64x2.mul would cost three multiplications on x64.
import {
  DEFAULT_SECRET,
  P32_1,
  P32_2,
  P32_3,
  P64_1,
  P64_2,
  P64_3,
  P64_4,
  P64_5,
  SECRET_BYTES,
  avalanche,
  fold,
} from './xxh3-common';
import { ACCUMULATORS, SECRET, SECRET_READY, SECRET_SEED } from './scratch';

/** Bytes that one step of the accumulators takes. */
export const STRIPE_BYTES: u32 = 64;
/** After so many stripes the accumulators are scrambled. */
const BLOCK_STRIPES: u32 = 16;
/** Offset into the secret for the last 64 bytes of an input. */
const LAST_SECRET: usize = 121;

/** Address of the secret for a block-sum seed; derived once per seed and kept in the scratch record. */
export function secretFor(seed: i32, scratch: usize): usize {
  if (seed == 0) return DEFAULT_SECRET;
  const secret = scratch + SECRET;
  if (load<u32>(scratch, SECRET_READY) != 0 && load<i32>(scratch, SECRET_SEED) == seed) return secret;
  const wide = <u64>(<i64>seed);
  for (let i: usize = 0; i < SECRET_BYTES; i += 16) {
    store<u64>(secret + i, load<u64>(DEFAULT_SECRET + i) + wide);
    store<u64>(secret + i, load<u64>(DEFAULT_SECRET + i, 8) - wide, 8);
  }
  store<u32>(scratch, 1, SECRET_READY);
  store<i32>(scratch, seed, SECRET_SEED);
  return secret;
}

/** The eight accumulators before any input. */
const START: usize = memory.data<u64>([P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1], 16);

/** Puts a stream's accumulators to their start. */
export function xxh3Init(accumulators: usize): void {
  memory.copy(accumulators, START, 64);
}

// @ts-ignore: decorator
@inline
function swapped(v: v128): v128 {
  return v128.shuffle<u64>(v, v, 1, 0);
}

// @ts-ignore: decorator
@inline
function scrambled(accumulator: v128, secret: v128): v128 {
  const prime = i32x4.splat(<i32>P32_1);
  const x = v128.xor(v128.xor(accumulator, i64x2.shr_u(accumulator, 47)), secret);
  const low = v128.shuffle<u32>(x, x, 0, 2, 0, 2);
  const high = v128.shuffle<u32>(x, x, 1, 3, 1, 3);
  return i64x2.add(i64x2.extmul_low_i32x4_u(low, prime), i64x2.shl(i64x2.extmul_low_i32x4_u(high, prime), 32));
}

/**
 * Mixes `stripes` times 64 bytes at `p` into the accumulators at `from` and stores them at `to` (which may be the
 * same). `position` is the number of stripes since the last scramble (0..15); the new position is returned. `last`,
 * if not 0, is the address of the input's last 64 bytes, which are then mixed in again with their own part of the
 * secret: this ends the input.
 */
export function xxh3Stripes(
  from: usize,
  to: usize,
  p: usize,
  stripes: u32,
  secret: usize,
  position: u32,
  last: usize,
): u32 {
  let a = v128.load(from);
  let b = v128.load(from, 16);
  let c = v128.load(from, 32);
  let d = v128.load(from, 48);
  while (stripes || last) {
    let run: u32 = 1;
    let key = secret + LAST_SECRET;
    if (stripes) {
      run = min<u32>(stripes, BLOCK_STRIPES - position);
      key = secret + (position << 3);
      stripes -= run;
    } else {
      p = last;
      last = 0;
      position = 0;
    }
    const keyEnd = key + (run << 3);
    for (; key < keyEnd; key += 8, p += STRIPE_BYTES) {
      const d0 = v128.load(p);
      const d1 = v128.load(p, 16);
      const d2 = v128.load(p, 32);
      const d3 = v128.load(p, 48);
      const k0 = v128.xor(d0, v128.load(key));
      const k1 = v128.xor(d1, v128.load(key, 16));
      const k2 = v128.xor(d2, v128.load(key, 32));
      const k3 = v128.xor(d3, v128.load(key, 48));
      const low01 = v128.shuffle<u32>(k0, k1, 0, 2, 4, 6);
      const high01 = v128.shuffle<u32>(k0, k1, 1, 3, 5, 7);
      const low23 = v128.shuffle<u32>(k2, k3, 0, 2, 4, 6);
      const high23 = v128.shuffle<u32>(k2, k3, 1, 3, 5, 7);
      a = i64x2.add(i64x2.add(a, swapped(d0)), i64x2.extmul_low_i32x4_u(low01, high01));
      b = i64x2.add(i64x2.add(b, swapped(d1)), i64x2.extmul_high_i32x4_u(low01, high01));
      c = i64x2.add(i64x2.add(c, swapped(d2)), i64x2.extmul_low_i32x4_u(low23, high23));
      d = i64x2.add(i64x2.add(d, swapped(d3)), i64x2.extmul_high_i32x4_u(low23, high23));
    }
    position += run;
    if (position == BLOCK_STRIPES) {
      a = scrambled(a, v128.load(secret, 128));
      b = scrambled(b, v128.load(secret, 144));
      c = scrambled(c, v128.load(secret, 160));
      d = scrambled(d, v128.load(secret, 176));
      position = 0;
    }
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
  return position;
}

function merged(accumulators: usize, secret: usize, start: u64): u64 {
  let sum = start;
  for (let i: usize = 0; i < 64; i += 16) {
    const low = load<u64>(accumulators + i) ^ load<u64>(secret + i);
    const high = load<u64>(accumulators + i, 8) ^ load<u64>(secret + i, 8);
    sum += fold(low, high);
  }
  return avalanche(sum);
}

/** The 64-bit hash, also the low half of the 128-bit one. */
export function xxh3Low(accumulators: usize, secret: usize, total: u64): u64 {
  return merged(accumulators, secret + 11, total * P64_1);
}

/** The high half of the 128-bit hash. */
export function xxh3High(accumulators: usize, secret: usize, total: u64): u64 {
  return merged(accumulators, secret + 117, ~(total * P64_2));
}

/** Fills the scratch record's accumulators from `len` > 240 bytes at `p`; returns their address. */
export function xxh3Accumulate(p: usize, len: u32, secret: usize, scratch: usize): usize {
  const accumulators = scratch + ACCUMULATORS;
  xxh3Stripes(START, accumulators, p, (len - 1) >> 6, secret, 0, p + len - STRIPE_BYTES);
  return accumulators;
}
