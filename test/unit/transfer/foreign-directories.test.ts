// Directories at the destination that belong to somebody else: what is said about them, and how often.
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { describe, expect, it } from 'vitest';
import { copy, putFile } from './copy-in.ts';

const NOBODY = { uid: 65534, gid: 65534, groups: [] };
const REFUSED = 'Operation not permitted (1)';

interface Directories {
  readonly sourceMode?: number;
  readonly destinationMode: number;
}

/** A directory `d` with a file on the one side, and one of root's on the other. */
function trees({ sourceMode = 0o755, destinationMode }: Directories): MemoryFilesystem {
  const filesystem = new MemoryFilesystem();
  const top = filesystem.root('/');
  for (const directory of ['source', 'source/d', 'destination', 'destination/d']) top.mkdir(directory, 0o755);
  putFile(top, 'source/d/a', Buffer.from('1'));
  for (const name of ['source', 'source/d', 'source/d/a', 'destination']) top.chown(name, 65534, 65534);
  top.chmod('source/d', sourceMode);
  top.chmod('destination/d', destinationMode);
  top.setTimes('source/d', { mtimeSec: 1_000_000_000, mtimeNsec: 0 });
  return filesystem.as(NOBODY);
}

async function errorsOf(directories: Directories, options: string): Promise<string[]> {
  const { exitCode, errors } = await copy(trees(directories), options, '/source/', '/destination/');
  expect(exitCode).toBe(errors.length > 0 ? 23 : 0);
  return errors
    .map((text) => text.replace(/\.a\.\w{6}/, '.a.XXXXXX'))
    .filter((text) => !text.startsWith('rsync error:'));
}

describe('a directory of somebody else', () => {
  it('that cannot be made writable is no error of its own where permissions are not kept', async () => {
    expect(await errorsOf({ destinationMode: 0o555 }, '-rl')).toEqual([
      'rsync: [receiver] mkstemp "/destination/d/.a.XXXXXX" failed: Permission denied (13)',
    ]);
    expect(await errorsOf({ destinationMode: 0o577 }, '-rl')).toEqual([]);
  });

  it('that cannot be made writable is told where they are', async () => {
    expect(await errorsOf({ sourceMode: 0o577, destinationMode: 0o777 }, '-rlp')).toEqual([
      `rsync: [generator] failed to set permissions on "/destination/d": ${REFUSED}`,
      `rsync: [generator] failed to modify permissions on "/destination/d": ${REFUSED}`,
    ]);
  });

  it('whose time cannot be set is told once', async () => {
    const told = `rsync: [generator] failed to set times on "/destination/d": ${REFUSED}`;
    expect(await errorsOf({ destinationMode: 0o777 }, '-rlt')).toEqual([told]);
    const messages = await errorsOf({ destinationMode: 0o700 }, '-rlt');
    expect(messages.filter((text) => text === told)).toHaveLength(1);
  });

  it('whose time cannot be set is not asked to change its permissions', async () => {
    expect(await errorsOf({ sourceMode: 0o700, destinationMode: 0o777 }, '-rlpt')).toEqual([
      `rsync: [generator] failed to set times on "/destination/d": ${REFUSED}`,
    ]);
  });

  it('whose group cannot be set is told for its group alone', async () => {
    expect(await errorsOf({ destinationMode: 0o777 }, '-a')).toEqual([
      `rsync: [generator] chgrp "/destination/d" failed: ${REFUSED}`,
    ]);
  });
});
