// The rolling sum of one block (sum1), docs/protocol/04-transfer.md section 4.4: bytes are signed,
// s1 = sum of b[i], s2 = sum of (n - i) * b[i]; s1 in the low and s2 in the high 16 bits.
//
// Everything is modulo 2^16, so 16-bit lanes may wrap and the loop needs no multiplication. With e the pairwise sums
// of a 16-byte chunk, A = sum of all e so far, O = sum of all odd bytes: over whole chunks
// s1 = sum A and s2 = 16 * (sum over chunks of the A before it) + sum A * (16, 14, .. 2) - sum O.
// The sum of the A's is split, to keep the dependent additions few: `before` takes A once per 64 bytes (weight 64),
// `within` the sums since then (weight 16).

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
  let before = i16x8.splat(0);
  let within = i16x8.splat(0);
  let odds = i16x8.splat(0);
  const end = p + len;
  const end16 = p + (len & ~15);
  const end64 = p + (len & ~63);
  while (p < end64) {
    const d0 = v128.load(p);
    const d1 = v128.load(p, 16);
    const d2 = v128.load(p, 32);
    const d3 = v128.load(p, 48);
    const one = i16x8.extadd_pairwise_i8x16_s(d0);
    const two = i16x8.add(one, i16x8.extadd_pairwise_i8x16_s(d1));
    const three = i16x8.add(two, i16x8.extadd_pairwise_i8x16_s(d2));
    const four = i16x8.add(three, i16x8.extadd_pairwise_i8x16_s(d3));
    before = i16x8.add(before, pairs);
    within = i16x8.add(within, i16x8.add(i16x8.add(one, two), three));
    pairs = i16x8.add(pairs, four);
    const odd01 = i16x8.add(i16x8.shr_s(d0, 8), i16x8.shr_s(d1, 8));
    const odd23 = i16x8.add(i16x8.shr_s(d2, 8), i16x8.shr_s(d3, 8));
    odds = i16x8.add(odds, i16x8.add(odd01, odd23));
    p += 64;
  }
  while (p < end16) {
    const d = v128.load(p);
    within = i16x8.add(within, pairs);
    pairs = i16x8.add(pairs, i16x8.extadd_pairwise_i8x16_s(d));
    odds = i16x8.add(odds, i16x8.shr_s(d, 8));
    p += 16;
  }
  let s1 = sumOfLanes(pairs);
  const weighted = i16x8.mul(pairs, i16x8(16, 14, 12, 10, 8, 6, 4, 2));
  let s2 = (sumOfLanes(before) << 6) + (sumOfLanes(within) << 4) + sumOfLanes(weighted) - sumOfLanes(odds);
  while (p < end) {
    s1 += <u32>(<i32>load<i8>(p));
    s2 += s1;
    p++;
  }
  return (s1 & 0xffff) | (s2 << 16);
}
