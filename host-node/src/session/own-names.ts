// A received list under the names that it has at this end: out of UTF-8 with --iconv, symlinks munged
// (docs/protocol/03-file-list.md §4.1, §15). What cannot be named here stays in the list, emptied, for its number.
import type { FileList } from '@ocrsync/core/file-list';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { type Converted, type NameCharset, type OtherNames, copyRows } from './charset.ts';
import type { SessionContext } from './context.ts';
import { mungedTarget } from './munged-target.ts';
import { IO_ERROR_GENERAL } from './io-errors.ts';

const LONGEST_PATH_BYTES = 4095;

/** The list itself, or one in its place; the received one is freed then. */
export function ownNames(context: SessionContext, list: FileList): FileList {
  const { charset, mungesLinks } = context.config;
  if (charset === undefined && !mungesLinks) return list;
  const own = context.lists.open();
  copyRows(list, own, (row) => namesOf(context, list, row, charset));
  list.free();
  return own;
}

function namesOf(
  context: SessionContext,
  list: FileList,
  row: number,
  charset: NameCharset | undefined,
): OtherNames | undefined {
  const given = list.name(row);
  const name = charset === undefined ? given : readableName(charset.fromWire(given), given);
  if (typeof name !== 'string') {
    return lose(context, `cannot convert filename: ${given} (${name.failure})`);
  }
  let target: string | Failure = list.linkTarget(row);
  if (target === '') return { name };
  if (charset !== undefined && context.linkTargetsConverted) target = readable(charset.fromWire(target));
  if (typeof target !== 'string') {
    return lose(context, `cannot convert symlink data for: ${charset!.quoted(name)} (${target.failure})`);
  }
  return { name, linkTarget: context.config.mungesLinks ? fitting(context, mungedTarget(target)) : target };
}

interface Failure {
  readonly failure: string;
}

const UNREADABLE: Failure = { failure: 'Invalid or incomplete multibyte or wide character' };

/** A name must not become a way out of the destination by what it is converted to. */
function readableName(converted: Converted, given: string): string | Failure {
  const name = readable(converted);
  if (typeof name !== 'string') return name;
  const parts = name.split('/');
  const isSafe = parts.length === given.split('/').length && !parts.includes('..');
  return isSafe ? name : UNREADABLE;
}

function readable(converted: Converted): string | Failure {
  if ('failure' in converted) return converted;
  const { text } = converted;
  const isPath = text !== '' && text.length <= LONGEST_PATH_BYTES && !text.includes('\0');
  return isPath ? text : UNREADABLE;
}

function lose(context: SessionContext, text: string): undefined {
  context.report.message('error-xfer', `[${context.channel.role}] ${text}`);
  context.ioError |= IO_ERROR_GENERAL;
  return undefined;
}

function fitting({ channel }: SessionContext, target: string): string {
  if (target.length <= LONGEST_PATH_BYTES) return target;
  throw new ProtocolError(
    'ERR_LINK_TARGET',
    `overflow: linkname_len=${target.length}`,
    22,
    channel.reader.byteOffset,
  );
}
