// The contract of file systems, held against every implementation.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FaultyFilesystem } from '@ocrsync/node/fs/faulty-filesystem';
import type { Filesystem } from '@ocrsync/node/fs/filesystem';
import { LocalNodeFilesystem } from '@ocrsync/node/fs/local-node';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { filesystemKit, type Prepared } from './filesystem-kit.ts';

/** In a fresh directory of the machine. */
function onDisk(filesystem: Filesystem): Prepared {
  const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'ocrsync-fs-')));
  return {
    filesystem,
    base,
    keepsPolicies: false,
    done: () => rmSync(base, { recursive: true, force: true }),
  };
}

function inMemory(wrap: (memory: Filesystem) => Filesystem = (memory) => memory): Prepared {
  const memory = new MemoryFilesystem({ users: new Map([[0, 'root']]) });
  memory.root('/').mkdir('work', 0o755);
  return { filesystem: wrap(memory), base: '/work', keepsPolicies: true, done: () => undefined };
}

filesystemKit('node:fs with the native helper, where it is built', () => onDisk(new LocalNodeFilesystem()));
filesystemKit('node:fs alone', () => onDisk(new LocalNodeFilesystem(null)));
filesystemKit('a file system in memory', () => inMemory());
filesystemKit('a faulty wrapper without faults', () => inMemory((memory) => new FaultyFilesystem(memory)));
filesystemKit('a wrapper that cuts reads short', () =>
  inMemory((memory) => new FaultyFilesystem(memory, { longestReadBytes: 8 })),
);
