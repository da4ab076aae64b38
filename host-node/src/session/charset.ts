// Lists as this end sees them and as they travel: other names and link targets, the same rows (docs/protocol/03-file-list.md §15,
// §4.1). Which charsets there are is the host's business.
import type { FileList } from '@ocrsync/core/file-list';
import { entryOfRow } from '@ocrsync/core/file-list-copy';

/** Converted bytes (latin1), or why they cannot be converted, in the C library's words. */
export type Converted = { readonly text: string } | { readonly failure: string };

/** The charset of this end against UTF-8, which is on the wire. */
export interface NameCharset {
  /** As it was asked for. */
  readonly name: string;
  toWire(text: string): Converted;
  fromWire(text: string): Converted;
  /** For messages: the absolute name, quoted. */
  quoted(name: string): string;
}

/** Messages are told in any case: bytes that cannot be converted stay as they are (01 §8.5). */
export function ownText(charset: NameCharset | undefined, text: string): string {
  return charset === undefined ? text : textOr(charset.fromWire(text), text);
}

export function wireText(charset: NameCharset | undefined, text: string): string {
  return charset === undefined ? text : textOr(charset.toWire(text), text);
}

function textOr(converted: Converted, text: string): string {
  return 'failure' in converted ? text : converted.text;
}

/** What the copy of an entry is called; undefined: it is emptied, and its name means nothing. */
export interface OtherNames {
  readonly name: string;
  /** Symlinks only. */
  readonly linkTarget?: string;
}

/** Appends all rows of a list to an empty one with the same start, in order of transmission, under other names. */
export function copyRows(from: FileList, to: FileList, names: (row: number) => OtherNames | undefined): void {
  for (let row = 0; row < from.count; row++) {
    const other = names(row);
    const copy = to.add({ ...entryOfRow(from, row), ...(other ?? { name: `unreadable.${row}` }) });
    if (other === undefined) to.empty(copy);
  }
}

/** Sender: what was found to be convertible when it was listed. */
export function wireNames(list: FileList, row: number, charset: NameCharset, targets: boolean): OtherNames {
  const name = convertedText(charset.toWire(list.name(row)));
  const target = list.linkTarget(row);
  if (target === '') return { name };
  return { name, linkTarget: targets ? convertedText(charset.toWire(target)) : target };
}

function convertedText(converted: Converted): string {
  if ('failure' in converted)
    throw new RangeError(`a name in the list cannot be converted: ${converted.failure}`);
  return converted.text;
}
