// Why an item is changed, in words for programs: `reason` of --json (docs/json.md). From the same flags as the itemize string.
import * as item from '../session/item.ts';
import type { EntryKind } from './events.ts';

/** `new`: nothing (of that type) was there. `forced`: sent although nothing was seen to differ, as -I and second tries do. */
export type Reason =
  | 'new'
  | 'link'
  | 'size'
  | 'time'
  | 'checksum'
  | 'target'
  | 'permissions'
  | 'owner'
  | 'group'
  | 'access-time'
  | 'create-time'
  | 'acl'
  | 'xattrs'
  | 'forced'
  | 'unknown'
  | 'unchanged';

const ATTRIBUTES: readonly (readonly [flag: number, reason: Reason])[] = [
  [item.ITEM_REPORT_PERMS, 'permissions'],
  [item.ITEM_REPORT_OWNER, 'owner'],
  [item.ITEM_REPORT_GROUP, 'group'],
  [item.ITEM_REPORT_ATIME, 'access-time'],
  [item.ITEM_REPORT_CRTIME, 'create-time'],
  [item.ITEM_REPORT_ACL, 'acl'],
  [item.ITEM_REPORT_XATTR, 'xattrs'],
];

/**
 * All that differed, in the order of the itemize string; never empty.
 * @param times -t: without it a time differs always, and is no reason
 */
export function reasonsOf(
  iflags: number,
  kind: EntryKind,
  { times, isLink }: { readonly times: boolean; readonly isLink: boolean },
): Reason[] {
  if (iflags & item.ITEM_IS_NEW) return isLink ? ['new', 'link'] : ['new'];
  // Before protocol 29 nobody says what differs.
  if (iflags & item.ITEM_MISSING_DATA) return ['unknown'];
  const reasons: Reason[] = isLink ? ['link'] : [];
  if (iflags & item.ITEM_REPORT_CHANGE) reasons.push(kind === 'file' ? 'checksum' : 'target');
  if (kind === 'file' && iflags & item.ITEM_REPORT_SIZE) reasons.push('size');
  if (times && iflags & item.ITEM_REPORT_TIME) reasons.push('time');
  for (const [flag, reason] of ATTRIBUTES) if (iflags & flag) reasons.push(reason);
  if (reasons.length > 0) return reasons;
  return [iflags & item.ITEM_TRANSFER ? 'forced' : 'unchanged'];
}
