// A file that has as many hard links as its file system allows: rsync loses the other names (code 23), ours copies.
import { FaultyFilesystem } from '@ocrsync/node/fs/faulty-filesystem';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { describe, expect, it } from 'vitest';
import { copy, putFile } from './copy-in.ts';

const CONTENT = new TextEncoder().encode('linked\n');

function linkedTree(): MemoryFilesystem {
  const filesystem = new MemoryFilesystem();
  const top = filesystem.root('/');
  for (const directory of ['source', 'destination']) top.mkdir(directory, 0o755);
  putFile(top, 'source/a', CONTENT);
  for (const name of ['b', 'c', 'd', 'e']) top.link('source/a', `source/${name}`);
  top.symlink('a', 'source/link');
  top.link('source/link', 'source/link2');
  top.setTimes('source/a', { mtimeSec: 1_000_000_000, mtimeNsec: 5 });
  return filesystem;
}

describe('a leader without room for another link', () => {
  it.each([[], ['--no-inc-recursive']])(
    'is copied, and the names behind are linked to the copy %j',
    async (...extra) => {
      const memory = linkedTree();
      // Of the four links to be made the second fails.
      const faulty = new FaultyFilesystem(memory, { faults: [{ at: 2, call: 'link', code: 'EMLINK' }] });
      const { exitCode, errors } = await copy(faulty, '-aH', ...extra, '/source/', '/destination/');
      expect(exitCode).toBe(0);
      expect(errors.filter((line) => !line.includes('link'))).toEqual([]);
      expect(errors.some((line) => /^too many links to ".+": ".+" becomes a copy$/.test(line))).toBe(true);
      const root = memory.root('/destination');
      const stats = ['a', 'b', 'c', 'd', 'e'].map((name) => root.lstat(name)!);
      expect(new Set(stats.map(({ ino }) => ino)).size).toBe(2);
      expect(
        stats.every(({ mtimeSec, sizeBytes }) => mtimeSec === 1_000_000_000 && sizeBytes === CONTENT.length),
      ).toBe(true);
      expect(root.readlink('link2')).toBe('a');
    },
  );

  it('is copied for a symlink as well', async () => {
    const memory = linkedTree();
    const faulty = new FaultyFilesystem(memory, {
      faults: [{ at: 1, call: 'link', code: 'EMLINK', lasting: true }],
    });
    expect((await copy(faulty, '-aH', '/source/', '/destination/')).exitCode).toBe(0);
    const root = memory.root('/destination');
    for (const name of ['link', 'link2']) expect(root.readlink(name)).toBe('a');
    for (const name of ['a', 'e'])
      expect(root.lstat(name)).toMatchObject({ sizeBytes: CONTENT.length, linkCount: 1 });
  });

  it('does not hide that links are refused for another reason', async () => {
    const faulty = new FaultyFilesystem(linkedTree(), {
      faults: [{ at: 1, call: 'link', code: 'EPERM', lasting: true }],
    });
    const { exitCode, errors } = await copy(faulty, '-aH', '/source/', '/destination/');
    expect(exitCode).toBe(23);
    expect(errors[0]).toMatch(/^rsync: \[generator\] link ".*" => .* failed: Operation not permitted \(1\)$/);
  });
});
