// The itemize flags of an entry against the object it is compared with (docs/protocol/04-transfer.md §3.14).
import { FLIST_SKIP_GROUP } from '@ocrsync/core/file-list';
import type { FileStat } from '../fs/filesystem.ts';
import * as item from '../session/item.ts';
import type { Entry } from '../session/ports.ts';
import type { DestinationState } from './destination-state.ts';
import { isDirectory, isRegular, isSymlink } from '@ocrsync/core/file-type';
import { hasSameMtime, keepsMtime, permissionsDiffer } from './kept-attributes.ts';
import type { Place } from './place.ts';
import { AclFailure } from './target-acls.ts';

export interface Comparison {
  readonly entry: Entry;
  /** What the object will have: the entry's mode, or the final one when permissions are not preserved. */
  readonly mode: number;
  /** undefined: the object does not exist. */
  readonly existing: FileStat | undefined;
  /** Flags that the caller knows: TRANSFER, LOCAL_CHANGE, REPORT_CHANGE … */
  readonly flags: number;
  /** Hard links: name of the leader, empty when the link is there already. */
  readonly xname?: string;
  /** Where the existing object is, unless it is the destination's own. */
  readonly place?: Place;
}

export function itemFlags(state: DestinationState, comparison: Comparison): number {
  const { entry, existing, flags, place } = comparison;
  const xattrs = state.xattrs?.differ(entry, state.nameOf(entry), existing !== undefined, place?.root);
  if (existing === undefined) return flags | item.ITEM_IS_NEW | (xattrs ? item.ITEM_REPORT_XATTR : 0);
  const { options, filesystem } = state;
  const { list, row } = entry;
  let result = flags | timeFlag(state, comparison, existing);
  if (options.atimes > 0 && hasAtime(comparison.mode) && existing.atimeSec !== list.atimeSec(row)) {
    result |= item.ITEM_REPORT_ATIME;
  }
  if (isRegular(comparison.mode) && existing.sizeBytes !== list.sizeBytes(row)) {
    result |= item.ITEM_REPORT_SIZE;
  }
  if (!isSymlink(comparison.mode) && permissionsDiffer(options, existing.mode, comparison.mode)) {
    result |= item.ITEM_REPORT_PERMS;
  }
  if (options.owner && filesystem.isSuperUser && existing.uid !== list.uid(row)) {
    result |= item.ITEM_REPORT_OWNER;
  }
  const skipGroup = (list.flags(row) & FLIST_SKIP_GROUP) !== 0;
  if (options.group && !skipGroup && existing.gid !== list.gid(row)) result |= item.ITEM_REPORT_GROUP;
  if (xattrs) result |= item.ITEM_REPORT_XATTR;
  if (aclsDiffer(state, comparison, existing)) result |= item.ITEM_REPORT_ACL;
  return result;
}

function aclsDiffer(
  state: DestinationState,
  { entry, mode, place }: Comparison,
  existing: FileStat,
): boolean {
  if (state.acls === undefined || isSymlink(mode)) return false;
  try {
    return state.acls.differ(place?.root ?? state.tree, state.nameOf(entry), entry, mode, existing.mode);
  } catch (error) {
    if (error instanceof AclFailure) return false; // Told when it is set.
    throw error;
  }
}

function hasAtime(mode: number): boolean {
  return !isDirectory(mode) && !isSymlink(mode);
}

function timeFlag(state: DestinationState, comparison: Comparison, existing: FileStat): number {
  const { entry, flags, xname, mode } = comparison;
  if (keepsMtime(state.options, mode)) {
    return hasSameMtime(state, entry, existing) ? 0 : item.ITEM_REPORT_TIME;
  }
  const changed = (flags & (item.ITEM_TRANSFER | item.ITEM_LOCAL_CHANGE)) !== 0;
  return changed && xname !== '' ? item.ITEM_REPORT_TIME : 0;
}
