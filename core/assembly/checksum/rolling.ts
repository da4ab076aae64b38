// The rolling sum of one block (sum1), docs/protocol/04-transfer.md section 4.4: bytes are signed,
// s1 = sum of b[i], s2 = sum of (n - i) * b[i]; s1 in the low and s2 in the high 16 bits.
//
// Everything is modulo 2^16, so 16-bit lanes may wrap and the loop needs no multiplication. Per 16 bytes:
// prefixes += pairs; pairs += pairwise sums; odds += odd bytes. With A = pairs, P = prefixes, O = odds at the end:
// s1 = sum A, s2 = 16 * sum P + sum A * (16, 14, .. 2) - sum O.

// @ts-ignore: decorator
@inline
function sumOfLanes(v: v128): u32 {
  let sums = i32x4.extadd_pairwise_i16x8_s(v);
  sums = i32x4.add(sums, v128.shuffle<u32>(sums, sums, 2, 3, 0, 1));
  sums = i32x4.add(sums, v128.shuffle<u32>(sums, sums, 1, 0, 3, 2));
  return i32x4.extract_lane(sums, 0);
}

/** Rolling sum of `len` bytes at `p`; reads nothing outside them. */
export function rollSum(p: usize, len: u32): u32 {
  let pairs = i16x8.splat(0);
  let prefixes = i16x8.splat(0);
  let odds = i16x8.splat(0);
  const end = p + len;
  const end16 = p + (len & ~15);
  const end32 = p + (len & ~31);
  while (p < end32) {
    const first = v128.load(p);
    const second = v128.load(p, 16);
    prefixes = i16x8.add(prefixes, pairs);
    pairs = i16x8.add(pairs, i16x8.extadd_pairwise_i8x16_s(first));
    prefixes = i16x8.add(prefixes, pairs);
    pairs = i16x8.add(pairs, i16x8.extadd_pairwise_i8x16_s(second));
    odds = i16x8.add(odds, i16x8.add(i16x8.shr_s(first, 8), i16x8.shr_s(second, 8)));
    p += 32;
  }
  if (p < end16) {
    const last = v128.load(p);
    prefixes = i16x8.add(prefixes, pairs);
    pairs = i16x8.add(pairs, i16x8.extadd_pairwise_i8x16_s(last));
    odds = i16x8.add(odds, i16x8.shr_s(last, 8));
    p += 16;
  }
  let s1 = sumOfLanes(pairs);
  const weighted = i16x8.mul(pairs, i16x8(16, 14, 12, 10, 8, 6, 4, 2));
  let s2 = (sumOfLanes(prefixes) << 4) + sumOfLanes(weighted) - sumOfLanes(odds);
  while (p < end) {
    s1 += <u32>(<i32>load<i8>(p));
    s2 += s1;
    p++;
  }
  return (s1 & 0xffff) | (s2 << 16);
}
