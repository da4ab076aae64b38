// The window of a reading direction: where raw bytes go in, how room is made, and the taking apart of frames
// (docs/protocol/01-session.md §8). Frames are streamed: only an item or a message, never a frame, must fit.
import {
  BUF, CAP, END, EXPOSED, FAULT_MESSAGE, FAULT_MESSAGE_OVERFLOW, FAULT_TAG, FRAME_LEFT, FRESH, JOINT, JOINT_RAW, LEFT, LEFT_RAW,
  MSG_AT, MSG_CODE, MSG_HAVE, MSG_LEN, MSG_OPEN, MUX, NDX_NEG, NDX_POS, POS, RAW, RAW_END, RAW_TAKEN, available, faultAt, parse_offset,
  raw_offset,
} from './reader-record';
import { BAD_ARGUMENT } from '../status';

const NOTHING: i32 = 0;
const DATA: i32 = 1;
const MESSAGE: i32 = 2;

/** Longest text in a message (upstream's limit; the message buffer of the host is one byte larger). */
const MAX_TEXT: u32 = 5119;

export function reader_init(ctx: usize, buffer: usize, capacity: u32, messageBuffer: usize): void {
  store<u32>(ctx, <u32>buffer, BUF);
  store<u32>(ctx, capacity, CAP);
  store<u32>(ctx, <u32>buffer, POS);
  store<u32>(ctx, <u32>buffer, END);
  store<u32>(ctx, <u32>buffer, RAW);
  store<u32>(ctx, <u32>buffer, RAW_END);
  store<u32>(ctx, <u32>buffer, JOINT);
  store<u32>(ctx, <u32>buffer, LEFT);
  store<u32>(ctx, <u32>messageBuffer, MSG_AT);
  store<i32>(ctx, -1, NDX_POS);
  store<i32>(ctx, 1, NDX_NEG);
}

/** Moves the unparsed data to `to` and notes that the addresses of its stream offsets moved with it. */
function moveData(ctx: usize, to: u32): void {
  const pos = load<u32>(ctx, POS);
  const length = load<u32>(ctx, END) - pos;
  memory.copy(to, pos, length);
  store<u32>(ctx, to, POS);
  store<u32>(ctx, to + length, END);
  store<u32>(ctx, load<u32>(ctx, JOINT) + to - pos, JOINT);
  store<u32>(ctx, load<u32>(ctx, LEFT) + to - pos, LEFT);
}

/** Makes room at the end of the window when less than a quarter of it is free there; returns the free bytes. */
export function reader_space(ctx: usize): u32 {
  const buffer = load<u32>(ctx, BUF);
  const capacity = load<u32>(ctx, CAP);
  const rawEnd = load<u32>(ctx, RAW_END);
  const tail = buffer + capacity - rawEnd;
  const data = available(ctx);
  const raw = load<u32>(ctx, RAW);
  const hidden = rawEnd - raw;
  if (tail >= capacity >> 2 && data + hidden > 0) return tail;
  const gain = rawEnd - buffer - data - hidden;
  // Little to gain: moving much for every few bytes would cost more than filling the tail first.
  if (gain == 0 || (tail > 0 && gain < capacity >> 3 && data + hidden > 0)) return tail;
  moveData(ctx, buffer);
  const newRaw = buffer + data;
  memory.copy(newRaw, raw, hidden);
  store<u32>(ctx, newRaw, RAW);
  store<u32>(ctx, newRaw + hidden, RAW_END);
  return capacity - data - hidden;
}

export function reader_commit(ctx: usize, count: u32): i32 {
  const rawEnd = load<u32>(ctx, RAW_END);
  if (count > load<u32>(ctx, BUF) + load<u32>(ctx, CAP) - rawEnd) return BAD_ARGUMENT;
  store<u32>(ctx, rawEnd + count, RAW_END);
  store<f64>(ctx, load<f64>(ctx, RAW_TAKEN) + <f64>count, RAW_TAKEN);
  if (!load<u32>(ctx, MUX) && count > 0) {
    expose(ctx, count);
    store<u32>(ctx, 1, FRESH);
  }
  return 0;
}

/** Frames begin (or end) with the next unparsed byte. Host's fault when that lies inside a frame. */
export function reader_set_mux(ctx: usize, on: u32): i32 {
  if (load<u32>(ctx, MUX) == on) return 0;
  if (on) {
    const offset = parse_offset(ctx);
    const pos = load<u32>(ctx, POS);
    store<u32>(ctx, pos, RAW);
    store<u32>(ctx, pos, END);
    store<u32>(ctx, pos, JOINT);
    store<f64>(ctx, offset, JOINT_RAW);
    store<u32>(ctx, 1, MUX);
    return 0;
  }
  if (available(ctx) != 0 || load<u32>(ctx, FRAME_LEFT) != 0 || load<u32>(ctx, MSG_OPEN)) return BAD_ARGUMENT;
  store<u32>(ctx, 0, MUX);
  const count = load<u32>(ctx, RAW_END) - load<u32>(ctx, RAW);
  if (count > 0) {
    expose(ctx, count);
    store<u32>(ctx, 1, FRESH);
  }
  return 0;
}

