// Independent implementations of the digests, in the wire byte order of docs/protocol/01-session.md section 6.2.
import { createHash } from 'node:crypto';
import { createMD4, createXXHash128, createXXHash3, createXXHash64 } from 'hash-wasm';
import {
  KIND_MD4,
  KIND_MD4_OLD,
  KIND_MD5,
  KIND_MD5_SEED_LAST,
  KIND_NONE,
  KIND_SHA1,
  KIND_XXH128,
  KIND_XXH3,
  KIND_XXH64,
} from '@ocrsync/core/checksum-kinds';

export const ALL_KINDS: readonly number[] = [
  KIND_NONE,
  KIND_MD4,
  KIND_MD4_OLD,
  KIND_MD5,
  KIND_MD5_SEED_LAST,
  KIND_SHA1,
  KIND_XXH64,
  KIND_XXH3,
  KIND_XXH128,
];

/** A small seeded generator, so that a failing run can be repeated. */
export function randomSource(seed: number): (limit: number) => number {
  let state = seed | 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

export function randomBytes(random: (limit: number) => number, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256));
}

function littleEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

export type Oracle = (kind: number, data: Uint8Array, seed: number) => Uint8Array;

/** Oracle of block sums: seed rules of section 6.3. */
export async function blockOracle(): Promise<Oracle> {
  const md4 = await createMD4();
  // hash-wasm builds the seeded XXH3 hasher for one seed, so hashers are kept by seed.
  const xxHashers = new Map<string, Awaited<ReturnType<typeof createXXHash64>>>();
  async function prepare(kind: number, seed: number): Promise<void> {
    const low = seed >>> 0;
    const high = seed < 0 ? 0xffffffff : 0;
    const make = kind === KIND_XXH64 ? createXXHash64 : kind === KIND_XXH3 ? createXXHash3 : createXXHash128;
    xxHashers.set(`${kind}:${seed}`, await make(low, high));
  }
  for (const kind of [KIND_XXH64, KIND_XXH3, KIND_XXH128] as const)
    for (const seed of ORACLE_SEEDS) await prepare(kind, seed);

  return (kind, data, seed) => {
    const salt = seed === 0 ? new Uint8Array(0) : littleEndian(seed);
    switch (kind) {
      case KIND_NONE:
        return Uint8Array.of(0);
      case KIND_MD4:
      case KIND_MD4_OLD:
        return md4.init().update(data).update(salt).digest('binary');
      case KIND_MD5:
        return createHash('md5').update(salt).update(data).digest();
      case KIND_MD5_SEED_LAST:
        return createHash('md5').update(data).update(salt).digest();
      case KIND_SHA1:
        return createHash('sha1').update(salt).update(data).digest();
      default: {
        const hasher = xxHashers.get(`${kind}:${seed}`);
        if (hasher === undefined) throw new Error(`no oracle for seed ${seed}`);
        return hasher.init().update(data).digest('binary').reverse();
      }
    }
  };
}

/** The checksum seeds that the oracle knows, with both signs and both ends of the range. */
export const ORACLE_SEEDS = [0, 1, 12345, 0x7fffffff, -1, -2147483648, -559038737] as const;

/** Oracle of whole-file digests: no seed but that of the old MD4, which stands in front even when 0. */
export function wholeFileOracle(block: Oracle): Oracle {
  return (kind, data, seed) =>
    kind === KIND_MD4_OLD
      ? block(KIND_MD4, Buffer.concat([littleEndian(seed), data]), 0)
      : block(kind, data, 0);
}

/** The rolling sum, one byte at a time (docs/protocol/04-transfer.md section 4.4). */
export function rollOracle(data: Uint8Array): number {
  let s1 = 0;
  let s2 = 0;
  for (const byte of data) {
    s1 = (s1 + ((byte << 24) >> 24)) & 0xffff;
    s2 = (s2 + s1) & 0xffff;
  }
  return (s1 | (s2 << 16)) >>> 0;
}
