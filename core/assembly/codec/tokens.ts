// Token streams, plain and with the flag bytes that all compressors share (docs/protocol/04-transfer.md §7.1, §7.2).
// Block numbers are checked for their form here; against the number of blocks by whoever holds the sum head.
import {
  AT, FAULT_TOKEN, LENGTH, LITERAL_LEFT, POS, TOKEN_BLOCK, TOKEN_COUNT, TOKEN_KIND, TOKEN_PREVIOUS, available, fault,
} from './reader-record';
import { NEED_MORE } from '../status';

const READ: i32 = 1;
const KIND_LITERAL: i32 = 1;
const KIND_MATCH: i32 = 2;
const KIND_END: i32 = 3;
const KIND_COMPRESSED: i32 = 4;

const FLAG_DATA: u32 = 0x40;
const FLAG_RELATIVE: u32 = 0x80;

/** Literals come in the pieces that are there: LENGTH bytes at AT, again and again until the run is over. */
export function read_plain_token(ctx: usize): i32 {
  let left = load<u32>(ctx, LITERAL_LEFT);
  if (left == 0) {
    if (available(ctx) < 4) return NEED_MORE;
    const pos = load<u32>(ctx, POS);
    const token = load<i32>(pos);
    store<u32>(ctx, pos + 4, POS);
    if (token <= 0) {
      store<i32>(ctx, token == 0 ? KIND_END : KIND_MATCH, TOKEN_KIND);
      store<i32>(ctx, -1 - token, TOKEN_BLOCK);
      store<u32>(ctx, 1, TOKEN_COUNT);
      return READ;
    }
    left = token;
    store<u32>(ctx, left, LITERAL_LEFT);
  }
  const have = available(ctx);
  const length = have < left ? have : left;
  if (length == 0) return NEED_MORE;
  const pos = load<u32>(ctx, POS);
  store<i32>(ctx, KIND_LITERAL, TOKEN_KIND);
  store<u32>(ctx, pos, AT);
  store<u32>(ctx, length, LENGTH);
  store<u32>(ctx, pos + length, POS);
  store<u32>(ctx, left - length, LITERAL_LEFT);
  return READ;
}

export function compressed_tokens_begin(ctx: usize): void {
  store<i32>(ctx, 0, TOKEN_PREVIOUS);
}

/** A DATA record as a whole (LENGTH bytes at AT), a run of TOKEN_COUNT blocks from TOKEN_BLOCK, or the end. */
export function read_compressed_token(ctx: usize): i32 {
  const have = available(ctx);
  if (have < 1) return NEED_MORE;
  const pos = load<u32>(ctx, POS);
  const flag = <u32>load<u8>(pos);
  if (flag == 0) {
    store<i32>(ctx, KIND_END, TOKEN_KIND);
    store<u32>(ctx, pos + 1, POS);
    return READ;
  }
  if ((flag & 0xc0) == FLAG_DATA) {
    if (have < 2) return NEED_MORE;
    const length = ((flag & 0x3f) << 8) | load<u8>(pos + 1);
    if (have - 2 < length) return NEED_MORE;
    store<i32>(ctx, KIND_COMPRESSED, TOKEN_KIND);
    store<u32>(ctx, pos + 2, AT);
    store<u32>(ctx, length, LENGTH);
    store<u32>(ctx, pos + 2 + length, POS);
    return READ;
  }
  return readBlocks(ctx, pos, have, flag);
}

function readBlocks(ctx: usize, pos: u32, have: u32, flag: u32): i32 {
  const relative = (flag & FLAG_RELATIVE) != 0;
  const isRun = relative ? (flag & 0x40) != 0 : (flag & 1) != 0;
  const size: u32 = 1 + (relative ? 0 : 4) + (isRun ? 2 : 0);
  if (have < size) return NEED_MORE;
  const first: i64 = relative ? <i64>load<i32>(ctx, TOKEN_PREVIOUS) + (flag & 0x3f) : <i64>load<i32>(pos + 1);
  const more = isRun ? <u32>load<u16>(pos + size - 2) : 0;
  const last = first + more;
  if (first < 0 || last > i32.MAX_VALUE || (isRun && more == 0)) return fault(ctx, FAULT_TOKEN, <f64>first, more);
  store<i32>(ctx, KIND_MATCH, TOKEN_KIND);
  store<i32>(ctx, <i32>first, TOKEN_BLOCK);
  store<u32>(ctx, more + 1, TOKEN_COUNT);
  store<i32>(ctx, <i32>last, TOKEN_PREVIOUS);
  store<u32>(ctx, pos + size, POS);
  return READ;
}
