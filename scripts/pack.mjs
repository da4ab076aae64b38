// Makes the packages as npm would publish them, away from the checkout's own dist: one tarball each.
// Usage: node scripts/pack.mjs DIRECTORY     prints the paths of the tarballs, one a line
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, emitTypes } from './bundle.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const target = path.resolve(process.argv[2] ?? '.');
const stage = mkdtempSync(path.join(tmpdir(), 'ocrsync-pack-'));

function pack(directory) {
  for (const name of ['package.json', 'README.md', 'LICENSE']) {
    cpSync(path.join(root, directory, name), path.join(stage, directory, name));
  }
  if (directory === 'cli')
    cpSync(path.join(root, 'cli/bin'), path.join(stage, 'cli/bin'), { recursive: true });
  const args = ['pack', '--json', '--pack-destination', target];
  const result = spawnSync('npm', args, { cwd: path.join(stage, directory), encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`npm pack in ${directory}: ${result.stderr}`);
  const made = Object.values(JSON.parse(result.stdout))[0];
  return path.join(target, made.filename.replace('@', '').replace('/', '-'));
}

try {
  mkdirSync(target, { recursive: true });
  await bundle(root, stage);
  emitTypes(root, stage);
  for (const directory of ['core', 'host-node', 'cli']) process.stdout.write(`${pack(directory)}\n`);
} finally {
  rmSync(stage, { recursive: true, force: true });
}
