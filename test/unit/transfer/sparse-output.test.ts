// Holes: what is written, kept and punched, compared with a plain array of bytes.
import { SparseOutput } from '@ocrsync/node/transfer/sparse-output';
import { FilesystemError, type OpenFile } from '@ocrsync/node/fs/filesystem';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../../interop/random.ts';

/** A file that says what was done to it. */
class WatchedFile {
  bytes: Buffer;
  writtenBytes = 0;
  punched: [number, number][] = [];
  canPunch = true;

  constructor(existing: Buffer) {
    this.bytes = existing;
  }

  get file(): OpenFile {
    const grow = (end: number): void => {
      if (end > this.bytes.length)
        this.bytes = Buffer.concat([this.bytes, Buffer.alloc(end - this.bytes.length)]);
    };
    return {
      write: (from: Uint8Array, position: number) => {
        grow(position + from.length);
        this.bytes.set(from, position);
        this.writtenBytes += from.length;
      },
      punchHole: (position: number, lengthBytes: number) => {
        if (!this.canPunch)
          throw new FilesystemError('EOPNOTSUPP', 95, 'Operation not supported', 'fallocate', 'f');
        this.bytes.fill(
          0,
          Math.min(position, this.bytes.length),
          Math.min(position + lengthBytes, this.bytes.length),
        );
        this.punched.push([position, lengthBytes]);
      },
    } as unknown as OpenFile;
  }

  truncate(lengthBytes: number): Buffer {
    const whole = Buffer.alloc(lengthBytes);
    this.bytes.copy(whole, 0, 0, lengthBytes);
    return whole;
  }
}

function patterned(seed: number, lengthBytes: number): Buffer {
  const random = seeded(seed);
  const bytes = Buffer.alloc(lengthBytes);
  for (let at = 0; at < lengthBytes;) {
    const run = 1 + random.below(5000);
    if (random.below(2) === 0) random.bytes(Math.min(run, lengthBytes - at)).copy(bytes, at);
    at += run;
  }
  return bytes;
}

describe('sparse output', () => {
  it.each([1, 2, 3, 4, 5])(
    'makes the same file in pieces of any length over any old content (seed %i)',
    (seed) => {
      const random = seeded(seed);
      const wanted = patterned(seed, 200_000);
      for (const canPunch of [true, false]) {
        const old = patterned(seed + 100, random.below(250_000));
        const watched = new WatchedFile(Buffer.from(old));
        watched.canPunch = canPunch;
        const output = new SparseOutput(watched.file, old.length);
        for (let at = 0; at < wanted.length;) {
          const size = Math.min(1 + random.below(20_000), wanted.length - at);
          const isThere = old.subarray(at, at + size).equals(wanted.subarray(at, at + size));
          if (isThere) output.keep(wanted.subarray(at, at + size), at);
          else output.write(wanted.subarray(at, at + size), at);
          at += size;
        }
        output.end();
        expect(watched.truncate(wanted.length).equals(wanted)).toBe(true);
      }
    },
  );

  it('writes no zeros of a new file, whatever stands around them', () => {
    const watched = new WatchedFile(Buffer.alloc(0));
    const output = new SparseOutput(watched.file, 0);
    output.write(Buffer.concat([Buffer.from('a'), Buffer.alloc(50_000), Buffer.from('b')]), 0);
    output.write(Buffer.alloc(100_000), 50_002);
    output.end();
    expect(watched.writtenBytes).toBe(2);
    expect(watched.punched).toEqual([]);
  });

  it('punches one hole for zeros that come in several pieces, also where they stay in place', () => {
    const watched = new WatchedFile(Buffer.alloc(30_000, 'x'));
    const output = new SparseOutput(watched.file, 30_000);
    output.write(Buffer.alloc(700), 0);
    output.keep(Buffer.alloc(700), 700);
    output.write(Buffer.alloc(20_000), 1400);
    output.end();
    expect(watched.punched).toEqual([[0, 21_400]]);
    expect(watched.writtenBytes).toBe(0);
  });
});
