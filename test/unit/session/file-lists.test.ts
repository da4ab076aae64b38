// 03-file-list.md §12.6, §14: how entries of several lists are numbered and found again.
import { CoreInstance } from '@ocrsync/core/instance';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileLists } from '@ocrsync/node/session/file-lists';
import { describe, expect, it } from 'vitest';
import { DIRECTORY, type MadeEntry } from './kit.ts';

const DIRECTORY_MODE = 0o040755;

function lists(incremental: boolean): FileLists {
  const core = new CoreInstance();
  return new FileLists(core, new DirectoryNames(core), incremental);
}

function add(all: FileLists, entries: readonly MadeEntry[], directory?: number) {
  const list = all.open();
  for (const { name, mode } of entries) {
    list.add({ name, mode, sizeBytes: 0, mtimeSec: 0, mtimeNsec: 0, uid: 0, gid: 0, flags: 0 });
  }
  list.sort(32);
  list.clean(32);
  return all.add(list, directory);
}

function file(name: string): MadeEntry {
  return { name, mode: 0o100644 };
}

function directory(name: string): MadeEntry {
  return { name, mode: DIRECTORY_MODE };
}

function nameOf(all: FileLists, ndx: number): string | undefined {
  const found = all.find(ndx);
  if (found === undefined) return undefined;
  const name = found.entry.list.name(found.entry.row);
  return found.isListDirectory ? `${name}/` : name;
}

/** `.`, a, d, d/x, d/e, d/e/y in three lists. */
function tree(): FileLists {
  const all = lists(true);
  add(all, [DIRECTORY, file('a'), directory('d')]);
  add(all, [file('d/x'), directory('d/e')], 1);
  add(all, [file('d/e/y')], 2);
  return all;
}

describe('one list without incremental recursion', () => {
  it('is numbered from 0 in the order of its sorting, and complete', () => {
    const all = lists(false);
    add(all, [file('b'), DIRECTORY, file('a')]);
    expect([0, 1, 2].map((ndx) => nameOf(all, ndx))).toEqual(['.', 'a', 'b']);
    expect(all.complete).toBe(true);
    expect(nameOf(all, 3)).toBeUndefined();
    expect(nameOf(all, -1)).toBeUndefined();
    expect(all.range()).toBe('-1 - 2');
  });
});

describe('lists of incremental recursion', () => {
  it('begin at 1, and leave one number before each for the directory that it describes', () => {
    const all = tree();
    const names = Array.from({ length: 10 }, (_, ndx) => nameOf(all, ndx));
    expect(names).toEqual(['./', '.', 'a', 'd', 'd/', 'd/x', 'd/e', 'd/e/', 'd/e/y', undefined]);
    expect(all.range()).toBe('0 - 8');
    expect(all.complete).toBe(false);
  });

  it('have no number 0 when the first list does not hold the root', () => {
    const all = lists(true);
    add(all, [file('a')]);
    expect(nameOf(all, 0)).toBeUndefined();
    expect(nameOf(all, 1)).toBe('a');
  });

  it('count directories over all lists, sorted, in the order of their arrival', () => {
    const all = tree();
    expect(Array.from({ length: 3 }, (_, number) => all.directories.name(number))).toEqual(['.', 'd', 'd/e']);
    expect([0, 1, 2, 3].map((number) => all.isServed(number))).toEqual([true, true, true, false]);
  });

  it('are forgotten from the oldest on, their directories never', () => {
    const all = tree();
    all.dropOldest();
    expect([1, 3, 4, 5].map((ndx) => nameOf(all, ndx))).toEqual([undefined, undefined, 'd/', 'd/x']);
    expect(all.directories.name(0)).toBe('.');
    expect(all.range()).toBe('4 - 8');
    all.dropOldest();
    all.dropOldest();
    expect(all.dropOldest()).toBeUndefined();
    expect(nameOf(all, 8)).toBeUndefined();
  });

  it('that are empty have a number of their own all the same', () => {
    const all = lists(true);
    add(all, [DIRECTORY, directory('d'), directory('e')]);
    add(all, [], 1);
    add(all, [file('e/f')], 2);
    expect([4, 5, 6, 7].map((ndx) => nameOf(all, ndx))).toEqual(['d/', 'e/', 'e/f', undefined]);
  });

  it('tell how many entries lie ahead of the list that an index belongs to', () => {
    const all = tree();
    expect(all.entriesAfter(-1)).toBe(3);
    expect(all.entriesAfter(2)).toBe(3);
    expect(all.entriesAfter(4)).toBe(1);
    expect(all.entriesAfter(8)).toBe(0);
    all.dropOldest();
    expect(all.entriesAfter(2)).toBe(1);
  });

  it('tell where an entry stands among all that are known', () => {
    const all = tree();
    expect(all.progressOf(all.find(8)!.entry)).toEqual({ position: 5, total: 6, complete: false });
    expect(all.progressOf(all.find(1)!.entry)).toEqual({ position: 0, total: 6, complete: false });
  });

  it('are found again over hundreds of lists', () => {
    const all = lists(true);
    add(all, [
      DIRECTORY,
      ...Array.from({ length: 300 }, (_, i) => directory(`d${String(i).padStart(3, '0')}`)),
    ]);
    for (let number = 1; number <= 300; number++) {
      add(all, [file(`${all.directories.name(number)}/f`)], number);
    }
    for (let number = 1; number <= 300; number++) {
      const start = 302 + 2 * (number - 1);
      expect(nameOf(all, start)).toBe(`${all.directories.name(number)}/`);
      expect(nameOf(all, start + 1)).toBe(`${all.directories.name(number)}/f`);
    }
  });
});

describe('a number that a peer sent', () => {
  it('is refused when no list has it', () => {
    expect(() => tree().require(9, 'sender', 77)).toThrow(
      'File-list index 9 not in 0 - 8 (read_ndx_and_attrs) [sender]',
    );
    expect(() => lists(true).require(0, 'receiver', 0)).toThrow('File-list index 0 not in 0 - -1');
  });

  it('is refused when it means a removed duplicate', () => {
    const all = lists(false);
    add(all, [file('a'), file('a'), file('b')]);
    const removed = [0, 1, 2].filter((ndx) => {
      const { list, row } = all.find(ndx)!.entry;
      return !list.isActive(row);
    });
    expect(removed).toHaveLength(1);
    expect(() => all.require(removed[0]!, 'sender', 0)).toThrow(
      `rsync: refusing transfer of cleared file index ${removed[0]}`,
    );
  });
});

describe('marks', () => {
  it('are one bit an entry', () => {
    const live = add(
      lists(false),
      Array.from({ length: 20 }, (_, i) => file(`f${i}`)),
    );
    live.mark(8);
    live.mark(19);
    const marked = Array.from({ length: 20 }, (_, row) => row).filter((row) => live.isMarked(row));
    expect(marked).toEqual([8, 19]);
  });
});
