// LZ4 blocks against the lz4 command, whose legacy frames are bare blocks with a length before them.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { Lz4 } from '@ocrsync/core/lz4';
import { hex, type Random, seeded } from './wire-bytes.ts';

const ROOM = 128 * 1024;
const hasLz4 = spawnSync('lz4', ['--version']).status === 0;

class Bench {
  readonly core = new CoreInstance();
  readonly lz4 = new Lz4(this.core);
  readonly from = this.core.alloc(ROOM);
  readonly to = this.core.alloc(ROOM);

  compress(data: Uint8Array, capacity = ROOM): Uint8Array | undefined {
    this.core.u8.set(data, this.from);
    this.core.u8.fill(0xee, this.to, this.to + ROOM);
    const size = this.lz4.compress(this.from, data.length, this.to, capacity);
    return size === undefined ? undefined : this.core.u8.slice(this.to, this.to + size);
  }

  /** What is after the room has to stay as it was, but for the allocator's slack. */
  decompress(block: Uint8Array, capacity = ROOM - 64): Uint8Array | undefined {
    this.core.u8.set(block, this.from);
    this.core.u8.fill(0xee, this.to, this.to + ROOM);
    const size = this.lz4.decompress(this.from, block.length, this.to, capacity);
    for (let i = capacity + 16; i < Math.min(ROOM, capacity + 200); i++) {
      if (this.core.u8[this.to + i] !== 0xee) throw new Error(`wrote ${i - capacity} bytes past its room`);
    }
    return size === undefined ? undefined : this.core.u8.slice(this.to, this.to + size);
  }
}

/** Data between noise and long repeats. */
function sample(random: Random, length: number): Uint8Array {
  const data = new Uint8Array(length);
  const kind = random(4);
  for (let at = 0; at < length;) {
    const count = Math.min(length - at, 1 + random(kind === 0 ? 600 : 40));
    const back = 1 + random(Math.max(1, Math.min(at, kind === 1 ? 8 : 60_000)));
    const repeat = at > 0 && kind !== 3 && random(3) > 0;
    for (let i = 0; i < count; i++) data[at + i] = repeat ? data[at + i - back]! : random(256);
    at += count;
  }
  return data;
}

describe('LZ4 blocks', () => {
  it('are those of a recorded session', () => {
    const bench = new Bench();
    const fox = 'f0 06 54 68 65 20 71 75 69 63 6b 20 62 72 6f 77 6e 20 66 6f 78 21 20';
    expect(bench.compress(Buffer.from('The quick brown fox! '))).toEqual(hex(fox));
    const tail = '85 45 6e 64 74 61 69 6c 20 05 00 50 20 74 61 69 6c';
    expect(bench.compress(Buffer.from('Endtail tail tail tail'))).toEqual(hex(tail));
    expect(Buffer.from(bench.decompress(hex(tail))!).toString()).toBe('Endtail tail tail tail');
  });

  it('decode to what they were made of, at every small length and many larger ones (seed 3)', () => {
    const random = seeded(3);
    const bench = new Bench();
    const lengths = Array.from({ length: 300 }, (_, i) => (i < 150 ? i : random(65_536)));
    for (const length of lengths) {
      const data = sample(random, length);
      const block = bench.compress(data)!;
      const decoded = bench.decompress(block, length);
      if (!Buffer.from(decoded!).equals(data)) throw new Error(`${length} bytes came back wrong`);
      expect(bench.compress(data, block.length)).toEqual(block);
      expect(bench.compress(data, block.length - 1)).toBe(undefined);
      if (length > 0) expect(bench.decompress(block, length - 1)).toBe(undefined);
    }
  });

  it.skipIf(!hasLz4)('are understood by lz4, and its blocks by us (seed 8)', () => {
    const random = seeded(8);
    const bench = new Bench();
    for (let round = 0; round < 25; round++) {
      const data = sample(random, 1 + random(60_000));
      const block = bench.compress(data)!;
      const head = Buffer.alloc(8);
      head.writeUInt32LE(0x184c2102, 0);
      head.writeUInt32LE(block.length, 4);
      const decoded = spawnSync('lz4', ['-dc'], { input: Buffer.concat([head, block]), maxBuffer: 1 << 24 });
      expect(decoded.status).toBe(0);
      expect(decoded.stdout.equals(data)).toBe(true);
      const theirs = spawnSync('lz4', [round % 2 === 0 ? '-1' : '-9', '-lc'], { input: data }).stdout;
      const size = theirs.readUInt32LE(4);
      expect(Buffer.from(bench.decompress(theirs.subarray(8, 8 + size))!).equals(data)).toBe(true);
    }
  });

  it('that are cut off are refused or shorter, never read past their end (seed 6)', () => {
    const random = seeded(6);
    const bench = new Bench();
    const block = bench.compress(sample(random, 3000))!;
    for (let cut = 0; cut < block.length; cut++) {
      const decoded = bench.decompress(block.subarray(0, cut));
      if (decoded !== undefined) expect(decoded.length).toBeLessThan(3000);
    }
    expect(bench.decompress(new Uint8Array(0))).toBe(undefined);
  });

  it('that are noise never write outside of their room (seed 2)', () => {
    const random = seeded(2);
    const bench = new Bench();
    for (let round = 0; round < 3000; round++) {
      const block = Uint8Array.from({ length: 1 + random(60) }, () => (random(4) === 0 ? 255 : random(256)));
      bench.decompress(block, 1 + random(300));
    }
  });

  it.each([
    ['10 41 00 00 50 41 41 41 41 41', 'an offset of 0'],
    ['10 41 02 00 50 41 41 41 41 41', 'an offset before the beginning'],
    ['f0 ff ff ff', 'a length without end'],
    ['1f 41 01 00 ff ff ff', 'a match length without end'],
    ['10 41 01', 'half an offset'],
    ['14 41 01 00', 'an end behind a match'],
    ['20 41', 'fewer literals than announced'],
  ])('%s: %s is refused', (bytes) => {
    expect(new Bench().decompress(hex(bytes))).toBe(undefined);
  });
});
