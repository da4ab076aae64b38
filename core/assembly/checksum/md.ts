// MD4, MD5 and SHA-1 of one message: initial state, padding, and block sums with the seed in front or behind.
// RFC 1320, RFC 1321, FIPS 180-4; where the seed goes: docs/protocol/01-session.md section 6.3.
import { md4Compress, md5Compress } from './md-scalar.generated';
import { sha1Compress } from './sha1';
import { KIND_MD4, KIND_MD4_OLD, KIND_MD5, KIND_SHA1 } from './kinds';
import { STATE, TAILS, WORDS } from './scratch';

/** Initial chaining state; all three algorithms share the first four words. */
export function mdInit(state: usize): void {
  store<u32>(state, 0x67452301);
  store<u32>(state, 0xefcdab89, 4);
  store<u32>(state, 0x98badcfe, 8);
  store<u32>(state, 0x10325476, 12);
  store<u32>(state, 0xc3d2e1f0, 16);
}

/** Mixes `chunks` times 64 bytes into the state; `words` is SHA1_WORDS_BYTES of scratch. */
export function mdCompress(kind: i32, state: usize, p: usize, chunks: u32, words: usize): void {
  if (kind == KIND_SHA1) sha1Compress(state, p, chunks, words);
  else if (kind == KIND_MD4 || kind == KIND_MD4_OLD) md4Compress(state, p, chunks);
  else md5Compress(state, p, chunks);
}

/** Copies up to 64 bytes by vectors: reads and writes up to 15 bytes past both ends. */
// @ts-ignore: decorator
@inline
export function copyShort(to: usize, from: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Pads a tail of `used` < 120 bytes whose message has `totalBytes`; returns the number of 64-byte chunks it makes. */
export function mdPad(kind: i32, tail: usize, used: u32, totalBytes: u64): u32 {
  const chunks: u32 = used >= 56 ? 2 : 1;
  const end = chunks << 6;
  store<u8>(tail + used, 0x80);
  for (let i = used + 1; i < end; i += 16) v128.store(tail + i, i64x2.splat(0));
  const bits = totalBytes << 3;
  store<u64>(tail + end - 8, kind == KIND_SHA1 ? bswap<u64>(bits) : bits);
  return chunks;
}

/** Writes the state as the canonical digest. */
export function mdStore(kind: i32, state: usize, out: usize): void {
  if (kind == KIND_SHA1) {
    for (let i: usize = 0; i < 20; i += 4) store<u32>(out + i, bswap<u32>(load<u32>(state + i)));
  } else {
    store<u64>(out, load<u64>(state));
    store<u64>(out, load<u64>(state, 8), 8);
  }
}

/** Whether a block sum of this kind starts with the seed (else it ends with it). */
export function seedLeads(kind: i32): bool {
  return kind == KIND_MD5 || kind == KIND_SHA1;
}

/** Puts the seed and the first 60 bytes of a block into one chunk, by overlapping vectors: reads exactly 60 bytes. */
export function seedHead(head: usize, seed: i32, p: usize): void {
  store<i32>(head, seed);
  v128.store(head, v128.load(p), 4);
  v128.store(head, v128.load(p, 16), 20);
  v128.store(head, v128.load(p, 32), 36);
  v128.store(head, v128.load(p, 44), 48);
}

/** Block sum of `len` bytes at `p`, seed skipped if 0. */
export function mdBlock(kind: i32, p: usize, len: u32, seed: i32, out: usize, scratch: usize): void {
  const state = scratch + STATE;
  const tail = scratch + TAILS;
  const words = scratch + WORDS;
  const total = <u64>len + (seed != 0 ? 4 : 0);
  const lead = seed != 0 && seedLeads(kind);
  let used: u32 = 0;
  let rest = len;
  mdInit(state);
  if (lead && len >= 60) {
    seedHead(tail, seed, p);
    mdCompress(kind, state, tail, 1, words);
    p += 60;
    rest -= 60;
  } else if (lead) {
    store<i32>(tail, seed);
    used = 4;
  }
  if (used == 0) {
    const chunks = rest >> 6;
    if (chunks) mdCompress(kind, state, p, chunks, words);
    p += chunks << 6;
    rest &= 63;
  }
  copyShort(tail + used, p, rest);
  used += rest;
  if (seed != 0 && !lead) {
    store<i32>(tail + used, seed);
    used += 4;
  }
  mdCompress(kind, state, tail, mdPad(kind, tail, used, total), words);
  mdStore(kind, state, out);
}
