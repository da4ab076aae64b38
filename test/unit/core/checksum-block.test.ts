// Block digests and rolling sums of the core against independent implementations.
import { beforeAll, describe, expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import {
  KIND_MD4,
  KIND_MD5,
  KIND_SHA1,
  KIND_XXH128,
  KIND_XXH3,
  KIND_XXH64,
} from '@ocrsync/core/checksum-kinds';
import { BAD_ARGUMENT } from '@ocrsync/core/status';
import {
  ALL_KINDS,
  blockOracle,
  ORACLE_SEEDS,
  randomBytes,
  randomSource,
  rollOracle,
  type Oracle,
} from './checksum-oracles.ts';

interface Functions {
  hash_scratch_size(): number;
  hash_block(kind: number, p: number, len: number, seed: number, out: number, scratch: number): number;
  roll(p: number, len: number): number;
}

const runSeed = Number(process.env['OCRSYNC_TEST_SEED'] ?? Date.now() % 0x7fffffff);
const core = new CoreInstance();
const functions = core.functions<Functions>();
const data = core.alloc((1 << 20) + 64);
const out = core.alloc(64);
const scratch = core.alloc(functions.hash_scratch_size());

function coreDigest(kind: number, at: number, lengthBytes: number, seed: number): string {
  const digestLength = functions.hash_block(kind, at, lengthBytes, seed, out, scratch);
  return Buffer.from(core.u8.slice(out, out + digestLength)).toString('hex');
}

let oracle: Oracle;
beforeAll(async () => {
  process.stdout.write(`checksum-block: OCRSYNC_TEST_SEED=${runSeed}\n`);
  oracle = await blockOracle();
});

describe('a block digest', () => {
  it.each(ALL_KINDS)(
    'of kind %i equals the oracle for every length up to 600 and any seed and alignment',
    (kind) => {
      const random = randomSource(runSeed);
      for (let length = 0; length <= 600; length++) {
        const bytes = randomBytes(random, length);
        const at = data + random(32);
        core.u8.set(bytes, at);
        for (const seed of [
          0,
          ORACLE_SEEDS[random(ORACLE_SEEDS.length)]!,
          ORACLE_SEEDS[random(ORACLE_SEEDS.length)]!,
        ]) {
          const expected = Buffer.from(oracle(kind, bytes, seed)).toString('hex');
          expect(coreDigest(kind, at, length, seed), `length ${length} seed ${seed}`).toBe(expected);
        }
      }
    },
  );

  it.each(ALL_KINDS)('of kind %i equals the oracle for long blocks', (kind) => {
    const random = randomSource(runSeed ^ 77);
    const bytes = randomBytes(random, 1 << 20);
    core.u8.set(bytes, data + 3);
    for (const length of [700, 1023, 1024, 1025, 1088, 2048, 4097, 10240, 65535, 131072, 1 << 20]) {
      for (const seed of ORACLE_SEEDS) {
        const expected = Buffer.from(oracle(kind, bytes.subarray(0, length), seed)).toString('hex');
        expect(coreDigest(kind, data + 3, length, seed), `length ${length} seed ${seed}`).toBe(expected);
      }
    }
  });

  it.each([
    [KIND_MD5, '9810'],
    [KIND_MD4, '5918'],
    [KIND_SHA1, 'ba90'],
    [KIND_XXH64, '90cd'],
    [KIND_XXH3, '88a6'],
    [KIND_XXH128, '88a6'],
  ] as const)(
    'of kind %i begins as upstream was observed to send it for 700 A with seed 12345',
    (kind, start) => {
      core.u8.fill(0x41, data, data + 700);
      expect(coreDigest(kind, data, 700, 12345).slice(0, 4)).toBe(start);
    },
  );

  it('of an unknown kind is refused', () => {
    for (const kind of [-1, 9, 1000]) {
      expect(functions.hash_block(kind, data, 1, 0, out, scratch)).toBe(BAD_ARGUMENT);
    }
  });
});

describe('the rolling sum', () => {
  it('equals the definition for every length up to 600 at any alignment', () => {
    const random = randomSource(runSeed ^ 5);
    for (let length = 0; length <= 600; length++) {
      const bytes = randomBytes(random, length);
      const at = data + random(32);
      core.u8.set(bytes, at);
      expect(functions.roll(at, length) >>> 0, `length ${length}`).toBe(rollOracle(bytes));
    }
  });

  it.each([0x00, 0x7f, 0x80, 0xff])('does not overflow on long runs of the byte %i', (value) => {
    const bytes = new Uint8Array(1 << 20).fill(value);
    core.u8.set(bytes, data);
    for (const length of [32767, 65536, 131072, 1 << 20]) {
      expect(functions.roll(data, length) >>> 0).toBe(rollOracle(bytes.subarray(0, length)));
    }
  });

  it('of the observed sample is the observed value', () => {
    core.u8.set(Buffer.from('AAAABBBBCCCCDDDD'), data);
    expect(functions.roll(data, 16) >>> 0).toBe(0x23040428);
  });
});
