// Runs the vitest suite on every Node that the project supports. The binaries are installed beside the project by
// npm, because the lock file may only name packages that every registry serves for every platform.
// Usage: node scripts/test-nodes.mjs [22 24 26] [-- vitest arguments]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [given, extra] = splitAtDashes(process.argv.slice(2));
const majors = given.length > 0 ? given : ['22', '24', '26'];

function splitAtDashes(words) {
  const at = words.indexOf('--');
  return at < 0 ? [words, []] : [words.slice(0, at), words.slice(at + 1)];
}

function installed(major) {
  const platform = `node-${process.platform}-${process.arch}`;
  const prefix = path.join(root, '.cache', 'nodes', major);
  const binary = path.join(prefix, 'node_modules', platform, 'bin', 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(prefix, { recursive: true });
  const args = [
    'install',
    '--no-package-lock',
    '--no-save',
    '--no-audit',
    '--prefix',
    prefix,
    `${platform}@${major}`,
  ];
  const result = spawnSync('npm', args, { cwd: prefix, stdio: 'inherit' });
  if (result.status !== 0 || !existsSync(binary)) throw new Error(`Node ${major} cannot be installed`);
  return binary;
}

let failed = 0;
for (const major of majors) {
  const binary = installed(major);
  const version = spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.trim();
  process.stdout.write(`\n== Node ${version}\n`);
  const tests = extra.length > 0 ? extra : ['test/unit', 'test/property', 'test/simulation'];
  const result = spawnSync(binary, ['node_modules/vitest/vitest.mjs', 'run', ...tests], {
    cwd: root,
    stdio: 'inherit',
  });
  if (result.status !== 0) failed++;
  process.stdout.write(`== Node ${version}: ${result.status === 0 ? 'ok' : 'failed'}\n`);
}
process.exitCode = failed === 0 ? 0 : 1;
