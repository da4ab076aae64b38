// Before any test: the command as the checkout has it now, in one bundle, for the tests that start processes. From the sources
// each start takes five times as long, and what `npm run build` left behind may be out of date.
// It may not touch cli/dist: several test runs share one checkout.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const checkout = path.dirname(import.meta.dirname);

/** Called by vitest. OCRSYNC_COMMAND names another program: words for a shell, without spaces in a word. */
export default function setup(): (() => void) | undefined {
  if (process.env['OCRSYNC_COMMAND'] !== undefined) return undefined;
  const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-command-'));
  chmodSync(directory, 0o755);
  bundleCommand(path.join(directory, 'dist'));
  mkdirSync(path.join(directory, 'bin'));
  const program = path.join(directory, 'bin/ocrsync.js');
  copyFileSync(path.join(checkout, 'cli/bin/ocrsync.js'), program);
  writeFileSync(path.join(directory, 'package.json'), '{ "type": "module" }\n');
  process.env['OCRSYNC_COMMAND'] = `${process.execPath} ${program}`;
  return () => rmSync(directory, { recursive: true, force: true });
}

function bundleCommand(dist: string): void {
  const esbuild = path.join(checkout, 'node_modules/esbuild/bin/esbuild');
  const entries = ['main.ts', 'sync.ts'].map((name) => path.join(checkout, 'cli/src', name));
  const options = ['--bundle', '--splitting', '--platform=node', '--format=esm'];
  const words = [...entries, ...options, '--conditions=ocrsync-source', `--outdir=${dist}`];
  const made = spawnSync(esbuild, [...words, '--log-level=warning'], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const helper = path.join(checkout, 'host-native/build/native.node');
  if (existsSync(helper)) copyFileSync(helper, path.join(dist, 'native.node'));
}
