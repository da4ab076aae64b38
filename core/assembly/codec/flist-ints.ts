// Number forms of the file list, on bare pointers: the caller has checked that the bytes are there
// (docs/protocol/03-file-list.md §1.1). Readers may load up to 8 bytes past the first one.

/** Extra bytes that the first byte of a varint or varlong announces, 0-6. */
@inline export function extraBytes(first: u32): u32 {
  const ones = <u32>clz<u32>(~(first << 24));
  return ones < 6 ? ones : 6;
}

@inline export function varintAt(p: usize, first: u32, extra: u32): u32 {
  if (extra == 0) return first;
  const low = load<u64>(p, 1) & ((<u64>1 << (extra << 3)) - 1);
  return <u32>(low | ((<u64>first & ((<u64>1 << (8 - extra)) - 1)) << (extra << 3)));
}

/** `low` = bytes after the first one, minimum - 1 + extra, at most 8. */
@inline export function varlongAt(p: usize, first: u32, extra: u32, low: u32): i64 {
  if (low >= 8) return <i64>load<u64>(p, 1);
  const bits = low << 3;
  const value = load<u64>(p, 1) & ((<u64>1 << bits) - 1);
  return <i64>(value | ((<u64>first & ((<u64>1 << (8 - extra)) - 1)) << bits));
}

/** Writes the shortest varlong of at least `minimum` bytes (a varint is minimum 1); returns the end. Writes up to 9 bytes. */
export function putVarlong(o: usize, value: u64, minimum: u32): usize {
  let bytes: u32 = (71 - <u32>clz<u64>(value | 1)) >> 3;
  if (bytes < minimum) bytes = minimum;
  const extra = bytes - minimum;
  const top = <u32>(value >> ((bytes - 1) << 3));
  if (top >= <u32>1 << (7 - extra)) {
    store<u8>(o, <u8>(0xff00 >> (extra + 1)));
    store<u64>(o, value, 1);
    return o + 1 + bytes;
  }
  store<u8>(o, <u8>((0xff00 >> extra) | top));
  store<u64>(o, value, 1);
  return o + bytes;
}

@inline export function putVarint(o: usize, value: u32): usize {
  return putVarlong(o, <u64>value, 1);
}

export function putLongint(o: usize, value: i64): usize {
  if (value >= 0 && value <= 0x7fffffff) {
    store<u32>(o, <u32>value);
    return o + 4;
  }
  store<u32>(o, 0xffffffff);
  store<i64>(o, value, 4);
  return o + 12;
}
