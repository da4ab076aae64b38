// Numbers of the wire, read from a direction's window (docs/protocol/01-session.md §7.1-§7.5, §7.7). A function returns 1
// with the number in VALUE, or NEED_MORE with nothing consumed, or MALFORMED with the fault noted.
import {
  END, FAULT_NDX, FAULT_VARINT, FAULT_VARLONG, FAULT_WIDE, NDX_NEG, NDX_POS, POS, VALUE, available, fault,
} from './reader-record';
import { NEED_MORE } from '../status';

const READ: i32 = 1;
/** Largest magnitude that a double holds exactly. */
const EXACT: i64 = 9007199254740992;

@inline function give(ctx: usize, pos: u32, length: u32, value: f64): i32 {
  store<f64>(ctx, value, VALUE);
  store<u32>(ctx, pos + length, POS);
  return READ;
}

/** Gives a 64-bit number, which has to be exact as a double. */
function giveWide(ctx: usize, pos: u32, length: u32, value: i64): i32 {
  if (value > EXACT || value < -EXACT) return fault(ctx, FAULT_WIDE, <f64>value, 0);
  return give(ctx, pos, length, <f64>value);
}

export function read_byte(ctx: usize): i32 {
  if (available(ctx) < 1) return NEED_MORE;
  const pos = load<u32>(ctx, POS);
  return give(ctx, pos, 1, load<u8>(pos));
}

export function read_short(ctx: usize): i32 {
  if (available(ctx) < 2) return NEED_MORE;
  const pos = load<u32>(ctx, POS);
  return give(ctx, pos, 2, load<u16>(pos));
}

export function read_int(ctx: usize): i32 {
  if (available(ctx) < 4) return NEED_MORE;
  const pos = load<u32>(ctx, POS);
  return give(ctx, pos, 4, load<i32>(pos));
}

export function read_longint(ctx: usize): i32 {
  const have = available(ctx);
  if (have < 4) return NEED_MORE;
  const pos = load<u32>(ctx, POS);
  const short = load<i32>(pos);
  if (short != -1) return give(ctx, pos, 4, short);
  if (have < 12) return NEED_MORE;
  return giveWide(ctx, pos, 12, load<i64>(pos, 4));
}

/** How many bytes follow a first byte of the length-class table (§7.3). */
@inline function extraBytes(first: u32): u32 {
  if (first < 0x80) return 0;
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  if (first < 0xf8) return 4;
  return first < 0xfc ? 5 : 6;
}

/** `count` bytes at `at`, little-endian. */
@inline function lowBytes(at: u32, count: u32): u64 {
  let value: u64 = 0;
  for (let i: u32 = 0; i < count; i++) value |= <u64>load<u8>(at + i) << (i << 3);
  return value;
}

export function read_varint(ctx: usize): i32 {
  const have = available(ctx);
  if (have < 1) return NEED_MORE;
  const pos = load<u32>(ctx, POS);
  const first = <u32>load<u8>(pos);
  const extra = extraBytes(first);
  if (extra == 0) return give(ctx, pos, 1, first);
  if (extra > 4) return fault(ctx, FAULT_VARINT, 0, 0);
  if (have <= extra) return NEED_MORE;
  const top = <u64>(first & ((1 << (8 - extra)) - 1)) << (extra << 3);
  return give(ctx, pos, extra + 1, <i32>(lowBytes(pos + 1, extra) | top));
}

export function read_varlong(ctx: usize, min: u32): i32 {
  const have = available(ctx);
  if (have < min) return NEED_MORE;
  const pos = load<u32>(ctx, POS);
  const first = <u32>load<u8>(pos);
  const extra = extraBytes(first);
  const length = min + extra;
  if (length > 9) return fault(ctx, FAULT_VARLONG, 0, 0);
  if (have < length) return NEED_MORE;
  const low = length - 1;
  let value = lowBytes(pos + 1, low);
  // With eight low bytes the first byte's bits lie above bit 63 and are lost, as upstream loses them.
  if (low < 8) value |= <u64>(first & ((1 << (8 - extra)) - 1)) << (low << 3);
  return giveWide(ctx, pos, length, <i64>value);
}

/** File index in the coding of protocol >= 30 (§7.7); the direction's two memories change only when it is complete. */
export function read_ndx(ctx: usize): i32 {
  const start = load<u32>(ctx, POS);
  const end = load<u32>(ctx, END);
  if (start >= end) return NEED_MORE;
  let p = start;
  let c = <u32>load<u8>(p++);
  if (c == 0) return give(ctx, start, 1, -1);
  const memory: usize = c == 0xff ? NDX_NEG : NDX_POS;
  if (c == 0xff) {
    if (p >= end) return NEED_MORE;
    c = load<u8>(p++);
  }
  let value = <i64>load<i32>(ctx + memory);
  if (c == 0xfe) {
    if (end - p < 2) return NEED_MORE;
    const high = <u32>load<u8>(p);
    const low = <u32>load<u8>(p + 1);
    p += 2;
    if (high & 0x80) {
      if (end - p < 2) return NEED_MORE;
      value = <i64>(((high & 0x7f) << 24) | low | (<u32>load<u8>(p) << 8) | (<u32>load<u8>(p + 1) << 16));
      p += 2;
    } else {
      value += (high << 8) + low;
    }
  } else {
    value += c;
  }
  if (value > i32.MAX_VALUE) return fault(ctx, FAULT_NDX, <f64>value, 0);
  store<i32>(ctx + memory, <i32>value);
  return give(ctx, start, p - start, memory == NDX_NEG ? -<f64>value : <f64>value);
}
