// One writing direction: numbers and byte runs into a chunk of DATA frames (docs/protocol/01-session.md §7, §8.1).
// A function that finds no room returns NO_ROOM and has done nothing: the host takes the chunk away and calls again.
import { NO_ROOM } from '../status';

// The record; mirrored in core/src/wire-record.ts.
const BUF: usize = 0;
const CAP: usize = 4;
const POS: usize = 8;
const MUX: usize = 12;
/** Header of the open DATA frame; 0 = none open. */
const FRAME: usize = 16;
const FRAME_MAX: usize = 20;
const NDX_POS: usize = 24;
const NDX_NEG: usize = 28;
/** Where the bytes of the last reservation go. */
const AT: usize = 32;
/** DATA frames so far; modulo 2^32. */
const FRAMES: usize = 36;
const VALUE: usize = 40;

const HEADER: u32 = 4;
const DATA_TAG: u32 = 7;

export function writer_init(ctx: usize, buffer: usize, capacity: u32, frameMax: u32): void {
  store<u32>(ctx, <u32>buffer, BUF);
  store<u32>(ctx, capacity, CAP);
  store<u32>(ctx, <u32>buffer, POS);
  store<u32>(ctx, frameMax, FRAME_MAX);
  store<i32>(ctx, -1, NDX_POS);
  store<i32>(ctx, 1, NDX_NEG);
}

export function writer_enable_mux(ctx: usize): void {
  store<u32>(ctx, 1, MUX);
}

/** Writes the header of the open frame; an empty one disappears. */
export function writer_close_frame(ctx: usize): void {
  const frame = load<u32>(ctx, FRAME);
  if (frame == 0) return;
  const length = load<u32>(ctx, POS) - frame - HEADER;
  if (length == 0) {
    store<u32>(ctx, frame, POS);
    store<u32>(ctx, load<u32>(ctx, FRAMES) - 1, FRAMES);
  } else {
    store<u32>(frame, (DATA_TAG << 24) | length);
  }
  store<u32>(ctx, 0, FRAME);
}

/** The host took everything out of the buffer. */
export function writer_clear(ctx: usize): void {
  store<u32>(ctx, load<u32>(ctx, BUF), POS);
}

/** Data bytes that can be written at POS now, 1..want, with a frame open if there are frames; 0 = no room. */
function openFor(ctx: usize, want: u32): u32 {
  let left = load<u32>(ctx, BUF) + load<u32>(ctx, CAP) - load<u32>(ctx, POS);
  if (!load<u32>(ctx, MUX)) return want < left ? want : left;
  const frameMax = load<u32>(ctx, FRAME_MAX);
  let frame = load<u32>(ctx, FRAME);
  if (frame != 0 && load<u32>(ctx, POS) - frame - HEADER >= frameMax) {
    writer_close_frame(ctx);
    frame = 0;
  }
  if (frame == 0) {
    if (left <= HEADER) return 0;
    frame = load<u32>(ctx, POS);
    store<u32>(ctx, frame, FRAME);
    store<u32>(ctx, frame + HEADER, POS);
    store<u32>(ctx, load<u32>(ctx, FRAMES) + 1, FRAMES);
    left -= HEADER;
  }
  const room = frameMax - (load<u32>(ctx, POS) - frame - HEADER);
  const most = room < left ? room : left;
  return want < most ? want : most;
}

/** Room for an item that must not be cut (a cut would be legal, but costs a loop). */
function openWhole(ctx: usize, size: u32): bool {
  if (openFor(ctx, size) == size) return true;
  const frame = load<u32>(ctx, FRAME);
  if (frame == 0) return false;
  writer_close_frame(ctx);
  return openFor(ctx, size) == size;
}

/** Up to `want` bytes of room at AT, already counted as written; returns how many. */
export function writer_reserve(ctx: usize, want: u32): i32 {
  const count = openFor(ctx, want);
  if (count == 0) return NO_ROOM;
  const pos = load<u32>(ctx, POS);
  store<u32>(ctx, pos, AT);
  store<u32>(ctx, pos + count, POS);
  return <i32>count;
}

/** Copies as much as there is room for; returns how much. */
export function write_bytes(ctx: usize, at: usize, length: u32): i32 {
  const count = writer_reserve(ctx, length);
  if (count > 0) memory.copy(load<u32>(ctx, AT), at, count);
  return count;
}

@inline function advance(ctx: usize, count: u32): i32 {
  store<u32>(ctx, load<u32>(ctx, POS) + count, POS);
  return 0;
}

