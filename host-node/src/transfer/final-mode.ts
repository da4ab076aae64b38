// The mode that an object gets when permissions are not preserved (docs/protocol/04-transfer.md §10.2). Pure.
import type { FileStat } from '../fs/filesystem.ts';
import { isDirectory, isRegular, PERMISSION_MASK } from '@ocrsync/core/file-type';

const EXECUTE_BITS = 0o111;
const READ_TO_EXECUTE = 2;

/**
 * `entryMode` as in the list; `existing` is what stands at the destination. Same kind (any non-directory counts as one):
 * its bits stay. Otherwise the entry's bits without special ones and without what the umask forbids.
 */
export function finalMode(
  entryMode: number,
  existing: FileStat | undefined,
  umask: number,
  executability = false,
): number {
  if (existing !== undefined && isDirectory(existing.mode) === isDirectory(entryMode)) {
    const kept = existing.mode & PERMISSION_MASK;
    const bits = executability && isRegular(entryMode) ? withExecutability(kept, entryMode) : kept;
    return (entryMode & ~PERMISSION_MASK) | bits;
  }
  return entryMode & (~PERMISSION_MASK | (0o777 & ~umask));
}

/** Executable by nobody when the source is not; else, when nobody may execute it yet, by all who may read it. */
function withExecutability(kept: number, entryMode: number): number {
  if ((entryMode & EXECUTE_BITS) === 0) return kept & ~EXECUTE_BITS;
  return (kept & EXECUTE_BITS) !== 0 ? kept : kept | ((kept >> READ_TO_EXECUTE) & EXECUTE_BITS);
}
