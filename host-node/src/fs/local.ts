// Picks the file system of this machine: the native helper's where it is built, else plain Node's.
import { loadNative, type NativeHelper } from '@ocrsync/native/load';
import type { Filesystem } from './filesystem.ts';
import { LocalNativeFilesystem } from './local-native.ts';
import { LocalNodeFilesystem } from './local-node.ts';

/** The files of this machine, and how names are kept beneath their roots there. */
export interface LocalFilesystem extends Filesystem {
  /**
   * `openat2`: by the kernel; `walk`: component by component over held directories; `procfs`: the same through
   * /proc/self/fd; `lexical`: names are only looked at, a symlink in place of a directory of the tree is followed.
   */
  readonly confinement: 'openat2' | 'walk' | 'procfs' | 'lexical';
}

/** `helper` undefined or of an older build: plain Node. */
export function localFilesystem(helper: Partial<NativeHelper> | undefined = loadNative()): LocalFilesystem {
  return isComplete(helper) ? new LocalNativeFilesystem(helper) : new LocalNodeFilesystem();
}

function isComplete(helper: Partial<NativeHelper> | undefined): helper is NativeHelper {
  return helper?.openat !== undefined && helper.pread !== undefined;
}
