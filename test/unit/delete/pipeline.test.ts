// From a directory's plan to the last unlink: limits, mount points, errors, what is told and counted
// (docs/protocol/04-transfer.md §13.3–§13.8). Lines are those observed with rsync 3.4.1.
import { DeletionCursor } from '@ocrsync/node/delete/cursor';
import { DeletionEmitter, type EmitterOptions } from '@ocrsync/node/delete/emitter';
import { type DeletionFilters, NO_FILTERS } from '@ocrsync/node/delete/filters';
import { deletionMoment } from '@ocrsync/node/delete/moment';
import { type Strangers, strangersIn } from '@ocrsync/node/delete/strangers';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import type { Root } from '@ocrsync/node/fs/filesystem';
import type { Task } from '@ocrsync/node/session/wait';
import { NOTHING_TO_DO } from '@ocrsync/node/session/wait';
import { describe, expect, it } from 'vitest';

function tree(...names: readonly string[]): Root {
  const root = new MemoryFilesystem().root('/');
  for (const name of names) {
    const parts = name.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join('/');
      if (root.lstat(parent) === undefined) root.mkdir(parent, 0o755);
    }
    if (!name.endsWith('/')) root.createExclusive(name, 0o644).close();
  }
  return root;
}

interface Bench {
  readonly lines: string[];
  readonly emitter: DeletionEmitter;
  readonly cursor: DeletionCursor;
}

function bench(root: Root, changes: Partial<EmitterOptions> & { oneFileSystem?: boolean } = {}): Bench {
  const lines: string[] = [];
  const report = {
    deleted: (name: string, isDirectory: boolean) => void lines.push(isDirectory ? `${name}/` : name),
    message: (_severity: string, text: string) => void lines.push(text),
  };
  const options: EmitterOptions = {
    root,
    filters: NO_FILTERS,
    report,
    protocol: 32,
    dryRun: false,
    emptyDirectories: true,
    isSuperUser: true,
    maxDelete: undefined,
    tellsMounts: true,
    room: () => NOTHING_TO_DO,
    ...changes,
  };
  const emitter = new DeletionEmitter(options);
  const { filters, protocol } = options;
  const oneFileSystem = changes.oneFileSystem ?? false;
  const cursor = new DeletionCursor({
    root,
    emitter,
    filters,
    report,
    protocol,
    ignoreErrors: false,
    oneFileSystem,
  });
  return { lines, emitter, cursor };
}

function play<T>(task: Task<T>): T {
  for (;;) {
    const step = task.next();
    if (step.done === true) return step.value;
  }
}

function visit(root: Root, name = '.', ioError = 0, isTop = true): Parameters<DeletionCursor['clean']>[0] {
  return { name, isTop, ioError, look: () => strangersIn(root, name, (base) => base === 'listed') };
}

/** Rules that keep everything with this ending, perishable or not. */
function keeping(ending: string, perishable: boolean): DeletionFilters {
  return {
    ...NO_FILTERS,
    protection: (name, _isDirectory, inVictim) => {
      if (!name.endsWith(ending) || (perishable && inVictim === true)) return 'none';
      return perishable ? 'perishable' : 'protected';
    },
  };
}

describe('a directory', () => {
  it('is emptied of what the list lacks, the last name first, contents before their directory', () => {
    const root = tree('x/in/p', 'x/in/q', 'x/a', 'listed', 'y', 'z');
    const { lines, cursor, emitter } = bench(root);
    play(cursor.clean(visit(root)));
    expect(lines).toEqual(['x/in/q', 'x/in/p', 'x/in/', 'x/a', 'x/', 'z', 'y']);
    expect(root.list('.')).toEqual(['listed']);
    expect(emitter.deleted).toEqual([5, 2, 0, 0, 0]);
  });

  it('tells the same in a dry run, and keeps everything', () => {
    const root = tree('x/in/p', 'y', 'listed');
    const { lines, cursor } = bench(root, { dryRun: true });
    play(cursor.clean(visit(root)));
    expect(lines).toEqual(['x/in/p', 'x/in/', 'x/', 'y']);
    expect(root.lstat('x/in/p')).toBeDefined();
  });

  it('keeps its victims until the end when they are postponed, whatever comes in between', () => {
    const root = tree('x/p', 'listed', 'z');
    const { lines, cursor } = bench(root);
    cursor.postpone(visit(root));
    root.createExclusive('later', 0o644).close();
    expect(lines).toEqual([]);
    play(cursor.deletePostponed());
    play(cursor.deletePostponed());
    expect(lines).toEqual(['x/p', 'x/', 'z']);
    expect(root.list('.').sort()).toEqual(['later', 'listed']);
  });

  it('is left alone after an I/O error, which is told once', () => {
    const root = tree('y');
    const { lines, cursor } = bench(root);
    play(cursor.clean(visit(root, '.', 2)));
    root.createExclusive('y', 0o644).close();
    for (let round = 0; round < 2; round++) play(cursor.clean(visit(root, '.', 1)));
    cursor.postpone(visit(root, '.', 1));
    play(cursor.deletePostponed());
    expect(lines).toEqual(['y', 'IO error encountered -- skipping file deletion']);
    expect(root.list('.')).toEqual(['y']);
  });
});

