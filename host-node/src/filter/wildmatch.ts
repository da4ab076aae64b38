// The wildcard matcher of filter patterns (docs/protocol/06-filters.md §7.3, §7.4). Bytes as latin1 text.
// Patterns come from strangers: the work is bounded by pattern length × text length (memory of tried pairs).

const OK = 1;
const FAIL = 0;
/** No match, and none possible from a later start. */
const DEAD = -1;
type Result = typeof OK | typeof FAIL | typeof DEAD;

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const BANG = 0x21;
const CARET = 0x5e;
const DASH = 0x2d;
const COLON = 0x3a;
/** Below this many stars a pattern cannot take long, and nothing is remembered. */
const STARS_WITHOUT_MEMORY = 2;

/** Result of a match as the search over later starts needs it. */
export type MatchOutcome = 'match' | 'no match' | 'never';

/** Matches the whole of `text`. `never`: a later start of the same text cannot match either. */
export function wildmatch(pattern: string, text: string): MatchOutcome {
  let stars = 0;
  for (let at = 0; at < pattern.length; at++) if (pattern.charCodeAt(at) === STAR) stars++;
  const memory = stars > STARS_WITHOUT_MEMORY ? new Map<number, Result>() : undefined;
  const result = match(pattern, 0, text, 0, memory);
  return result === OK ? 'match' : result === FAIL ? 'no match' : 'never';
}

type Memory = Map<number, Result> | undefined;

function match(p: string, from: number, t: string, start: number, memory: Memory): Result {
  let j = start;
  for (let i = from; i < p.length;) {
    const c = p.charCodeAt(i);
    if (j === t.length && c !== STAR) return DEAD;
    switch (c) {
      case STAR:
        return matchStar(p, i, t, j, memory);
      case QUESTION:
        if (t.charCodeAt(j) === SLASH) return FAIL;
        i++;
        break;
      case OPEN: {
        const parsed = classAt(p, i, t.charCodeAt(j));
        if (parsed === undefined) return DEAD;
        if (!parsed.matches || t.charCodeAt(j) === SLASH) return FAIL;
        i = parsed.end;
        break;
      }
      case BACKSLASH:
        i++;
        if (i === p.length || t.charCodeAt(j) !== p.charCodeAt(i)) return FAIL;
        i++;
        break;
      default:
        if (t.charCodeAt(j) !== c) return FAIL;
        i++;
    }
    j++;
  }
  return j === t.length ? OK : FAIL;
}

function matchStar(p: string, at: number, t: string, start: number, memory: Memory): Result {
  const key = at * (t.length + 1) + start;
  const known = memory?.get(key);
  if (known !== undefined) return known;
  const result = tryStar(p, at, t, start, memory);
  memory?.set(key, result);
  return result;
}

function tryStar(p: string, at: number, t: string, start: number, memory: Memory): Result {
  let i = at + 1;
  const any = p.charCodeAt(i) === STAR;
  while (p.charCodeAt(i) === STAR) i++;
  if (i === p.length) return any || !t.includes('/', start) ? OK : FAIL;
  for (let j = start; j < t.length; j++) {
    const result = match(p, i, t, j, memory);
    if (result !== FAIL) return result;
    if (!any && t.charCodeAt(j) === SLASH) return FAIL;
  }
  return DEAD;
}

/** The class that opens at `at`, tested with one byte; undefined when it is malformed. */
function classAt(p: string, at: number, byte: number): { matches: boolean; end: number } | undefined {
  let i = at + 1;
  const negated = p.charCodeAt(i) === BANG || p.charCodeAt(i) === CARET;
  if (negated) i++;
  let found = false;
  /** The last single byte, which a range may start from; -1 after ranges and named classes. */
  let previous = -1;
  for (let first = true; ; first = false) {
    if (i >= p.length) return undefined;
    const c = p.charCodeAt(i);
    if (c === CLOSE && !first) break;
    if (c === DASH && previous >= 0 && i + 1 < p.length && p.charCodeAt(i + 1) !== CLOSE) {
      i++;
      if (p.charCodeAt(i) === BACKSLASH) i++;
      if (i >= p.length) return undefined;
      if (byte >= previous && byte <= p.charCodeAt(i)) found = true;
      previous = -1;
      i++;
      continue;
    }
    if (c === OPEN && p.charCodeAt(i + 1) === COLON) {
      const close = p.indexOf(']', i + 2);
      if (close < 0) return undefined;
      if (close - 1 >= i + 2 && p.charCodeAt(close - 1) === COLON) {
        const named = NAMED.get(p.slice(i + 2, close - 1));
        if (named === undefined) return undefined;
        if (named(byte)) found = true;
        previous = -1;
        i = close + 1;
        continue;
      }
    }
    if (c === BACKSLASH) i++;
    if (i >= p.length) return undefined;
    previous = p.charCodeAt(i);
    if (byte === previous) found = true;
    i++;
  }
  return { matches: found !== negated, end: i + 1 };
}

const between = (byte: number, low: number, high: number): boolean => byte >= low && byte <= high;
const isUpper = (byte: number): boolean => between(byte, 0x41, 0x5a);
const isLower = (byte: number): boolean => between(byte, 0x61, 0x7a);
const isDigit = (byte: number): boolean => between(byte, 0x30, 0x39);
const isAlnum = (byte: number): boolean => isUpper(byte) || isLower(byte) || isDigit(byte);

const NAMED: ReadonlyMap<string, (byte: number) => boolean> = new Map([
  ['alnum', isAlnum],
  ['alpha', (byte) => isUpper(byte) || isLower(byte)],
  ['blank', (byte) => byte === 0x20 || byte === 0x09],
  ['cntrl', (byte) => byte < 0x20 || byte === 0x7f],
  ['digit', isDigit],
  ['graph', (byte) => between(byte, 0x21, 0x7e)],
  ['lower', isLower],
  ['print', (byte) => between(byte, 0x20, 0x7e)],
  ['punct', (byte) => between(byte, 0x21, 0x7e) && !isAlnum(byte)],
  ['space', (byte) => byte === 0x20 || between(byte, 0x09, 0x0d)],
  ['upper', isUpper],
  ['xdigit', (byte) => isDigit(byte) || between(byte, 0x41, 0x46) || between(byte, 0x61, 0x66)],
]);
