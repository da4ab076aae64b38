// Trees that nobody stores: the same at every look, of any size, never written to.
import { describe, expect, it } from 'vitest';
import { SyntheticFilesystem } from '@ocrsync/node/fs/synthetic-filesystem';
import { codeOf, failure } from './filesystem-kit.ts';

const shape = { seed: 5, directories: 3, filesPerDirectory: 4, fileBytes: 10_007 };

function contentOf(filesystem: SyntheticFilesystem, name: string, pieceBytes: number): Buffer {
  const file = filesystem.root('/').openRead(name, false);
  const into = Buffer.alloc(file.stat().sizeBytes);
  for (let at = 0; at < into.length; at += pieceBytes) file.read(into.subarray(at, at + pieceBytes), at);
  file.close();
  return into;
}

describe('a synthetic file system', () => {
  it('has the directories and files of its shape', () => {
    const root = new SyntheticFilesystem(shape).root('/');
    expect(root.list('.')).toEqual(['d0000000', 'd0000001', 'd0000002']);
    expect(root.list('d0000001')).toEqual(['f0000000', 'f0000001', 'f0000002', 'f0000003']);
    expect(root.lstat('d0000002')!.mode).toBe(0o040755);
    expect(root.lstat('d0000002/f0000003')).toMatchObject({
      mode: 0o100644,
      sizeBytes: 10_007,
      linkCount: 1,
    });
    for (const name of [
      'd0000003',
      'd1',
      'x0000000',
      'd0000000/f0000004',
      'd0000000/f0000000/x',
      'd00000x0',
    ]) {
      expect(root.lstat(name)).toBeUndefined();
    }
  });

  it('has an inode number of its own for everything', () => {
    const root = new SyntheticFilesystem(shape).root('/');
    const names = ['.', ...root.list('.')].flatMap((directory) =>
      directory === '.' ? ['.'] : [directory, ...root.list(directory).map((file) => `${directory}/${file}`)],
    );
    expect(new Set(names.map((name) => root.lstat(name)!.ino)).size).toBe(1 + 3 + 12);
  });

  it('says the same at every look, and something else with another seed', () => {
    const [one, same, other] = [shape, shape, { ...shape, seed: 6 }].map(
      (given) => new SyntheticFilesystem(given),
    );
    const name = 'd0000001/f0000002';
    const statOf = (filesystem: SyntheticFilesystem): unknown => filesystem.root('/').lstat(name);
    expect(statOf(one!)).toEqual(statOf(same!));
    expect(statOf(one!)).not.toEqual(statOf(other!));
    expect(contentOf(one!, name, 10_007).equals(contentOf(same!, name, 10_007))).toBe(true);
    expect(contentOf(one!, name, 10_007).equals(contentOf(other!, name, 10_007))).toBe(false);
    expect(contentOf(one!, name, 10_007).equals(contentOf(one!, 'd0000001/f0000003', 10_007))).toBe(false);
  });

  it('gives the same bytes in pieces of any length', () => {
    const filesystem = new SyntheticFilesystem(shape);
    const whole = contentOf(filesystem, 'd0000000/f0000000', 10_007);
    for (const pieceBytes of [1, 3, 4, 1000]) {
      expect(contentOf(filesystem, 'd0000000/f0000000', pieceBytes).equals(whole)).toBe(true);
    }
    expect(new Set(whole).size).toBe(256);
  });

  it('cannot be changed', () => {
    const root = new SyntheticFilesystem(shape).root('/');
    const file = 'd0000000/f0000000';
    const changes: (() => unknown)[] = [
      () => root.openWrite(file, 0o600),
      () => root.openWrite('new', 0o600),
      () => root.createExclusive('new', 0o600),
      () => root.mkdir('new', 0o700),
      () => root.rmdir('d0000000'),
      () => root.unlink(file),
      () => root.rename(file, 'new'),
      () => root.link(file, 'new'),
      () => root.symlink('x', 'new'),
      () => root.chmod(file, 0o600),
      () => root.chown(file, 1, 1),
      () => root.setTimes(file, { mtimeSec: 1, mtimeNsec: 0 }),
    ];
    for (const change of changes) expect(failure(change)).toBe('EROFS 30 Read-only file system');
    expect(codeOf(() => root.createExclusive(file, 0o600))).toBe('EEXIST');
    expect(codeOf(() => root.unlink('none'))).toBe('ENOENT');
    expect(codeOf(() => root.lstat('../x'))).toBe('EXDEV');
  });

  it('serves a million files without keeping them', () => {
    const root = new SyntheticFilesystem({ ...shape, directories: 1000, filesPerDirectory: 1000 }).root('/');
    const before = process.memoryUsage().heapUsed;
    let sum = 0;
    for (let index = 0; index < 1000; index += 100) {
      const directory = `d${String(index).padStart(7, '0')}`;
      for (const name of root.list(directory)) sum += root.lstat(`${directory}/${name}`)!.sizeBytes;
    }
    expect(sum).toBe(10_000 * 10_007);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 << 20);
  });
});
