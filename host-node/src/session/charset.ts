// Names in the charset of this end, and in UTF-8 on the wire (docs/protocol/03-file-list.md §15): copies of lists with other names.
// Which charsets there are is the host's business.
import type { FileList } from '@ocrsync/core/file-list';
import { entryOfRow } from '@ocrsync/core/file-list-copy';

/** Converted bytes (latin1), or why they cannot be converted, in the C library's words. */
export type Converted = { readonly text: string } | { readonly failure: string };

/** --iconv is in effect at this end. */
export interface WireCharset {
  /** Symlink targets are converted too: both ends know how. */
  readonly linkTargets: boolean;
  toWire(text: string): Converted;
  fromWire(text: string): Converted;
}

/** What the copy of an entry is called; undefined: the entry stays, emptied, under a name that means nothing. */
export interface OtherNames {
  readonly name: string;
  /** Symlinks only. */
  readonly linkTarget?: string;
}

/** Appends all rows of a list to an empty one, in order of transmission, under other names. */
export function copyRows(from: FileList, to: FileList, names: (row: number) => OtherNames | undefined): void {
  for (let row = 0; row < from.count; row++) {
    const other = names(row);
    const copy = to.add({ ...entryOfRow(from, row), ...(other ?? { name: `unreadable.${row}` }) });
    if (other === undefined) to.empty(copy);
  }
}
