// The table that decides what io_uring is used for: each kind of work by node:fs, by the helper's plain calls and by a ring.
// Usage: npx node --conditions=ocrsync-source bench/io-uring.ts [--files 2000] [--rounds 5] [--dir DIRECTORY]
// Microseconds a file (wall, and CPU of all threads of the process); medians of rounds in turn. "Cold" is the file's data
// put out of memory by posix_fadvise; inodes and names stay. What we do not do by ring is done by io-uring-yardstick.c.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadNative, statFields } from '@ocrsync/native/load';
import { RING_RECORD_FIELDS, RING_RUN_FILES } from '@ocrsync/native/ring';
import { ringReport } from '@ocrsync/node/fs/ring-report';
import { seeded } from '../interop/random.ts';
import { valueOf } from './pairs.ts';

const files = Number(valueOf('--files') ?? 2000);
const rounds = Number(valueOf('--rounds') ?? 5);
const base = fs.mkdtempSync(path.join(valueOf('--dir') ?? tmpdir(), 'ocrsync-io-uring-'));
const FILE_BYTES = 4096;
const READ_FLAGS = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;

const native = loadNative();
const report = ringReport('on');
if (native === undefined || !report.available) {
  process.stderr.write(`io_uring: ${report.answer}\n`);
  process.exit(1);
}
const yardstick = path.join(base, 'yardstick');
const source = fileURLToPath(new URL('io-uring-yardstick.c', import.meta.url));
if (spawnSync('cc', ['-O2', '-o', yardstick, source]).status !== 0) throw new Error('io-uring-yardstick.c');

const tree = path.join(base, 'tree');
fs.mkdirSync(tree);
const random = seeded(1);
for (let i = 0; i < files; i++) fs.writeFileSync(path.join(tree, `f${i}`), random.bytes(FILE_BYTES));
const directory = fs.openSync(tree, 'r');
const paths = Array.from({ length: files }, (_, i) => path.join(tree, `f${i}`));
const buffer = new Uint8Array(RING_RUN_FILES * (FILE_BYTES + 1));
const record = new Float64Array(statFields);
const records = new Float64Array(RING_RUN_FILES * RING_RECORD_FIELDS);

function check(result: number, wanted: number): void {
  if (result !== wanted) throw new Error(`a call answered ${result}`);
}

const work = {
  statNode: () => paths.forEach((file) => fs.lstatSync(file)),
  statNative: () => {
    for (let i = 0; i < files; i++) check(native.statat(directory, `f${i}`, false, record), 0);
  },
  readNode: () => {
    for (const file of paths) {
      const fd = fs.openSync(file, READ_FLAGS);
      fs.fstatSync(fd);
      check(fs.readSync(fd, buffer, 0, FILE_BYTES + 1, 0), FILE_BYTES);
      fs.closeSync(fd);
    }
  },
  readNative: () => {
    const into = buffer.subarray(0, FILE_BYTES + 1);
    for (let i = 0; i < files; i++) {
      const fd = native.openat(directory, `f${i}`, READ_FLAGS, 0);
      check(native.fstat(fd, record), 0);
      check(native.pread(fd, into, 0), FILE_BYTES);
      native.close(fd);
    }
  },
  readRing: () => {
    const ring = native.ringOfThread();
    for (let first = 0; first < files; first += RING_RUN_FILES) {
      const names = paths.slice(first, first + RING_RUN_FILES).map((file) => path.basename(file));
      names.forEach((_, i) => (records[i * RING_RECORD_FIELDS] = FILE_BYTES));
      check(native.ringReadFiles(ring, directory, names.join('/'), buffer, records), names.length);
    }
  },
};

/** False where data lives in memory alone (tmpfs). */
function evict(): boolean {
  if (spawnSync(yardstick, ['evict', tree, String(files)]).status !== 0) throw new Error('evict');
  return native!.fileIsCold(directory, `f${files >> 1}`) === 1;
}

function cold(run: () => void): Cost {
  if (!evict()) throw new Error('the files stay in memory');
  return timed(run);
}

