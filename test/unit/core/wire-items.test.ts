// Records, sum heads, sums and plain tokens of the transfer phase (docs/protocol/04-transfer.md §2, §4.1, §7.1, §22).
import { describe, expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import {
  TOKEN_END,
  TOKEN_LITERAL,
  TOKEN_MATCH,
  WireReader,
  type SumHeadLimits,
} from '@ocrsync/core/wire-reader';
import { WireWriter } from '@ocrsync/core/wire-writer';
import { drain, feedUntil, hex, put, readerOf, seeded, toHex, written } from './wire-bytes.ts';

const LIMITS: SumHeadLimits = { protocol: 32, digestBytes: 16, role: 'sender' };

function refusal(action: () => unknown): ProtocolError {
  try {
    action();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a record', () => {
  it('has ndx, flags, and what the flags announce', () => {
    const bytes = hex('01 08 98 83 03 61 62 ff');
    expect(toHex(written((w) => w.item(32, 0, 0x9808, 0x83, 'ab\xff')))).toBe(toHex(bytes));
    for (let cut = 0; cut < bytes.length; cut++) {
      const reader = readerOf(bytes.subarray(0, cut));
      expect(reader.tryItem(32)).toBe(false);
      expect(reader.dataLength).toBe(cut);
      put(reader, bytes.subarray(cut));
      expect(reader.tryItem(32)).toBe(true);
      expect([reader.value, reader.iflags, reader.basisType, reader.xname()]).toEqual([
        0,
        0x9808,
        0x83,
        'ab\xff',
      ]);
    }
  });

  it('forgets what the one before it announced', () => {
    const reader = readerOf(hex('01 08 98 83 01 61  01 08 80  01 00 90 00'));
    expect(reader.tryItem(31)).toBe(true);
    expect(reader.tryItem(31)).toBe(true);
    expect([reader.value, reader.iflags, reader.basisType, reader.xname()]).toEqual([
      1,
      0x8008,
      -1,
      undefined,
    ]);
    expect(reader.tryItem(31)).toBe(true);
    expect([reader.value, reader.iflags, reader.basisType, reader.xname()]).toEqual([2, 0x9000, -1, '']);
  });

  it('is only its ndx when that is negative, and below protocol 29', () => {
    const reader = readerOf(hex('00 ff 02 01 00 20'));
    for (const ndx of [-1, -3]) {
      expect(reader.tryItem(32)).toBe(true);
      expect(reader.value).toBe(ndx);
    }
    expect(reader.tryItem(32)).toBe(true);
    expect([reader.value, reader.iflags]).toEqual([0, 0x2000]);
    const old = readerOf(hex('07 00 00 00'));
    expect(old.tryItem(28)).toBe(true);
    expect([old.value, old.iflags, old.basisType]).toEqual([7, 0x8000, -1]);
    expect(toHex(written((w) => w.item(28, 7, 0x8000)))).toBe('07 00 00 00');
    expect(toHex(written((w) => w.item(29, 7, 0x8000)))).toBe('07 00 00 00 00 80');
    expect(toHex(written((w) => w.item(32, -1, 0x8000)))).toBe('00');
  });

  it('is refused when its extra name is longer than a path', () => {
    const error = refusal(() => readerOf(hex('01 00 90 ff ff')).tryItem(32));
    expect(error).toMatchObject({
      message: 'over-long vstring received (32767 > 4095)',
      exitCode: 2,
      byteOffset: 3,
    });
  });

  it('cannot be written without what its flags announce', () => {
    expect(() => written((w) => w.item(32, 0, 0x8800))).toThrow(RangeError);
    expect(() => written((w) => w.item(32, 0, 0x9000, 0x80))).toThrow(RangeError);
  });
});

describe('a sum head', () => {
  it('is read as it was written', () => {
    const bytes = written((w) => w.sumHead(3, 16, 2, 12));
    expect(toHex(bytes)).toBe('03 00 00 00 10 00 00 00 02 00 00 00 0c 00 00 00');
    const reader = readerOf(bytes);
    expect(reader.trySumHead(LIMITS)).toBe(true);
    expect([reader.sumCount, reader.blockLength, reader.s2Length, reader.remainder]).toEqual([3, 16, 2, 12]);
  });

  it('of an openrsync without basis is taken', () => {
    expect(readerOf(written((w) => w.sumHead(0, 32768, 2, 0))).trySumHead(LIMITS)).toBe(true);
  });

  it.each([
    [[-1, 700, 2, 0], 'Invalid checksum count -1 [sender]', 2],
    [[1, -700, 2, 0], 'Invalid block length -700 [sender]', 2],
    [[1, 131073, 2, 0], 'Invalid block length 131073 [sender]', 2],
    [[1, 0, 2, 0], 'Invalid zero block length [sender]', 2],
    [[1, 700, -1, 0], 'Invalid checksum length -1 [sender]', 2],
    [[1, 700, 17, 0], 'Invalid checksum length 17 [sender]', 2],
    [[1, 700, 2, -1], 'Invalid remainder length -1 [sender]', 2],
    [[1, 700, 2, 701], 'Invalid remainder length 701 [sender]', 2],
    [[101, 700, 2, 0], '101 block checksums exceed the limit of 100 [sender]', 22],
  ] as const)('%j is refused', (head, text, exitCode) => {
    const reader = readerOf(written((w) => w.sumHead(...(head as [number, number, number, number]))));
    const error = refusal(() => reader.trySumHead({ ...LIMITS, maxCount: 100 }));
    expect(error.message).toBe(text);
    expect(error).toMatchObject({ exitCode, byteOffset: 0 });
  });

  it('may have longer blocks below protocol 30', () => {
    const bytes = written((w) => w.sumHead(1, 2 ** 29, 2, 0));
    expect(readerOf(bytes).trySumHead({ ...LIMITS, protocol: 29 })).toBe(true);
    const longer = written((w) => w.sumHead(1, 2 ** 29 + 1, 2, 0));
    expect(() => readerOf(longer).trySumHead({ ...LIMITS, protocol: 29 })).toThrow('Invalid block length');
  });
});

describe('sums', () => {
  it('go into two arrays and out of them, in any pieces (seed 12)', () => {
    const random = seeded(12);
    const count = 500;
    const stride = 16;
    const core = new CoreInstance();
    const sum1At = core.alloc(count * 4);
    const digestAt = core.alloc(count * stride);
    for (let i = 0; i < count * 4; i++) core.u8[sum1At + i] = random(256);
    for (let i = 0; i < count; i++)
      for (let j = 0; j < 3; j++) core.u8[digestAt + i * stride + j] = random(256);
    const writer = new WireWriter(core, { frameBytes: 128 });
    writer.enableMux();
    writer.sumHead(count, 700, 3, 0);
    writer.sums(sum1At, digestAt, stride, count, 3);
    const bytes = drain(writer);
    const reader = new WireReader(core, { capacityBytes: 64 });
    reader.enableMux();
    const sum1Copy = core.alloc(count * 4);
    const digestCopy = core.alloc(count * stride);
    let at = feedUntil(reader, bytes, 0, 5, () => reader.trySumHead(LIMITS));
    let done = 0;
    while (done < count) {
      at = feedUntil(reader, bytes, at, 1 + random(40), () => {
        const more = reader.trySums(sum1Copy, digestCopy, stride, done, count - done);
        done += more;
        return more > 0;
      });
    }
    expect(reader.dataLength).toBe(0);
    const { u8 } = core;
    expect(toHex(u8.subarray(sum1Copy, sum1Copy + count * 4))).toBe(
      toHex(u8.subarray(sum1At, sum1At + count * 4)),
    );
    expect(toHex(u8.subarray(digestCopy, digestCopy + count * stride))).toBe(
      toHex(u8.subarray(digestAt, digestAt + count * stride)),
    );
  });

  it('never pass the end of a row', () => {
    const reader = readerOf(written((w) => w.sumHead(1, 700, 16, 0)));
    expect(reader.trySumHead(LIMITS)).toBe(true);
    expect(() => reader.trySums(0, 0, 8, 0, 1)).toThrow(RangeError);
  });
});

/** Tokens of one file as text; literals joined. */
function plainTokens(bytes: Uint8Array, piece: number): string[] {
  const core = new CoreInstance();
  const reader = new WireReader(core, { capacityBytes: 64 });
  const tokens: string[] = [];
  let literal = '';
  for (let at = 0; ;) {
    at = feedUntil(reader, bytes, at, piece, () => reader.tryPlainToken());
    if (reader.tokenKind === TOKEN_LITERAL) {
      literal += Buffer.from(core.u8.subarray(reader.at, reader.at + reader.length)).toString('latin1');
      continue;
    }
    if (literal !== '') tokens.push(literal);
    literal = '';
    if (reader.tokenKind === TOKEN_END) return tokens;
    expect(reader.tokenKind).toBe(TOKEN_MATCH);
    tokens.push(`block ${reader.block}`);
  }
}

describe('plain tokens', () => {
  const CAPTURE =
    'ff ff ff ff 10 00 00 00 45 45 45 45 46 46 78 46 47 47 47 47 48 48 48 48 fd ff ff ff 00 00 00 00';

  it('of a captured file are read and written', () => {
    for (const piece of [1, 2, 3, 5, 100]) {
      expect(plainTokens(hex(CAPTURE), piece)).toEqual(['block 0', 'EEEEFFxFGGGGHHHH', 'block 2']);
    }
    const core = new CoreInstance();
    const at = core.alloc(16);
    core.u8.set(Buffer.from('EEEEFFxFGGGGHHHH'), at);
    const writer = new WireWriter(core);
    writer.matchToken(0);
    writer.literal(at, 16);
    writer.matchToken(2);
    writer.endToken();
    expect(toHex(drain(writer))).toBe(CAPTURE);
  });

  it('cut literals as upstream does: 32768 bytes and the rest', () => {
    const core = new CoreInstance();
    const at = core.alloc(70_000);
    const writer = new WireWriter(core);
    writer.literal(at, 70_000);
    const bytes = drain(writer);
    const view = new DataView(bytes.buffer);
    expect([view.getInt32(0, true), view.getInt32(32772, true), view.getInt32(65544, true)]).toEqual([
      32768, 32768, 4464,
    ]);
    expect(bytes.length).toBe(70_012);
  });

  it('of any length are taken in bounded pieces', () => {
    const core = new CoreInstance();
    const reader = new WireReader(core, { capacityBytes: 1024 });
    put(reader, hex('ff ff ff 7f'));
    const used = core.usedBytes;
    let seen = 0;
    for (let round = 0; round < 1000; round++) {
      put(reader, new Uint8Array(1024));
      while (reader.tryPlainToken()) {
        expect(reader.tokenKind).toBe(TOKEN_LITERAL);
        seen += reader.length;
      }
      expect(reader.advance()).toBeLessThanOrEqual(1);
    }
    expect(seen).toBeGreaterThan(900_000);
    expect(core.usedBytes).toBe(used);
  });

  it('name the highest block', () => {
    const reader = readerOf(hex('00 00 00 80'));
    expect(reader.tryPlainToken()).toBe(true);
    expect(reader.block).toBe(2 ** 31 - 1);
  });
});

describe('the window', () => {
  it('refuses items that it could never hold, at once', () => {
    const reader = new WireReader(new CoreInstance(), { capacityBytes: 64 });
    expect(() => reader.tryBytes(61)).toThrow(RangeError);
    expect(() => reader.tryBytes(-1)).toThrow(RangeError);
    expect(() => reader.commit(65)).toThrow(RangeError);
    expect(() => reader.consume(1)).toThrow(RangeError);
    expect(() => new WireReader(new CoreInstance(), { capacityBytes: 63 })).toThrow(RangeError);
  });

  it('holds an item of its size wherever the bytes before it ended', () => {
    for (let before = 0; before < 64; before++) {
      const reader = new WireReader(new CoreInstance(), { capacityBytes: 64 });
      const bytes = Uint8Array.from({ length: 200 }, (_, i) => i);
      let at = feedUntil(reader, bytes, 0, 64, () => reader.dataLength >= before);
      reader.consume(before);
      at = feedUntil(reader, bytes, at, 64, () => reader.tryBytes(60));
      expect(reader.byteOffset).toBe(before + 60);
    }
  });

  it('is empty when full', () => {
    const reader = new WireReader(new CoreInstance(), { capacityBytes: 64 });
    expect(put(reader, new Uint8Array(100))).toBe(64);
    expect(reader.space().length).toBe(0);
  });
});