describe('what has to stay', () => {
  it('keeps the directories above it, told twice for an inner one, once for the victim itself', () => {
    const root = tree('x/n/keep.k', 'x/n/f', 'x/g');
    const { lines, cursor } = bench(root, { filters: keeping('.k', false) });
    play(cursor.clean(visit(root)));
    const inner = 'cannot delete non-empty directory: x/n';
    expect(lines).toEqual(['x/n/f', inner, inner, 'x/g', 'cannot delete non-empty directory: x']);
  });

  it('does not stay inside a victim if only a perishable rule keeps it', () => {
    const root = tree('x/keep.k', 'top.k');
    const { lines, cursor } = bench(root, { filters: keeping('.k', true) });
    play(cursor.clean(visit(root)));
    expect(lines).toEqual(['x/keep.k', 'x/']);
    expect(root.list('.')).toEqual(['top.k']);
  });

  it('is all beyond --max-delete; each name counts, a directory that kept something does not', () => {
    const root = tree('y/1', 'y/2', 'x/n/m/f', 'x/n/g', 'x/h', 'z');
    const { lines, cursor, emitter } = bench(root, { maxDelete: 3 });
    play(cursor.clean(visit(root)));
    const left = ['x/n/m', 'x/n', 'x'].map((name) => `cannot delete non-empty directory: ${name}`);
    expect(lines).toEqual(['y/2', 'y/1', 'y/', ...left]);
    expect(emitter.skipped).toBe(6);
  });

  it('is a mount point with --one-file-system, and a directory of another file system is not cleaned', () => {
    const root = tree('x/mnt/f', 'mnt/f', 'plain');
    const elsewhere = mounted(root);
    const { lines, cursor, emitter } = bench(elsewhere, { oneFileSystem: true });
    const stats = new Map(['x', 'mnt', 'plain'].map((name) => [name, elsewhere.lstat(name)!]));
    const look = (): Strangers => ({ stats, failures: [] });
    play(cursor.clean({ name: '.', isTop: true, ioError: 0, look }));
    expect(lines).toEqual([
      'cannot delete non-empty directory: x',
      'cannot delete mount point: mnt',
      'plain',
    ]);
    expect(emitter.device).toBe(root.stat('.')!.dev);
    play(cursor.clean(visit(elsewhere, 'mnt', 0, false)));
    expect(root.lstat('mnt/f')).toBeDefined();
  });
});

/** Everything called `mnt` lies on another file system. */
function mounted(root: Root): Root {
  return new Proxy(root, {
    get(target, key): unknown {
      if (key === 'lstat') return (name: string) => moved(name, target.lstat(name));
      if (key === 'stat') return (name: string) => moved(name, target.stat(name));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function moved<T extends { readonly dev: number } | undefined>(name: string, stat: T): T {
  return /(^|\/)mnt/.test(name) && stat !== undefined ? { ...stat, dev: stat.dev + 1 } : stat;
}

describe('making room', () => {
  it('neither tells nor counts the obstacle, only what was in it, and no limit keeps the obstacle', () => {
    const root = tree('f/sub/q', 'g');
    const { lines, emitter } = bench(root, { maxDelete: 2 });
    expect(play(emitter.remove('f', root.lstat('f')!, 'directory'))).toBe('done');
    expect(play(emitter.remove('g', root.lstat('g')!, 'directory'))).toBe('done');
    expect([lines, emitter.deleted, root.list('.')]).toEqual([['f/sub/q', 'f/sub/'], [1, 1, 0, 0, 0], []]);
  });

  it('stops at a full directory where nothing allows to empty it', () => {
    const root = tree('f/q', 'e/');
    const { lines, emitter } = bench(root, { emptyDirectories: false });
    expect(play(emitter.remove('f', root.lstat('f')!, 'directory'))).toBe('not-empty');
    expect(play(emitter.remove('e', root.lstat('e')!, 'symlink'))).toBe('done');
    expect(lines).toEqual(['cannot delete non-empty directory: f']);
  });

  it('puts a file into its backup where one is wanted; a failure keeps it', () => {
    const root = tree('a', 'b', 'c');
    const backup = (name: string): 'gone' | 'unlink' | 'failed' => {
      if (name === 'a') root.rename('a', 'a~');
      return name === 'a' ? 'gone' : name === 'b' ? 'unlink' : 'failed';
    };
    const { lines, emitter } = bench(root, { backup });
    const results = ['a', 'b', 'c'].map((name) => play(emitter.remove(name, root.lstat(name)!, 'delete')));
    expect([results, lines, root.list('.').sort()]).toEqual([
      ['done', 'done', 'failed'],
      ['a', 'b'],
      ['a~', 'c'],
    ]);
  });
});

it.each([
  [29, 'default', 'before'],
  [30, 'default', 'during'],
  [27, 'delay', 'delay'],
  [32, 'after', 'after'],
] as const)('at protocol %d deletion of the kind %s is %s', (protocol, deleteWhen, moment) => {
  expect(deletionMoment({ delete: true, deleteWhen }, protocol)).toBe(moment);
  expect(deletionMoment({ delete: false, deleteWhen }, protocol)).toBe('never');
});
