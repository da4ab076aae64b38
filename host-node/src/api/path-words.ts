// Wildcards in the path words of a server whose arguments no shell has seen (docs/protocol/01-session.md §16). They name what
// the account may read anyway; what a word comes to is used like any typed path.
import { readdirSync } from 'node:fs';
import { wildmatch } from '../filter/wildmatch.ts';

const WILDCARD = /[*?[]/;
/** A word that comes to more stays as it is. */
const MOST_PATHS = 100_000;

/** The paths for each word, in its place; a word without a match stands for itself. Names begin with a dot only where the pattern matches one. */
export function expandPathWords(words: readonly string[]): string[] {
  return words.flatMap((word) => expandWord(word));
}

function expandWord(word: string): string[] {
  const clean = word.replace(/\/{2,}/g, '/');
  if (!WILDCARD.test(clean)) return [clean];
  const absolute = clean.startsWith('/');
  let found: string[] = [absolute ? '/' : ''];
  for (const part of clean.split('/').slice(absolute ? 1 : 0)) {
    found = found.flatMap((directory) => step(directory, part));
    if (found.length === 0 || found.length > MOST_PATHS) return [clean];
  }
  return found;
}

/** One more component behind each path; an empty one is the slash at the end. */
function step(directory: string, part: string): string[] {
  const before = directory === '' || directory.endsWith('/') ? directory : `${directory}/`;
  if (!WILDCARD.test(part)) return [before + part];
  return namesIn(directory === '' ? '.' : directory)
    .filter((name) => wildmatch(part, name) === 'match')
    .sort()
    .map((name) => before + name);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(Buffer.from(directory, 'latin1'), { encoding: 'latin1' });
  } catch {
    return [];
  }
}
