// The record of one reading direction: its window, the state of frames and of the ndx coding, and the fields in which
// results come out. Layout mirrored in core/src/wire-record.ts. The host allocates it; nothing else is remembered anywhere.
import { MALFORMED } from '../status';

// The window: [BUF, BUF + CAP) holds data not yet parsed [POS, END), a hole, then raw bytes [RAW, RAW_END).
export const BUF: usize = 0;
export const CAP: usize = 4;
export const POS: usize = 8;
export const END: usize = 12;
export const RAW: usize = 16;
export const RAW_END: usize = 20;
export const MUX: usize = 24;
/** Payload bytes of the current DATA frame that were not yet exposed. */
export const FRAME_LEFT: usize = 28;
export const MSG_CODE: usize = 32;
/** Address of the message buffer (MAX_MESSAGE bytes), set by the host. */
export const MSG_AT: usize = 36;
export const MSG_LEN: usize = 40;
export const MSG_HAVE: usize = 44;
export const MSG_OPEN: usize = 48;
/** Without frames: bytes were committed since the last advance. */
export const FRESH: usize = 52;
// Where the parse position is in the peer's stream: JOINT_RAW is the offset of address JOINT, the beginning of the newest
// payload; before it lies what was left of older ones, which began at address LEFT with offset LEFT_RAW.
export const JOINT: usize = 56;
export const LEFT: usize = 60;
export const JOINT_RAW: usize = 64;
export const LEFT_RAW: usize = 72;
export const RAW_TAKEN: usize = 80;

// Results.
export const VALUE: usize = 88;
export const AT: usize = 96;
export const LENGTH: usize = 100;
export const NDX_POS: usize = 104;
export const NDX_NEG: usize = 108;
export const IFLAGS: usize = 112;
export const BASIS_TYPE: usize = 116;
export const XNAME_AT: usize = 120;
export const XNAME_LEN: usize = 124;
export const SUM_COUNT: usize = 128;
export const BLOCK_LENGTH: usize = 132;
export const S2_LENGTH: usize = 136;
export const REMAINDER: usize = 140;
export const TOKEN_KIND: usize = 144;
export const TOKEN_BLOCK: usize = 148;
export const TOKEN_COUNT: usize = 152;
export const LITERAL_LEFT: usize = 156;
/** Block that relative tokens of a compressed stream count from. */
export const TOKEN_PREVIOUS: usize = 160;

// The last fault: kind, two numbers for its text, offset in the peer's stream.
export const FAULT: usize = 164;
export const FAULT_A: usize = 168;
export const FAULT_B: usize = 176;
export const FAULT_OFFSET: usize = 184;
export const OFFSET: usize = 192;
/** Data bytes taken out of frames so far, messages and headers not included. */
export const EXPOSED: usize = 200;

export const FAULT_VARINT: i32 = 1;
export const FAULT_VARLONG: i32 = 2;
export const FAULT_WIDE: i32 = 3;
export const FAULT_NDX: i32 = 4;
export const FAULT_VSTRING: i32 = 5;
export const FAULT_LINE: i32 = 6;
export const FAULT_CSTRING: i32 = 7;
export const FAULT_TAG: i32 = 8;
export const FAULT_MESSAGE: i32 = 9;
export const FAULT_MESSAGE_OVERFLOW: i32 = 10;
export const FAULT_SUM_COUNT: i32 = 11;
export const FAULT_BLOCK_LENGTH: i32 = 12;
export const FAULT_ZERO_BLOCK_LENGTH: i32 = 13;
export const FAULT_S2_LENGTH: i32 = 14;
export const FAULT_REMAINDER: i32 = 15;
export const FAULT_SUM_COUNT_LIMIT: i32 = 16;
export const FAULT_TOKEN: i32 = 17;

/** Bytes between the parse position and the end of the exposed data. */
@inline export function available(ctx: usize): u32 {
  return load<u32>(ctx, END) - load<u32>(ctx, POS);
}

/** Offset of the next byte that is not yet taken out of its frame. */
@inline export function raw_offset(ctx: usize): f64 {
  return load<f64>(ctx, RAW_TAKEN) - <f64>(load<u32>(ctx, RAW_END) - load<u32>(ctx, RAW));
}

/** Offset of the parse position in the peer's stream, frame headers and the messages already handled included. */
export function parse_offset(ctx: usize): f64 {
  const pos = load<u32>(ctx, POS);
  if (pos == load<u32>(ctx, END)) return raw_offset(ctx);
  const past = <i32>(pos - load<u32>(ctx, JOINT));
  if (past >= 0) return load<f64>(ctx, JOINT_RAW) + <f64>past;
  return load<f64>(ctx, LEFT_RAW) + <f64><i32>(pos - load<u32>(ctx, LEFT));
}

/** The host's way to ask for it: doubles do not cross the border as results. */
export function reader_offset(ctx: usize): void {
  store<f64>(ctx, parse_offset(ctx), OFFSET);
}

export function faultAt(ctx: usize, kind: i32, a: f64, b: f64, offset: f64): i32 {
  store<i32>(ctx, kind, FAULT);
  store<f64>(ctx, a, FAULT_A);
  store<f64>(ctx, b, FAULT_B);
  store<f64>(ctx, offset, FAULT_OFFSET);
  return MALFORMED;
}

export function fault(ctx: usize, kind: i32, a: f64, b: f64): i32 {
  return faultAt(ctx, kind, a, b, parse_offset(ctx));
}
