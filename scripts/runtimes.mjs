// Runs test/runtimes/drive.mjs with the built packages in every runtime that is meant to work: Node 22, 24 and 26, Bun, Deno.
// They are installed beside the project by npm at exact versions. Needs `npm run build` first.
// Usage: node scripts/runtimes.mjs [node22 node24 node26 bun deno]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const system = `${process.platform}-${process.arch}`;
const LONGEST_RUN_MS = 180_000;

const node = (major) => ({
  spec: `node-${system}@${major}`,
  binary: `node_modules/node-${system}/bin/node`,
  args: [],
});

const runtimes = {
  node22: node('22'),
  node24: node('24'),
  node26: node('26'),
  bun: { spec: 'bun@1.4.4', binary: `node_modules/@oven/bun-${system}/bin/bun`, args: [] },
  deno: {
    spec: 'deno@2.9.6',
    binary: `node_modules/@deno/${system}-glibc/deno`,
    args: ['run', '--allow-all', '--quiet'],
  },
};

function installed(name, { spec, binary }) {
  // The Nodes lie where scripts/test-nodes.mjs puts them.
  const major = /^node(\d+)$/.exec(name)?.[1];
  const folder = major === undefined ? path.join('runtimes', name) : path.join('nodes', major);
  const prefix = path.join(root, '.cache', folder);
  const file = path.join(prefix, binary);
  if (existsSync(file)) return file;
  mkdirSync(prefix, { recursive: true });
  const args = [
    'install',
    '--no-package-lock',
    '--no-save',
    '--no-audit',
    '--ignore-scripts',
    '--prefix',
    prefix,
  ];
  spawnSync('npm', [...args, spec], { cwd: prefix, stdio: 'inherit' });
  return existsSync(file) ? file : undefined;
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(runtimes);
let failed = 0;
for (const name of wanted) {
  const runtime = runtimes[name];
  if (runtime === undefined) throw new Error(`no such runtime: ${name}`);
  const binary = installed(name, runtime);
  if (binary === undefined) {
    process.stdout.write(`== ${name}: cannot be installed here\n`);
    failed++;
    continue;
  }
  const version = spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.trim().split('\n')[0];
  process.stdout.write(`\n== ${name} ${version}\n`);
  const args = [...runtime.args, path.join(root, 'test/runtimes/drive.mjs'), root];
  const result = spawnSync(binary, args, { stdio: 'inherit', timeout: LONGEST_RUN_MS });
  const outcome = result.status === 0 ? 'ok' : `${result.status ?? result.signal} failed`;
  process.stdout.write(`== ${name}: ${outcome}\n`);
  if (result.status !== 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
