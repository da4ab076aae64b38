// XXH64 of the core against a second independent implementation (npm xxhash-wasm), beside hash-wasm in the other tests.
import xxhash, { type XXHashAPI } from 'xxhash-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { WholeFileHash } from '@ocrsync/core/checksum';
import { KIND_XXH64 } from '@ocrsync/core/checksum-kinds';
import { CoreInstance } from '@ocrsync/core/instance';
import { randomBytes, randomSource } from './checksum-oracles.ts';

interface Functions {
  hash_scratch_size(): number;
  hash_block(kind: number, p: number, len: number, seed: number, out: number, scratch: number): number;
}

const runSeed = Number(process.env['OCRSYNC_TEST_SEED'] ?? Date.now() % 0x7fffffff);
const LARGE_LENGTHS = [1023, 1024, 4096, 65535, 65536, 131072, 700_001, 1 << 20];
/** The core's seeds are signed 32-bit numbers, widened with their sign (01-session.md §6.3). */
const EDGE_SEEDS = [0, 1, -1, 12345, 0x7fffffff, -0x80000000];

const core = new CoreInstance();
const functions = core.functions<Functions>();
const data = core.alloc((1 << 20) + 16);
const out = core.alloc(64);
const scratch = core.alloc(functions.hash_scratch_size());
let oracle: XXHashAPI;

beforeAll(async () => {
  process.stdout.write(`checksum-xxh64-oracle: OCRSYNC_TEST_SEED=${runSeed}\n`);
  oracle = await xxhash();
});

function littleEndian(value: bigint): string {
  const eight = Buffer.alloc(8);
  eight.writeBigUInt64LE(value);
  return eight.toString('hex');
}

function blockDigest(bytes: Uint8Array, seed: number, misalignment: number): string {
  const at = data + misalignment;
  core.u8.set(bytes, at);
  const length = functions.hash_block(KIND_XXH64, at, bytes.length, seed, out, scratch);
  return Buffer.from(core.u8.slice(out, out + length)).toString('hex');
}

function expected(bytes: Uint8Array, seed: number): string {
  return littleEndian(oracle.h64Raw(bytes, BigInt.asUintN(64, BigInt(seed))));
}

function fileDigest(bytes: Uint8Array, cuts: (limit: number) => number): string {
  const hash = new WholeFileHash(core, KIND_XXH64, 99);
  for (let at = 0; at < bytes.length;) {
    const count = Math.min(bytes.length - at, 1 + cuts(1 + cuts(5000)));
    hash.updateBytes(bytes.subarray(at, at + count));
    at += count;
  }
  return Buffer.from(hash.final()).toString('hex');
}

describe('XXH64', () => {
  it('of every length up to 300 is that of xxhash-wasm, for edge seeds and random ones', () => {
    const random = randomSource(runSeed);
    for (let length = 0; length <= 300; length++) {
      const bytes = randomBytes(random, length);
      for (const seed of [...EDGE_SEEDS, random(2 ** 32) | 0, random(2 ** 32) | 0]) {
        expect(blockDigest(bytes, seed, random(16)), `length ${length}, seed ${seed}`).toBe(
          expected(bytes, seed),
        );
      }
      expect(fileDigest(bytes, random), `file of ${length}`).toBe(expected(bytes, 0));
    }
  });

  it.each(LARGE_LENGTHS)('of %d bytes is that of xxhash-wasm, in one piece and in many', (length) => {
    const random = randomSource(runSeed ^ length);
    const bytes = randomBytes(random, length);
    const seed = random(2 ** 32) | 0;
    expect(blockDigest(bytes, seed, random(16))).toBe(expected(bytes, seed));
    expect(fileDigest(bytes, random)).toBe(expected(bytes, 0));
  });
});
