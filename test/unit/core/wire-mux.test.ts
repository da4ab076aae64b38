// Frames and out-of-band messages (docs/protocol/01-session.md §8).
import { describe, expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { ADVANCED_DATA, ADVANCED_MESSAGE, ADVANCED_NOTHING, WireReader } from '@ocrsync/core/wire-reader';
import { WireWriter } from '@ocrsync/core/wire-writer';
import { drain, hex, put, readerOf, seeded, toHex, written } from './wire-bytes.ts';

/** What comes out of a framed stream: ints and messages in their order. */
function transcript(bytes: Uint8Array, piece: number, capacityBytes = 64): string[] {
  const reader = new WireReader(new CoreInstance(), { capacityBytes });
  reader.enableMux();
  const lines: string[] = [];
  let at = 0;
  for (;;) {
    if (reader.tryInt()) {
      lines.push(`int ${reader.value}`);
      continue;
    }
    const advanced = reader.advance();
    if (advanced === ADVANCED_MESSAGE) lines.push(`message ${reader.messageCode}:${reader.messageLength}`);
    if (advanced !== ADVANCED_NOTHING) continue;
    if (at >= bytes.length) break;
    at += put(reader, bytes.subarray(at, at + piece));
  }
  expect(reader.dataLength).toBe(0);
  expect(reader.byteOffset).toBe(bytes.length);
  return lines;
}

function frame(code: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + payload.length);
  new DataView(bytes.buffer).setUint32(0, ((7 + code) << 24) | payload.length, true);
  bytes.set(payload, 4);
  return bytes;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function refusal(bytes: Uint8Array, role = ''): ProtocolError {
  const reader = readerOf(bytes, true);
  reader.frameRole = role;
  try {
    while (reader.advance() !== ADVANCED_NOTHING);
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('frames', () => {
  it('are left out of the counts of data bytes, as messages are, on both ends', () => {
    const writer = new WireWriter(new CoreInstance(), { frameBytes: 128 });
    writer.enableMux();
    for (let count = 1; count <= 100; count++) {
      writer.int(count);
      if (count % 7 === 0) writer.message(2, new Uint8Array(count));
      expect(writer.dataBytesMade).toBe(4 * count);
    }
    const reader = readerOf(drain(writer), true);
    for (let count = 0; count < 100;) {
      if (reader.tryInt()) expect(reader.dataBytesRead).toBe(4 * ++count);
      else expect(reader.advance()).not.toBe(ADVANCED_NOTHING);
    }
  });

  it('join to one stream: an int may be cut by a frame, an empty frame means nothing', () => {
    const bytes = hex('02 00 00 07 01 00  00 00 00 07  03 00 00 07 00 00 02  03 00 00 07 00 00 00');
    for (const piece of [1, 2, 5, 100]) expect(transcript(bytes, piece)).toEqual(['int 1', 'int 2']);
  });

  it('let a message through at every place of the data, in the order of the stream', () => {
    const ints = written((w) => [1, 2, 3].forEach((value) => w.int(value)));
    for (let place = 0; place <= ints.length; place++) {
      const bytes = join([
        frame(0, ints.subarray(0, place)),
        frame(2, hex('68 69 0a')),
        frame(0, ints.subarray(place)),
      ]);
      const whole = Math.floor(place / 4);
      const expected = ['int 1', 'int 2', 'int 3'];
      expected.splice(whole, 0, 'message 2:3');
      for (const piece of [1, 3, 100]) expect(transcript(bytes, piece)).toEqual(expected);
    }
  });

  it('come apart the same at random cuts, in a window that is smaller than they are (seed 4)', () => {
    const random = seeded(4);
    for (let round = 0; round < 30; round++) {
      const parts: Uint8Array[] = [];
      const ints = written((w) => {
        for (let i = 0; i < 60; i++) w.int(i);
      });
      let messages = 0;
      for (let at = 0; at < ints.length;) {
        const count = random(3) === 0 ? random(4) : random(90);
        parts.push(frame(0, ints.subarray(at, at + count)));
        at += count;
        if (random(2) === 0) continue;
        messages++;
        parts.push(frame(3, new Uint8Array(random(2) === 0 ? random(5) : random(5120))));
      }
      const bytes = join(parts);
      const expected = transcript(bytes, bytes.length, 1 << 19);
      expect(expected.filter((line) => line.startsWith('message')).length).toBe(messages);
      expect(expected.filter((line) => line.startsWith('int')).length).toBe(60);
      for (const piece of [1, 7, 63, 1 + random(500)]) expect(transcript(bytes, piece)).toEqual(expected);
    }
  });

  it('of 16 MiB pass through a window of 256 KiB without more memory', () => {
    const core = new CoreInstance();
    const reader = new WireReader(core);
    reader.enableMux();
    const used = core.usedBytes;
    let left = 0xffffff;
    let seen = 0;
    put(reader, hex('ff ff ff 07'));
    const block = new Uint8Array(100_000).fill(0x55);
    while (seen < 0xffffff) {
      left -= put(reader, block.subarray(0, Math.min(left, block.length)));
      while (reader.advance() === ADVANCED_DATA) {
        seen += reader.dataLength;
        reader.consume(reader.dataLength);
      }
    }
    expect(seen).toBe(0xffffff);
    expect(reader.rawBytesTaken).toBe(0xffffff + 4);
    expect(core.usedBytes).toBe(used);
  });

  it('may begin in the middle of what was committed, and end again', () => {
    const reader = readerOf(hex('20 00 00 00  01 00 00 07 2a  07 08'));
    expect(reader.tryInt()).toBe(true);
    reader.enableMux();
    expect(reader.tryByte()).toBe(false);
    expect(reader.advance()).toBe(ADVANCED_DATA);
    expect(() => reader.disableMux()).toThrow('inside a frame');
    expect(reader.tryByte()).toBe(true);
    expect(reader.value).toBe(0x2a);
    expect(reader.byteOffset).toBe(9);
    reader.disableMux();
    expect(reader.tryShort()).toBe(true);
    expect(reader.value).toBe(0x0807);
    expect(reader.byteOffset).toBe(11);
  });

  it('keep the offset of an item that a frame border cuts', () => {
    const reader = readerOf(hex('03 00 00 07 05 f0 00  04 00 00 07 00 00 00 09'), true);
    expect(reader.advance()).toBe(ADVANCED_DATA);
    expect(reader.tryByte()).toBe(true);
    expect(reader.tryVarint()).toBe(false);
    expect(reader.byteOffset).toBe(5);
    expect(reader.advance()).toBe(ADVANCED_DATA);
    expect(reader.byteOffset).toBe(5);
    expect(reader.tryVarint()).toBe(true);
    expect(reader.byteOffset).toBe(14);
    expect(reader.tryByte()).toBe(true);
    expect(reader.value).toBe(9);
  });
});

describe('messages', () => {
  it.each([
    ['04 00 00 28 4d 00 00 00', 33, '4d 00 00 00'],
    ['08 00 00 6c 6f 6c 64 64 69 72 2f 70', 101, '6f 6c 64 64 69 72 2f 70'],
    ['04 00 00 6b 02 00 00 00', 100, '02 00 00 00'],
    ['04 00 00 5d 0b 00 00 00', 86, '0b 00 00 00'],
    ['00 00 00 5d', 86, ''],
    ['00 00 00 31', 42, ''],
    ['04 00 00 1d 01 00 00 00', 22, '01 00 00 00'],
    ['04 00 00 6d 03 00 00 00', 102, '03 00 00 00'],
  ])('%s', (bytes, code, payload) => {
    const core = new CoreInstance();
    const reader = new WireReader(core);
    reader.enableMux();
    put(reader, hex(bytes));
    expect(reader.advance()).toBe(ADVANCED_MESSAGE);
    expect(reader.messageCode).toBe(code);
    const { messageAt, messageLength } = reader;
    expect(toHex(core.u8.subarray(messageAt, messageAt + messageLength))).toBe(payload);
    expect(reader.advance()).toBe(ADVANCED_NOTHING);
    const writer = new WireWriter(new CoreInstance());
    writer.enableMux();
    writer.message(code, hex(payload));
    expect(toHex(drain(writer))).toBe(bytes);
  });

  it('stay where they are while the transport goes on', () => {
    const core = new CoreInstance();
    const reader = new WireReader(core, { capacityBytes: 64 });
    reader.enableMux();
    put(reader, hex('03 00 00 09 61 62 0a'));
    expect(reader.advance()).toBe(ADVANCED_MESSAGE);
    put(reader, frame(0, new Uint8Array(50).fill(7)));
    expect(toHex(core.u8.subarray(reader.messageAt, reader.messageAt + 3))).toBe('61 62 0a');
  });

  it.each([
    ['01 00 00 3f 00', 'unexpected tag 56', 'ERR_UNEXPECTED_TAG'],
    ['00 00 00 00', 'unexpected tag -7', 'ERR_UNEXPECTED_TAG'],
    ['01 00 00 0d 00', 'invalid multi-message 6:1', 'ERR_INVALID_MESSAGE'],
    ['04 00 00 10 00 00 00 00', 'invalid multi-message 9:4', 'ERR_INVALID_MESSAGE'],
    ['03 00 00 1d', 'invalid multi-message 22:3', 'ERR_INVALID_MESSAGE'],
    ['05 00 00 28', 'invalid multi-message 33:5', 'ERR_INVALID_MESSAGE'],
    ['01 00 00 31', 'invalid multi-message 42:1', 'ERR_INVALID_MESSAGE'],
    ['02 00 00 5d', 'invalid multi-message 86:2', 'ERR_INVALID_MESSAGE'],
    ['14 00 00 6b', 'invalid multi-message 100:20', 'ERR_INVALID_MESSAGE'],
    ['00 00 00 6d', 'invalid multi-message 102:0', 'ERR_INVALID_MESSAGE'],
    ['00 20 00 09', 'multiplexing overflow 2:8192', 'ERR_MESSAGE_OVERFLOW'],
    ['00 14 00 6c', 'multiplexing overflow 101:5120', 'ERR_MESSAGE_OVERFLOW'],
    ['ff ff ff 08', 'multiplexing overflow 1:16777215', 'ERR_MESSAGE_OVERFLOW'],
  ])('refuses %s: %s', (bytes, text, code) => {
    const before = hex('02 00 00 07 00 00');
    const error = refusal(join([before, hex(bytes)]), 'Receiver/inc');
    expect(error.message).toBe(`${text} [Receiver/inc]`);
    expect(error).toMatchObject({ code, exitCode: 12, byteOffset: before.length });
  });

  it('cannot be written without frames, or too long, or as data', () => {
    expect(() => written((w) => w.message(2, hex('0a')))).toThrow('without frames');
    const writer = new WireWriter(new CoreInstance());
    writer.enableMux();
    expect(() => writer.message(2, new Uint8Array(5120))).toThrow(RangeError);
    expect(() => writer.message(0, new Uint8Array(1))).toThrow(RangeError);
  });
});

describe('the writer', () => {
  it('puts what follows enableMux into frames, and an empty message is a keep-alive', () => {
    const writer = new WireWriter(new CoreInstance());
    writer.int(32);
    writer.enableMux();
    writer.int(1);
    expect(writer.queuedBytes).toBe(12);
    expect(toHex(drain(writer))).toBe('20 00 00 00 04 00 00 07 01 00 00 00');
    writer.message(0, new Uint8Array(0));
    expect(toHex(drain(writer))).toBe('00 00 00 07');
    expect(writer.queuedBytes).toBe(0);
    expect(writer.rawBytesMade).toBe(16);
    expect(writer.take()).toBe(undefined);
  });

  it('lets a message overtake data that is not taken, but not what is before the first frame', () => {
    const writer = new WireWriter(new CoreInstance());
    writer.byte(0xaa);
    writer.enableMux();
    writer.byte(0xbb);
    writer.message(2, hex('0a'));
    expect(toHex(drain(writer))).toBe('aa 01 00 00 09 0a 01 00 00 07 bb');
  });

  it('cuts long data into frames of at most frameBytes and loses none (seed 9)', () => {
    const random = seeded(9);
    const data = Uint8Array.from({ length: 300_000 }, () => random(256));
    for (const frameBytes of [128, 1000, 65532]) {
      const writer = new WireWriter(new CoreInstance(), { frameBytes });
      writer.enableMux();
      writer.bytes(data);
      const raw = drain(writer);
      const payloads: Uint8Array[] = [];
      for (let at = 0; at < raw.length;) {
        const header = new DataView(raw.buffer).getUint32(at, true);
        expect(header >>> 24).toBe(7);
        expect(header & 0xffffff).toBeLessThanOrEqual(frameBytes);
        payloads.push(raw.subarray(at + 4, at + 4 + (header & 0xffffff)));
        at += 4 + (header & 0xffffff);
      }
      expect(Buffer.concat(payloads).equals(data)).toBe(true);
    }
  });
});
