// XXH3 with 64 and 128 bits of inputs up to 240 bytes (public specification of xxHash 0.8). These use the default
// secret and the seed itself, not the derived secret of long inputs. Reads nothing outside the input.
import {
  DEFAULT_SECRET as K,
  P32_2,
  P64_1,
  P64_2,
  P64_4,
  avalanche,
  avalanche64,
  fold,
  mix16,
  multiplyHigh,
} from './xxh3-common';

export const SHORT_LIMIT_BYTES: u32 = 240;

const RRMXMX: u64 = 0x9fb21c651e98df25;
/** Offset into the secret of the second half of middle-sized inputs, and of their last piece. */
const MIDDLE_START: usize = 3;
const MIDDLE_LAST: usize = 119;

// @ts-ignore: decorator
@inline
function secretXor(at: usize): u64 {
  return load<u64>(K + at) ^ load<u64>(K + at + 8);
}

// @ts-ignore: decorator
@inline
function secretXor32(at: usize): u64 {
  return <u64>(load<u32>(K + at) ^ load<u32>(K + at + 4));
}

// @ts-ignore: decorator
@inline
function wordOfThree(p: usize, len: u32): u32 {
  const first = <u32>load<u8>(p);
  const middle = <u32>load<u8>(p + (len >> 1));
  const last = <u32>load<u8>(p + len - 1);
  return (first << 16) | (middle << 24) | last | (len << 8);
}

// @ts-ignore: decorator
@inline
function widenSeed(seed: u64): u64 {
  return seed ^ (<u64>bswap<u32>(<u32>seed) << 32);
}

function upTo16(p: usize, len: u32, seed: u64): u64 {
  if (len > 8) {
    const low = load<u64>(p) ^ (secretXor(24) + seed);
    const high = load<u64>(p + len - 8) ^ (secretXor(40) - seed);
    return avalanche(<u64>len + bswap<u64>(low) + high + fold(low, high));
  }
  if (len >= 4) {
    const value = <u64>load<u32>(p + len - 4) + (<u64>load<u32>(p) << 32);
    let hash = value ^ (secretXor(8) - widenSeed(seed));
    hash ^= rotl<u64>(hash, 49) ^ rotl<u64>(hash, 24);
    hash *= RRMXMX;
    hash ^= (hash >> 35) + <u64>len;
    hash *= RRMXMX;
    return hash ^ (hash >> 28);
  }
  if (len > 0) return avalanche64(<u64>wordOfThree(p, len) ^ (secretXor32(0) + seed));
  return avalanche64(seed ^ secretXor(56));
}

/** XXH3-64 of at most 240 bytes. */
export function xxh3Short(p: usize, len: u32, seed: u64): u64 {
  if (len <= 16) return upTo16(p, len, seed);
  const end = p + len;
  let sum = <u64>len * P64_1;
  if (len <= 128) {
    const pieces = (len - 1) >> 5;
    for (let i = <usize>pieces; i != -1; i--) {
      sum += mix16(p + (i << 4), K + (i << 5), seed);
      sum += mix16(end - ((i + 1) << 4), K + (i << 5) + 16, seed);
    }
    return avalanche(sum);
  }
  const rounds = <usize>(len >> 4);
  for (let i: usize = 0; i < 8; i++) sum += mix16(p + (i << 4), K + (i << 4), seed);
  sum = avalanche(sum);
  for (let i: usize = 8; i < rounds; i++) sum += mix16(p + (i << 4), K + MIDDLE_START + ((i - 8) << 4), seed);
  return avalanche(sum + mix16(end - 16, K + MIDDLE_LAST, seed));
}

function upTo16Wide(p: usize, len: u32, seed: u64, out: usize): void {
  if (len > 8) {
    const first = load<u64>(p);
    let last = load<u64>(p + len - 8);
    const key = first ^ last ^ (secretXor(32) - seed);
    let low = key * P64_1 + (<u64>(len - 1) << 54);
    last ^= secretXor(48) + seed;
    const high = multiplyHigh(key, P64_1) + last + (last & 0xffffffff) * (P32_2 - 1);
    low ^= bswap<u64>(high);
    store<u64>(out, avalanche(low * P64_2));
    store<u64>(out, avalanche(multiplyHigh(low, P64_2) + high * P64_2), 8);
  } else if (len >= 4) {
    const value = <u64>load<u32>(p) + (<u64>load<u32>(p + len - 4) << 32);
    const key = value ^ (secretXor(16) + widenSeed(seed));
    const factor = P64_1 + (<u64>len << 2);
    let low = key * factor;
    const high = multiplyHigh(key, factor) + (low << 1);
    low ^= high >> 3;
    low ^= low >> 35;
    low *= RRMXMX;
    store<u64>(out, low ^ (low >> 28));
    store<u64>(out, avalanche(high), 8);
  } else if (len > 0) {
    const low = wordOfThree(p, len);
    const high = rotl<u32>(bswap<u32>(low), 13);
    store<u64>(out, avalanche64(<u64>low ^ (secretXor32(0) + seed)));
    store<u64>(out, avalanche64(<u64>high ^ (secretXor32(8) - seed)), 8);
  } else {
    store<u64>(out, avalanche64(seed ^ secretXor(64)));
    store<u64>(out, avalanche64(seed ^ secretXor(80)), 8);
  }
}

/** One half of the 128-bit sum: mixes the piece at `p`, and crosses in the piece at `other`. */
// @ts-ignore: decorator
@inline
function mixHalf(sum: u64, p: usize, other: usize, secret: usize, seed: u64): u64 {
  return (sum + mix16(p, secret, seed)) ^ (load<u64>(other) + load<u64>(other, 8));
}

/** XXH3-128 of at most 240 bytes; low then high half at `out`, little-endian. */
export function xxh128Short(p: usize, len: u32, seed: u64, out: usize): void {
  if (len <= 16) {
    upTo16Wide(p, len, seed, out);
    return;
  }
  const end = p + len;
  let low = <u64>len * P64_1;
  let high: u64 = 0;
  if (len <= 128) {
    for (let i = <usize>((len - 1) >> 5); i != -1; i--) {
      const front = p + (i << 4);
      const back = end - ((i + 1) << 4);
      low = mixHalf(low, front, back, K + (i << 5), seed);
      high = mixHalf(high, back, front, K + (i << 5) + 16, seed);
    }
  } else {
    const rounds = <usize>(len >> 5);
    for (let i: usize = 0; i < rounds; i++) {
      if (i == 4) {
        low = avalanche(low);
        high = avalanche(high);
      }
      const front = p + (i << 5);
      const secret = i < 4 ? K + (i << 5) : K + MIDDLE_START + ((i - 4) << 5);
      low = mixHalf(low, front, front + 16, secret, seed);
      high = mixHalf(high, front + 16, front, secret + 16, seed);
    }
    if (rounds == 4) {
      low = avalanche(low);
      high = avalanche(high);
    }
    low = mixHalf(low, end - 16, end - 32, K + MIDDLE_LAST - 16, 0 - seed);
    high = mixHalf(high, end - 32, end - 16, K + MIDDLE_LAST, 0 - seed);
  }
  store<u64>(out, avalanche(low + high));
  store<u64>(out, 0 - avalanche(low * P64_1 + high * P64_4 + (<u64>len - seed) * P64_2), 8);
}
