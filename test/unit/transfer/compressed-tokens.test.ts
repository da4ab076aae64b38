// Compressed token streams of all four methods: recorded ones both ways, random ones, and spoilt ones
// (docs/protocol/04-transfer.md §7.2-§7.5, §22.4).
import { describe, expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { CompressedTokenReader, CompressedTokenWriter } from '@ocrsync/core/token-codec';
import {
  ADVANCED_NOTHING,
  TOKEN_END,
  TOKEN_LITERAL,
  TOKEN_MATCH,
  WireReader,
} from '@ocrsync/core/wire-reader';
import { WireWriter } from '@ocrsync/core/wire-writer';
import {
  compressionWorks,
  createTokenCompressor,
  createTokenDecompressor,
  type TokenCompression,
} from '../../../host-node/src/transfer/compression/codec.ts';
import { drain, hex, put, type Random, seeded, toHex } from '../core/wire-bytes.ts';

const METHODS: readonly TokenCompression[] = ['zlib', 'zlibx', 'zstd', 'lz4'];

/** A literal's bytes, or a run of blocks. */
type Step = Uint8Array | readonly [first: number, count: number];

interface Basis {
  readonly data: Uint8Array;
  readonly blockLength: number;
}

function basisOf(text: string, blockLength: number): Basis {
  return { data: Buffer.from(text, 'latin1'), blockLength };
}

class Sender {
  readonly #core = new CoreInstance();
  readonly #writer = new WireWriter(this.#core);
  readonly #tokens: CompressedTokenWriter;
  readonly #basis: Basis;
  readonly #basisAt: number;

  constructor(method: TokenCompression, basis: Basis, protocol = 32, level?: number) {
    const compressor = createTokenCompressor(method, this.#core, { protocol, level });
    this.#tokens = new CompressedTokenWriter(this.#writer, compressor);
    this.#basis = basis;
    this.#basisAt = this.#core.alloc(basis.data.length);
    this.#core.u8.set(basis.data, this.#basisAt);
  }

  file(steps: readonly Step[]): Uint8Array {
    const { blockLength, data } = this.#basis;
    this.#tokens.begin();
    for (const step of steps) {
      if (step instanceof Uint8Array) {
        const at = this.#core.alloc(step.length);
        this.#core.u8.set(step, at);
        this.#tokens.literal(at, step.length);
        this.#core.free(at);
        continue;
      }
      const [first, count] = step;
      const from = first * blockLength;
      const length = Math.min(count * blockLength, data.length - from);
      this.#tokens.match(first, count, this.#basisAt + from, length, blockLength);
    }
    this.#tokens.end();
    return drain(this.#writer);
  }
}

class Receiver {
  readonly #core = new CoreInstance();
  readonly reader: WireReader;
  readonly #tokens: CompressedTokenReader;
  readonly #basis: Basis;
  readonly #basisAt: number;

  constructor(method: TokenCompression, basis: Basis, protocol = 32) {
    this.reader = new WireReader(this.#core);
    const byteOffset = (): number => this.reader.byteOffset;
    const decompressor = createTokenDecompressor(method, this.#core, { protocol, byteOffset });
    this.#tokens = new CompressedTokenReader(this.reader, decompressor);
    this.#basis = basis;
    this.#basisAt = this.#core.alloc(basis.data.length);
    this.#core.u8.set(basis.data, this.#basisAt);
  }

  /** The file that the tokens describe; undefined when the bytes end first. */
  file(bytes: Uint8Array, piece: number): Uint8Array | undefined {
    const parts: Uint8Array[] = [];
    this.#tokens.begin();
    for (let at = 0; ;) {
      if (!this.#tokens.tryToken()) {
        if (this.reader.advance() !== ADVANCED_NOTHING) continue;
        if (at >= bytes.length) return undefined;
        at += put(this.reader, bytes.subarray(at, at + piece));
        continue;
      }
      if (this.#tokens.tokenKind === TOKEN_END) break;
      parts.push(this.#tokens.tokenKind === TOKEN_LITERAL ? this.#literal() : this.#block());
    }
    return Buffer.concat(parts);
  }

  #literal(): Uint8Array {
    return this.#core.u8.slice(this.#tokens.at, this.#tokens.at + this.#tokens.length);
  }

  #block(): Uint8Array {
    expect(this.#tokens.tokenKind).toBe(TOKEN_MATCH);
    const from = this.#tokens.block * this.#basis.blockLength;
    const part = this.#basis.data.slice(from, from + this.#basis.blockLength);
    if (this.#tokens.wantsMatched) this.#tokens.matched(this.#basisAt + from, part.length);
    return part;
  }
}

function contentOf(steps: readonly Step[], { data, blockLength }: Basis): Buffer {
  return Buffer.concat(
    steps.map((step) =>
      step instanceof Uint8Array
        ? step
        : data.slice(step[0] * blockLength, (step[0] + step[1]) * blockLength),
    ),
  );
}

function refusal(action: () => unknown): ProtocolError {
  try {
    action();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const FOX = basisOf('The quick brown fox jumps over the lazy dog, and then sleeps on.End', 32);
const FOX_STEPS: readonly Step[] = [
  [0, 1],
  Buffer.from('The quick brown fox! '),
  [1, 1],
  Buffer.from('Endtail tail tail tail'),
];
const FOX_STREAMS: Readonly<Record<TokenCompression, string>> = {
  zlib: '80 40 07 0a c1 94 57 54 00 00 81 40 0c 72 cd 4b 29 49 cc cc 51 40 25 00 00 00',
  zlibx:
    '80 40 17 0a c9 48 55 28 2c cd 4c ce 56 48 2a ca 2f cf 53 48 cb af 50 54 00 00 ' +
    '81 40 0c 72 cd 4b 29 49 cc cc 51 40 25 00 00 00',
  lz4:
    '80 40 17 f0 06 54 68 65 20 71 75 69 63 6b 20 62 72 6f 77 6e 20 66 6f 78 21 20 ' +
    '81 40 11 85 45 6e 64 74 61 69 6c 20 05 00 50 20 74 61 69 6c 00',
  zstd:
    '80 40 1e 28 b5 2f fd 00 58 a8 00 00 54 68 65 20 71 75 69 63 6b 20 62 72 6f 77 6e 20 66 6f 78 21 20 ' +
    '81 40 11 74 00 00 40 45 6e 64 74 61 69 6c 20 01 00 90 0b 17 00',
};

describe.each(METHODS)('%s', (method) => {
  it('works on this runtime', () => {
    expect(compressionWorks(method)).toBe(true);
  });

  it('makes the bytes of the recorded session', () => {
    expect(toHex(new Sender(method, FOX).file(FOX_STEPS))).toBe(FOX_STREAMS[method]);
  });

  it('reads the recorded session at every cut', () => {
    const bytes = hex(FOX_STREAMS[method]);
    for (let piece = 1; piece <= bytes.length; piece++) {
      const file = new Receiver(method, FOX).file(bytes, piece);
      expect(Buffer.from(file!).equals(contentOf(FOX_STEPS, FOX))).toBe(true);
    }
  });

  it('asks for more when the stream ends early, at every byte', () => {
    const bytes = hex(FOX_STREAMS[method]);
    for (let cut = 0; cut < bytes.length; cut++) {
      expect(new Receiver(method, FOX).file(bytes.subarray(0, cut), 100)).toBe(undefined);
    }
  });

  it.each([1, 20260729])('brings back random files, one after the other (seed %d)', (seed) => {
    const random = seeded(seed);
    for (const blockLength of [700, 5000, 70_000]) {
      const basis = { data: noise(random, blockLength * 12 + 333), blockLength };
      const sender = new Sender(method, basis);
      const receiver = new Receiver(method, basis);
      for (let file = 0; file < 6; file++) {
        const steps = randomSteps(random, basis);
        const bytes = sender.file(steps);
        const got = receiver.file(bytes, 1 + random(70_000));
        expect(Buffer.from(got!).equals(contentOf(steps, basis))).toBe(true);
        expect(receiver.reader.dataLength).toBe(0);
      }
    }
  });

  it('brings back literals of every size around a record (seed 15)', () => {
    const random = seeded(15);
    const basis = basisOf('x', 1);
    const sender = new Sender(method, basis);
    const receiver = new Receiver(method, basis);
    for (const length of [1, 16378, 16379, 16380, 16383, 16384, 16387, 32766, 32768, 65536, 100_001]) {
      const steps = [noise(random, length), [0, 1] as const, noise(random, length)];
      const bytes = sender.file(steps);
      expect(Buffer.from(receiver.file(bytes, 50_000)!).equals(contentOf(steps, basis))).toBe(true);
    }
  });

  it('never sends an empty record', () => {
    const random = seeded(31);
    const basis = { data: noise(random, 3000), blockLength: 300 };
    const sender = new Sender(method, basis);
    for (let file = 0; file < 20; file++) {
      for (const length of recordLengths(sender.file(randomSteps(random, basis)))) {
        expect(length).toBeGreaterThan(0);
        expect(length).toBeLessThanOrEqual(16383);
      }
    }
  });

  it('meets noise in its records with a ProtocolError, or with other data (seed 44)', () => {
    const random = seeded(44);
    let refused = 0;
    for (let round = 0; round < 60; round++) {
      const bytes = hex(FOX_STREAMS[method]);
      for (let i = 0; i < 3; i++) bytes[random(bytes.length)] = random(256);
      try {
        new Receiver(method, FOX).file(bytes, 100);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
        expect([2, 12]).toContain((error as ProtocolError).exitCode);
        expect((error as ProtocolError).byteOffset).toBeLessThanOrEqual(bytes.length);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(5);
  });

  it('refuses what is no compressed data, with its place', () => {
    const bytes = hex('80 40 08 ff ff ff ff ff ff ff ff 81 00');
    const error = refusal(() => new Receiver(method, FOX).file(bytes, 100));
    expect(error).toMatchObject({ code: 'ERR_COMPRESSED_DATA', exitCode: 12 });
    expect(error.byteOffset).toBeGreaterThanOrEqual(11);
  });

  it('takes an empty record as zstd allows and the others do not', () => {
    const bytes = hex('40 00 00');
    if (method === 'zstd') expect(new Receiver(method, FOX).file(bytes, 100)).toHaveLength(0);
    else expect(refusal(() => new Receiver(method, FOX).file(bytes, 100)).exitCode).toBe(12);
  });
});

describe('run coding', () => {
  const basis = basisOf('.'.repeat(16 * 200), 16);
  const STREAM =
    'c0 04 00 40 09 80 4c 49 54 45 52 41 4c 2d 21 64 00 00 00 31 00 20 03 00 00 00 c7 01 00 ' +
    '40 04 30 58 59 5a c1 01 00 00';
  const steps: readonly Step[] = [
    [0, 5],
    Buffer.from('LITERAL-'),
    [100, 50],
    [3, 1],
    [10, 2],
    Buffer.from('XYZ'),
    [12, 2],
  ];

  it('makes and reads the recorded example', () => {
    expect(toHex(new Sender('lz4', basis).file(steps))).toBe(STREAM);
    const file = new Receiver('lz4', basis).file(hex(STREAM), 3);
    expect(Buffer.from(file!).equals(contentOf(steps, basis))).toBe(true);
  });

  it('joins single matches and begins a new run after 65536 blocks', () => {
    const long = basisOf('y'.repeat(65_540), 1);
    const singles = Array.from({ length: 65_540 }, (_, i) => [i, 1] as const);
    const bytes = new Sender('lz4', long).file(singles);
    expect(toHex(bytes)).toBe('c0 ff ff c1 03 00 00');
    expect(new Receiver('lz4', long).file(bytes, 100)).toHaveLength(65_540);
  });

  it('ignores the other bits of a long flag, as upstream does', () => {
    expect(Buffer.from(new Receiver('lz4', FOX).file(hex('22 02 00 00 00 00'), 100)!).toString()).toBe('End');
  });

  it.each([
    ['c0 00 00', 'a run of 0'],
    ['21 00 00 00 00 00 00', 'a long run of 0'],
    ['20 ff ff ff ff', 'a negative block'],
    ['21 ff ff ff 7f 01 00', 'a run past 2^31-1'],
    ['20 ff ff ff 7f 81', 'a step past 2^31-1'],
  ])('%s: %s is refused', (bytes) => {
    const error = refusal(() => new Receiver('lz4', basisOf('', 1)).file(hex(bytes), 100));
    expect(error).toMatchObject({
      code: 'ERR_TOKEN',
      message: 'invalid token number in compressed stream',
      exitCode: 2,
    });
  });
});

describe('zlib with matched data', () => {
  it.each([30, 31])('inserts blocks longer than 65535 bytes as protocol %d does', (protocol) => {
    const random = seeded(protocol);
    const basis = { data: noise(random, 100_000), blockLength: 100_000 };
    // What the window ends in: below protocol 31 the beginning of the block, from 31 on its end.
    const window = protocol < 31 ? basis.data.slice(30_000, 34_465) : basis.data.slice(90_000);
    const steps: readonly Step[] = [[0, 1], window];
    const bytes = new Sender('zlib', basis, protocol).file(steps);
    expect(bytes.length).toBeLessThan(200);
    const file = new Receiver('zlib', basis, protocol).file(bytes, 100);
    expect(Buffer.from(file!).equals(contentOf(steps, basis))).toBe(true);
  });
});

describe('memory', () => {
  it('stays bounded whatever a record decodes to', () => {
    const core = new CoreInstance();
    const writer = new WireWriter(core);
    const sending = new CompressedTokenWriter(writer, createTokenCompressor('zstd', core, { protocol: 32 }));
    const at = core.alloc(1 << 20);
    sending.begin();
    for (let i = 0; i < 64; i++) sending.literal(at, 1 << 20);
    sending.end();
    const bytes = drain(writer);
    expect(bytes.length).toBeLessThan(16_383);
    const receiving = new CoreInstance();
    const reader = new WireReader(receiving);
    const tokens = new CompressedTokenReader(
      reader,
      createTokenDecompressor('zstd', receiving, { protocol: 32, byteOffset: () => 0 }),
    );
    tokens.begin();
    put(reader, bytes);
    const used = receiving.usedBytes;
    let total = 0;
    let longest = 0;
    while (tokens.tryToken() && tokens.tokenKind === TOKEN_LITERAL) {
      total += tokens.length;
      longest = Math.max(longest, tokens.length);
    }
    expect(total).toBe(64 << 20);
    expect(longest).toBeLessThanOrEqual(65_536);
    expect(receiving.usedBytes).toBe(used);
  });
});

/** Half text, half noise. */
function noise(random: Random, length: number): Uint8Array {
  const text = random(2) === 0;
  return Uint8Array.from({ length }, () => (text ? 97 + random(8) : random(256)));
}

function randomSteps(random: Random, { data, blockLength }: Basis): Step[] {
  const blocks = Math.ceil(data.length / blockLength);
  return Array.from({ length: random(12) }, (): Step => {
    if (random(2) === 0) return noise(random, 1 + random(random(6) === 0 ? 60_000 : 300));
    const first = random(blocks);
    return [first, 1 + random(Math.min(4, blocks - first))];
  });
}

function recordLengths(bytes: Uint8Array): number[] {
  const lengths: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const flag = bytes[at]!;
    if (flag >= 0x40 && flag < 0x80) {
      const length = ((flag & 0x3f) << 8) | bytes[at + 1]!;
      lengths.push(length);
      at += 2 + length;
    } else if (flag === 0) at++;
    else at += flag >= 0xc0 ? 3 : flag >= 0x80 ? 1 : flag & 1 ? 7 : 5;
  }
  return lengths;
}
