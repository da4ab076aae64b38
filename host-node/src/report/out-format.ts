// The line of one item in an --out-format (docs/protocol/07-output.md §6).
import { formatPieces } from '../options/item-format.ts';
import type { FormatPiece } from '../options/item-format.ts';
import { ITEM_TRANSFER } from '../session/item.ts';
import type { ChangeEvent, EntryInfo } from './events.ts';
import { DELETION_ITEM, itemize } from './itemize.ts';
import { permissionText } from './mode-text.ts';
import { humanInteger } from './numbers.ts';
import type { NumberLevel } from './numbers.ts';
import { localTime } from './times.ts';

/** What a format needs besides the item. */
export interface FormatContext {
  readonly times: boolean;
  /** -g: a deletion has a group, too (observed). */
  readonly group: boolean;
  readonly dryRun: boolean;
  readonly symlinkTimes: boolean;
  /** Width of %C when there is no digest: 32 for xxh128 and md5, 16 for xxh64, 40 for sha1. */
  readonly digestHexLength: number;
  readonly processId: number;
  readonly nowSeconds: number;
}

/** Gives one escape its text; null = the escape stays as it is. */
type Value = (letter: string, piece: FormatPiece) => string | null;

function expand(format: string, value: Value, link: string): string {
  let line = '';
  for (const piece of formatPieces(format)) {
    if (piece.letter === null) line += piece.raw;
    else if (piece.letter === 'L') line += linkText(link, piece);
    else {
      const text = value(piece.letter, piece);
      line += text === null ? piece.raw : pad(text, piece);
    }
  }
  return line;
}

function pad(text: string, piece: FormatPiece): string {
  return piece.leftAligned ? text.padEnd(piece.width) : text.padStart(piece.width);
}

/** %L: the arrow is not part of the width; without a link a width still leaves its four columns. */
function linkText(link: string, piece: FormatPiece): string {
  if (piece.width === 0) return link;
  return (link === '' ? '    ' : link.slice(0, 4)) + pad(link.slice(4), piece);
}

function number(value: number, piece: FormatPiece): string {
  return humanInteger(value, Math.min(piece.quotes, 3) as NumberLevel);
}

/** The name with a directory's slash. */
function displayName(entry: EntryInfo): string {
  return entry.kind === 'directory' ? `${entry.name}/` : entry.name;
}

function linkOf(event: ChangeEvent): string {
  if (event.hardLinkTo !== undefined && event.hardLinkTo !== '') return ` => ${event.hardLinkTo}`;
  return event.entry.kind === 'symlink' && event.entry.linkTarget !== undefined
    ? ` -> ${event.entry.linkTarget}`
    : '';
}

/** The line of a change, without newline, not escaped. */
export function changeLine(format: string, event: ChangeEvent, context: FormatContext): string {
  const { entry } = event;
  const transferred = (event.iflags & ITEM_TRANSFER) !== 0;
  const value: Value = (letter, piece) => {
    switch (letter) {
      case 'b':
        return number(event.dataBytes, piece);
      case 'B':
        return permissionText(entry.mode);
      case 'c':
        return number(event.sumBytes, piece);
      case 'C':
        if (event.digestHex !== undefined) return event.digestHex;
        return (transferred && context.dryRun ? '0' : ' ').repeat(context.digestHexLength);
      case 'f':
        return entry.longName.replace(/^\//, '');
      case 'G':
        return entry.gid === undefined ? 'DEFAULT' : String(entry.gid);
      case 'i':
        return itemize(event.iflags, {
          kind: entry.kind,
          sentAway: event.direction === 'send' && !event.local,
          times: context.times,
          symlinkTimes: context.symlinkTimes,
        });
      case 'l':
        return number(entry.lengthBytes, piece);
      case 'M':
        return localTime(entry.mtimeSeconds, '-');
      case 'n':
        return displayName(entry);
      case 'o':
        return event.direction === 'send' ? 'send' : 'recv';
      case 'U':
        return String(entry.uid ?? 0);
      default:
        return commonValue(letter, context);
    }
  };
  return expand(format, value, linkOf(event));
}

/** Escapes that have nothing to do with the item. Outside a daemon %a %h %P %u stay as they are. */
function commonValue(letter: string, context: FormatContext): string | null {
  switch (letter) {
    case 'm':
      return '';
    case 'p':
      return String(context.processId);
    case 't':
      return localTime(context.nowSeconds);
    default:
      return null;
  }
}

/** The line of a deletion; only for formats with %i or %o. `name` has a directory's slash; `mode` where this process knows it. */
export function deletionLine(format: string, name: string, context: FormatContext, mode?: number): string {
  const value: Value = (letter, piece) => {
    switch (letter) {
      case 'b':
      case 'c':
      case 'l':
        return number(0, piece);
      case 'B':
        return mode === undefined ? '---------' : permissionText(mode);
      case 'C':
        return ' '.repeat(context.digestHexLength);
      case 'f':
        return name.replace(/^\/|\/$/g, '');
      case 'G':
        return context.group ? '0' : 'DEFAULT';
      case 'i':
        return DELETION_ITEM;
      case 'M':
        return localTime(0, '-');
      case 'n':
        return name;
      case 'o':
        return 'del.';
      case 'U':
        return '0';
      default:
        return commonValue(letter, context);
    }
  };
  return expand(format, value, '');
}

const DIGEST_HEX_LENGTHS: Readonly<Record<string, number>> = { xxh64: 16, xxh3: 16, sha1: 40, none: 2 };

/** Width of %C for a checksum of that name. */
export function digestHexLength(checksum: string): number {
  return DIGEST_HEX_LENGTHS[checksum] ?? 32;
}
