// Whole commands against the real rsync 3.4.1, in turn, as ratios of wall time (median of pairs).
// Usage: npx node bench/commands.ts [--only NAME] [--runs N] [--small]
//   --small: a tenth of the sizes, to see that it works. Nothing here asserts; docs/architecture.md quotes the figures.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDaemon } from '../interop/daemon.ts';
import { ensurePeer } from '../interop/peers.ts';
import { seeded } from '../interop/random.ts';

const checkout = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const small = process.argv.includes('--small');
const only = valueOf('--only');
const runs = Number(valueOf('--runs') ?? 3);
const fileCount = small ? 2000 : 20_000;
const bigBytes = small ? 100 * 2 ** 20 : 2 ** 30;

function valueOf(flag: string): string | undefined {
  const at = process.argv.indexOf(flag);
  return at < 0 ? undefined : process.argv[at + 1];
}

interface Scenario {
  readonly name: string;
  /** Puts the destination into its state before each run; not timed. */
  prepare(): void;
  /** The command line behind the program's name. */
  readonly words: readonly string[];
}

const work = mkdtempSync(path.join(process.env['OCRSYNC_BENCH_DIR'] ?? '/dev/shm', 'ocrsync-bench-'));
const upstream = ensurePeer('3.4.1');
const node = process.execPath;
const ours = [node, path.join(checkout, 'cli/bin/ocrsync.js')];

function sh(command: string): void {
  const result = spawnSync('sh', ['-c', command], { stdio: 'inherit' });
  if (result.status !== 0) throw new Error(`${command}: ${result.status}`);
}

function manyFiles(directory: string): void {
  const content = Buffer.alloc(4096, 'ocrsync bench ');
  for (let i = 0; i < fileCount; i++) {
    const folder = path.join(directory, `d${Math.floor(i / 100)}`);
    if (i % 100 === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `file-${i}`), content);
  }
}

function bigFile(file: string, seed: number): void {
  const random = seeded(seed);
  const fd = openSync(file, 'w');
  for (let done = 0; done < bigBytes; done += 1 << 20) {
    writeSync(fd, random.bytes(1 << 20));
  }
  closeSync(fd);
}

/** Overwrites 1 % of the file in places of 4 KiB. */
function changeOnePercent(file: string, seed: number): void {
  const random = seeded(seed);
  const fd = openSync(file, 'r+');
  const bytes = Buffer.alloc(4096, 0x5a);
  for (let i = 0; i < bigBytes / 100 / 4096; i++) {
    writeSync(fd, bytes, 0, bytes.length, Math.floor(random.below(bigBytes - 4096)));
  }
  closeSync(fd);
}

function timeMs(program: readonly string[], scenario: Scenario): number {
  scenario.prepare();
  const started = process.hrtime.bigint();
  const result = spawnSync(program[0]!, [...program.slice(1), ...scenario.words], { encoding: 'latin1' });
  const elapsed = Number(process.hrtime.bigint() - started) / 1e6;
  if (result.status !== 0) throw new Error(`${scenario.name}: ${result.status}\n${result.stderr}`);
  return elapsed;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

function compare(scenario: Scenario): void {
  if (only !== undefined && !scenario.name.includes(only)) return;
  const mine: number[] = [];
  const theirs: number[] = [];
  const ratios: number[] = [];
  for (let run = 0; run < runs; run++) {
    theirs.push(timeMs([upstream], scenario));
    mine.push(timeMs(ours, scenario));
    ratios.push(mine.at(-1)! / theirs.at(-1)!);
  }
  const [us, them] = [median(mine).toFixed(0), median(theirs).toFixed(0)];
  process.stdout.write(
    `${scenario.name.padEnd(34)} ocrsync ${us.padStart(7)} ms   rsync ${them.padStart(7)} ms   ratio ${median(ratios).toFixed(2)}\n`,
  );
}

const tree = path.join(work, 'tree');
const treeCopy = path.join(work, 'tree-copy');
const big = path.join(work, 'big');
const bigOld = path.join(work, 'big-old');
const target = path.join(work, 'target');
const module = path.join(work, 'module');

async function main(): Promise<void> {
  process.stdout.write(
    `node ${process.version}, ${availableParallelism()} processors, ${fileCount} files of 4 KiB, big file ${bigBytes / 2 ** 20} MiB, ${runs} pairs\n`,
  );
  manyFiles(tree);
  sh(`cp -a '${tree}' '${treeCopy}'`);
  bigFile(big, 1);
  sh(`cp '${big}' '${bigOld}'`);
  changeOnePercent(bigOld, 2);
  const tiny = path.join(work, 'tiny');
  mkdirSync(tiny);
  writeFileSync(path.join(tiny, 'file'), 'tiny');
  const clear = (): void => sh(`rm -rf '${target}' && mkdir '${target}'`);
  const none = (): void => undefined;
  compare({ name: 'local copy, one tiny file', prepare: clear, words: ['-a', `${tiny}/`, `${target}/`] });
  compare({ name: 'local first copy, many files', prepare: clear, words: ['-a', `${tree}/`, `${target}/`] });
  compare({ name: 'local no-op, many files', prepare: none, words: ['-a', `${tree}/`, `${treeCopy}/`] });
  compare({ name: 'local copy, one big file', prepare: clear, words: ['-a', big, `${target}/`] });
  const old = (): void => sh(`rm -rf '${target}' && mkdir '${target}' && cp '${bigOld}' '${target}/big'`);
  compare({
    name: 'local delta, big file, 1 % changed',
    prepare: old,
    words: ['-a', '--no-W', big, `${target}/`],
  });
  mkdirSync(module);
  const daemon = await startDaemon(upstream, path.join(work, 'daemon'), module);
  const url = `rsync://127.0.0.1:${daemon.port}/work`;
  try {
    const emptyModule = (): void => sh(`rm -rf '${module}' && mkdir '${module}'`);
    compare({ name: 'daemon push, many files', prepare: emptyModule, words: ['-a', `${tree}/`, `${url}/`] });
    compare({ name: 'daemon push, one big file', prepare: emptyModule, words: ['-a', big, `${url}/`] });
    sh(`rm -rf '${module}' && cp -a '${tree}' '${module}'`);
    compare({ name: 'daemon pull, many files', prepare: clear, words: ['-a', `${url}/`, `${target}/`] });
    compare({
      name: 'daemon pull no-op, many files',
      prepare: none,
      words: ['-a', `${url}/`, `${treeCopy}/`],
    });
    sh(`rm -rf '${module}' && mkdir '${module}' && cp '${big}' '${module}/'`);
    compare({ name: 'daemon pull, one big file', prepare: clear, words: ['-a', `${url}/big`, `${target}/`] });
  } finally {
    daemon.stop();
  }
}

try {
  await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}
