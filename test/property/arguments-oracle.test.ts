// Source arguments of every shape, with and without -R, -d, -r: our list has the names that the real rsync 3.4.1 transfers.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList } from '@ocrsync/core/file-list';
import { CoreInstance } from '@ocrsync/core/instance';
import { FilterList } from '@ocrsync/node/filter/filter-list';
import { createListSource } from '@ocrsync/node/flist/list-source';
import { ruleFiles } from '@ocrsync/node/flist/rule-files';
import { LocalNodeFilesystem } from '@ocrsync/node/fs/local-node';
import { DEFAULT_OPTIONS } from '@ocrsync/node/options/default-options';
import type { Options } from '@ocrsync/node/options/options';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePeer } from '../../interop/peers.ts';

let peer: string;
let root: string;
let start: string;

beforeAll(() => {
  peer = ensurePeer('3.4.1');
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'ocrsync-arguments-')));
  for (const name of ['a/b/c/f', 'a/b/g', 'a/x/h', 'a/k', 'top', 'e/a/b/g', 'e/a/z']) {
    mkdirSync(path.join(root, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(root, name), '');
  }
  mkdirSync(path.join(root, 'empty'));
  start = process.cwd();
}, 300_000);
afterAll(() => {
  process.chdir(start);
  rmSync(root, { recursive: true, force: true });
});

const ARGUMENTS: readonly (readonly string[])[] = [
  ['a'],
  ['a/'],
  ['a/.'],
  ['a/b/..'],
  ['./a'],
  ['./a/b/g'],
  ['.'],
  ['top', 'a/b'],
  ['a/b/g', 'a/x'],
  ['a/b', 'a/b/c'],
  ['a/./b/c', 'a/./x'],
  ['a//b///c//'],
  ['a/', 'e/a/'],
  ['a', 'e/a'],
  ['a/./b', 'e/./a'],
  ['nothing', 'top'],
  ['a/nothing/x', 'top'],
];

const MODES: readonly (readonly [readonly string[], Partial<Options>, boolean])[] = [
  [['-r'], { recursive: true, dirs: true }, true],
  [['-r', '--no-i-r'], { recursive: true, dirs: true }, false],
  [['-d'], { dirs: true }, false],
  [[], {}, false],
  [['-rR'], { recursive: true, dirs: true, relative: true, impliedDirs: true }, true],
  [['-rR', '--no-i-r'], { recursive: true, dirs: true, relative: true, impliedDirs: true }, false],
  [['-dR'], { dirs: true, relative: true, impliedDirs: true }, false],
];

function theirs(args: readonly string[], words: readonly string[]): { names: string[]; errors: string[] } {
  const all = ['-n', ...words, '--out-format=%n', ...args, `${root}/empty/`];
  const run = spawnSync(peer, all, { encoding: 'latin1', cwd: root });
  const lines = run.stdout.split('\n').filter((line) => line !== '' && line !== './');
  const errors = run.stderr.split('\n').filter((line) => /^(rsync: |found )/.test(line));
  return { names: [...new Set(lines)].sort(), errors };
}

function ours(
  args: readonly string[],
  options: Partial<Options>,
  incremental: boolean,
): { names: string[]; errors: string[] } {
  process.chdir(root);
  const core = new CoreInstance();
  const filesystem = new LocalNodeFilesystem();
  const names = new Set<string>();
  const errors: string[] = [];
  const source = createListSource({
    core,
    filesystem,
    arguments: args,
    settings: { ...DEFAULT_OPTIONS, ...options },
    negotiated: { protocol: 32, incremental, listChecksum: 0, seed: 0 },
    filters: new FilterList({ files: ruleFiles(filesystem), warn: () => undefined }),
    report: {
      message: (severity, text) => {
        if (severity === 'info') names.add(text);
        else errors.push(text);
      },
    },
  });
  const dirs = new DirectoryNames(core);
  const take = (list: FileList): void => {
    list.sort(32);
    for (let row = 0; row < list.count; row++) {
      const name = list.name(row) + (list.isDirectory(row) ? '/' : '');
      if (name !== './') names.add(name);
    }
    if (incremental) source.registerDirectories(list);
  };
  const first = new FileList(core, { start: 1, dirs });
  for (const _wait of source.fillFirst(first));
  take(first);
  for (
    let at = incremental ? source.nextDirectory() : undefined;
    at !== undefined;
    at = source.nextDirectory()
  ) {
    const list = new FileList(core, { start: 1, dirs });
    for (const _wait of source.fillSub(at, list));
    take(list);
  }
  return { names: [...names].sort(), errors };
}

describe.each(MODES)('with %j', (words, options, incremental) => {
  it.each(ARGUMENTS.map((args) => [args] as const))('%j lists what rsync 3.4.1 transfers', (args) => {
    let actual;
    try {
      actual = ours(args, options, incremental);
    } catch (error) {
      actual = { names: [], errors: [(error as Error).message] };
    }
    expect(actual).toEqual(theirs(args, words));
  });
});
