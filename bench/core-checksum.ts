// Speed of the core's checksums against native code, in one run, ours and theirs in turn: npx node bench/core-checksum.ts
// Prints GB/s over 1 MiB of blocks (best of the rounds) and our ratio. Native yardsticks are compiled by `cc` from
// core-checksum-yardstick.c with what is installed (libssl-dev, libxxhash-dev); what is missing is named, not guessed.
// The rolling sum is compared with our own C, scalar and AVX2 (twice our vector width), because rsync's is GPL source,
// which this project does not open. OCRSYNC_UPSTREAM_ROLL=/path/to/simd-checksum-x86_64.o of a built rsync adds its.
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as kinds from '../core/src/checksum-kinds.ts';
import type { SignFunctions } from '../core/src/checksum.ts';
import { CoreInstance } from '../core/src/instance.ts';

const SET_BYTES = 1 << 20;
const BLOCK_SIZES = [700, 2048, 8192, 32768, 131072];
const ROUNDS = 4;
const RUN_MS = 40;
const SEED = 99;

interface Functions extends SignFunctions {
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
  hash_init(kind: number, state: number, seed: number): number;
  hash_update(state: number, p: number, len: number): void;
  hash_state_size(): number;
  roll(p: number, len: number): number;
}

const core = new CoreInstance();
const functions = core.functions<Functions>();
const data = core.alloc(SET_BYTES);
const out = core.alloc(SET_BYTES);
const scratch = core.alloc(functions.hash_scratch_size());
const state = core.alloc(functions.hash_state_size());
for (let i = 0, x = 1; i < SET_BYTES; i++) {
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  core.u8[data + i] = x;
}

const upstreamRoll = process.env['OCRSYNC_UPSTREAM_ROLL'] ?? 'not-given.o';
const folder = mkdtempSync(path.join(tmpdir(), 'ocrsync-bench-'));
const yardstick = path.join(folder, 'yardstick');

/** Compiles the yardsticks with the libraries that are there; the names of those that are not. */
function compileYardsticks(): string[] {
  const source = fileURLToPath(new URL('core-checksum-yardstick.c', import.meta.url));
  const libraries = [
    { name: 'libssl-dev', flags: ['-DHAVE_OPENSSL', '-lcrypto'] },
    { name: 'libxxhash-dev', flags: ['-DHAVE_XXHASH', '-lxxhash'] },
    { name: "rsync's rolling sum (OCRSYNC_UPSTREAM_ROLL)", flags: ['-DHAVE_UPSTREAM', upstreamRoll] },
  ];
  const compiles = (flags: string[]): boolean =>
    spawnSync('cc', ['-O2', '-o', yardstick, source, ...flags]).status === 0;
  const present = libraries.filter((library) => compiles(library.flags));
  if (!compiles(present.flatMap((library) => library.flags))) return ['a C compiler'];
  return libraries.filter((library) => !present.includes(library)).map((library) => library.name);
}

/** GB/s of a native yardstick, undefined when it is absent. */
function native(name: string, blockBytes: number): number | undefined {
  const result = spawnSync(yardstick, [name, String(blockBytes)], { encoding: 'utf8' });
  const value = Number.parseFloat(result.stdout ?? '');
  return Number.isNaN(value) ? undefined : value;
}

/** GB/s of our own code; `work` handles the whole set once. */
function own(work: () => void, bytes: number): number {
  let best = 0;
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    let spentMs = 0;
    let done = 0;
    do {
      work();
      done += bytes;
      spentMs = performance.now() - start;
    } while (spentMs < RUN_MS);
    best = Math.max(best, done / spentMs / 1e6);
  }
  return best;
}

function blocksOf(kind: number): (blockBytes: number, count: number) => void {
  return (blockBytes, count) => {
    functions.hash_blocks(kind, data, blockBytes, count, blockBytes, SEED, out, 32, scratch);
  };
}

function rolls(blockBytes: number, count: number): void {
  for (let i = 0; i < count; i++) functions.roll(data + i * blockBytes, blockBytes);
}

