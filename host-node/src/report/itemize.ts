// The eleven characters of %i, and which items are shown at all (docs/protocol/07-output.md §5).
import {
  ITEM_IS_NEW,
  ITEM_LOCAL_CHANGE,
  ITEM_MISSING_DATA,
  ITEM_REPORT_ACL,
  ITEM_REPORT_ATIME,
  ITEM_REPORT_CHANGE,
  ITEM_REPORT_CRTIME,
  ITEM_REPORT_GROUP,
  ITEM_REPORT_OWNER,
  ITEM_REPORT_PERMS,
  ITEM_REPORT_SIZE,
  ITEM_REPORT_TIME,
  ITEM_REPORT_TIMEFAIL,
  ITEM_REPORT_XATTR,
  ITEM_SIGNIFICANT,
  ITEM_TRANSFER,
  ITEM_XNAME_FOLLOWS,
} from '../session/item.ts';
import type { EntryKind } from './events.ts';

export const DELETION_ITEM = '*deleting  ';

const KIND_LETTERS: Readonly<Record<EntryKind, string>> = {
  file: 'f',
  directory: 'd',
  symlink: 'L',
  device: 'D',
  special: 'S',
};

export interface ItemizeContext {
  readonly kind: EntryKind;
  /** We send and the other end is elsewhere: `<`. */
  readonly sentAway: boolean;
  /** -t. */
  readonly times: boolean;
  /** The receiving side can set the times of symlinks. */
  readonly symlinkTimes: boolean;
}

function updateLetter(iflags: number, sentAway: boolean): string {
  if ((iflags & ITEM_LOCAL_CHANGE) !== 0) return (iflags & ITEM_XNAME_FOLLOWS) !== 0 ? 'h' : 'c';
  if ((iflags & ITEM_TRANSFER) === 0) return '.';
  return sentAway ? '<' : '>';
}

function timeLetter(iflags: number, context: ItemizeContext): string {
  if ((iflags & ITEM_REPORT_TIME) === 0) return '.';
  if (!context.times) return 'T';
  if (context.kind !== 'symlink') return 't';
  return !context.symlinkTimes || (iflags & ITEM_REPORT_TIMEFAIL) !== 0 ? 'T' : 't';
}

function accessLetter(iflags: number): string {
  const atime = (iflags & ITEM_REPORT_ATIME) !== 0;
  const crtime = (iflags & ITEM_REPORT_CRTIME) !== 0;
  return atime ? (crtime ? 'b' : 'u') : crtime ? 'n' : '.';
}

/** The string for one item record. */
export function itemize(iflags: number, context: ItemizeContext): string {
  const update = updateLetter(iflags, context.sentAway);
  const head = update + KIND_LETTERS[context.kind];
  if ((iflags & ITEM_IS_NEW) !== 0) return head + '+'.repeat(9);
  if ((iflags & ITEM_MISSING_DATA) !== 0) return head + '?'.repeat(9);
  const letter = (bit: number, char: string): string => ((iflags & bit) !== 0 ? char : '.');
  const rest =
    letter(ITEM_REPORT_CHANGE, 'c') +
    (context.kind === 'symlink' ? '.' : letter(ITEM_REPORT_SIZE, 's')) +
    timeLetter(iflags, context) +
    letter(ITEM_REPORT_PERMS, 'p') +
    letter(ITEM_REPORT_OWNER, 'o') +
    letter(ITEM_REPORT_GROUP, 'g') +
    accessLetter(iflags) +
    letter(ITEM_REPORT_ACL, 'a') +
    letter(ITEM_REPORT_XATTR, 'x');
  const nothing = rest === '.........' && (update === '.' || update === 'h' || update === 'c');
  return head + (nothing ? ' '.repeat(9) : rest);
}

/** Whether the item gets a line: every reported difference does; an unchanged one only if asked for. */
export function isShown(iflags: number, showUnchanged: boolean, hardLinkTo: string | undefined): boolean {
  return (
    (iflags & ITEM_SIGNIFICANT) !== 0 || showUnchanged || (hardLinkTo !== undefined && hardLinkTo !== '')
  );
}

/** Whether the item's name is printed by a format without %i: transfers, creations, links, and directories that change. */
export function isNamed(iflags: number, isDirectory: boolean, hardLinkTo: string | undefined): boolean {
  if ((iflags & ITEM_TRANSFER) !== 0) return true;
  if (hardLinkTo !== undefined && hardLinkTo !== '') return true;
  if ((iflags & ITEM_SIGNIFICANT) === 0) return false;
  return isDirectory || (iflags & ITEM_LOCAL_CHANGE) !== 0;
}
