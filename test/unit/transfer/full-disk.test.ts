// A local copy that finds no more room.
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { describe, expect, it } from 'vitest';
import { copy, putFile } from './copy-in.ts';

const BIG_BYTES = 1_000_000;
const ROOM_BYTES = BIG_BYTES + 600_000;

function nearlyFull(): MemoryFilesystem {
  const filesystem = new MemoryFilesystem({ capacityBytes: ROOM_BYTES });
  const top = filesystem.root('/');
  for (const directory of ['source', 'destination']) top.mkdir(directory, 0o755);
  putFile(top, 'source/big', new Uint8Array(BIG_BYTES).fill(7));
  return filesystem;
}

describe('a local copy to a disk that gets full', () => {
  it('keeps with --partial what it could write, with the time 1970, and ends with 11', async () => {
    const filesystem = nearlyFull();
    const { exitCode, errors } = await copy(filesystem, '-a', '--partial', '/source/', '/destination/');
    expect(exitCode).toBe(11);
    expect(errors[0]).toMatch(/write failed on "\/destination\/big": No space left on device \(28\)/);
    const root = filesystem.root('/destination');
    expect(root.list('.')).toEqual(['big']);
    const { sizeBytes, mtimeSec } = root.lstat('big')!;
    expect(sizeBytes).toBeGreaterThan(200_000);
    expect(sizeBytes).toBeLessThan(BIG_BYTES);
    expect(mtimeSec).toBe(0);
  });

  it('leaves nothing without it', async () => {
    const filesystem = nearlyFull();
    expect((await copy(filesystem, '-a', '/source/', '/destination/')).exitCode).toBe(11);
    expect(filesystem.root('/destination').list('.')).toEqual([]);
  });
});
