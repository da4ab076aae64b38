// Names of temporary files (docs/protocol/04-transfer.md §9.2, §3.6.1). Pure but for the random letters.
import type { Root } from '../fs/filesystem.ts';
import { randomBelow } from '../fs/random.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const SUFFIX_LETTERS = 6;
/** A dot and the letters. */
const SUFFIX_BYTES = 7;
/** What may be copied of the name, counted with a terminator: the whole leaf then fits 255 bytes. */
const LONGEST_COPY_BYTES = 247;
const LONGEST_PATH_BYTES = 4096;
const COUNTER_TRIES = 100;
const COUNTER_LIMIT = 999_999;

/**
 * Everything before the random letters: `.name.` in the file's own directory. undefined: no room is left for a name.
 */
export function temporaryPrefix(name: string): string | undefined {
  const slash = name.lastIndexOf('/');
  const directory = name.slice(0, slash + 1);
  const base = name.slice(slash + 1);
  const leaf = prefixLeaf('.', base.startsWith('.') ? base.slice(1) : base, directory.length);
  return leaf === undefined ? undefined : directory + leaf;
}

/** In a directory for temporary files, whose path has so many bytes, the name is not hidden. */
export function temporaryLeaf(name: string, directoryBytes: number): string | undefined {
  return prefixLeaf('', name.slice(name.lastIndexOf('/') + 1), directoryBytes + 1);
}

/** What is cut off may end in the middle of a character: then all its last bytes go. */
function prefixLeaf(dot: '.' | '', bare: string, directoryBytes: number): string | undefined {
  const room =
    Math.min(LONGEST_PATH_BYTES - directoryBytes - dot.length - SUFFIX_BYTES, LONGEST_COPY_BYTES) - 1;
  if (room < 1) return undefined;
  let leaf = dot + bare;
  if (bare.length > room) {
    leaf = leaf.slice(0, dot.length + room);
    while (leaf.length > dot.length && leaf.charCodeAt(leaf.length - 1) >= 0x80) leaf = leaf.slice(0, -1);
  }
  if (leaf.endsWith('.')) leaf = leaf.slice(0, -1);
  return `${leaf}.`;
}

/** Not secret: the file is made with O_EXCL, and a name that is taken is tried again. */
export function randomSuffix(): string {
  let suffix = '';
  for (let i = 0; i < SUFFIX_LETTERS; i++) suffix += LETTERS[randomBelow(LETTERS.length)];
  return suffix;
}

/** A free name for an object that will be renamed over `name`; undefined when none was found in 100 tries. */
export function counterName(root: Root, name: string, processId: number): string | undefined {
  const prefix = temporaryPrefix(name);
  if (prefix === undefined) return undefined;
  const start = processId + COUNTER_TRIES > COUNTER_LIMIT ? 0 : processId;
  for (let counter = start; counter < start + COUNTER_TRIES; counter++) {
    if (root.lstat(prefix + counter) === undefined) return prefix + counter;
  }
  return undefined;
}
