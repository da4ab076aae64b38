// The mode that an object gets when permissions are not preserved (docs/protocol/04-transfer.md §10.2). Pure.
import type { FileStat } from '../fs/filesystem.ts';
import { isDirectory, PERMISSION_MASK } from '@ocrsync/core/file-type';

/**
 * `entryMode` as in the list; `existing` is what stands at the destination. Same kind (any non-directory counts as one):
 * its bits stay. Otherwise the entry's bits without special ones and without what the umask forbids.
 */
export function finalMode(entryMode: number, existing: FileStat | undefined, umask: number): number {
  if (existing !== undefined && isDirectory(existing.mode) === isDirectory(entryMode)) {
    return (entryMode & ~PERMISSION_MASK) | (existing.mode & PERMISSION_MASK);
  }
  return entryMode & (~PERMISSION_MASK | (0o777 & ~umask));
}