interface Cost {
  readonly wallUs: number;
  readonly cpuUs: number | undefined;
}

function timed(run: () => void): Cost {
  const cpu = process.cpuUsage();
  const started = process.hrtime.bigint();
  run();
  const wallUs = Number(process.hrtime.bigint() - started) / 1e3 / files;
  const { user, system } = process.cpuUsage(cpu);
  return { wallUs, cpuUs: (user + system) / files };
}

function byYardstick(kind: 'stat' | 'create', how: 'sync' | 'ring'): Cost {
  const place = kind === 'stat' ? tree : fs.mkdtempSync(path.join(base, 'made-'));
  const result = spawnSync(yardstick, [kind, place, String(files), how], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  if (kind === 'create') fs.rmSync(place, { recursive: true });
  return { wallUs: Number(result.stdout), cpuUs: undefined };
}

type Row = readonly [name: string, node: (() => Cost) | undefined, plain: () => Cost, ring: () => Cost];
const coldRow: Row = [
  'open + read 4 KiB + close, cold data',
  () => cold(work.readNode),
  () => cold(work.readNative),
  () => cold(work.readRing),
];
const rows: readonly Row[] = [
  ['stat, warm', () => timed(work.statNode), () => timed(work.statNative), () => byYardstick('stat', 'ring')],
  ['stat, warm, both in C', undefined, () => byYardstick('stat', 'sync'), () => byYardstick('stat', 'ring')],
  [
    'open + read 4 KiB + close, warm',
    () => timed(work.readNode),
    () => timed(work.readNative),
    () => timed(work.readRing),
  ],
  ...(evict() ? [coldRow] : []),
  [
    'create + write + close + rename, both in C',
    undefined,
    () => byYardstick('create', 'sync'),
    () => byYardstick('create', 'ring'),
  ],
];

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function cell(costs: readonly Cost[]): string {
  if (costs.length === 0) return '-';
  const wall = median(costs.map(({ wallUs }) => wallUs)).toFixed(1);
  if (costs[0]!.cpuUs === undefined) return wall;
  return `${wall} (${median(costs.map(({ cpuUs }) => cpuUs!)).toFixed(1)})`;
}

function setupUs(): string {
  const costs = Array.from({ length: 50 }, () => {
    const started = process.hrtime.bigint();
    native!.ringClose(native!.ringOpen());
    return Number(process.hrtime.bigint() - started) / 1e3;
  });
  return median(costs).toFixed(0);
}

try {
  const costs = rows.map(() => ({ node: [] as Cost[], plain: [] as Cost[], ring: [] as Cost[] }));
  for (const run of [work.statNode, work.statNative, work.readNode, work.readNative, work.readRing]) run();
  for (let round = 0; round < rounds; round++) {
    rows.forEach(([, node, plain, ring], i) => {
      if (node) costs[i]!.node.push(node());
      costs[i]!.plain.push(plain());
      costs[i]!.ring.push(ring());
    });
  }
  const lines = rows.map(([name], i) => {
    const { node, plain, ring } = costs[i]!;
    const ratio = median(plain.map(({ wallUs }) => wallUs)) / median(ring.map(({ wallUs }) => wallUs));
    return `| ${name} | ${cell(node)} | ${cell(plain)} | ${cell(ring)} | ${ratio.toFixed(2)} |`;
  });
  const type = spawnSync('stat', ['-f', '-c', '%T', base], { encoding: 'utf8' }).stdout.trim();
  process.stdout.write(
    [
      `${files} files of 4 KiB, ${type}, ${rounds} rounds; io_uring ${report.answer}; a ring is set up and closed in ${setupUs()} us`,
      '',
      '| us a file: wall (CPU) | node:fs | plain calls of the helper | ring, 64 at once | plain / ring |',
      '|---|---|---|---|---|',
      ...lines,
      '',
    ].join('\n'),
  );
} finally {
  fs.closeSync(directory);
  fs.rmSync(base, { recursive: true, force: true });
}
