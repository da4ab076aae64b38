// The numbers that entries have on the wire (docs/protocol/03-file-list.md §12.6, §15): by sorted position, or with --iconv by row.
import { nextDirectory } from './file-list-bulk.ts';
import type { FileList } from './file-list.ts';

/** Number of the entry at a sorted position. */
export function ndxAt(list: FileList, position: number): number {
  return list.start + (list.numbersRows ? list.rowAt(position) : position);
}

/** Row of a number of this list. */
export function rowOfNdx(list: FileList, ndx: number): number {
  const index = ndx - list.start;
  return list.numbersRows ? index : list.rowAt(index);
}

/** Sorted position of a number of this list. */
export function positionOfNdx(list: FileList, ndx: number): number {
  const index = ndx - list.start;
  return list.numbersRows ? list.positionOf(index) : index;
}

/** Rows of the list's directories, emptied ones too, in the order of their numbers in the table of directories. */
export function directoryOrder(list: FileList): number[] {
  const rows: number[] = [];
  for (let at = nextDirectory(list, 0); at < list.count; at = nextDirectory(list, at + 1))
    rows.push(list.rowAt(at));
  return list.numbersRows ? rows.sort((a, b) => a - b) : rows;
}
