// The LZ4 block format: no frame, no state between blocks (docs/protocol/04-transfer.md §7.5; the block format itself is
// public: sequences of token, literals, 2-byte offset, the last five bytes always literals).
// Regions that are read or written by vectors are followed by 16 bytes of slack, as the host's allocator guarantees.
import { BAD_ARGUMENT, MALFORMED, NO_ROOM } from '../status';

const MIN_MATCH: u32 = 4;
/** A match does not begin within the last 12 bytes and does not reach into the last 5. */
const MATCH_START_MARGIN: u32 = 12;
const LAST_LITERALS: u32 = 5;
const HASH_BITS: u32 = 12;
/** Positions are 16-bit. */
const MAX_INPUT: u32 = 65535;
/** After 2^6 misses the search begins to skip, so that incompressible data costs little. */
const SKIP_TRIGGER: u32 = 6;

/** Bytes of the table that lz4_compress needs as scratch. */
export function lz4_table_size(): u32 {
  return 2 << HASH_BITS;
}

@inline function hashOf(sequence: u32): usize {
  return <usize>(((sequence * 2654435761) >>> (32 - HASH_BITS)) << 1);
}

/** Equal bytes at a and b, before `limit` on the side of a. */
function matchLength(a: usize, b: usize, limit: usize): u32 {
  const start = a;
  while (a + 8 <= limit) {
    const difference = load<u64>(a) ^ load<u64>(b);
    if (difference != 0) return <u32>(a - start) + (<u32>ctz<u64>(difference) >> 3);
    a += 8;
    b += 8;
  }
  while (a < limit && load<u8>(a) == load<u8>(b)) {
    a++;
    b++;
  }
  return <u32>(a - start);
}

/** How many bytes a length takes beside its four bits in the token. */
@inline function extensionBytes(length: u32): u32 {
  return length < 15 ? 0 : (length - 15) / 255 + 1;
}

/** Extension bytes of a length whose first 15 (of 15) are in the token. */
@inline function putLength(out: usize, rest: u32): usize {
  while (rest >= 255) {
    store<u8>(out++, 255);
    rest -= 255;
  }
  store<u8>(out++, <u8>rest);
  return out;
}

/** Token and literals of a sequence; returns the end. The caller has checked the room. */
function putLiterals(out: usize, from: usize, count: u32, matchCode: u32): usize {
  store<u8>(out++, <u8>(((count < 15 ? count : 15) << 4) | (matchCode < 15 ? matchCode : 15)));
  if (count >= 15) out = putLength(out, count - 15);
  memory.copy(out, from, count);
  return out + count;
}

/** Size of the block made of `length` bytes, or NO_ROOM when it is larger than `capacity`. */
export function lz4_compress(src: usize, length: u32, dst: usize, capacity: u32, table: usize): i32 {
  if (length > MAX_INPUT) return BAD_ARGUMENT;
  const end = src + length;
  const room = dst + capacity;
  let out = dst;
  let anchor = src;
  if (length > MATCH_START_MARGIN) {
    memory.fill(table, 0, lz4_table_size());
    const startLimit = end - MATCH_START_MARGIN;
    const matchLimit = end - LAST_LITERALS;
    let p = src + 1;
    let tries: u32 = 1 << SKIP_TRIGGER;
    while (p <= startLimit) {
      const sequence = load<u32>(p);
      const slot = table + hashOf(sequence);
      let candidate = src + load<u16>(slot);
      store<u16>(slot, <u16>(p - src));
      if (load<u32>(candidate) != sequence) {
        p += tries++ >>> SKIP_TRIGGER;
        continue;
      }
      while (p > anchor && candidate > src && load<u8>(p - 1) == load<u8>(candidate - 1)) {
        p--;
        candidate--;
      }
      const matched = MIN_MATCH + matchLength(p + MIN_MATCH, candidate + MIN_MATCH, matchLimit);
      const literals = <u32>(p - anchor);
      // Token, literals, offset, both lengths' extensions; and at least a token and five literals always follow.
      const size = 1 + literals + extensionBytes(literals) + 2 + extensionBytes(matched - MIN_MATCH);
      if (out + size + 1 + LAST_LITERALS > room) return NO_ROOM;
      out = putLiterals(out, anchor, literals, matched - MIN_MATCH);
      store<u16>(out, <u16>(p - candidate));
      out += 2;
      if (matched - MIN_MATCH >= 15) out = putLength(out, matched - MIN_MATCH - 15);
      p += matched;
      anchor = p;
      tries = 1 << SKIP_TRIGGER;
      if (p <= startLimit) store<u16>(table + hashOf(load<u32>(p - 2)), <u16>(p - 2 - src));
    }
  }
  const literals = <u32>(end - anchor);
  if (out + 1 + literals + extensionBytes(literals) > room) return NO_ROOM;
  return <i32>(putLiterals(out, anchor, literals, 0) - dst);
}

/** Copies 16 bytes at a time, up to 15 too many. */
@inline function copyWild(to: usize, from: usize, count: u32): void {
  const end = to + count;
  do {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  } while (to < end);
}

/** Repeats what lies `offset` bytes before `to`; source and target may overlap. */
@inline function copyMatch(to: usize, offset: u32, count: u32): void {
  if (offset >= 16) {
    copyWild(to, to - offset, count);
    return;
  }
  for (let i: u32 = 0; i < count; i++) store<u8>(to + i, load<u8>(to + i - offset));
}

/** Size of what a block decodes to, MALFORMED when it is no block, NO_ROOM when it would be larger than `capacity`. */
export function lz4_decompress(src: usize, length: u32, dst: usize, capacity: u32): i32 {
  const end = src + length;
  const room = dst + capacity;
  let p = src;
  let out = dst;
  while (p < end) {
    const token = <u32>load<u8>(p++);
    let literals = token >>> 4;
    if (literals == 15) {
      let more: u32 = 255;
      while (more == 255) {
        if (p >= end) return MALFORMED;
        more = load<u8>(p++);
        literals += more;
      }
    }
    if (literals > <u32>(end - p)) return MALFORMED;
    if (literals > <u32>(room - out)) return NO_ROOM;
    if (literals > 0) copyWild(out, p, literals);
    p += literals;
    out += literals;
    if (p == end) return <i32>(out - dst);
    if (end - p < 2) return MALFORMED;
    const offset = <u32>load<u16>(p);
    p += 2;
    if (offset == 0 || offset > <u32>(out - dst)) return MALFORMED;
    let matched = (token & 15) + MIN_MATCH;
    if ((token & 15) == 15) {
      let more: u32 = 255;
      while (more == 255) {
        if (p >= end) return MALFORMED;
        more = load<u8>(p++);
        matched += more;
      }
    }
    if (matched > <u32>(room - out)) return NO_ROOM;
    copyMatch(out, offset, matched);
    out += matched;
  }
  // A block ends with literals: one that ends behind a match, or is empty, is cut off.
  return MALFORMED;
}
