// Charsets by their names, as text of this program and back (docs/protocol/03-file-list.md §15). The tables are those of
// TextDecoder; where the web calls another charset by a name, the difference is made good here. Bytes are latin1 strings.

/** Text of bytes; 'invalid' for what the charset does not have, 'incomplete' for a sequence that is cut off. */
export type Decoded = { readonly text: string } | 'invalid' | 'incomplete';

export interface Charset {
  decode(bytes: string): Decoded;
  /** undefined: the charset has no such character. */
  encode(text: string): string | undefined;
}

type Decoder = InstanceType<typeof TextDecoder>;

/** What glibc calls by several names, in capitals without `-`, `_` and spaces; the web's label, or a kind of our own. */
const LABELS: Readonly<Record<string, string>> = {
  UTF8: 'utf-8',
  UTF8MAC: 'utf-8-mac',
  ASCII: 'ascii',
  USASCII: 'ascii',
  'ANSIX3.41968': 'ascii',
  'ANSIX3.41986': 'ascii',
  ISO646US: 'ascii',
  CP367: 'ascii',
  LATIN1: 'latin1',
  L1: 'latin1',
  ISO88591: 'latin1',
  '88591': 'latin1',
  CP819: 'latin1',
  IBM819: 'latin1',
  LATIN2: 'iso-8859-2',
  LATIN3: 'iso-8859-3',
  LATIN4: 'iso-8859-4',
  LATIN5: 'latin5',
  LATIN6: 'iso-8859-10',
  LATIN9: 'iso-8859-15',
  ISO88599: 'latin5',
  CP866: 'ibm866',
  IBM866: 'ibm866',
  KOI8R: 'koi8-r',
  KOI8U: 'koi8-u',
  MACINTOSH: 'macintosh',
  MACCYRILLIC: 'x-mac-cyrillic',
  SJIS: 'shift_jis',
  SHIFTJIS: 'shift_jis',
  MSKANJI: 'shift_jis',
  CP932: 'shift_jis',
  EUCJP: 'euc-jp',
  EUCKR: 'euc-kr',
  EUCCN: 'gbk',
  GB2312: 'gbk',
  GBK: 'gbk',
  CP936: 'gbk',
  BIG5: 'big5',
};

/** Latin-5 is Latin-1 but for these. */
const LATIN5: readonly (readonly [byte: number, character: string])[] = [
  [0xd0, 'Ğ'],
  [0xdd, 'İ'],
  [0xde, 'Ş'],
  [0xf0, 'ğ'],
  [0xfd, 'ı'],
  [0xfe, 'ş'],
];
const MULTI_BYTE: ReadonlySet<string> = new Set(['shift_jis', 'euc-jp', 'euc-kr', 'gbk', 'big5']);
const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));

/** undefined: no charset is known by that name. */
export function charsetOf(name: string): Charset | undefined {
  const label = labelOf(name);
  if (label === undefined) return undefined;
  if (label === 'utf-8') return utf8('NFC', false);
  if (label === 'utf-8-mac') return utf8('NFD', true);
  if (label === 'ascii') return tableOf(BYTES.slice(0, 128).map((byte) => [byte, byte]));
  if (label === 'latin1') return tableOf(BYTES.map((byte) => [byte, byte]));
  if (label === 'latin5') return tableOf([...BYTES.map((byte) => [byte, byte] as const), ...latin5()]);
  return decoderCharset(label);
}

function labelOf(name: string): string | undefined {
  const bare = name
    .replace(/\/+ *$/, '')
    .toUpperCase()
    .replace(/[-_ ]/g, '');
  const known = LABELS[bare];
  if (known !== undefined) return known;
  const part = /^(?:ISO)?8859([0-9]{1,2})$/.exec(bare)?.[1];
  if (part !== undefined && /^(?:[2-8]|10|13|14|15|16)$/.test(part)) return `iso-8859-${part}`;
  const windows = /^(?:CP|WINDOWS)(125[0-8])$/.exec(bare)?.[1];
  return windows === undefined ? undefined : `windows-${windows}`;
}

function latin5(): (readonly [string, string])[] {
  return LATIN5.map(([byte, character]) => [BYTES[byte]!, character] as const);
}

/** `changes`: text gets this form (files of macOS are named in the decomposed one), and leaves it on the way out. */
function utf8(form: 'NFC' | 'NFD', changes: boolean): Charset {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return {
    decode(bytes) {
      const decoded = decodeWith(strict, bytes);
      return changes && typeof decoded !== 'string' ? { text: decoded.text.normalize('NFC') } : decoded;
    },
    encode: (text) => latin1(new TextEncoder().encode(changes ? text.normalize(form) : text)),
  };
}

/** Charsets of one byte a character: later pairs take the place of earlier ones. */
function tableOf(pairs: readonly (readonly [byte: string, character: string])[]): Charset {
  const characters = new Map(pairs);
  const bytes = new Map([...characters].map(([byte, character]) => [character, byte]));
  return {
    decode(text) {
      const found: string[] = [];
      for (const byte of text) {
        const character = characters.get(byte);
        if (character === undefined) return 'invalid';
        found.push(character);
      }
      return { text: found.join('') };
    },
    encode: (text) => encodeWith(bytes, text),
  };
}

function decoderCharset(label: string): Charset {
  const decoder = new TextDecoder(label, { fatal: true });
  let bytes: Map<string, string> | undefined;
  return {
    decode: (text) => decodeWith(decoder, text),
    encode: (text) => encodeWith((bytes ??= inverseOf(decoder, MULTI_BYTE.has(label))), text),
  };
}

/** Every character that the decoder makes of one byte, or of a pair. The first one that makes it counts. */
function inverseOf(decoder: Decoder, hasPairs: boolean): Map<string, string> {
  const found = new Map<string, string>();
  const take = (bytes: string): boolean => {
    const decoded = decodeWith(decoder, bytes);
    if (typeof decoded === 'string') return false;
    if ([...decoded.text].length === 1 && !found.has(decoded.text)) found.set(decoded.text, bytes);
    return true;
  };
  for (const first of BYTES) {
    if (take(first) || !hasPairs) continue;
    for (const second of BYTES.slice(0x30)) take(first + second);
  }
  return found;
}

function encodeWith(bytes: ReadonlyMap<string, string>, text: string): string | undefined {
  const encoded: string[] = [];
  for (const character of text) {
    const found = bytes.get(character);
    if (found === undefined) return undefined;
    encoded.push(found);
  }
  return encoded.join('');
}

function decodeWith(decoder: Decoder, bytes: string): Decoded {
  const raw = Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
  try {
    return { text: decoder.decode(raw) };
  } catch {
    return isCutOff(decoder, raw) ? 'incomplete' : 'invalid';
  }
}

/** Nothing is wrong with what is there. */
function isCutOff({ encoding }: Decoder, raw: Uint8Array): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(raw, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
