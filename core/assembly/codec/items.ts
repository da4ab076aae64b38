// Composite items: strings, byte runs, the per-item record of the transfer phase, sum heads and sums
// (docs/protocol/01-session.md §7.6, docs/protocol/04-transfer.md §2, §4.1). All or nothing, like the numbers.
import { read_int, read_ndx, read_short } from './ints';
import {
  AT, BASIS_TYPE, BLOCK_LENGTH, FAULT_BLOCK_LENGTH, FAULT_CSTRING, FAULT_LINE, FAULT_REMAINDER, FAULT_S2_LENGTH, FAULT_SUM_COUNT,
  FAULT_SUM_COUNT_LIMIT, FAULT_VSTRING, FAULT_ZERO_BLOCK_LENGTH, IFLAGS, LENGTH, NDX_POS, POS, REMAINDER, S2_LENGTH,
  SUM_COUNT, VALUE, XNAME_AT, XNAME_LEN, available, fault,
} from './reader-record';
import { BAD_ARGUMENT, NEED_MORE } from '../status';

const READ: i32 = 1;
const IFLAG_BASIS_TYPE: u32 = 0x0800;
const IFLAG_XNAME: u32 = 0x1000;
const IFLAG_TRANSFER: u32 = 0x8000;
/** Longest extra name of an item. */
const MAX_XNAME: u32 = 4095;

@inline function span(ctx: usize, at: u32, length: u32, next: u32): i32 {
  store<u32>(ctx, at, AT);
  store<u32>(ctx, length, LENGTH);
  store<u32>(ctx, next, POS);
  return READ;
}

export function read_bytes(ctx: usize, count: u32): i32 {
  if (available(ctx) < count) return NEED_MORE;
  const pos = load<u32>(ctx, POS);
  return span(ctx, pos, count, pos + count);
}

export function read_vstring(ctx: usize, max: u32): i32 {
  const have = available(ctx);
  if (have < 1) return NEED_MORE;
  const pos = load<u32>(ctx, POS);
  let length = <u32>load<u8>(pos);
  let head: u32 = 1;
  if (length & 0x80) {
    if (have < 2) return NEED_MORE;
    length = ((length & 0x7f) << 8) | load<u8>(pos + 1);
    head = 2;
  }
  if (length > max) return fault(ctx, FAULT_VSTRING, length, max);
  if (have - head < length) return NEED_MORE;
  return span(ctx, pos + head, length, pos + head + length);
}

/** Text up to a delimiter, which is consumed but not part of the result. */
@inline function readUntil(ctx: usize, delimiter: u32, max: u32, kind: i32): i32 {
  const pos = load<u32>(ctx, POS);
  const have = available(ctx);
  const limit = have <= max ? have : max + 1;
  for (let i: u32 = 0; i < limit; i++) {
    if (load<u8>(pos + i) == delimiter) return span(ctx, pos, i, pos + i + 1);
  }
  return have > max ? fault(ctx, kind, max, 0) : NEED_MORE;
}

export function read_line(ctx: usize, max: u32): i32 {
  return readUntil(ctx, 0x0a, max, FAULT_LINE);
}

export function read_cstring(ctx: usize, max: u32): i32 {
  return readUntil(ctx, 0, max, FAULT_CSTRING);
}

/** What follows the ndx of a record; may return early in the middle, the caller restores. */
function readItemTail(ctx: usize, protocol: i32): i32 {
  store<u32>(ctx, IFLAG_TRANSFER, IFLAGS);
  if (protocol < 29) return READ;
  let status = read_short(ctx);
  if (status < 0) return status;
  const iflags = <u32>load<f64>(ctx, VALUE);
  store<u32>(ctx, iflags, IFLAGS);
  if (iflags & IFLAG_BASIS_TYPE) {
    if (available(ctx) < 1) return NEED_MORE;
    const pos = load<u32>(ctx, POS);
    store<i32>(ctx, load<u8>(pos), BASIS_TYPE);
    store<u32>(ctx, pos + 1, POS);
  }
  if (iflags & IFLAG_XNAME) {
    status = read_vstring(ctx, MAX_XNAME);
    if (status < 0) return status;
    store<u32>(ctx, load<u32>(ctx, AT), XNAME_AT);
    store<u32>(ctx, load<u32>(ctx, LENGTH), XNAME_LEN);
  }
  return READ;
}

