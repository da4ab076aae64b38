// Sorting, duplicates and look-up against the rules of docs/protocol/03-file-list.md §12 written down plainly. OCRSYNC_SEED repeats.
import { describe, expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList } from '@ocrsync/core/file-list';
import { Random, randomComponent } from '../unit/core/file-list-random.ts';

const SEED = Number(process.env['OCRSYNC_SEED'] ?? Date.now() % 2 ** 31);
const DIRECTORY = 0o040755;

interface Plain {
  name: string;
  directory: boolean;
}

/** §12.1: pairs (kind, text) of the components. */
function pairs({ name, directory }: Plain): [number, string][] {
  const parts = name.split('/');
  const last = parts.pop()!;
  const result = parts.map((part): [number, string] => [1, `${part}/`]);
  if (!directory) result.push([0, last]);
  else if (last !== '.') result.push([1, `${last}/`]);
  return result;
}

function compareTree(a: Plain, b: Plain): number {
  const left = pairs(a);
  const right = pairs(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [kindA, textA] = left[i]!;
    const [kindB, textB] = right[i]!;
    if (kindA !== kindB) return kindA - kindB;
    if (textA !== textB) return textA < textB ? -1 : 1;
  }
  return left.length - right.length;
}

function comparePlain(a: Plain, b: Plain): number {
  return a.name === b.name ? 0 : a.name < b.name ? -1 : 1;
}

/** Names in several directories, some twice, some as file and directory, some without their parents in the list. */
function randomNames(random: Random, count: number, directories: number): Plain[] {
  const parents = ['', '/', 'a/', 'a.b/', 'a/b/', 'ab/'].slice(0, directories);
  const result: Plain[] = random.chance(2) ? [{ name: '.', directory: true }] : [];
  while (result.length < count) {
    if (result.length > 0 && random.chance(6)) {
      const twin = random.pick(result);
      result.push({ name: twin.name, directory: twin.name === '.' || random.chance(2) });
      continue;
    }
    const short = 'ab.'.slice(random.below(2), 1 + random.below(3)).padEnd(1, 'a');
    const base = random.chance(2) ? randomComponent(random) : short === '.' ? 'a' : short;
    const name = random.pick(parents) + base;
    const directory = random.chance(3);
    if (directory && directories > 1) parents.push(`${name}/`);
    result.push({ name, directory });
  }
  return result;
}

function build(core: CoreInstance, dirs: DirectoryNames, names: Plain[]): FileList {
  const list = new FileList(core, { start: 0, dirs });
  for (const { name, directory } of names) {
    list.add({
      name,
      mode: directory ? DIRECTORY : 0o100644,
      sizeBytes: 0,
      mtimeSec: 0,
      mtimeNsec: 0,
      uid: 0,
      gid: 0,
      flags: 0,
    });
  }
  return list;
}

/** Rows in their sorted order, by the reference. Array.sort is stable. */
function referenceOrder(names: Plain[], protocol: number): number[] {
  const compare = protocol < 29 ? comparePlain : compareTree;
  return names.map((_, row) => row).sort((a, b) => compare(names[a]!, names[b]!));
}

/** Rows that §12.3 empties. */
function referenceEmptied(names: Plain[], order: number[]): Set<number> {
  const emptied = new Set<number>();
  const kept = new Map<string, number>();
  for (const row of order) {
    const { name, directory } = names[row]!;
    const other = kept.get(name);
    if (other === undefined) kept.set(name, row);
    else if (directory && !names[other]!.directory) {
      emptied.add(other);
      kept.set(name, row);
    } else emptied.add(row);
  }
  return emptied;
}

describe(`sorted file lists (seed ${SEED})`, () => {
  for (const protocol of [28, 29, 32]) {
    for (const directories of [1, 6]) {
      it(`of protocol ${protocol} over ${directories} directories are in the order of the rules and searchable`, () => {
        const core = new CoreInstance();
        const dirs = new DirectoryNames(core);
        for (let round = 0; round < 60; round++) {
          const random = new Random(SEED + round * 7 + protocol * 1000 + directories);
          const names = randomNames(random, random.below(round < 50 ? 40 : 400), directories);
          const list = build(core, dirs, names);
          list.sort(protocol);
          const order = referenceOrder(names, protocol);
          expect(order.map((_, position) => list.rowAt(position))).toEqual(order);
          expect(order.map((row) => list.positionOf(row))).toEqual(order.map((_, position) => position));
          const emptied = referenceEmptied(names, order);
          expect(list.clean(protocol)).toBe(emptied.size);
          expect(names.flatMap((_, row) => (list.isActive(row) ? [] : [row]))).toEqual(
            [...emptied].sort((a, b) => a - b),
          );
          for (const [row, { name, directory }] of names.entries()) {
            if (emptied.has(row)) continue;
            expect(list.find(name), name).toBe(list.positionOf(row));
            expect(list.find(name, directory)).toBe(list.positionOf(row));
            expect(list.find(name, !directory)).toBe(-1);
          }
          expect(list.find('not/in/here')).toBe(-1);
          list.free();
        }
      });
    }
  }

  it('keep the flags of both directories of one name', () => {
    const core = new CoreInstance();
    const list = build(core, new DirectoryNames(core), [
      { name: 'd', directory: true },
      { name: 'd', directory: true },
    ]);
    list.setFlags(0, 0x04);
    list.setFlags(1, 0x03);
    list.sort(32);
    expect(list.clean(32)).toBe(1);
    expect(list.flags(0)).toBe(0x03);
    expect(list.isActive(1)).toBe(false);
  });

  it('are in the order that rsync itself was seen to use', () => {
    const core = new CoreInstance();
    const tree =
      '. .hid A a-b a.b b b. foo.txt z \xe9 .hdir/ .hdir/h a/ a/zz a/zzz a/sub/ a/sub/q b.d/ foo.d/ foo.d/y foo/ foo/x';
    const old =
      '. .hdir .hdir/h .hid A a a-b a.b a/sub a/sub/q a/zz a/zzz b b. b.d foo foo.d foo.d/y foo.txt foo/x z \xe9';
    const names = tree
      .split(' ')
      .map((name) => ({ name: name.replace(/\/$/, ''), directory: name.endsWith('/') || name === '.' }));
    const list = build(core, new DirectoryNames(core), names.toReversed());
    for (const [protocol, expected] of [
      [29, tree],
      [28, old],
    ] as const) {
      list.sort(protocol);
      const sorted = names.map((_, position) => list.name(list.rowAt(position)));
      expect(sorted).toEqual(expected.split(' ').map((name) => name.replace(/\/$/, '')));
    }
  });

  it('with many names of one directory among its files take no longer than others', () => {
    const core = new CoreInstance();
    const names = Array.from({ length: 60_000 }, (_, i) => ({
      name: i % 2 === 0 ? 'd' : `d/${i.toString(36)}`,
      directory: i % 2 === 0,
    }));
    const list = build(core, new DirectoryNames(core), names);
    const begin = performance.now();
    list.sort(32);
    expect(list.clean(32)).toBe(29_999);
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});
