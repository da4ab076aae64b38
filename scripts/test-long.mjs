// The tests that CI runs in small, at their full sizes: 100,000 flips of a parent directory, 50,000 files with 64 descriptors,
// every call of a copy failing with every error, 10,000 deletions under strace. Some twenty minutes.
// Usage: node scripts/test-long.mjs [words that name the tests]
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const tests = [
  { file: 'test/hostile/race.test.ts', size: { OCRSYNC_RACE_FLIPS: '100000' } },
  { file: 'test/unit/fs/few-descriptors.test.ts', size: { OCRSYNC_FEW_FILES: '50000' } },
  { file: 'test/crash/fail-at.test.ts', size: { OCRSYNC_FAIL_AT: 'all' } },
  { file: 'test/order/deletion-order.test.ts', size: { OCRSYNC_DELETE_EXTRAS: '10000' } },
];
const wanted = process.argv.slice(2);

for (const { file, size } of tests) {
  if (wanted.length > 0 && !wanted.some((word) => file.includes(word))) continue;
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', file], {
    cwd: root,
    env: { ...process.env, ...size },
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