/** ndx in VALUE; for ndx >= 0 also IFLAGS, BASIS_TYPE (-1 none), XNAME_AT (0 none), XNAME_LEN. */
export function read_item(ctx: usize, protocol: i32): i32 {
  const pos = load<u32>(ctx, POS);
  const memories = load<u64>(ctx, NDX_POS);
  let status = protocol < 30 ? read_int(ctx) : read_ndx(ctx);
  if (status < 0) return status;
  const ndx = load<f64>(ctx, VALUE);
  store<u32>(ctx, 0, IFLAGS);
  store<i32>(ctx, -1, BASIS_TYPE);
  store<u64>(ctx, 0, XNAME_AT);
  if (ndx < 0) return READ;
  status = readItemTail(ctx, protocol);
  if (status < 0) {
    store<u32>(ctx, pos, POS);
    store<u64>(ctx, memories, NDX_POS);
    return status;
  }
  store<f64>(ctx, ndx, VALUE);
  return READ;
}

/** Four ints, each checked; maxCount bounds the memory that the sums will take. */
export function read_sum_head(ctx: usize, maxBlockLength: i32, maxS2Length: i32, maxCount: i32): i32 {
  if (available(ctx) < 16) return NEED_MORE;
  const pos = load<u32>(ctx, POS);
  const count = load<i32>(pos);
  const blockLength = load<i32>(pos, 4);
  const s2Length = load<i32>(pos, 8);
  const remainder = load<i32>(pos, 12);
  if (count < 0) return fault(ctx, FAULT_SUM_COUNT, count, 0);
  if (blockLength < 0 || blockLength > maxBlockLength) return fault(ctx, FAULT_BLOCK_LENGTH, blockLength, 0);
  if (blockLength == 0 && count > 0) return fault(ctx, FAULT_ZERO_BLOCK_LENGTH, 0, 0);
  if (s2Length < 0 || s2Length > maxS2Length) return fault(ctx, FAULT_S2_LENGTH, s2Length, 0);
  if (remainder < 0 || remainder > blockLength) return fault(ctx, FAULT_REMAINDER, remainder, 0);
  if (count > maxCount) return fault(ctx, FAULT_SUM_COUNT_LIMIT, count, maxCount);
  store<i32>(ctx, count, SUM_COUNT);
  store<i32>(ctx, blockLength, BLOCK_LENGTH);
  store<i32>(ctx, s2Length, S2_LENGTH);
  store<i32>(ctx, remainder, REMAINDER);
  store<u32>(ctx, pos + 16, POS);
  return READ;
}

/** Copies the pairs that are there, at most `max`, to rows `from`... of two arrays; returns how many. */
export function read_sums(ctx: usize, sum1: usize, digests: usize, stride: u32, from: u32, max: u32): i32 {
  const s2Length = load<u32>(ctx, S2_LENGTH);
  if (stride < s2Length) return BAD_ARGUMENT;
  let pos = load<u32>(ctx, POS);
  const pair = 4 + s2Length;
  const there = available(ctx) / pair;
  const count = there < max ? there : max;
  let sum1At = sum1 + (<usize>from << 2);
  let digestAt = digests + <usize>from * stride;
  for (let i: u32 = 0; i < count; i++) {
    store<u32>(sum1At, load<u32>(pos));
    pos += 4;
    for (let j: u32 = 0; j < s2Length; j++) store<u8>(digestAt + j, load<u8>(pos + j));
    pos += s2Length;
    sum1At += 4;
    digestAt += stride;
  }
  store<u32>(ctx, pos, POS);
  return <i32>count;
}

/** Takes bytes of the raw window; the host parsed them itself. */
export function reader_consume(ctx: usize, count: u32): i32 {
  if (count > available(ctx)) return BAD_ARGUMENT;
  store<u32>(ctx, load<u32>(ctx, POS) + count, POS);
  return 0;
}
