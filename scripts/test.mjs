// The whole test command: build, types, vitest, the quick interop matrix. Later steps run even when vitest fails.
// The last line is `N passed, N failed` over everything; the exit code is 0 only when nothing failed.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const report = path.join(root, '.cache', 'vitest.json');
const totals = { passed: 0, failed: 0 };
// Random tests walk known seeds here; by themselves, with vitest, they explore.
process.env['CI'] ??= '1';

/** Runs a script with this Node, shows its output and returns it with the exit code. */
function step(title, args) {
  process.stdout.write(`\n== ${title}\n`);
  const startedAt = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (piece) => {
      output += piece;
      process.stdout.write(piece);
    });
    child.on('close', (code) => {
      process.stdout.write(
        `== ${title}: ${code === 0 ? 'ok' : `exit ${code}`}, ${Date.now() - startedAt} ms\n`,
      );
      resolve({ code, output });
    });
  });
}

function add(passed, failed) {
  totals.passed += passed;
  totals.failed += failed;
}

function finish() {
  process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed\n`);
  process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
}

async function vitest() {
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await step('vitest', ['node_modules/vitest/vitest.mjs', 'run', ...reporters]);
  if (!existsSync(report)) return add(0, 1);
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that does not even load has no failed test, but it is a failure.
  add(numPassedTests, code === 0 ? numFailedTests : Math.max(1, numFailedTests));
}

async function interop() {
  const { code, output } = await step('interop', ['interop/matrix.ts', '--quick']);
  const told = /^(\d+) passed, (\d+) failed, \d+ skipped$/m.exec(output);
  if (told === null) return add(0, 1);
  const failed = Number(told[2]);
  add(Number(told[1]), code === 0 ? failed : Math.max(1, failed));
}

const built = await step('build', ['scripts/build.mjs']);
if (built.code !== 0) add(0, 1);
else {
  const typed = await step('typecheck', [
    'node_modules/typescript/bin/tsc',
    '-p',
    'tsconfig.json',
    '--noEmit',
  ]);
  if (typed.code !== 0) add(0, 1);
  await vitest();
  await interop();
}
finish();