function signs(kind: number): (blockBytes: number, count: number) => void {
  return (blockBytes, count) => {
    functions.sign(kind, data, blockBytes * count, blockBytes, SEED, 2, out, scratch);
  };
}

function wholeFile(kind: number): (blockBytes: number, count: number) => void {
  return (blockBytes, count) => {
    functions.hash_init(kind, state, 0);
    for (let i = 0; i < count; i++) functions.hash_update(state, data + i * blockBytes, blockBytes);
  };
}

function nodeCrypto(name: string): (blockBytes: number, count: number) => void {
  return (blockBytes, count) => {
    for (let i = 0; i < count; i++) {
      const at = data + i * blockBytes;
      hash(name, core.u8.subarray(at, at + blockBytes), 'buffer');
    }
  };
}

interface Row {
  title: string;
  work: (blockBytes: number, count: number) => void;
  against?: string;
  goal?: number;
}

const rows: Row[] = [
  { title: 'md5 blocks', work: blocksOf(kinds.KIND_MD5), against: 'openssl-md5', goal: 2.5 },
  { title: 'md4 blocks', work: blocksOf(kinds.KIND_MD4), against: 'openssl-md4', goal: 2.5 },
  { title: 'md4 blocks', work: blocksOf(kinds.KIND_MD4), against: 'own-md4' },
  { title: 'sha1 blocks', work: blocksOf(kinds.KIND_SHA1), against: 'openssl-sha1' },
  { title: 'xxh64 blocks', work: blocksOf(kinds.KIND_XXH64), against: 'xxh64' },
  { title: 'xxh3 blocks', work: blocksOf(kinds.KIND_XXH3), against: 'xxh3' },
  { title: 'xxh128 blocks', work: blocksOf(kinds.KIND_XXH128), against: 'xxh128', goal: 1.1 },
  { title: 'rolling sum', work: rolls, against: 'roll-upstream', goal: 1.5 },
  { title: 'rolling sum', work: rolls, against: 'roll-avx2' },
  { title: 'rolling sum', work: rolls, against: 'roll-scalar' },
  { title: 'sign xxh128', work: signs(kinds.KIND_XXH128) },
  { title: 'sign md5', work: signs(kinds.KIND_MD5) },
  { title: 'whole-file md5', work: wholeFile(kinds.KIND_MD5), against: 'openssl-md5' },
  { title: 'whole-file xxh128', work: wholeFile(kinds.KIND_XXH128), against: 'xxh128' },
  { title: 'node:crypto md5', work: nodeCrypto('md5'), against: 'openssl-md5' },
];

function measure(row: Row): void {
  const cells: string[] = [];
  let worst = Infinity;
  for (const blockBytes of BLOCK_SIZES) {
    const count = Math.floor(SET_BYTES / blockBytes);
    let ours = 0;
    let theirs: number | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      ours = Math.max(
        ours,
        own(() => row.work(blockBytes, count), blockBytes * count),
      );
      const figure = row.against === undefined ? undefined : native(row.against, blockBytes);
      if (figure !== undefined) theirs = Math.max(theirs ?? 0, figure);
    }
    if (theirs !== undefined) worst = Math.min(worst, ours / theirs);
    const ratio = theirs === undefined ? '' : `/${theirs.toFixed(2)}=${(ours / theirs).toFixed(2)}x`;
    cells.push(`${ours.toFixed(2)}${ratio}`.padStart(19));
  }
  const goal =
    row.goal === undefined || worst === Infinity
      ? ''
      : ` goal ${row.goal}x ${worst >= row.goal ? 'met' : 'NOT met'}`;
  console.log(`${row.title.padEnd(18)}${(row.against ?? '').padEnd(13)}${cells.join('')}${goal}`);
}

try {
  const missing = compileYardsticks();
  if (missing.length > 0) console.log(`absent here, so not compared: ${missing.join(', ')}`);
  console.log(
    `GB/s ours/theirs=ratio${''.padEnd(9)}${BLOCK_SIZES.map((size) => `${size} B`.padStart(19)).join('')}`,
  );
  for (const row of rows) measure(row);
} finally {
  rmSync(folder, { recursive: true });
}
