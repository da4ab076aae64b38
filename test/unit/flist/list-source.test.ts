import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList, FLIST_CONTENT_DIR, FLIST_IMPLIED_DIR, FLIST_TOP_DIR } from '@ocrsync/core/file-list';
import { CoreInstance } from '@ocrsync/core/instance';
import { KIND_MD5 } from '@ocrsync/core/checksum-kinds';
import { FilterList } from '@ocrsync/node/filter/filter-list';
import { type TreeListSource, createListSource } from '@ocrsync/node/flist/list-source';
import { ruleFiles } from '@ocrsync/node/flist/rule-files';
import { LocalNodeFilesystem } from '@ocrsync/node/fs/local-node';
import { DEFAULT_OPTIONS } from '@ocrsync/node/options/default-options';
import type { FilterArgument, Options } from '@ocrsync/node/options/options';
import type { NameDecision } from '@ocrsync/node/session/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
let messages: string[];

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'ocrsync-list-')));
  messages = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Names ending in / are directories; others files with that content. */
function tree(entries: Record<string, string>): void {
  for (const [name, content] of Object.entries(entries)) {
    const full = path.join(root, name);
    mkdirSync(name.endsWith('/') ? full : path.dirname(full), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(full, content);
  }
}

interface Given {
  options?: Partial<Options>;
  protocol?: number;
  incremental?: boolean;
  filters?: readonly FilterArgument[];
  /** Hears of every name that a rule decides. */
  decided?: (decision: NameDecision) => void;
}

interface Made {
  source: TreeListSource;
  lists: FileList[];
  /** Lists as names in order of transmission; directory flags as +top -content *implied. */
  shown: string[][];
}

/** Builds all lists of a run as the session does. */
function build(args: readonly string[], given: Given = {}): Made {
  const core = new CoreInstance();
  const filesystem = new LocalNodeFilesystem();
  const filters = new FilterList({
    files: ruleFiles(filesystem),
    warn: (text) => messages.push(text),
    decided: given.decided,
  });
  filters.addArguments(given.filters ?? []);
  const incremental = given.incremental ?? false;
  const protocol = given.protocol ?? 32;
  const source = createListSource({
    core,
    filesystem,
    arguments: args,
    settings: { ...DEFAULT_OPTIONS, recursive: true, dirs: true, links: true, ...given.options },
    negotiated: { protocol, incremental, listChecksum: KIND_MD5, seed: 0 },
    filters,
    report: { message: (severity, text) => messages.push(`${severity}: ${text}`) },
  });
  const dirs = new DirectoryNames(core);
  const lists: FileList[] = [];
  const shown: string[][] = [];
  let start = incremental ? 1 : 0;
  const finish = (list: FileList): void => {
    const names: string[] = [];
    for (let row = 0; row < list.count; row++) names.push(list.name(row) + marks(list, row));
    shown.push(names);
    list.sort(protocol);
    lists.push(list);
    start = list.start + list.count + 1;
    if (incremental) source.registerDirectories(list);
  };
  const first = new FileList(core, { start, dirs });
  for (const _wait of source.fillFirst(first));
  finish(first);
  if (incremental) {
    for (let number = source.nextDirectory(); number !== undefined; number = source.nextDirectory()) {
      const list = new FileList(core, { start, dirs });
      for (const _wait of source.fillSub(number, list));
      finish(list);
      shown.at(-1)!.unshift(`#${number}`);
    }
  }
  return { source, lists, shown };
}

function marks(list: FileList, row: number): string {
  if (!list.isDirectory(row)) return '';
  const flags = list.flags(row);
  return `/${flags & FLIST_TOP_DIR ? 't' : ''}${flags & FLIST_CONTENT_DIR ? 'c' : ''}${flags & FLIST_IMPLIED_DIR ? 'i' : ''}`;
}

describe('the list of a tree', () => {
  it('without incremental recursion holds every entry, the root first, a directory before its children', () => {
    tree({ 'src/a': 'a', 'src/d/b': 'b', 'src/d/e/n': 'n', 'src/z/': '' });
    const names = build([`${root}/src/`]).shown[0]!;
    expect(names[0]).toBe('./tc');
    expect([...names].sort()).toEqual(['./tc', 'a', 'd/b', 'd/c', 'd/e/c', 'd/e/n', 'z/c']);
    expect(names.indexOf('d/b')).toBeGreaterThan(names.indexOf('d/c'));
    expect(names.indexOf('d/e/n')).toBeGreaterThan(names.indexOf('d/b'));
  });

  it('of an argument without slash begins with its name, and with one with its contents', () => {
    tree({ 'src/a': '' });
    expect(build([`${root}/src`]).shown).toEqual([['src/tc', 'src/a']]);
    expect(build([`${root}/src/.`]).shown).toEqual([['./tc', 'a']]);
    expect(build([`${root}/src/a`]).shown).toEqual([['a']]);
  });

  it('of -d holds one level, and a directory itself without its content', () => {
    tree({ 'src/a': '', 'src/d/b': '' });
    const options = { recursive: false, dirs: true };
    expect(build([`${root}/src`], { options }).shown).toEqual([['src/']]);
    const names = build([`${root}/src/`], { options }).shown[0]!;
    expect(names.sort()).toEqual(['./tc', 'a', 'd/']);
  });

  it('leaves directories out when neither recursion nor -d asks for them, and says so', () => {
    tree({ 'src/a': '' });
    expect(build([`${root}/src`], { options: { recursive: false, dirs: false } }).shown).toEqual([[]]);
    expect(messages).toEqual(['info: skipping directory src']);
  });

  it('of incremental recursion has one sub-list a directory, depth-first in sorted order', () => {
    tree({ 'src/b/x/1': '', 'src/b/y/2': '', 'src/a/3': '', 'src/f': '' });
    const { shown } = build([`${root}/src/`], { incremental: true });
    expect([...shown[0]!].sort()).toEqual(['./tc', 'a/c', 'b/c', 'f']);
    expect(shown[1]).toEqual(['#1', 'a/3']);
    expect(shown[2]![0]).toBe('#2');
    expect([...shown[2]!].sort()).toEqual(['#2', 'b/x/c', 'b/y/c']);
    expect(shown.slice(3)).toEqual([
      ['#3', 'b/x/1'],
      ['#4', 'b/y/2'],
    ]);
  });

  it('of two arguments serves a name they share once, from both roots (03 §19.7)', () => {
    tree({ 'e1/d/a': '', 'e1/f': '', 'e2/d/a': '', 'e2/d/b': '', 'e2/f': '' });
    const { shown, source, lists } = build([`${root}/e1/`, `${root}/e2/`], { incremental: true });
    expect(shown).toHaveLength(2);
    expect(shown[1]![0]).toBe('#2');
    expect([...shown[1]!].sort()).toEqual(['#2', 'd/a', 'd/a', 'd/b']);
    const roots = [0, 1, 2].map((row) => source.sourcePath({ list: lists[1]!, row }).root.path);
    expect(roots.sort()).toEqual([`${root}/e1`, `${root}/e2`, `${root}/e2`]);
  });
});

describe('-R', () => {
  const options = { relative: true, impliedDirs: true };

  it('with incremental recursion sends one level a list, as in 03 §19.6', () => {
    tree({ 'src6/a/b/c/f': 'ff', 'src6/a/x/h': 'hh' });
    const { shown } = build([`${root}/./src6/a/b/c`, `${root}/./src6/a/x`], { options, incremental: true });
    expect(shown).toEqual([
      ['src6/i'],
      ['#0', 'src6/a/i'],
      ['#1', 'src6/a/b/i', 'src6/a/x/tc'],
      ['#2', 'src6/a/b/c/tc'],
      ['#4', 'src6/a/b/c/f'],
      ['#3', 'src6/a/x/h'],
    ]);
  });

  it('without it sends the parents first, once', () => {
    tree({ 'a/b/c': '', 'a/b/d': '', 'a/e': '' });
    const { shown } = build([`${root}/./a/b/c`, `${root}/./a/b/d`, `${root}/./a/e`], { options });
    expect(shown).toEqual([['a/i', 'a/b/i', 'a/b/c', 'a/b/d', 'a/e']]);
  });

  it('below protocol 30 leaves parents out when --no-implied-dirs says so', () => {
    tree({ 'a/b/c': '' });
    const given = { options: { relative: true, impliedDirs: false }, protocol: 29 };
    expect(build([`${root}/./a/b/c`], given).shown).toEqual([['a/b/c']]);
  });

  it('keeps the leading slash of absolute names, and opens them below the root directory', () => {
    tree({ 'a/b': '' });
    const { shown, source, lists } = build([`${root}/a/b`], { options });
    expect(shown[0]!.at(-1)).toBe(`${root}/a/b`);
    const row = lists[0]!.count - 1;
    const found = source.sourcePath({ list: lists[0]!, row });
    expect([found.root.path, found.name]).toEqual(['/', `${root}/a/b`.slice(1)]);
    expect(source.fullName({ list: lists[0]!, row })).toBe(`"${root}/a/b"`);
  });

  it('refuses .. in names', () => {
    expect(() => build(['a/../b'], { options })).toThrow('found ".." dir in relative path: a/../b');
  });
});

describe('rules', () => {
  it.skipIf(process.geteuid?.() !== 0)('are asked once about a file, whoever owns it', () => {
    tree({ 'src/cc': '', 'src/x/c': '' });
    chownSync(path.join(root, 'src/x/c'), 1, 1234);
    const asked: string[] = [];
    const filters: FilterArgument[] = [{ kind: 'filter', text: '+ c*' }];
    build([`${root}/src/`], {
      filters,
      options: { owner: true, group: true },
      decided: ({ name }) => asked.push(name),
    });
    expect(asked.sort()).toEqual(['cc', 'x/c']);
  });
});

describe('what cannot be listed', () => {
  it('is reported: missing arguments without an io_error bit, missing roots with one', () => {
    const made = build([`${root}/nofile`]);
    expect(made.source.takeIoError()).toBe(0);
    const other = build([`${root}/nodir/x`]);
    expect(other.source.takeIoError()).toBe(1);
    expect(messages).toEqual([
      `error-xfer: rsync: [sender] link_stat "${root}/nofile" failed: No such file or directory (2)`,
      `error-xfer: rsync: [sender] change_dir "${root}/nodir" failed: No such file or directory (2)`,
    ]);
  });

  it('is reported: a dangling symlink under -L', () => {
    tree({ 'src/': '' });
    symlinkSync('nowhere', path.join(root, 'src/dang'));
    const made = build([`${root}/src/`], { options: { copyLinks: true } });
    expect(made.shown).toEqual([['./tc']]);
    expect(made.source.takeIoError()).toBe(1);
    expect(messages).toEqual([`error-xfer: symlink has no referent: "${root}/src/dang"`]);
  });

  it('is a link itself where -R names what it leads to as a directory and there is none', () => {
    tree({ 'src/plain': 'x' });
    symlinkSync('nowhere', path.join(root, 'src/dang'));
    symlinkSync('plain', path.join(root, 'src/to-file'));
    const options = { relative: true, links: true, recursive: true };
    const made = build([`${root}/./src/dang/`, `${root}/./src/to-file/.`], { options });
    const list = made.lists[0]!;
    const targets = Array.from(
      { length: list.count },
      (_, row) => `${list.name(row)} ${list.linkTarget(row)}`,
    );
    expect(targets.filter((line) => !line.endsWith(' '))).toEqual(['src/dang nowhere', 'src/to-file plain']);
    expect(messages).toEqual([]);
  });

  it('brings no implied directories: a directory without recursion', () => {
    tree({ 'src/d/x': '' });
    const made = build([`${root}/./src/d`], { options: { relative: true, recursive: false, dirs: false } });
    expect(made.shown).toEqual([[]]);
    expect(messages).toEqual(['info: skipping directory src/d']);
  });

  it.skipIf(process.geteuid?.() === 0)('is reported: an unreadable directory', () => {
    tree({ 'src/d/x': '' });
    chmodSync(path.join(root, 'src/d'), 0);
    const made = build([`${root}/src/`]);
    chmodSync(path.join(root, 'src/d'), 0o755);
    expect(made.source.takeIoError()).toBe(1);
    expect(messages).toEqual([
      `error-xfer: rsync: [sender] opendir "${root}/src/d" failed: Permission denied (13)`,
    ]);
  });
});

describe('entries', () => {
  it('carry symlink targets only with -l', () => {
    tree({ 'src/': '' });
    symlinkSync('a/b', path.join(root, 'src/l'));
    expect(build([`${root}/src/l`]).lists[0]!.linkTarget(0)).toBe('a/b');
    expect(build([`${root}/src/l`], { options: { links: false } }).lists[0]!.linkTarget(0)).toBe('');
  });

  it('of hard links share the group number of the first one, over lists too', () => {
    tree({ 'src/a/1': 'x', 'src/b/': '' });
    linkSync(path.join(root, 'src/a/1'), path.join(root, 'src/b/2'));
    const { lists } = build([`${root}/src/`], { options: { hardLinks: 1 }, incremental: true });
    expect(lists).toHaveLength(3);
    expect(lists[1]!.linkGroup(0)).toBe(lists[1]!.start);
    expect(lists[2]!.linkGroup(0)).toBe(lists[1]!.start);
  });

  it('carry the digest of their content with -c', () => {
    tree({ 'src/a': 'hello' });
    const { lists } = build([`${root}/src/a`], { options: { checksum: true } });
    const digest = Buffer.from(lists[0]!.checksum(0)!).toString('hex');
    expect(digest).toBe('5d41402abc4b2a76b9719d911017c592');
  });

  it('name owners in the id lists when owners travel', () => {
    tree({ 'src/a': '' });
    const user = execFileSync('id', ['-un'], { encoding: 'latin1' }).trim();
    const options = { owner: true };
    expect(
      build([`${root}/src/`], { options })
        .source.idNames('user')
        .map(({ name }) => name),
    ).toEqual([user]);
    expect(
      build([`${root}/src/`], { options: { ...options, numericIds: true } }).source.idNames('user'),
    ).toEqual([]);
  });

  it('obey per-directory rules in whatever order directories are visited', () => {
    tree({
      'src/.f': '- x\n',
      'src/x': '',
      'src/d/.f': '+ x\n',
      'src/d/x': '',
      'src/e/x': '',
      'src/e/y': '',
    });
    const filters: FilterArgument[] = [{ kind: 'filter', text: ': .f' }];
    for (const incremental of [false, true]) {
      const names = build([`${root}/src/`], { filters, incremental })
        .shown.flat()
        .filter((name) => !name.startsWith('#'));
      expect(names.sort()).toEqual(['./tc', '.f', 'd/.f', 'd/c', 'd/x', 'e/c', 'e/y']);
    }
  });
});
