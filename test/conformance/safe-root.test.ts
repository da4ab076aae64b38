// Every way of keeping names in their tree, against the same statements.
import { loadNative } from '@ocrsync/native/load';
import { LocalNativeFilesystem } from '@ocrsync/node/fs/local-native';
import { LocalNodeFilesystem } from '@ocrsync/node/fs/local-node';
import { localFilesystem } from '@ocrsync/node/fs/local';
import { hasProcDirectories } from '@ocrsync/node/fs/proc-directories';
import { expect, it } from 'vitest';
import { safeRootKit } from './safe-root-kit.ts';

const native = loadNative();
if (native !== undefined) {
  safeRootKit('openat2', () => new LocalNativeFilesystem(native, 'openat2'));
  safeRootKit('a walk over openat', () => new LocalNativeFilesystem(native, 'walk'));
}
if (hasProcDirectories()) safeRootKit('node:fs over /proc', () => new LocalNodeFilesystem('procfs'));

it('is picked by what there is', () => {
  expect(localFilesystem({}).confinement).toBe(hasProcDirectories() ? 'procfs' : 'lexical');
  if (native !== undefined) expect(['openat2', 'walk']).toContain(localFilesystem(native).confinement);
  expect(new LocalNodeFilesystem('lexical').confinement).toBe('lexical');
});
