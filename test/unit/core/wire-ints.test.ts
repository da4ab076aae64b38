// Numbers and strings of docs/protocol/01-session.md §7: every table, both ways.
import { describe, expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { WireReader } from '@ocrsync/core/wire-reader';
import type { WireWriter } from '@ocrsync/core/wire-writer';
import { feedUntil, hex, put, readerOf, seeded, toHex, written } from './wire-bytes.ts';

interface Form {
  readonly write: (writer: WireWriter, value: number) => void;
  readonly attempt: (reader: WireReader) => boolean;
}

const LONGINT: Form = { write: (w, v) => w.longint(v), attempt: (r) => r.tryLongint() };
const VARINT: Form = { write: (w, v) => w.varint(v), attempt: (r) => r.tryVarint() };
const INT: Form = { write: (w, v) => w.int(v), attempt: (r) => r.tryInt() };
const SHORT: Form = { write: (w, v) => w.short(v), attempt: (r) => r.tryShort() };
const BYTE: Form = { write: (w, v) => w.byte(v), attempt: (r) => r.tryByte() };
const NDX: Form = { write: (w, v) => w.ndx(30, v), attempt: (r) => r.tryNdx(30) };
function varlong(min: number): Form {
  return { write: (w, v) => w.varlong(v, min), attempt: (r) => r.tryVarlong(min) };
}

function expectForm(form: Form, value: number, bytes: string): void {
  expect(toHex(written((w) => form.write(w, value)))).toBe(bytes);
  const reader = readerOf(hex(bytes));
  expect(form.attempt(reader)).toBe(true);
  expect(reader.value).toBe(value);
  expect(reader.dataLength).toBe(0);
}

function faultOf(bytes: string, attempt: (reader: WireReader) => boolean): ProtocolError {
  try {
    attempt(readerOf(hex(bytes)));
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('numbers of fixed size', () => {
  it.each([
    [BYTE, 0, '00'],
    [BYTE, 255, 'ff'],
    [SHORT, 0x8008, '08 80'],
    [SHORT, 65535, 'ff ff'],
    [INT, -1, 'ff ff ff ff'],
    [INT, 32, '20 00 00 00'],
    [INT, -2147483648, '00 00 00 80'],
  ] as const)('%# is written and read as the table says', (form, value, bytes) => {
    expectForm(form, value, bytes);
  });
});

describe('longint', () => {
  it.each([
    [0, '00 00 00 00'],
    [6, '06 00 00 00'],
    [0x7fffffff, 'ff ff ff 7f'],
    [0x80000000, 'ff ff ff ff 00 00 00 80 00 00 00 00'],
    [0x140000000, 'ff ff ff ff 00 00 00 40 01 00 00 00'],
    [-1, 'ff ff ff ff ff ff ff ff ff ff ff ff'],
  ])('%d', (value, bytes) => {
    expectForm(LONGINT, value, bytes);
  });

  it('reads a negative int other than -1 sign-extended', () => {
    const reader = readerOf(hex('fe ff ff ff'));
    expect(reader.tryLongint()).toBe(true);
    expect(reader.value).toBe(-2);
  });
});

describe('varint', () => {
  it.each([
    [0, '00'],
    [1, '01'],
    [127, '7f'],
    [128, '80 80'],
    [255, '80 ff'],
    [256, '81 00'],
    [511, '81 ff'],
    [16383, 'bf ff'],
    [16384, 'c0 00 40'],
    [65535, 'c0 ff ff'],
    [65536, 'c1 00 00'],
    [2097151, 'df ff ff'],
    [2097152, 'e0 00 00 20'],
    [16777215, 'e0 ff ff ff'],
    [268435455, 'ef ff ff ff'],
    [268435456, 'f0 00 00 00 10'],
    [2147483647, 'f0 ff ff ff 7f'],
    [-1, 'f0 ff ff ff ff'],
    [-128, 'f0 80 ff ff ff'],
    [-2147483648, 'f0 00 00 00 80'],
  ])('%d', (value, bytes) => {
    expectForm(VARINT, value, bytes);
  });

  it('accepts a non-minimal form and drops bits above 31', () => {
    const reader = readerOf(hex('80 05 f7 05 00 00 00'));
    expect(reader.tryVarint()).toBe(true);
    expect(reader.value).toBe(5);
    expect(reader.tryVarint()).toBe(true);
    expect(reader.value).toBe(5);
  });

  it.each(['f8', 'fb', 'fc', 'ff'])('refuses first byte %s', (bytes) => {
    const fault = faultOf(bytes, (r) => r.tryVarint());
    expect(fault).toMatchObject({
      code: 'ERR_VARINT_OVERFLOW',
      message: 'Overflow in read_varint()',
      exitCode: 12,
      byteOffset: 0,
    });
  });
});

describe('varlong', () => {
  it.each([
    [0, '00 00 00', '00 00 00 00'],
    [1, '00 01 00', '00 01 00 00'],
    [256, '00 00 01', '00 00 01 00'],
    [65535, '00 ff ff', '00 ff ff 00'],
    [65536, '01 00 00', '00 00 00 01'],
    [0x7fffff, '7f ff ff', '00 ff ff 7f'],
    [0x800000, '80 00 00 80', '00 00 00 80'],
    [0x1000000, '81 00 00 00', '01 00 00 00'],
    [0x3fffffff, 'bf ff ff ff', '3f ff ff ff'],
    [0x40000000, 'c0 00 00 00 40', '40 00 00 00'],
    [0x80000000, 'c0 00 00 00 80', '80 00 00 00 80'],
    [0x100000000, 'c1 00 00 00 00', '81 00 00 00 00'],
    [2 ** 40, 'e1 00 00 00 00 00', 'c1 00 00 00 00 00'],
    [-1, 'fc ff ff ff ff ff ff ff ff', 'f8 ff ff ff ff ff ff ff ff'],
  ])('%d with at least 3 and at least 4 bytes', (value, min3, min4) => {
    expectForm(varlong(3), value, min3);
    expectForm(varlong(4), value, min4);
  });

  it('reads 2^47-1 of the table', () => {
    expectForm(varlong(3), 2 ** 47 - 1, 'f0 ff ff ff ff ff 7f');
    expectForm(varlong(4), 2 ** 47 - 1, 'e0 ff ff ff ff ff 7f');
  });

  it('refuses 2^56, which a double would not tell from its neighbours', () => {
    const fault = faultOf('f9 00 00 00 00 00 00 00', (r) => r.tryVarlong(3));
    expect(fault).toMatchObject({ code: 'ERR_WIDE_INTEGER', exitCode: 2, byteOffset: 0 });
  });

  it('refuses more than nine bytes', () => {
    const fault = faultOf('fc 00 00 00', (r) => r.tryVarlong(4));
    expect(fault).toMatchObject({
      code: 'ERR_VARLONG_OVERFLOW',
      message: 'Overflow in read_varlong()',
      exitCode: 12,
    });
  });
});

describe('ndx', () => {
  it.each([
    [[0, 1, 3], '01 01 02'],
    [[300, 5, 5], 'fe 01 2d fe 80 05 00 00 fe 00 00'],
    [[100000], 'fe 80 a0 86 01'],
    [[-1, 0, -1, 1], '00 01 00 01'],
    [[-2, -3], 'ff 01 ff 01'],
    [[-3], 'ff 02'],
    [[-102, -104, -103, -2], 'ff 65 ff 02 ff fe 80 67 00 00 ff fe 80 02 00 00'],
    [[252], 'fd'],
    [[253], 'fe 00 fe'],
    [[32766], 'fe 7f ff'],
    [[32767], 'fe 80 ff 7f 00'],
    [[2147483647], 'fe ff ff ff ff'],
  ])('%j', (values, bytes) => {
    expect(toHex(written((w) => values.forEach((value) => w.ndx(32, value))))).toBe(bytes);
    const reader = readerOf(hex(bytes));
    for (const value of values) {
      expect(reader.tryNdx(32)).toBe(true);
      expect(reader.value).toBe(value);
    }
  });

  it('is a plain int below protocol 30', () => {
    expect(toHex(written((w) => w.ndx(29, -1)))).toBe('ff ff ff ff');
    const reader = readerOf(hex('05 00 00 00'));
    expect(reader.tryNdx(29)).toBe(true);
    expect(reader.value).toBe(5);
  });

  it('refuses an index above 2^31-1', () => {
    const fault = faultOf('fe ff ff ff ff 01', (r) => r.tryNdx(30) && r.tryNdx(30));
    expect(fault).toMatchObject({
      message: 'Invalid file index: 2147483648',
      exitCode: 2,
      code: 'ERR_NDX_OVERFLOW',
      byteOffset: 5,
    });
  });
});

describe('strings', () => {
  it('have one length byte up to 127 and two, big-endian, from 128 on', () => {
    expect(toHex(written((w) => w.vstring('x\xff')))).toBe('02 78 ff');
    expect(toHex(written((w) => w.vstring('y'.repeat(300))).subarray(0, 3))).toBe('81 2c 79');
    const text = '\x00\xfe'.repeat(2000);
    const reader = readerOf(written((w) => w.vstring(text)));
    expect(reader.tryVstring(4095)).toBe(true);
    expect(reader.text()).toBe(text);
    expect(reader.textLength).toBe(4000);
  });

  it('are refused when longer than the caller takes, before their bytes are there', () => {
    const fault = faultOf('ff ff', (r) => r.tryVstring(4095));
    expect(fault).toMatchObject({
      message: 'over-long vstring received (32767 > 4095)',
      exitCode: 2,
      byteOffset: 0,
    });
    const list = faultOf('81 00', (r) => r.tryVstring(255, 4));
    expect(list).toMatchObject({ message: 'over-long vstring received (256 > 255)', exitCode: 4 });
  });

  it('cannot be written longer than 32767 bytes', () => {
    expect(() => written((w) => w.vstring('z'.repeat(32768)))).toThrow('over-long vstring (32768 > 32767)');
  });

  it('end at \\n in a greeting and at NUL in a name list, and are bounded', () => {
    const reader = readerOf(hex('40 52 0a 61 62 00 00'));
    expect(reader.tryLine(2)).toBe(true);
    expect(reader.text()).toBe('@R');
    expect(reader.tryCString(10)).toBe(true);
    expect(reader.text()).toBe('ab');
    expect(reader.tryCString(10)).toBe(true);
    expect(reader.text()).toBe('');
    expect(reader.tryCString(10)).toBe(false);
    expect(faultOf('40 52 53 0a', (r) => r.tryLine(2))).toMatchObject({
      code: 'ERR_LINE_TOO_LONG',
      exitCode: 2,
    });
    expect(faultOf('40 52 53', (r) => r.tryCString(2))).toMatchObject({
      code: 'ERR_STRING_TOO_LONG',
      exitCode: 2,
    });
  });

  it('refuse characters that are not bytes', () => {
    expect(() => written((w) => w.latin1('€'))).toThrow(RangeError);
  });
});

const FORMS: readonly (readonly [string, Form, (random: (below: number) => number) => number])[] = [
  ['byte', BYTE, (random) => random(256)],
  ['short', SHORT, (random) => random(65536)],
  ['int', INT, (random) => random(2 ** 32) - 2 ** 31],
  ['longint', LONGINT, (random) => wide(random)],
  ['varint', VARINT, (random) => wide(random) | 0],
  ['varlong 3', varlong(3), (random) => wide(random)],
  ['varlong 4', varlong(4), (random) => wide(random)],
  [
    'ndx',
    NDX,
    (random) => (random(4) === 0 ? -1 - random(300) : random(10) === 0 ? random(2 ** 31) : random(70000)),
  ],
];

function wide(random: (below: number) => number): number {
  const value = random(2 ** random(33)) * 2 ** random(21) + random(256);
  return random(3) === 0 ? -value : value;
}

describe('random numbers', () => {
  it.each([1, 20260729, 77])('come back from any cut of the stream (seed %d)', (seed) => {
    const random = seeded(seed);
    const items = Array.from({ length: 400 }, () => {
      const [, form, make] = FORMS[random(FORMS.length)]!;
      return { form, value: make(random) };
    });
    for (const mux of [false, true]) {
      const bytes = written((w) => {
        if (mux) w.enableMux();
        for (const { form, value } of items) form.write(w, value);
      });
      for (const piece of [1, 2, 3, 7, 64, bytes.length]) {
        const reader = new WireReader(new CoreInstance(), { capacityBytes: 64 });
        if (mux) reader.enableMux();
        let at = 0;
        for (const { form, value } of items) {
          at = feedUntil(reader, bytes, at, piece, () => form.attempt(reader));
          if (reader.value !== value) expect(reader.value).toBe(value);
        }
        expect(at).toBe(bytes.length);
        expect(reader.byteOffset).toBe(bytes.length);
        expect(reader.rawBytesTaken).toBe(bytes.length);
      }
    }
  });

  it('ask for more, and consume nothing, at every cut', () => {
    const random = seeded(5);
    for (let round = 0; round < 300; round++) {
      const [, form, make] = FORMS[random(FORMS.length)]!;
      const value = make(random);
      const bytes = written((w) => form.write(w, value));
      for (let cut = 0; cut < bytes.length; cut++) {
        const reader = readerOf(bytes.subarray(0, cut));
        expect(form.attempt(reader)).toBe(false);
        expect(reader.dataLength).toBe(cut);
        put(reader, bytes.subarray(cut));
        expect(form.attempt(reader)).toBe(true);
        expect(reader.value).toBe(value);
      }
    }
  });
});
