// Answers about many rows of a list at once. Must not keep anything between calls.
import type { FileList } from './file-list.ts';

interface BulkFunctions {
  flist_one_directory(list: number): number;
  flist_owner_end(list: number, row: number): number;
  flist_set_owner(list: number, from: number, to: number, uid: number, gid: number, flags: number): number;
  flist_next_directory(list: number, position: number): number;
  flist_tally(list: number, out: number): number;
}

const TALLY_BYTES = 28;

const functionsOf = (list: FileList): BulkFunctions => list.core.functions<BulkFunctions>();

/** Whether all rows lie in one directory, and there are any. */
export function isOneDirectory(list: FileList): boolean {
  return functionsOf(list).flist_one_directory(list.at) >= 0;
}

/** The first row behind `row` that has another owner or another group. */
export function ownerEnd(list: FileList, row: number): number {
  return functionsOf(list).flist_owner_end(list.at, row);
}

/** Gives the rows [from, to) an owner and a group; `flags` (FLIST_ bits) are set besides theirs. */
export function setOwner(
  list: FileList,
  from: number,
  to: number,
  uid: number,
  gid: number,
  flags: number,
): void {
  functionsOf(list).flist_set_owner(list.at, from, to, uid, gid, flags);
}

/** The first position from `position` on whose row is a directory (emptied ones too); the list's count when there is none. */
export function nextDirectory(list: FileList, position: number): number {
  return functionsOf(list).flist_next_directory(list.at, position);
}

/** Counts by kind of the rows that were not emptied, and the sum of the sizes of regular files and symlinks. */
export interface ListTally {
  readonly totalBytes: number;
  readonly regular: number;
  readonly directory: number;
  readonly symlink: number;
  readonly device: number;
  readonly special: number;
}

export function tally(list: FileList): ListTally {
  const { core, dirs } = list;
  let address = 0;
  dirs.withScratch(TALLY_BYTES, (at) => {
    functionsOf(list).flist_tally(list.at, at);
    address = at;
  });
  const u32 = (address >>> 2) + 2;
  return {
    totalBytes: core.f64[address >>> 3]!,
    regular: core.u32[u32]!,
    directory: core.u32[u32 + 1]!,
    symlink: core.u32[u32 + 2]!,
    device: core.u32[u32 + 3]!,
    special: core.u32[u32 + 4]!,
  };
}
