// --update by the rule of rsync 3.5.0: only a regular file can be newer than the source's (09-rsync-3.5.md §9).
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { expect, it } from 'vitest';
import { copy, putFile } from './copy-in.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it('--update leaves newer files alone and replaces other kinds of objects, however new they are', async () => {
  const filesystem = new MemoryFilesystem();
  const top = filesystem.root('/');
  for (const directory of ['source', 'destination', 'destination/directory']) top.mkdir(directory, 0o755);
  for (const name of ['file', 'link', 'directory', 'older']) {
    putFile(top, `source/${name}`, bytes('new'));
    top.setTimes(`source/${name}`, { mtimeSec: 1_000_000, mtimeNsec: 0 });
  }
  for (const name of ['file', 'older']) putFile(top, `destination/${name}`, bytes('what is here'));
  top.symlink('elsewhere', 'destination/link');
  for (const name of ['file', 'link', 'directory']) {
    top.setTimes(`destination/${name}`, { mtimeSec: 2_000_000, mtimeNsec: 0 });
  }
  top.setTimes('destination/older', { mtimeSec: 500_000, mtimeNsec: 0 });
  const { exitCode } = await copy(filesystem, '-au', '/source/', '/destination/');
  expect(exitCode).toBe(0);
  const sizes = ['file', 'link', 'directory', 'older'].map(
    (name) => top.lstat(`destination/${name}`)!.sizeBytes,
  );
  expect(sizes).toEqual([12, 3, 3, 3]);
});
