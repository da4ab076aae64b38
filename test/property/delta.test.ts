// Random files, edits, block sizes, checksums, seeds and read sizes: the matcher against a naive one, the patch against
// the file, and the in-place rule against a basis that really is overwritten.
import { describe, expect, test } from 'vitest';
import * as kinds from '@ocrsync/core/checksum-kinds';
import { DeltaMatcher } from '@ocrsync/core/delta';
import type { DeltaSink } from '@ocrsync/core/delta';
import { TokenCollector, blockSpan, patch } from '@ocrsync/core/delta-patch';
import { CoreInstance } from '@ocrsync/core/instance';
import { BlockSigner } from '@ocrsync/core/signature';
import type { SumHead } from '@ocrsync/core/sum-head';
import { Random, edited, randomBytes, referenceMatches, referenceSums } from './delta-reference.ts';
import type { Match } from './delta-reference.ts';

const RUNS = Number(process.env['OCRSYNC_RUNS'] ?? 400);
const SEED = Number(process.env['OCRSYNC_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const KINDS = [
  kinds.KIND_MD4,
  kinds.KIND_MD4_OLD,
  kinds.KIND_MD5,
  kinds.KIND_MD5_SEED_LAST,
  kinds.KIND_SHA1,
  kinds.KIND_XXH64,
  kinds.KIND_XXH3,
  kinds.KIND_XXH128,
];

interface HashBlock {
  hash_block(kind: number, p: number, len: number, seed: number, out: number, scratch: number): number;
  hash_scratch_size(): number;
}

const core = new CoreInstance();
const matcher = new DeltaMatcher(core);
const signer = new BlockSigner(core);
const hash = core.functions<HashBlock>();
const scratch = core.alloc(hash.hash_scratch_size());
const input = core.alloc(1 << 20);

interface Case {
  readonly basis: Uint8Array;
  readonly file: Uint8Array;
  readonly head: SumHead;
  readonly kind: number;
  readonly seed: number;
  readonly inPlace: boolean;
  readonly random: Random;
}

function randomCase(seed: number, inPlace: boolean): Case {
  const random = new Random(seed);
  const basis = randomBytes(random, random.below(random.pick([30, 3000, 60000])));
  const blockLength = random.pick([1, 2, 7, 16, 31, 64, 100, 700, 701, 1024, 4096]);
  const count = Math.ceil(basis.length / blockLength);
  const kind = random.pick(KINDS);
  const s2Length = random.pick([2, 3, 8, kinds.digestBytes(kind)]);
  return {
    basis,
    file: edited(random, basis),
    head: { count, blockLength, s2Length, remainder: basis.length % blockLength },
    kind,
    seed: random.pick([0, 1, -5, random.below(2 ** 31)]),
    inPlace,
    random,
  };
}

function digestOf(given: Case): (bytes: Uint8Array) => string {
  return (bytes) => {
    core.u8.set(bytes, input);
    const out = scratch + 2304;
    hash.hash_block(given.kind, input, bytes.length, given.seed, out, scratch);
    return Buffer.from(core.u8.subarray(out, out + given.head.s2Length)).toString('hex');
  };
}

function fillSums(given: Case): void {
  signer.open(given.head, given.kind, given.seed);
  let at = 0;
  while (!signer.done) {
    const view = signer.window();
    const n = Math.min(view.length, 1 + given.random.below(20000));
    view.set(given.basis.subarray(at, at + n));
    at += n;
    signer.feed(n, (address, lengthBytes) => {
      expect(matcher.sums.take(address, lengthBytes)).toBe(lengthBytes);
    });
  }
}

/** Runs the matcher with random read sizes. */
function runMatcher(given: Case, sink: DeltaSink): void {
  matcher.open(given.head, given);
  fillSums(given);
  matcher.start();
  const longest = given.random.pick([1, 50, 5000, 1 << 20]);
  const least = given.file.length > 5000 ? 40 : 0;
  let at = 0;
  while (!matcher.done) {
    const view = matcher.window();
    const n = Math.min(view.length, given.file.length - at, 1 + given.random.below(longest) + least);
    view.set(given.file.subarray(at, at + n));
    at += n;
    matcher.feed(n, at === given.file.length && given.random.below(2) === 0, sink);
  }
}

function describeCase(seed: number, given: Case): string {
  return `OCRSYNC_SEED=${seed} OCRSYNC_RUNS=1: basis ${given.basis.length}, file ${given.file.length}, kind ${given.kind}, ${JSON.stringify(given.head)}`;
}

for (const inPlace of [false, true]) {
  describe(inPlace ? 'in place' : 'to a new file', () => {
    test(`events equal the naive matcher's, and patch gives the file back (${RUNS} runs from seed ${SEED})`, () => {
      let matched = 0;
      for (let run = 0; run < RUNS; run++) {
        const given = randomCase(SEED + run, inPlace);
        const told = describeCase(SEED + run, given);
        const collector = new TokenCollector(core);
        const matches: Match[] = [];
        const seen: Uint8Array[] = [];
        let offset = 0;
        let literalOpen = 0;
        runMatcher(given, {
          consumed: (address, lengthBytes) => void seen.push(core.u8.slice(address, address + lengthBytes)),
          literal: (address, lengthBytes) => {
            expect(literalOpen % 32768, told).toBe(0);
            literalOpen += lengthBytes;
            offset += lengthBytes;
            collector.literal(address, lengthBytes);
          },
          match: (firstBlock, blockCount, _address, lengthBytes) => {
            literalOpen = 0;
            for (let i = 0; i < blockCount; i++) {
              matches.push({ offset: offset + i * given.head.blockLength, block: firstBlock + i });
            }
            const span = blockSpan(given.head, firstBlock, blockCount);
            expect(lengthBytes, told).toBe(span.end - span.start);
            offset += lengthBytes;
            collector.match(firstBlock, blockCount);
          },
        });
        const digest = digestOf(given);
        const sums = referenceSums(given.basis, given.head, digest);
        expect(matches, told).toEqual(referenceMatches(given.file, sums, digest, inPlace));
        // A strong sum of two bytes may lie; the whole-file sum is there for that. Longer ones do not in practice.
        if (given.head.s2Length > 3) {
          expect(Buffer.compare(patch(given.basis, given.head, collector.tokens), given.file), told).toBe(0);
        }
        expect(Buffer.compare(Buffer.concat(seen), given.file), told).toBe(0);
        expect(matcher.literalBytes + matcher.matchedBytes, told).toBe(given.file.length);
        expect(matcher.refusedOffsets, told).toBe(0);
        matched += matches.length;
      }
      expect(matched).toBeGreaterThan(RUNS);
    });
  });
}

test(`tokens of an in-place run can be applied to the basis itself (${RUNS} runs from seed ${SEED})`, () => {
  for (let run = 0; run < RUNS; run++) {
    const given = { ...randomCase(SEED + run, true) };
    if (given.head.s2Length <= 3) continue;
    const told = describeCase(SEED + run, given);
    const disk = new Uint8Array(Math.max(given.basis.length, given.file.length));
    disk.set(given.basis);
    let written = 0;
    runMatcher(given, {
      literal: (address, lengthBytes) => {
        disk.set(core.u8.subarray(address, address + lengthBytes), written);
        written += lengthBytes;
      },
      match: (firstBlock, blockCount) => {
        for (let block = firstBlock; block < firstBlock + blockCount; block++) {
          const { start, end } = blockSpan(given.head, block, 1);
          disk.copyWithin(written, start, end);
          written += end - start;
        }
      },
    });
    expect(written, told).toBe(given.file.length);
    expect(Buffer.compare(disk.subarray(0, written), given.file), told).toBe(0);
  }
});
