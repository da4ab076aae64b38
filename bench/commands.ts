// Whole commands against the real rsync 3.4.1, in turn, as ratios of wall time (median of pairs).
// Usage: npx node bench/commands.ts [--only NAME] [--runs N] [--small]
//   --small: a tenth of the sizes, to see that it works. Nothing here asserts; docs/architecture.md quotes the figures.
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { startDaemon } from '../interop/daemon.ts';
import { seeded } from '../interop/random.ts';
import { bigFile, compare, manyFiles, type Scenario, sh, upstream, valueOf } from './pairs.ts';

const small = process.argv.includes('--small');
const only = valueOf('--only');
const runs = Number(valueOf('--runs') ?? 3);
const fileCount = small ? 2000 : 20_000;
const bigBytes = small ? 100 * 2 ** 20 : 2 ** 30;

const work = mkdtempSync(path.join(process.env['OCRSYNC_BENCH_DIR'] ?? '/dev/shm', 'ocrsync-bench-'));

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

const tree = path.join(work, 'tree');
const treeCopy = path.join(work, 'tree-copy');
const big = path.join(work, 'big');
const bigOld = path.join(work, 'big-old');
const target = path.join(work, 'target');
const module = path.join(work, 'module');

function run(scenario: Scenario): void {
  if (only === undefined || scenario.name.includes(only)) compare(scenario, runs);
}

async function main(): Promise<void> {
  process.stdout.write(
    `node ${process.version}, ${availableParallelism()} processors, ${fileCount} files of 4 KiB, big file ${bigBytes / 2 ** 20} MiB, ${runs} pairs\n`,
  );
  manyFiles(tree, fileCount, 100);
  sh(`cp -a '${tree}' '${treeCopy}'`);
  bigFile(big, 1, bigBytes);
  sh(`cp '${big}' '${bigOld}'`);
  changeOnePercent(bigOld, 2);
  const tiny = path.join(work, 'tiny');
  mkdirSync(tiny);
  writeFileSync(path.join(tiny, 'file'), 'tiny');
  const clear = (): void => sh(`rm -rf '${target}' && mkdir '${target}'`);
  const none = (): void => undefined;
  run({ name: 'local copy, one tiny file', prepare: clear, words: ['-a', `${tiny}/`, `${target}/`] });
  run({ name: 'local first copy, many files', prepare: clear, words: ['-a', `${tree}/`, `${target}/`] });
  run({ name: 'local no-op, many files', prepare: none, words: ['-a', `${tree}/`, `${treeCopy}/`] });
  run({ name: 'local copy, one big file', prepare: clear, words: ['-a', big, `${target}/`] });
  const old = (): void => sh(`rm -rf '${target}' && mkdir '${target}' && cp '${bigOld}' '${target}/big'`);
  run({
    name: 'local delta, big file, 1 % changed',
    prepare: old,
    words: ['-a', '--no-W', big, `${target}/`],
  });
  mkdirSync(module);
  const daemon = await startDaemon(upstream, path.join(work, 'daemon'), module);
  const url = `rsync://127.0.0.1:${daemon.port}/work`;
  try {
    const emptyModule = (): void => sh(`rm -rf '${module}' && mkdir '${module}'`);
    run({ name: 'daemon push, many files', prepare: emptyModule, words: ['-a', `${tree}/`, `${url}/`] });
    run({ name: 'daemon push, one big file', prepare: emptyModule, words: ['-a', big, `${url}/`] });
    sh(`rm -rf '${module}' && cp -a '${tree}' '${module}'`);
    run({ name: 'daemon pull, many files', prepare: clear, words: ['-a', `${url}/`, `${target}/`] });
    run({
      name: 'daemon pull no-op, many files',
      prepare: none,
      words: ['-a', `${url}/`, `${treeCopy}/`],
    });
    sh(`rm -rf '${module}' && mkdir '${module}' && cp '${big}' '${module}/'`);
    run({ name: 'daemon pull, one big file', prepare: clear, words: ['-a', `${url}/big`, `${target}/`] });
  } finally {
    daemon.stop();
  }
}

try {
  await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}
