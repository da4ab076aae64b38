// Reads the words of a command line in popt's manner (docs/protocol/05-options.md §1, §2): clusters, values, negations,
// operands anywhere, no abbreviations. Fills RawOptions; implications and conflicts come later, in resolve.ts.
import { notSupported, usageError } from './option-error.ts';
import { newRawOptions } from './raw-options.ts';
import type { RawOptions } from './raw-options.ts';
import { OPTION_NAMES, rowName } from './table.ts';
import type { OptionName } from './table.ts';
import { parseInteger } from './values.ts';

/** The words were those of `--server`, met on the way: the parse has to start again as a server's. */
class ServerMet extends Error {}

/** Position in the words; the scanner's only state besides the options. */
interface Cursor {
  readonly words: readonly string[];
  next: number;
}

/**
 * Scans all words (without the program name; latin1 byte strings). `begun` gets what the words are read into, for whoever wants
 * to know how far they came.
 * @throws OptionError for unknown options, bad values, and options this version does not have.
 */
export function scanWords(words: readonly string[], begun?: (raw: RawOptions) => void): RawOptions {
  const read = (isServer: boolean): RawOptions => {
    const raw = newRawOptions(isServer);
    begun?.(raw);
    scan(words, isServer, raw);
    return raw;
  };
  try {
    return read(false);
  } catch (error) {
    if (error instanceof ServerMet) return read(true);
    throw error;
  }
}

function scan(words: readonly string[], isServer: boolean, raw: RawOptions): void {
  const cursor: Cursor = { words, next: 0 };
  while (cursor.next < words.length && !raw.help && raw.flagHelp === null) {
    const word = words[cursor.next++]!;
    if (word === '--') {
      raw.operands.push(...words.slice(cursor.next));
      break;
    }
    if (word === '-' || !word.startsWith('-')) {
      raw.operands.push(word);
      // A peer's paths are never read as options (01-session.md §16).
      if (isServer && word === '.' && raw.operands.length === 1) {
        raw.operands.push(...words.slice(cursor.next));
        break;
      }
    } else if (word.startsWith('--')) {
      scanLong(raw, cursor, word);
    } else {
      scanCluster(raw, cursor, word);
    }
  }
}

function scanLong(raw: RawOptions, cursor: Cursor, word: string): void {
  const equals = word.indexOf('=');
  const spelling = equals < 0 ? word : word.slice(0, equals);
  const name = OPTION_NAMES.get(spelling);
  if (name === undefined || (raw.isServer && name.row.clientOnly === true)) {
    throw usageError(`${word}: unknown option`, raw.isServer);
  }
  refuseLater(raw, name);
  if (!takesValue(name)) {
    if (equals >= 0) throw usageError(`${word}: option does not take an argument`, raw.isServer);
    act(raw, name, '', word);
  } else if (equals >= 0) {
    act(raw, name, word.slice(equals + 1), word);
  } else {
    const value = nextWord(raw, cursor, word);
    act(raw, name, value, value);
  }
}

function scanCluster(raw: RawOptions, cursor: Cursor, word: string): void {
  for (let at = 1; at < word.length; at++) {
    const name = OPTION_NAMES.get(`-${word[at]}`);
    if (name === undefined) throw usageError(`${word}: unknown option`, raw.isServer);
    refuseLater(raw, name);
    const rest = word.slice(at + 1);
    if (!takesValue(name)) {
      if (rest.startsWith('=')) throw usageError(`${word}: option does not take an argument`, raw.isServer);
      act(raw, name, '', word);
      continue;
    }
    if (rest !== '') {
      act(raw, name, rest.startsWith('=') ? rest.slice(1) : rest, word);
    } else {
      const value = nextWord(raw, cursor, word);
      act(raw, name, value, value);
    }
    return;
  }
}

function takesValue(name: OptionName): boolean {
  return !name.negated && name.row.argument !== 'none';
}

function nextWord(raw: RawOptions, cursor: Cursor, word: string): string {
  const value = cursor.words[cursor.next++];
  if (value === undefined) throw usageError(`${word}: missing argument`, raw.isServer);
  return value;
}

function refuseLater(raw: RawOptions, name: OptionName): void {
  const { row } = name;
  if (row.status !== 'later' || name.negated) return;
  if (row.impossible !== true) throw notSupported(rowName(row), raw.isServer);
  const who = raw.isServer ? 'The server' : 'This rsync';
  throw usageError(`${who} does not support --${row.long} (-${row.short})`);
}

/** Applies one occurrence. `stood` is the word the value stood in, which rsync names when an integer is bad. */
function act(raw: RawOptions, name: OptionName, value: string, stood: string): void {
  const row = name.row;
  if (row.status === 'later') return;
  if (name.negated) {
    row.negate?.(raw, value);
    return;
  }
  if (row.argument === 'integer') {
    const parsed = parseInteger(value);
    if (parsed === 'invalid') throw usageError(`${stood}: invalid numeric value`, raw.isServer);
    if (parsed === 'range') throw usageError(`${stood}: number too large or too small`, raw.isServer);
  }
  if (row.long === 'server' && !raw.isServer) throw new ServerMet();
  row.apply(raw, value);
}
