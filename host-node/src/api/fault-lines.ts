// A fault's text as lines of its own. Most texts are one line, and a newline in them is a byte of some name.

import { OptionError } from '../options/option-error.ts';

/** Faults whose texts are several lines in rsync's words; no names of files are in them. */
const SEVERAL_LINES: ReadonlySet<unknown> = new Set([
  'ERR_PROTOCOL_VERSION',
  'ERR_NEGOTIATION',
  'ERR_CONNECT',
  'ERR_FAR_OPTION',
  'ERR_AUTH_DIGEST',
]);

/** Faults of two lines, of which the first may show a name. */
const NAME_FIRST: ReadonlySet<unknown> = new Set(['ERR_NAME_OVERFLOW', 'ERR_LINK_TARGET_OVERFLOW']);

/** None when what is wrong was told where it happened. */
export function faultLines(error: Error): string[] {
  if (error.message === '') return [];
  if (error instanceof OptionError) return error.message.split('\n');
  if ('code' in error && NAME_FIRST.has(error.code)) {
    const end = error.message.lastIndexOf('\n');
    return [error.message.slice(0, end), error.message.slice(end + 1)];
  }
  return 'code' in error && SEVERAL_LINES.has(error.code) ? error.message.split('\n') : [error.message];
}
