// The packages as npm would publish them, installed into an empty project and used by plain JavaScript and by TypeScript.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '@ocrsync/node/options/version';
import { readTree, tempDirectory, writeTree } from './temp-tree.ts';

const checkout = path.resolve(import.meta.dirname, '../../..');
const project = mkdtempSync(path.join(tmpdir(), 'ocrsync-project-'));

function run(command: string, args: readonly string[]): { stdout: string; stderr: string; status: number } {
  const result = spawnSync(command, args, { cwd: project, encoding: 'utf8', timeout: 60_000 });
  return { stdout: result.stdout, stderr: result.stderr, status: result.status ?? -1 };
}

function runModule(name: string, text: string): string {
  writeFileSync(path.join(project, name), text);
  const result = run(process.execPath, [name]);
  expect(result.stderr).toBe('');
  expect(result.status).toBe(0);
  return result.stdout;
}

beforeAll(() => {
  const packed = run(process.execPath, [path.join(checkout, 'scripts/pack.mjs'), project]);
  if (packed.status !== 0) throw new Error(packed.stderr);
  writeFileSync(path.join(project, 'package.json'), '{"private": true, "type": "module"}\n');
  const tarballs = packed.stdout.trim().split('\n');
  const installed = run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...tarballs]);
  if (installed.status !== 0) throw new Error(installed.stderr);
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the packages', () => {
  it('all have the version that the command prints', () => {
    const names = [
      'package.json',
      ...['core', 'host-native', 'host-node', 'cli'].map((d) => `${d}/package.json`),
    ];
    const versions = names.map((name) => JSON.parse(readFileSync(path.join(checkout, name), 'utf8')).version);
    expect(new Set(versions)).toEqual(new Set([VERSION]));
  });

  it.each(['ocrsync', '@ocrsync/node'])('%s gives plain JavaScript the library call', (name) => {
    const directory = tempDirectory();
    writeTree(path.join(directory, 'source'), { 'a/b': 'text' });
    const words = JSON.stringify([path.join(directory, 'source/'), path.join(directory, 'copy')]);
    const output = runModule(
      'use.js',
      `import { sync, SyncError } from '${name}';
      const { exitCode, statistics } = await sync(...${words});
      const error = await sync('missing', 'b').catch((reason) => reason);
      console.log(exitCode, statistics.transferredFiles, error instanceof SyncError, error.exitCode);`,
    );
    expect(output).toBe('0 1 true 23\n');
    expect(readTree(path.join(directory, 'copy'))).toEqual({ 'a/b': 'text' });
  });

  it('ocrsync can be required by CommonJS', () => {
    writeFileSync(path.join(project, 'use.cjs'), `console.log(typeof require('ocrsync').sync);`);
    expect(run(process.execPath, ['use.cjs']).stdout).toBe('function\n');
  });

  it('@ocrsync/core gives its checksums', () => {
    const output = runModule(
      'core.js',
      `import { CoreInstance } from '@ocrsync/core/instance';
      import { WholeFileHash } from '@ocrsync/core/checksum';
      import { KIND_MD5 } from '@ocrsync/core/checksum-kinds';
      const hash = new WholeFileHash(new CoreInstance(), KIND_MD5);
      hash.updateBytes(new TextEncoder().encode('abc'));
      console.log(Buffer.from(hash.final()).toString('hex'));`,
    );
    expect(output).toBe('900150983cd24fb0d6963f7d28e17f72\n');
  });

  it('ocrsync has a command that runs', () => {
    const directory = tempDirectory();
    writeTree(path.join(directory, 'source'), { x: 'y' });
    const command = path.join(project, 'node_modules/ocrsync/bin/ocrsync.js');
    const version = run(process.execPath, [command, '--version']);
    expect(version.stdout).toMatch(new RegExp(`^ocrsync  version ${VERSION.replaceAll('.', '\\.')} `));
    const copied = run(process.execPath, [command, '-a', `${directory}/source/`, `${directory}/copy/`]);
    expect(copied).toEqual({ stdout: '', stderr: '', status: 0 });
    expect(readTree(path.join(directory, 'copy'))).toEqual({ x: 'y' });
  });

  it('both have types that a strict TypeScript accepts, and that refuse a misspelled option', () => {
    writeFileSync(
      path.join(project, 'typed.mts'),
      `import { sync, SyncError, type SyncEvent } from 'ocrsync';
      import type { SyncResult, SyncOptions } from '@ocrsync/node';
      const names: string[] = [];
      const onEvent = (event: SyncEvent): void => void (event.type === 'change' && names.push(event.name));
      const options: SyncOptions = { delete: true, exclude: ['*.o'], onEvent };
      const result: SyncResult = await sync(['a', 'b'], 'c', options);
      export const bytes: number = result.statistics.sentBytes;
      export const code = (error: unknown): string => (error instanceof SyncError ? error.code : '');
      // @ts-expect-error no such option
      await sync('a', 'b', { delte: true });\n`,
    );
    const tsc = path.join(checkout, 'node_modules/typescript/bin/tsc');
    const strict = [
      '--strict',
      '--noEmit',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--lib',
      'es2024,dom',
    ];
    const result = run(process.execPath, [tsc, ...strict, '--types', '', 'typed.mts']);
    expect(result.stdout).toBe('');
    expect(result.status).toBe(0);
  });

  it('run the examples of docs/embedding.md', () => {
    const text = readFileSync(path.join(checkout, 'docs/embedding.md'), 'utf8');
    const examples = [
      ...text.matchAll(/```js\n\/\/ example: node (\S+)\.js[^\n]*\n([^`]*(?:`[^`]+`[^`]*)*?)```/g),
    ];
    expect(examples.map(([, name]) => name)).toEqual(['sync', 'delta']);
    for (const [, name, body] of examples) writeFileSync(path.join(project, `${name}.js`), body!);
    const directory = tempDirectory();
    const [source, copy] = [path.join(directory, 'source/'), path.join(directory, 'copy')];
    writeTree(source, { new: 'new', 'x.tmp': 'x' });
    writeTree(copy, { old: 'old' });
    utimesSync(copy, 1, 1);
    const synced = run(process.execPath, ['sync.js', source, copy]);
    expect(synced.stdout).toBe('deleted old\nchange .\nchange new\nchange x.tmp\ngone: old\n1 files sent\n');
    expect(readTree(copy)).toEqual({ new: 'new' });
    const lines = Array.from({ length: 20_000 }, (_, line) => `line ${line}\n`);
    writeTree(directory, { before: lines.join(''), after: ['first\n', ...lines].join('') });
    const delta = run(process.execPath, ['delta.js', `${directory}/before`, `${directory}/after`]);
    expect(delta).toMatchObject({ stderr: '', status: 0 });
    const [, literalBytes] = /^(\d+) literal, \d+ matched, patched: true\n$/.exec(delta.stdout) ?? [];
    expect(Number(literalBytes)).toBeLessThan(1000);
  });
});
