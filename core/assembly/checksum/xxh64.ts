// XXH64 (public specification, xxhash.com): one message, and the pieces that its stream state shares.
// On the wire the value is little-endian; the block-sum seed is the checksum seed, sign-extended
// (docs/protocol/01-session.md section 6.3).

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@inline
function round(accumulator: u64, value: u64): u64 {
  return rotl<u64>(accumulator + value * P2, 31) * P1;
}

// @ts-ignore: decorator
@inline
function merge(hash: u64, accumulator: u64): u64 {
  return (hash ^ round(0, accumulator)) * P1 + P4;
}

/** Four accumulators at `state` before any input. */
export function xxh64Init(state: usize, seed: u64): void {
  store<u64>(state, seed + P1 + P2);
  store<u64>(state, seed + P2, 8);
  store<u64>(state, seed, 16);
  store<u64>(state, seed - P1, 24);
}

/** Mixes `stripes` times 32 bytes at `p` into the four accumulators. */
export function xxh64Stripes(state: usize, p: usize, stripes: u32): void {
  let a = load<u64>(state);
  let b = load<u64>(state, 8);
  let c = load<u64>(state, 16);
  let d = load<u64>(state, 24);
  while (stripes) {
    a = round(a, load<u64>(p));
    b = round(b, load<u64>(p, 8));
    c = round(c, load<u64>(p, 16));
    d = round(d, load<u64>(p, 24));
    p += 32;
    stripes--;
  }
  store<u64>(state, a);
  store<u64>(state, b, 8);
  store<u64>(state, c, 16);
  store<u64>(state, d, 24);
}

/** The hash of a message of `total` bytes whose last `total mod 32` bytes are at `p`. */
export function xxh64Finish(state: usize, p: usize, total: u64, seed: u64): u64 {
  let hash = seed + P5;
  if (total >= 32) {
    const a = load<u64>(state);
    const b = load<u64>(state, 8);
    const c = load<u64>(state, 16);
    const d = load<u64>(state, 24);
    hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    hash = merge(hash, a);
    hash = merge(hash, b);
    hash = merge(hash, c);
    hash = merge(hash, d);
  }
  hash += total;
  const end = p + (<usize>total & 31);
  while (p + 8 <= end) {
    hash = rotl<u64>(hash ^ round(0, load<u64>(p)), 27) * P1 + P4;
    p += 8;
  }
  if (p + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(p) * P1), 23) * P2 + P3;
    p += 4;
  }
  while (p < end) {
    hash = rotl<u64>(hash ^ (<u64>load<u8>(p) * P5), 11) * P1;
    p++;
  }
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}

/** XXH64 of `len` bytes at `p`; `state` is 32 bytes of scratch. */
export function xxh64(p: usize, len: u32, seed: u64, state: usize): u64 {
  const stripes = len >> 5;
  if (stripes) {
    xxh64Init(state, seed);
    xxh64Stripes(state, p, stripes);
  }
  return xxh64Finish(state, p + (stripes << 5), len, seed);
}
