// Looks names up in a sorted list, and empties duplicates (docs/protocol/03-file-list.md §12.3).
import {
  F_CONTENT_DIR, F_EMPTIED, F_IMPLIED_DIR, F_TOP_DIR, L_COUNT, L_DIR, L_FLAGS, L_ORDER, L_SORTED, SORTED_PLAIN,
  column32, directoryLength, directoryPath, get, isDir, rowBase, rowBaseLength, rowMode, setColumn32,
} from './flist-layout';
import { compareFullNames, comparePieces, treeBaseLength } from './flist-sort';

/**
 * Order of a name against a row. The name is dir + base; as a directory its base counts with the '/' that stands behind it.
 */
function compareTo(list: usize, dirs: usize, dir: usize, dirLength: u32, base: usize, baseLength: u32, directory: bool, row: u32): i32 {
  const rowDir = column32(list, L_DIR, row);
  const path = directoryPath(dirs, rowDir);
  const pathLength = directoryLength(dirs, rowDir);
  if (get(list, L_SORTED) == SORTED_PLAIN) {
    return comparePieces(dir, dirLength, base, baseLength, path, pathLength, rowBase(list, row), rowBaseLength(list, row));
  }
  const rowIsDir = isDir(rowMode(list, row));
  const groupBase = directory ? (baseLength == 1 && load<u8>(base) == 0x2e ? 0 : baseLength + 1) : 0;
  const rowGroupBase = rowIsDir ? treeBaseLength(list, row) : 0;
  const groups = comparePieces(dir, dirLength, base, groupBase, path, pathLength, rowBase(list, row), rowGroupBase);
  if (groups != 0) return groups;
  if (directory || rowIsDir) return <i32>rowIsDir - <i32>directory;
  return comparePieces(base, baseLength, 0, 0, rowBase(list, row), rowBaseLength(list, row), 0, 0);
}

/** First position whose row is not before the name. */
function lowerBound(list: usize, dirs: usize, dir: usize, dirLength: u32, base: usize, baseLength: u32, directory: bool): u32 {
  const order = <usize>get(list, L_ORDER);
  let low: u32 = 0;
  let high = get(list, L_COUNT);
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = load<u32>(order + (<usize>middle << 2));
    if (compareTo(list, dirs, dir, dirLength, base, baseLength, directory, row) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Position of the first row of that name that was not emptied, or -1. Plain order: of any type. */
function findActive(list: usize, dirs: usize, dir: usize, dirLength: u32, base: usize, baseLength: u32, directory: bool): i32 {
  const order = <usize>get(list, L_ORDER);
  const count = get(list, L_COUNT);
  let at = lowerBound(list, dirs, dir, dirLength, base, baseLength, directory);
  while (at < count) {
    const row = load<u32>(order + (<usize>at << 2));
    if (compareTo(list, dirs, dir, dirLength, base, baseLength, directory, row) != 0) return -1;
    if ((column32(list, L_FLAGS, row) & F_EMPTIED) == 0) return <i32>at;
    at++;
  }
  return -1;
}

/**
 * Position of the active row with the name of `length` bytes at `name`, behind which a '/' stands; `directory` says which of
 * the two places of a name is meant (P >= 29). -1 when there is none.
 */
export function flist_find(list: usize, dirs: usize, name: usize, length: u32, directory: u32): i32 {
  let split = length;
  while (split > 0 && load<u8>(name + split - 1) != 0x2f) split--;
  return findActive(list, dirs, name, split, name + split, length - split, directory != 0);
}

/** Empties one of two rows of the same name; returns the row that is kept. */
function keepOne(list: usize, kept: u32, current: u32): u32 {
  const keptFlags = column32(list, L_FLAGS, kept);
  const flags = column32(list, L_FLAGS, current);
  const keptIsDir = isDir(rowMode(list, kept));
  const directory = isDir(rowMode(list, current));
  if (directory && !keptIsDir) {
    setColumn32(list, L_FLAGS, kept, keptFlags | F_EMPTIED);
    return current;
  }
  if (directory) {
    const implied = keptFlags & flags & F_IMPLIED_DIR;
    setColumn32(list, L_FLAGS, kept, (keptFlags & ~F_IMPLIED_DIR) | implied | (flags & (F_TOP_DIR | F_CONTENT_DIR)));
  }
  setColumn32(list, L_FLAGS, current, flags | F_EMPTIED);
  return kept;
}

/** Empties duplicates of a sorted list; returns how many. */
export function flist_clean(list: usize, dirs: usize): i32 {
  const order = <usize>get(list, L_ORDER);
  const count = get(list, L_COUNT);
  const plain = get(list, L_SORTED) == SORTED_PLAIN;
  let removed: i32 = 0;
  let kept: i32 = -1;
  for (let position: u32 = 0; position < count; position++) {
    const row = load<u32>(order + (<usize>position << 2));
    if (column32(list, L_FLAGS, row) & F_EMPTIED) continue;
    const directory = isDir(rowMode(list, row));
    const sameKind = plain || kept < 0 || isDir(rowMode(list, <u32>kept)) == directory;
    if (kept >= 0 && sameKind && compareFullNames(list, dirs, <u32>kept, row) == 0) {
      kept = <i32>keepOne(list, <u32>kept, row);
      removed++;
      continue;
    }
    kept = <i32>row;
    if (plain || !directory || treeBaseLength(list, row) == 0) continue;
    const dir = column32(list, L_DIR, row);
    const twin = findActive(
      list, dirs, directoryPath(dirs, dir), directoryLength(dirs, dir), rowBase(list, row), rowBaseLength(list, row), false,
    );
    if (twin < 0) continue;
    keepOne(list, load<u32>(order + (<usize>twin << 2)), row);
    removed++;
  }
  return removed;
}
