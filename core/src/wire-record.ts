// Records of the wire codec in core memory (mirror of core/assembly/codec/reader-record.ts and writer.ts), the functions
// that work on them, and what each fault of a peer is called (docs/protocol/01-session.md §20, 04-transfer.md §20).

export const READER_RECORD_BYTES = 208;
// Word indices (bytes / 4) of 32-bit fields.
export const R_POS = 2;
export const R_END = 3;
export const R_MSG_CODE = 8;
export const R_MSG_AT = 9;
export const R_MSG_LEN = 10;
export const R_AT = 24;
export const R_LENGTH = 25;
export const R_IFLAGS = 28;
export const R_BASIS_TYPE = 29;
export const R_XNAME_AT = 30;
export const R_XNAME_LEN = 31;
export const R_SUM_COUNT = 32;
export const R_BLOCK_LENGTH = 33;
export const R_S2_LENGTH = 34;
export const R_REMAINDER = 35;
export const R_TOKEN_KIND = 36;
export const R_TOKEN_BLOCK = 37;
export const R_TOKEN_COUNT = 38;
export const R_FAULT = 41;
// Indices (bytes / 8) of doubles.
export const R_RAW_TAKEN = 10;
export const R_VALUE = 11;
export const R_FAULT_A = 21;
export const R_FAULT_B = 22;
export const R_FAULT_OFFSET = 23;
export const R_OFFSET = 24;
export const R_EXPOSED = 25;

export const WRITER_RECORD_BYTES = 48;
export const W_POS = 2;
export const W_AT = 8;
export const W_FRAMES = 9;
export const W_VALUE = 5;

export interface ReaderFunctions {
  reader_init(ctx: number, buffer: number, capacity: number, messageBuffer: number): void;
  reader_space(ctx: number): number;
  reader_commit(ctx: number, count: number): number;
  reader_set_mux(ctx: number, on: number): number;
  reader_advance(ctx: number): number;
  reader_offset(ctx: number): void;
  reader_consume(ctx: number, count: number): number;
  read_byte(ctx: number): number;
  read_short(ctx: number): number;
  read_int(ctx: number): number;
  read_longint(ctx: number): number;
  read_varint(ctx: number): number;
  read_varlong(ctx: number, min: number): number;
  read_ndx(ctx: number): number;
  read_vstring(ctx: number, max: number): number;
  read_bytes(ctx: number, count: number): number;
  read_line(ctx: number, max: number): number;
  read_cstring(ctx: number, max: number): number;
  read_item(ctx: number, protocol: number): number;
  read_sum_head(ctx: number, maxBlockLength: number, maxS2Length: number, maxCount: number): number;
  read_sums(ctx: number, sum1: number, digests: number, stride: number, from: number, max: number): number;
  read_plain_token(ctx: number): number;
  compressed_tokens_begin(ctx: number): void;
  read_compressed_token(ctx: number): number;
}

export interface WriterFunctions {
  writer_init(ctx: number, buffer: number, capacity: number, frameMax: number): void;
  writer_enable_mux(ctx: number): void;
  writer_close_frame(ctx: number): void;
  writer_clear(ctx: number): void;
  writer_reserve(ctx: number, want: number): number;
  write_bytes(ctx: number, at: number, length: number): number;
  write_byte(ctx: number, value: number): number;
  write_short(ctx: number, value: number): number;
  write_int(ctx: number, value: number): number;
  write_longint(ctx: number): number;
  write_varint(ctx: number, value: number): number;
  write_varlong(ctx: number, min: number): number;
  write_ndx(ctx: number, value: number): number;
  write_sums(
    ctx: number,
    sum1: number,
    digests: number,
    stride: number,
    count: number,
    s2Length: number,
  ): number;
}

interface Fault {
  readonly code: string;
  readonly exitCode: number;
  /** Whether upstream's text ends in the name of the process. */
  readonly named: boolean;
  text(a: number, b: number): string;
}

function fault(code: string, exitCode: number, named: boolean, text: Fault['text']): Fault {
  return { code, exitCode, named, text };
}

/** By fault number of reader-record.ts, from 1. */
export const FAULTS: readonly (Fault | undefined)[] = [
  undefined,
  fault('ERR_VARINT_OVERFLOW', 12, false, () => 'Overflow in read_varint()'),
  fault('ERR_VARLONG_OVERFLOW', 12, false, () => 'Overflow in read_varlong()'),
  fault('ERR_WIDE_INTEGER', 2, false, (a) => `wire value out of range: ${a}`),
  fault('ERR_NDX_OVERFLOW', 2, true, (a) => `Invalid file index: ${a}`),
  fault('ERR_VSTRING_TOO_LONG', 2, false, (a, b) => `over-long vstring received (${a} > ${b})`),
  fault('ERR_LINE_TOO_LONG', 2, false, (a) => `line of more than ${a} bytes received`),
  fault('ERR_STRING_TOO_LONG', 2, false, (a) => `string of more than ${a} bytes received`),
  fault('ERR_UNEXPECTED_TAG', 12, true, (a) => `unexpected tag ${a}`),
  fault('ERR_INVALID_MESSAGE', 12, true, (a, b) => `invalid multi-message ${a}:${b}`),
  fault('ERR_MESSAGE_OVERFLOW', 12, true, (a, b) => `multiplexing overflow ${a}:${b}`),
  fault('ERR_SUM_COUNT', 2, true, (a) => `Invalid checksum count ${a}`),
  fault('ERR_BLOCK_LENGTH', 2, true, (a) => `Invalid block length ${a}`),
  fault('ERR_ZERO_BLOCK_LENGTH', 2, true, () => 'Invalid zero block length'),
  fault('ERR_SUM_LENGTH', 2, true, (a) => `Invalid checksum length ${a}`),
  fault('ERR_REMAINDER', 2, true, (a) => `Invalid remainder length ${a}`),
  fault('ERR_SUM_COUNT_LIMIT', 22, true, (a, b) => `${a} block checksums exceed the limit of ${b}`),
  fault('ERR_TOKEN', 2, true, () => 'invalid token number in compressed stream'),
];
