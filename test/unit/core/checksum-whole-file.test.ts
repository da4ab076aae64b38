// Whole-file digests taken in pieces equal independent implementations, however the file is cut.
import { beforeAll, describe, expect, it } from 'vitest';
import { WholeFileHash } from '@ocrsync/core/checksum';
import {
  digestBytes,
  KIND_MD4,
  KIND_MD4_OLD,
  KIND_MD5,
  KIND_NONE,
  KIND_SHA1,
  KIND_XXH128,
  KIND_XXH3,
  KIND_XXH64,
} from '@ocrsync/core/checksum-kinds';
import { CoreInstance } from '@ocrsync/core/instance';
import {
  ALL_KINDS,
  blockOracle,
  randomBytes,
  randomSource,
  wholeFileOracle,
  type Oracle,
} from './checksum-oracles.ts';

const runSeed = Number(process.env['OCRSYNC_TEST_SEED'] ?? Date.now() % 0x7fffffff);
const core = new CoreInstance();
const data = core.alloc((1 << 20) + 64);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

let oracle: Oracle;
beforeAll(async () => {
  process.stdout.write(`checksum-whole-file: OCRSYNC_TEST_SEED=${runSeed}\n`);
  oracle = wholeFileOracle(await blockOracle());
});

/** Hashes `bytes` in random pieces, taken from the core's memory or from the host's. */
function inPieces(
  hash: WholeFileHash,
  bytes: Uint8Array,
  random: (limit: number) => number,
  limit: number,
): Uint8Array {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(random(limit), bytes.length - done);
    const piece = bytes.subarray(done, done + length);
    if (random(2) === 0) hash.updateBytes(piece);
    else {
      const at = data + random(32);
      core.u8.set(piece, at);
      hash.update(at, length);
    }
    done += length;
  }
  return hash.final();
}

describe('a whole-file digest', () => {
  it.each(ALL_KINDS)('of kind %i equals the oracle for every length up to 600, in random pieces', (kind) => {
    const random = randomSource(runSeed);
    for (const seed of [0, 12345, -1]) {
      const hash = new WholeFileHash(core, kind, seed);
      for (let length = 0; length <= 600; length++) {
        const bytes = randomBytes(random, length);
        const limit = 1 + random(700);
        const actual = inPieces(hash, bytes, random, limit + 1);
        expect(hex(actual), `length ${length} pieces < ${limit}`).toBe(hex(oracle(kind, bytes, seed)));
      }
      hash.dispose();
    }
  });

  it.each(ALL_KINDS)('of kind %i equals the oracle for long files, in random pieces', (kind) => {
    const random = randomSource(runSeed ^ 3);
    const bytes = randomBytes(random, 1 << 20);
    const hash = new WholeFileHash(core, kind, 7);
    for (const length of [1024, 1025, 1280, 2048, 4096, 16384, 65537, 131072, 1 << 20]) {
      for (const limit of [100, 257, 1025, 70000]) {
        if (length / limit > 5000) continue;
        const file = bytes.subarray(0, length);
        const actual = inPieces(hash, file, random, limit);
        expect(hex(actual), `length ${length} pieces < ${limit}`).toBe(hex(oracle(kind, file, 7)));
      }
    }
    hash.dispose();
  });

  it.each([
    [KIND_NONE, '00'],
    [KIND_MD5, 'b1946ac92492d2347c6235b4d2611184'],
    [KIND_MD4, '63481c78ae04c201fa01ea9d2b1db56d'],
    [KIND_MD4_OLD, 'aa5ba2f968f0cc61d5fe441712e5ee55'],
    [KIND_SHA1, 'f572d396fae9206628714fb2ce00f72e94f2258f'],
    [KIND_XXH64, '5388bd91d091c1e4'],
    [KIND_XXH3, '2a46a2ab9a81fc99'],
    [KIND_XXH128, '9ce4c8f135b4105a6df569e0c786ba6b'],
  ])('of kind %i is the one upstream was observed to send for hello', (kind, expected) => {
    const hash = new WholeFileHash(core, kind, 12345);
    hash.updateBytes(Buffer.from('hello\n'));
    const digest = hash.final();
    expect(hex(digest)).toBe(expected);
    expect(digest.length).toBe(digestBytes(kind));
    hash.dispose();
  });

  it('forgets the file before when a new one is begun', () => {
    const hash = new WholeFileHash(core, KIND_XXH128);
    hash.updateBytes(Buffer.alloc(5000, 1));
    hash.begin();
    hash.updateBytes(Buffer.from('hello\n'));
    expect(hex(hash.final())).toBe('9ce4c8f135b4105a6df569e0c786ba6b');
    hash.dispose();
  });

  it('gives its memory back', () => {
    const before = core.usedBytes;
    const hash = new WholeFileHash(core, KIND_MD5);
    hash.updateBytes(Buffer.from('x'));
    hash.dispose();
    expect(core.usedBytes).toBe(before);
  });

  it('refuses a number that is no kind', () => {
    expect(() => new WholeFileHash(core, 9)).toThrow(RangeError);
  });
});
