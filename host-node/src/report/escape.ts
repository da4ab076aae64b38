// How names and messages are made harmless for a terminal (docs/protocol/07-output.md §2.3). Works on latin1 byte strings.

/** What a byte ≥ 0x80 means on this screen: part of UTF-8, or nothing (C locale). */
export type Charset = 'utf-8' | 'ascii';

/** The locale's character set, as far as escaping is concerned. */
export function localeCharset(environment: Readonly<Record<string, string | undefined>>): Charset {
  const { LC_ALL, LC_CTYPE, LANG } = environment;
  const locale = LC_ALL || LC_CTYPE || LANG || 'C';
  return /utf-?8/i.test(locale) ? 'utf-8' : 'ascii';
}

function octal(byte: number): string {
  return `\\#${byte.toString(8).padStart(3, '0')}`;
}

/** Length of the valid UTF-8 sequence at `at`; 0 if there is none. */
function sequenceLength(text: string, at: number): number {
  const first = text.charCodeAt(at);
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > text.length) return 0;
  for (let i = 1; i < length; i++) {
    if ((text.charCodeAt(at + i) & 0xc0) !== 0x80) return 0;
  }
  const second = text.charCodeAt(at + 1);
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}

/** True if the bytes are valid UTF-8 throughout. */
export function isUtf8(text: string): boolean {
  for (let at = 0; at < text.length;) {
    const length = text.charCodeAt(at) < 0x80 ? 1 : sequenceLength(text, at);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

/**
 * One message, without its final newline, as it may be printed.
 * @param eightBit -8: high bytes pass unchecked
 */
export function escapeText(text: string, charset: Charset, eightBit: boolean): string {
  let result = '';
  for (let at = 0; at < text.length;) {
    const byte = text.charCodeAt(at);
    let length = 1;
    if (byte >= 0x80 && !eightBit) {
      length = charset === 'utf-8' ? sequenceLength(text, at) : 0;
      if (length === 0) {
        result += octal(byte);
        at += 1;
        continue;
      }
    }
    const control = byte < 0x20 && byte !== 0x09 && !(byte === 0x0d && at === 0);
    const fakeEscape = byte === 0x5c && /^#\d{3}/.test(text.slice(at + 1, at + 5));
    result += control || fakeEscape ? octal(byte) : text.slice(at, at + length);
    at += length;
  }
  return result;
}

/** A line on a server's own stderr: it knows no locale, and only what ASCII can print stands as it is (observed, 07 §2.3). */
export function escapeServerText(text: string): string {
  return escapeText(text, 'ascii', false).replaceAll('\x7f', octal(0x7f));
}

/**
 * A line for a log file, which programs read and people page through: what could act on a terminal is escaped, whatever the locale
 * (as rsync 3.5.0 has it, 09-rsync-3.5.md §14; only real C1 controls, so that letters of UTF-8 stay whole).
 */
export function escapeLogText(text: string): string {
  let result = '';
  for (let at = 0; at < text.length;) {
    const byte = text.charCodeAt(at);
    const sequence = byte < 0x80 ? 1 : sequenceLength(text, at);
    const isControl = byte < 0x20 && byte !== 0x09;
    const isC1 = sequence === 0 ? byte <= 0x9f : byte === 0xc2 && text.charCodeAt(at + 1) <= 0x9f;
    const isFakeEscape = byte === 0x5c && /^#\d{3}/.test(text.slice(at + 1, at + 5));
    const length = Math.max(1, sequence);
    const piece = text.slice(at, at + length);
    const isShown = !isControl && !isFakeEscape && (byte < 0x80 || !isC1);
    result += isShown ? piece : [...piece].map((char) => octal(char.charCodeAt(0))).join('');
    at += length;
  }
  return result;
}