export function write_byte(ctx: usize, value: u32): i32 {
  if (!openWhole(ctx, 1)) return NO_ROOM;
  store<u8>(load<u32>(ctx, POS), value);
  return advance(ctx, 1);
}

export function write_short(ctx: usize, value: u32): i32 {
  if (!openWhole(ctx, 2)) return NO_ROOM;
  store<u16>(load<u32>(ctx, POS), value);
  return advance(ctx, 2);
}

export function write_int(ctx: usize, value: i32): i32 {
  if (!openWhole(ctx, 4)) return NO_ROOM;
  store<i32>(load<u32>(ctx, POS), value);
  return advance(ctx, 4);
}

/** The number of VALUE as int, or as -1 and eight bytes. */
export function write_longint(ctx: usize): i32 {
  const value = <i64>load<f64>(ctx, VALUE);
  if (value >= 0 && value <= i32.MAX_VALUE) return write_int(ctx, <i32>value);
  if (!openWhole(ctx, 12)) return NO_ROOM;
  const pos = load<u32>(ctx, POS);
  store<i32>(pos, -1);
  store<i64>(pos, value, 4);
  return advance(ctx, 12);
}

/** Common form of varint (min 1, 32 bits) and varlong: significant bytes at least `min`, top bits in the first byte. */
function writeClass(ctx: usize, value: u64, min: u32): i32 {
  if (!openWhole(ctx, 9)) return NO_ROOM;
  const pos = load<u32>(ctx, POS);
  let count: u32 = 8;
  while (count > min && (value >> ((count - 1) << 3)) == 0) count--;
  const top = <u32>(value >> ((count - 1) << 3)) & 0xff;
  const bit: u32 = 1 << (7 - count + min);
  let low = count;
  let first = ~(bit - 1) & 0xff;
  if (top < bit) {
    low = count - 1;
    first = count > min ? top | (~(2 * bit - 1) & 0xff) : top;
  }
  store<u8>(pos, first);
  for (let i: u32 = 0; i < low; i++) store<u8>(pos + 1 + i, <u8>(value >> (i << 3)));
  return advance(ctx, 1 + low);
}

export function write_varint(ctx: usize, value: u32): i32 {
  return writeClass(ctx, value, 1);
}

export function write_varlong(ctx: usize, min: u32): i32 {
  return writeClass(ctx, <u64><i64>load<f64>(ctx, VALUE), min);
}

/** File index in the coding of protocol >= 30. */
export function write_ndx(ctx: usize, value: i32): i32 {
  if (value == -1) return write_byte(ctx, 0);
  if (!openWhole(ctx, 6)) return NO_ROOM;
  const start = load<u32>(ctx, POS);
  let p = start;
  const memory: usize = value < 0 ? NDX_NEG : NDX_POS;
  const absolute = value < 0 ? -value : value;
  if (value < 0) store<u8>(p++, 0xff);
  const difference = absolute - load<i32>(ctx + memory);
  store<i32>(ctx + memory, absolute);
  if (difference > 0 && difference < 254) {
    store<u8>(p++, <u8>difference);
  } else {
    store<u8>(p, 0xfe);
    if (difference < 0 || difference > 32767) {
      store<u8>(p, <u8>(0x80 | (absolute >> 24)), 1);
      store<u8>(p, <u8>absolute, 2);
      store<u8>(p, <u8>(absolute >> 8), 3);
      store<u8>(p, <u8>(absolute >> 16), 4);
      p += 5;
    } else {
      store<u8>(p, <u8>(difference >> 8), 1);
      store<u8>(p, <u8>difference, 2);
      p += 3;
    }
  }
  return advance(ctx, p - start);
}

/** Up to `count` pairs of a 4-byte sum and the first `s2Length` bytes of a row of digests; returns how many. */
export function write_sums(ctx: usize, sum1: usize, digests: usize, stride: u32, count: u32, s2Length: u32): i32 {
  const pair = 4 + s2Length;
  for (let i: u32 = 0; i < count; i++) {
    if (!openWhole(ctx, pair)) return <i32>i;
    const pos = load<u32>(ctx, POS);
    store<u32>(pos, load<u32>(sum1 + (<usize>i << 2)));
    const digest = digests + <usize>i * stride;
    for (let j: u32 = 0; j < s2Length; j++) store<u8>(pos + 4 + j, load<u8>(digest + j));
    advance(ctx, pair);
  }
  return <i32>count;
}
