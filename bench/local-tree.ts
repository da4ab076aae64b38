// Local copies of the sizes that the project is held to: 100,000 files of 4 KiB in 1,000 directories, first copy and
// no-op, and one file of 2 GiB, each against the real rsync 3.4.1 in turn.
// Usage: npx node bench/local-tree.ts [--runs N] [--small]; OCRSYNC_BENCH_DIR says where (default /dev/shm).
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { bigFile, compare, manyFiles, sh, valueOf } from './pairs.ts';

const small = process.argv.includes('--small');
const runs = Number(valueOf('--runs') ?? 5);
const fileCount = small ? 10_000 : 100_000;
const bigBytes = small ? 100 * 2 ** 20 : 2 ** 31;
const work = mkdtempSync(path.join(process.env['OCRSYNC_BENCH_DIR'] ?? '/dev/shm', 'ocrsync-local-'));
const tree = path.join(work, 'tree');
const target = path.join(work, 'target');
const big = path.join(work, 'big');

function clear(): void {
  sh(`rm -rf '${target}' && mkdir '${target}'`);
}

try {
  process.stdout.write(
    `node ${process.version}, ${availableParallelism()} processors, ${fileCount} files of 4 KiB, big file ${bigBytes / 2 ** 20} MiB, ${runs} pairs\n`,
  );
  mkdirSync(tree);
  manyFiles(tree, fileCount, 100);
  compare({ name: 'first copy', prepare: clear, words: ['-a', `${tree}/`, `${target}/`] }, runs);
  clear();
  sh(`cp -a '${tree}/.' '${target}'`);
  compare({ name: 'no-op', prepare: () => undefined, words: ['-a', `${tree}/`, `${target}/`] }, runs);
  rmSync(tree, { recursive: true });
  bigFile(big, 1, bigBytes);
  compare({ name: 'one big file', prepare: clear, words: ['-a', big, `${target}/`] }, runs);
} finally {
  rmSync(work, { recursive: true, force: true });
}