/** Makes the next `count` raw bytes parseable, contiguous with what is left of earlier ones; the shorter part moves. */
function expose(ctx: usize, count: u32): void {
  const raw = load<u32>(ctx, RAW);
  const left = available(ctx);
  if (left == 0) {
    store<u32>(ctx, raw, POS);
    store<u32>(ctx, raw, END);
    store<u32>(ctx, raw, JOINT);
    store<f64>(ctx, raw_offset(ctx), JOINT_RAW);
  } else if (load<u32>(ctx, END) != raw) {
    const offset = parse_offset(ctx);
    if (left <= count) {
      moveData(ctx, raw - left);
    } else {
      memory.copy(load<u32>(ctx, END), raw, count);
    }
    store<f64>(ctx, offset, LEFT_RAW);
    store<u32>(ctx, load<u32>(ctx, POS), LEFT);
    store<u32>(ctx, load<u32>(ctx, END), JOINT);
    store<f64>(ctx, raw_offset(ctx), JOINT_RAW);
  }
  store<u32>(ctx, load<u32>(ctx, END) + count, END);
  store<u32>(ctx, raw + count, RAW);
  store<f64>(ctx, load<f64>(ctx, EXPOSED) + <f64>count, EXPOSED);
}

/** Continues an opened message; true when it is complete. */
function takeMessage(ctx: usize): bool {
  const raw = load<u32>(ctx, RAW);
  const have = load<u32>(ctx, MSG_HAVE);
  const want = load<u32>(ctx, MSG_LEN) - have;
  const hidden = load<u32>(ctx, RAW_END) - raw;
  const count = want < hidden ? want : hidden;
  memory.copy(load<u32>(ctx, MSG_AT) + have, raw, count);
  store<u32>(ctx, raw + count, RAW);
  store<u32>(ctx, have + count, MSG_HAVE);
  if (count < want) return false;
  store<u32>(ctx, 0, MSG_OPEN);
  return true;
}

/** 0, or the fault of this code and length (01 §8.4). */
function messageFault(code: i32, length: u32): i32 {
  switch (code) {
    case 0: return 0;
    case 1: case 2: case 3: case 4: case 101:
      return length > MAX_TEXT ? FAULT_MESSAGE_OVERFLOW : 0;
    case 22: case 33: case 100: case 102:
      return length == 4 ? 0 : FAULT_MESSAGE;
    case 42:
      return length == 0 ? 0 : FAULT_MESSAGE;
    case 86:
      return length == 0 || length == 4 ? 0 : FAULT_MESSAGE;
    case 5: case 6: case 7: case 8: case 9: case 10:
      return FAULT_MESSAGE;
    default:
      return FAULT_TAG;
  }
}

/** After a need for more: exposes the next piece of data, or completes the next message, in the order of the stream. */
export function reader_advance(ctx: usize): i32 {
  if (!load<u32>(ctx, MUX)) {
    const fresh = load<u32>(ctx, FRESH);
    store<u32>(ctx, 0, FRESH);
    return <i32>fresh;
  }
  while (true) {
    const raw = load<u32>(ctx, RAW);
    const hidden = load<u32>(ctx, RAW_END) - raw;
    const frameLeft = load<u32>(ctx, FRAME_LEFT);
    if (frameLeft > 0) {
      const count = frameLeft < hidden ? frameLeft : hidden;
      if (count == 0) return NOTHING;
      expose(ctx, count);
      store<u32>(ctx, frameLeft - count, FRAME_LEFT);
      return DATA;
    }
    if (load<u32>(ctx, MSG_OPEN)) return takeMessage(ctx) ? MESSAGE : NOTHING;
    if (hidden < 4) return NOTHING;
    const header = load<u32>(raw);
    const length = header & 0xffffff;
    const code = <i32>(header >>> 24) - 7;
    const kind = messageFault(code, length);
    if (kind != 0) return faultAt(ctx, kind, code, length, raw_offset(ctx));
    store<u32>(ctx, raw + 4, RAW);
    if (code == 0) {
      store<u32>(ctx, length, FRAME_LEFT);
    } else {
      store<i32>(ctx, code, MSG_CODE);
      store<u32>(ctx, length, MSG_LEN);
      store<u32>(ctx, 0, MSG_HAVE);
      store<u32>(ctx, 1, MSG_OPEN);
    }
  }
}
