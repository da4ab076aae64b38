// How far a file name is from another: the measure by which a similar file is chosen as a basis (docs/protocol/04-transfer.md
// §3.11). Pure. Names are latin1.

/** One letter more or less, or another one; the letters themselves count in the fraction below. */
const UNIT = 0x10000;
/** Names whose lengths differ by more than the limit. */
export const DISQUALIFIED = 0xffff0001;
/** Sums from there on are no distances. */
const NO_LIMIT = 0xffff0000;
const SUFFIX_WEIGHT = 10;
const LEFT_BEHIND: ReadonlySet<string> = new Set(['.bak', '.old', '.orig']);

/** From a candidate to the wanted name; suffixes count ten times. */
export function nameDistance(candidate: string, wanted: string, limit: number): number {
  const distance = textDistance(candidate, wanted, limit);
  if (distance >= NO_LIMIT) return distance;
  return distance + SUFFIX_WEIGHT * textDistance(nameSuffix(candidate), nameSuffix(wanted), NO_LIMIT);
}

/** The units and the rest, as upstream prints them. */
export function distanceText(distance: number): string {
  return `${Math.floor(distance / UNIT)}.${String(distance % UNIT).padStart(5, '0')}`;
}

function textDistance(candidate: string, wanted: string, limit: number): number {
  if (Math.abs(candidate.length - wanted.length) * UNIT > limit) return DISQUALIFIED;
  if (candidate === '' || wanted === '') return lengthOf(candidate + wanted);
  const row = Array.from(wanted, (_, index) => (index + 1) * UNIT);
  for (let i = 0; i < candidate.length; i++) {
    const ours = candidate.charCodeAt(i);
    let diagonal = i * UNIT;
    let before = (i + 1) * UNIT;
    for (let j = 0; j < row.length; j++) {
      const theirs = wanted.charCodeAt(j);
      const above = row[j]!;
      const substituted = diagonal + (ours === theirs ? 0 : UNIT + Math.abs(ours - theirs));
      // The choice is made before the letter is counted.
      const shifted = above < before ? above + UNIT + ours : before + UNIT + theirs;
      diagonal = above;
      row[j] = before = Math.min(shifted, substituted);
    }
  }
  return row[row.length - 1]!;
}

/** Against nothing at all; here, and only here, bytes count as signed ones. */
function lengthOf(text: string): number {
  let sum = text.length * UNIT;
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i);
    sum += byte < 0x80 ? byte : byte - 0x100;
  }
  return sum;
}

/**
 * With its dot: what tells the kind of file. Numbers do not where there is something better, nor do words for old copies, of which
 * one is passed over: a tilde at the end, or the others.
 */
export function nameSuffix(name: string): string {
  let bare = name.replace(/^\.+/, '');
  const hadTilde = bare.length > 1 && bare.endsWith('~');
  if (hadTilde) bare = bare.slice(0, -1);
  let best = '';
  for (let end = bare.length, dot = bare.lastIndexOf('.'); dot > 0; end = dot, dot = lastDot(bare, dot)) {
    const part = bare.slice(dot, end);
    if (hadTilde ? /^\.~[0-9]$/.test(part) : LEFT_BEHIND.has(part)) continue;
    best = part;
    if (part === '.' || !/^\.[0-9]*$/.test(part)) return best;
  }
  return best;
}

function lastDot(text: string, before: number): number {
  return before === 0 ? -1 : text.lastIndexOf('.', before - 1);
}
