// The contract of file systems, held against every implementation.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadNative } from '@ocrsync/native/load';
import { FaultyFilesystem } from '@ocrsync/node/fs/faulty-filesystem';
import type { Filesystem } from '@ocrsync/node/fs/filesystem';
import { LocalNativeFilesystem } from '@ocrsync/node/fs/local-native';
import { LocalNodeFilesystem } from '@ocrsync/node/fs/local-node';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { filesystemKit, type Prepared } from './filesystem-kit.ts';

/** In a fresh directory of the machine. */
function onDisk(filesystem: Filesystem, keepsPolicies = true): Prepared {
  const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'ocrsync-fs-')));
  return {
    filesystem,
    base,
    keepsPolicies,
    done: () => rmSync(base, { recursive: true, force: true }),
  };
}

function inMemory(wrap: (memory: Filesystem) => Filesystem = (memory) => memory): Prepared {
  const memory = new MemoryFilesystem({ users: new Map([[0, 'root']]) });
  memory.root('/').mkdir('work', 0o755);
  return { filesystem: wrap(memory), base: '/work', keepsPolicies: true, done: () => undefined };
}

const helper = loadNative();
if (helper !== undefined) {
  filesystemKit('the native helper with openat2', () => onDisk(new LocalNativeFilesystem(helper)));
  filesystemKit('the native helper with a walk', () => onDisk(new LocalNativeFilesystem(helper, 'walk')));
}
filesystemKit('node:fs over /proc', () => onDisk(new LocalNodeFilesystem()));
filesystemKit('node:fs by whole paths', () => onDisk(new LocalNodeFilesystem('lexical'), false));
filesystemKit('a file system in memory', () => inMemory());
filesystemKit('a faulty wrapper without faults', () => inMemory((memory) => new FaultyFilesystem(memory)));
filesystemKit('a wrapper that cuts reads short', () =>
  inMemory((memory) => new FaultyFilesystem(memory, { longestReadBytes: 8 })),
);
