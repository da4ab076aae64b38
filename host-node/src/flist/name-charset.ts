// --iconv: names between the charset of this end and the UTF-8 that travels (docs/protocol/03-file-list.md §15). Pure.
import { RunError } from '../session/run-error.ts';
import type { Converted, NameCharset } from '../session/charset.ts';
import { type Charset, charsetOf } from './charset-table.ts';

const WIRE = 'UTF-8';
const EXIT_UNSUPPORTED = 4;
/** What the C library says of bytes or characters that a charset does not have, and of a sequence that is cut off. */
const INVALID = 'Invalid or incomplete multibyte or wide character';
const INCOMPLETE = 'Invalid argument';

/** `name` as typed. `quoted`: see {@link NameCharset}. Throws a RunError for a name that nobody knows. */
export function nameCharset(name: string, quoted: (name: string) => string): NameCharset {
  const own = charsetOf(name);
  if (own === undefined) {
    throw new RunError('ERR_ICONV', `iconv_open("${WIRE}", "${name}") failed`, EXIT_UNSUPPORTED);
  }
  const wire = charsetOf(WIRE)!;
  return {
    name,
    toWire: (text) => converted(own, wire, text),
    fromWire: (text) => converted(wire, own, text),
    quoted,
  };
}

function converted(from: Charset, to: Charset, bytes: string): Converted {
  if (isPlain(bytes)) return { text: bytes };
  const decoded = from.decode(bytes);
  if (decoded === 'invalid') return { failure: INVALID };
  if (decoded === 'incomplete') return { failure: INCOMPLETE };
  const text = to.encode(decoded.text);
  return text === undefined ? { failure: INVALID } : { text };
}

/** ASCII is the same in all of them, but for a few of its signs in Shift_JIS. */
function isPlain(bytes: string): boolean {
  return /^[ -[\]-}]*$/.test(bytes);
}
