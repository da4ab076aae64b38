// Answers about many rows of a list at once, and changes of many. Must not keep anything between calls.
import type { FileList } from './file-list.ts';
import { COLUMN, MAX_PATH } from './file-list-layout.ts';
import { putLatin1 } from './latin1.ts';

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

/** With -R the receiver drops leading slashes after sorting (docs/protocol/03-file-list.md §12.4). */
export function stripLeadingSlashes(list: FileList): void {
  const { core, dirs } = list;
  const stripped = new Map<number, number>();
  const scratch = core.alloc(MAX_PATH);
  for (let row = 0; row < list.count; row++) {
    const dir = list.dirNumber(row);
    let next = stripped.get(dir);
    if (next === undefined) {
      const path = dirs.path(dir);
      const relative = path.replace(/^\/+/, '');
      putLatin1(core.u8, scratch, relative, 0, relative.length);
      next = relative === path ? dir : dirs.intern(scratch, relative.length);
      stripped.set(dir, next);
    }
    if (next !== dir) core.u32[(core.u32[(list.at >>> 2) + COLUMN.dir]! >>> 2) + row] = next;
  }
  core.free(scratch);
}
