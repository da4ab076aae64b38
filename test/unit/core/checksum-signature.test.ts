// Many blocks at once: the lane kernels and the signature equal one block after the other.
import { beforeAll, describe, expect, it } from 'vitest';
import { BlockSums } from '@ocrsync/core/checksum';
import {
  digestBytes,
  KIND_MD4,
  KIND_MD5,
  KIND_MD5_SEED_LAST,
  KIND_XXH128,
} from '@ocrsync/core/checksum-kinds';
import { CoreInstance } from '@ocrsync/core/instance';
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
  hash_blocks(
    kind: number,
    p: number,
    blockLen: number,
    count: number,
    lastLen: number,
    seed: number,
    out: number,
    stride: number,
    scratch: number,
  ): number;
}

const runSeed = Number(process.env['OCRSYNC_TEST_SEED'] ?? Date.now() % 0x7fffffff);
const core = new CoreInstance();
const functions = core.functions<Functions>();
const data = core.alloc((2 << 20) + 64);
const out = core.alloc(1 << 16);
const scratch = core.alloc(functions.hash_scratch_size());

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

let oracle: Oracle;
beforeAll(async () => {
  process.stdout.write(`checksum-signature: OCRSYNC_TEST_SEED=${runSeed}\n`);
  oracle = await blockOracle();
});

describe('digests of many blocks', () => {
  it.each([KIND_MD4, KIND_MD5, KIND_MD5_SEED_LAST])(
    'of kind %i in lanes equal one block at a time, for every block length up to 200 and any number of blocks',
    (kind) => {
      const random = randomSource(runSeed);
      core.u8.set(randomBytes(random, 20 * 200), data + 1);
      for (let blockLength = 1; blockLength <= 200; blockLength++) {
        const count = 1 + random(20);
        const lastLength = 1 + random(blockLength);
        const seed = ORACLE_SEEDS[blockLength % 3 === 0 ? 0 : random(ORACLE_SEEDS.length)]!;
        const done = functions.hash_blocks(
          kind,
          data + 1,
          blockLength,
          count,
          lastLength,
          seed,
          out,
          16,
          scratch,
        );
        expect(done).toBe(count);
        for (let i = 0; i < count; i++) {
          const digest = hex(core.u8.slice(out + i * 16, out + i * 16 + 16));
          const length = i === count - 1 ? lastLength : blockLength;
          functions.hash_block(kind, data + 1 + i * blockLength, length, seed, out + 60000, scratch);
          expect(digest, `block ${i} of ${count}, ${blockLength} bytes, seed ${seed}`).toBe(
            hex(core.u8.slice(out + 60000, out + 60016)),
          );
        }
      }
    },
  );

  it('are refused when the stride is shorter than a digest or the last block longer than the others', () => {
    expect(functions.hash_blocks(KIND_MD5, data, 700, 2, 700, 0, out, 15, scratch)).toBe(BAD_ARGUMENT);
    expect(functions.hash_blocks(KIND_MD5, data, 700, 2, 701, 0, out, 16, scratch)).toBe(BAD_ARGUMENT);
    expect(functions.hash_blocks(99, data, 700, 2, 700, 0, out, 16, scratch)).toBe(BAD_ARGUMENT);
  });
});

describe('a signature', () => {
  it.each(ALL_KINDS)(
    'of kind %i has the rolling sum and the cut digest of every block, the last one short',
    (kind) => {
      const random = randomSource(runSeed ^ kind);
      for (let round = 0; round < 60; round++) {
        const blockLength = 1 + random(round % 3 === 0 ? 5000 : 900);
        const count = random(21);
        const length = count === 0 ? 0 : (count - 1) * blockLength + 1 + random(blockLength);
        const s2length = random(digestBytes(kind) + 1);
        const seed = ORACLE_SEEDS[random(ORACLE_SEEDS.length)]!;
        const bytes = randomBytes(random, length);
        const at = data + random(16);
        core.u8.set(bytes, at);
        const sums = new BlockSums(core, kind, seed);
        const size = sums.signatureBytes(length, blockLength, s2length);
        core.u8.fill(0xee, out, out + size + 32);
        expect(sums.blockSignatures(at, length, blockLength, s2length, out)).toBe(count);
        expect(size).toBe(count * (4 + s2length));
        for (let i = 0; i < count; i++) {
          const block = bytes.subarray(i * blockLength, (i + 1) * blockLength);
          const sum1 = Buffer.alloc(4);
          sum1.writeUInt32LE(rollOracle(block));
          const expected = Buffer.concat([sum1, oracle(kind, block, seed).subarray(0, s2length)]);
          const record = core.u8.slice(out + i * (4 + s2length), out + (i + 1) * (4 + s2length));
          expect(hex(record), `block ${i} of ${count}, ${blockLength} bytes, seed ${seed}`).toBe(
            hex(expected),
          );
        }
        expect(hex(core.u8.slice(out + size, out + size + 32)), 'bytes behind the records').toBe(
          'ee'.repeat(32),
        );
        sums.dispose();
      }
    },
  );

  it('is the same when the file is longer than one call takes', () => {
    const random = randomSource(runSeed ^ 9);
    const length = (1 << 20) + 300_001;
    const blockLength = 60_000;
    const bytes = randomBytes(random, length);
    core.u8.set(bytes, data);
    const sums = new BlockSums(core, KIND_XXH128, -1);
    const count = sums.blockSignatures(data, length, blockLength, 2, out);
    expect(count).toBe(Math.ceil(length / blockLength));
    for (let i = 0; i < count; i++) {
      const at = i * blockLength;
      const blockBytes = Math.min(blockLength, length - at);
      const record = Buffer.from(core.u8.slice(out + i * 6, out + i * 6 + 6));
      expect(record.readUInt32LE(0)).toBe(sums.rollingSum(data + at, blockBytes));
      expect(hex(record.subarray(4))).toBe(hex(sums.digest(data + at, blockBytes).subarray(0, 2)));
    }
    sums.dispose();
  });

  it('refuses sums longer than the digest and blocks of no length', () => {
    const sums = new BlockSums(core, KIND_MD5, 1);
    expect(() => sums.blockSignatures(data, 10, 5, 17, out)).toThrow(RangeError);
    expect(() => sums.blockSignatures(data, 10, 0, 2, out)).toThrow(RangeError);
    sums.dispose();
  });
});
