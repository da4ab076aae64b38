// Brings a list into the order that both sides number it by (docs/protocol/03-file-list.md §12.1, §12.2). Stable.
// P >= 29: rows are grouped by the directory they stand in, groups are put in order of their paths, and only base names
// are compared inside a group. A directory's own row heads the group of its path.
import { BAD_ARGUMENT } from '../status';
import {
  D_RECORDS, L_COUNT, L_DIR, L_ORDER, L_SORTED, SORTED_PLAIN, SORTED_TREE, column32, commonPrefix, directoryLength,
  directoryPath, get, isDir, put, rowBase, rowBaseLength, rowMode,
} from './flist-layout';
import { lookupDirectory } from './flist-dirs';

/** Kinds of comparison behind equal 8-byte keys. */
const BY_BASE: u32 = 0;
const BY_GROUP: u32 = 1;
const BY_NAME: u32 = 2;
/** A group that no row lives in: the number of its directory's row follows. */
const LONE: u32 = 0x80000000;
const RECORD: usize = 16;
const RUN: u32 = 8;

/** A path in two pieces, compared as their concatenation: -1, 0, 1. */
export function comparePieces(a: usize, aLength: u32, a2: usize, a2Length: u32, b: usize, bLength: u32, b2: usize, b2Length: u32): i32 {
  let at: usize = a;
  let aRest = aLength;
  let bt: usize = b;
  let bRest = bLength;
  while (true) {
    if (aRest == 0) {
      at = a2;
      aRest = a2Length;
      a2Length = 0;
    }
    if (bRest == 0) {
      bt = b2;
      bRest = b2Length;
      b2Length = 0;
    }
    if (aRest == 0 || bRest == 0) return <i32>(aRest != 0) - <i32>(bRest != 0);
    const both = min(aRest, bRest);
    const same = commonPrefix(at, bt, both);
    if (same < both) return load<u8>(at + same) < load<u8>(bt + same) ? -1 : 1;
    at += same;
    bt += same;
    aRest -= same;
    bRest -= same;
  }
}

/** Bytes of the base name in comparisons: a directory's '/' counts, the base '.' of a directory is nothing. */
@inline export function treeBaseLength(list: usize, row: u32): u32 {
  const length = rowBaseLength(list, row);
  if (!isDir(rowMode(list, row))) return length;
  return length == 1 && load<u8>(rowBase(list, row)) == 0x2e ? 0 : length + 1;
}

/** The first `length` bytes (at most 8), big-endian. */
@inline function leading(p: usize, length: u32): u64 {
  if (length == 0) return 0;
  const key = bswap<u64>(load<u64>(p));
  return length >= 8 ? key : key & (~(<u64>0) << ((8 - length) << 3));
}

/** Key of a row among its siblings: non-directories before directories, '.' before both. */
@inline function siblingKey(list: usize, row: u32): u64 {
  const length = treeBaseLength(list, row);
  if (length == 0) return 0;
  return (leading(rowBase(list, row), length) >> 1) | (isDir(rowMode(list, row)) ? <u64>1 << 63 : 0);
}

function compareGroups(list: usize, dirs: usize, a: u32, b: u32): i32 {
  const aLone = (a & LONE) != 0;
  const bLone = (b & LONE) != 0;
  const aRow = a & ~LONE;
  const bRow = b & ~LONE;
  const aDir = aLone ? column32(list, L_DIR, aRow) : a;
  const bDir = bLone ? column32(list, L_DIR, bRow) : b;
  return comparePieces(
    directoryPath(dirs, aDir), directoryLength(dirs, aDir),
    aLone ? rowBase(list, aRow) : 0, aLone ? rowBaseLength(list, aRow) + 1 : 0,
    directoryPath(dirs, bDir), directoryLength(dirs, bDir),
    bLone ? rowBase(list, bRow) : 0, bLone ? rowBaseLength(list, bRow) + 1 : 0,
  );
}

export function compareFullNames(list: usize, dirs: usize, a: u32, b: u32): i32 {
  const aDir = column32(list, L_DIR, a);
  const bDir = column32(list, L_DIR, b);
  return comparePieces(
    directoryPath(dirs, aDir), directoryLength(dirs, aDir), rowBase(list, a), rowBaseLength(list, a),
    directoryPath(dirs, bDir), directoryLength(dirs, bDir), rowBase(list, b), rowBaseLength(list, b),
  );
}

/** Does record value `a` come strictly before `b`, their keys being equal? */
function tieLess(list: usize, dirs: usize, kind: u32, a: u32, b: u32): bool {
  if (kind == BY_GROUP) return compareGroups(list, dirs, a, b) < 0;
  if (kind == BY_NAME) return compareFullNames(list, dirs, a, b) < 0;
  const aLength = treeBaseLength(list, a);
  const bLength = treeBaseLength(list, b);
  const both = min(aLength, bLength);
  const p = rowBase(list, a);
  const q = rowBase(list, b);
  const same = commonPrefix(p, q, both);
  return same < both ? load<u8>(p + same) < load<u8>(q + same) : aLength < bLength;
}

@inline function less(list: usize, dirs: usize, kind: u32, x: usize, y: usize): bool {
  const keyX = load<u64>(x);
  const keyY = load<u64>(y);
  return keyX < keyY || (keyX == keyY && tieLess(list, dirs, kind, load<u32>(x, 8), load<u32>(y, 8)));
}

function insertionSort(list: usize, dirs: usize, kind: u32, records: usize, count: u32): void {
  for (let i: u32 = 1; i < count; i++) {
    const at = records + <usize>i * RECORD;
    if (!less(list, dirs, kind, at, at - RECORD)) continue;
    const held = v128.load(at);
    const key = load<u64>(at);
    const value = load<u32>(at, 8);
    let hole = at;
    while (hole > records) {
      const before = hole - RECORD;
      const beforeKey = load<u64>(before);
      if (!(key < beforeKey || (key == beforeKey && tieLess(list, dirs, kind, value, load<u32>(before, 8))))) break;
      v128.store(hole, v128.load(before));
      hole = before;
    }
    v128.store(hole, held);
  }
}

/** Sorts `count` records {key u64, value u32, unused} with as much room at `spare`; returns where the result stands. */
function mergeSort(list: usize, dirs: usize, kind: u32, records: usize, spare: usize, count: u32): usize {
  for (let run: u32 = 0; run < count; run += RUN) {
    insertionSort(list, dirs, kind, records + <usize>run * RECORD, min(RUN, count - run));
  }
  let from = records;
  let to = spare;
  for (let width: u32 = RUN; width < count; width <<= 1) {
    for (let low: u32 = 0; low < count; low += width << 1) {
      let x = from + <usize>low * RECORD;
      const xEnd = from + <usize>min(low + width, count) * RECORD;
      let y = xEnd;
      const yEnd = from + <usize>min(low + (width << 1), count) * RECORD;
      let o = to + <usize>low * RECORD;
      if (y < yEnd && !less(list, dirs, kind, y, y - RECORD)) {
        memory.copy(o, x, yEnd - x);
        continue;
      }
      while (x < xEnd && y < yEnd) {
        if (less(list, dirs, kind, y, x)) {
          v128.store(o, v128.load(y));
          y += RECORD;
        } else {
          v128.store(o, v128.load(x));
          x += RECORD;
        }
        o += RECORD;
      }
      if (x < xEnd) memory.copy(o, x, xEnd - x);
      else if (y < yEnd) memory.copy(o, y, yEnd - y);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

/** Sorts the rows order[from..to) as siblings. */
function sortSiblings(list: usize, dirs: usize, order: usize, count: u32, records: usize): void {
  if (count < 2) return;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(order + (<usize>i << 2));
    const record = records + <usize>i * RECORD;
    store<u64>(record, siblingKey(list, row));
    store<u32>(record, row, 8);
  }
  const sorted = mergeSort(list, dirs, BY_BASE, records, records + <usize>count * RECORD, count);
  for (let i: u32 = 0; i < count; i++) store<u32>(order + (<usize>i << 2), load<u32>(sorted + <usize>i * RECORD, 8));
}

/** Do all rows stand in one directory, so that a comparison of base names is enough? */
function oneDirectory(list: usize, count: u32): bool {
  const dir = column32(list, L_DIR, 0);
  for (let row: u32 = 1; row < count; row++) if (column32(list, L_DIR, row) != dir) return false;
  return true;
}

@inline function markOf(dirs: usize, dir: u32): usize {
  return <usize>get(dirs, D_RECORDS) + (<usize>dir << 4) + 12;
}

/** The directory whose group the row belongs to, or -1: a directory that nothing else in the table names. */
@inline function groupDirectory(list: usize, dirs: usize, row: u32): i32 {
  const dir = column32(list, L_DIR, row);
  if (!isDir(rowMode(list, row))) return <i32>dir;
  const length = treeBaseLength(list, row);
  if (length == 0) return <i32>dir;
  return lookupDirectory(dirs, dir, rowBase(list, row), length);
}

/** Key of a group: the first bytes of its path. */
function groupKey(list: usize, dirs: usize, group: u32): u64 {
  const lone = (group & LONE) != 0;
  const row = group & ~LONE;
  const dir = lone ? column32(list, L_DIR, row) : group;
  const length = directoryLength(dirs, dir);
  const key = leading(directoryPath(dirs, dir), length);
  if (!lone || length >= 8) return key;
  return key | (leading(rowBase(list, row), rowBaseLength(list, row) + 1) >> (length << 3));
}

/** Numbers the groups in order of appearance: group of each row to `groupOf`, a record of each group to `groups`. */
function collectGroups(list: usize, dirs: usize, count: u32, groupOf: usize, groups: usize): u32 {
  let found: u32 = 0;
  for (let row: u32 = 0; row < count; row++) {
    const dir = groupDirectory(list, dirs, row);
    let group: u32;
    if (dir >= 0 && load<u32>(markOf(dirs, <u32>dir)) != 0) group = load<u32>(markOf(dirs, <u32>dir)) - 1;
    else {
      group = found++;
      const record = groups + <usize>group * RECORD;
      const value = dir >= 0 ? <u32>dir : row | LONE;
      store<u64>(record, groupKey(list, dirs, value));
      store<u32>(record, value, 8);
      store<u32>(record, group, 12);
      if (dir >= 0) store<u32>(markOf(dirs, <u32>dir), found);
    }
    store<u32>(groupOf + (<usize>row << 2), group);
  }
  for (let group: u32 = 0; group < found; group++) {
    const value = load<u32>(groups + <usize>group * RECORD, 8);
    if ((value & LONE) == 0) store<u32>(markOf(dirs, value), 0);
  }
  return found;
}

/** scratch: groupOf 4n, counts 4n, then records 32n (groups and, later, siblings). */
function sortTree(list: usize, dirs: usize, count: u32, order: usize, scratch: usize): void {
  const groupOf = scratch;
  const next = scratch + (<usize>count << 2);
  const records = scratch + ((<usize>count + 1) << 3);
  const found = collectGroups(list, dirs, count, groupOf, records);
  const sorted = mergeSort(list, dirs, BY_GROUP, records, records + <usize>found * RECORD, found);
  memory.fill(next, 0, <usize>found << 2);
  for (let row: u32 = 0; row < count; row++) {
    const slot = next + (<usize>load<u32>(groupOf + (<usize>row << 2)) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let position: u32 = 0;
  for (let i: u32 = 0; i < found; i++) {
    const slot = next + (<usize>load<u32>(sorted + <usize>i * RECORD, 12) << 2);
    const size = load<u32>(slot);
    store<u32>(slot, position);
    position += size;
  }
  for (let row: u32 = 0; row < count; row++) {
    const slot = next + (<usize>load<u32>(groupOf + (<usize>row << 2)) << 2);
    const at = load<u32>(slot);
    store<u32>(slot, at + 1);
    store<u32>(order + (<usize>at << 2), row);
  }
  // Each group's slot now holds its end; groups follow each other in the order of `order`, so walk by the rows.
  let from: u32 = 0;
  while (from < count) {
    const group = load<u32>(groupOf + (<usize>load<u32>(order + (<usize>from << 2)) << 2));
    const end = load<u32>(next + (<usize>group << 2));
    sortGroup(list, dirs, order + (<usize>from << 2), end - from, records);
    from = end;
  }
}

/** A group: its directory's own rows first (in order of transmission), then the non-directories by name. */
function sortGroup(list: usize, dirs: usize, order: usize, count: u32, records: usize): void {
  let heads: u32 = 0;
  let others: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(order + (<usize>i << 2));
    if (isDir(rowMode(list, row))) {
      store<u32>(order + (<usize>heads << 2), row);
      heads++;
    } else {
      store<u32>(records + (<usize>others << 2), row);
      others++;
    }
  }
  const rest = order + (<usize>heads << 2);
  if (heads > 0) memory.copy(rest, records, <usize>others << 2);
  sortSiblings(list, dirs, rest, others, records);
}

function sortPlain(list: usize, dirs: usize, count: u32, order: usize, records: usize): void {
  for (let row: u32 = 0; row < count; row++) {
    const record = records + <usize>row * RECORD;
    store<u64>(record, 0);
    store<u32>(record, row, 8);
  }
  const sorted = mergeSort(list, dirs, BY_NAME, records, records + <usize>count * RECORD, count);
  for (let i: u32 = 0; i < count; i++) store<u32>(order + (<usize>i << 2), load<u32>(sorted + <usize>i * RECORD, 8));
}

/** Bytes of scratch that {@link flist_sort} needs for `count` rows. */
@inline function scratchBytes(count: u32): u32 {
  return 40 * count + 64;
}

/** Fills the column ORDER. `plain` = the order before P = 29. BAD_ARGUMENT when the scratch is too small. */
export function flist_sort(list: usize, dirs: usize, plain: u32, scratch: usize, capacity: u32): i32 {
  const count = get(list, L_COUNT);
  if (capacity < scratchBytes(count)) return BAD_ARGUMENT;
  const order = <usize>get(list, L_ORDER);
  for (let row: u32 = 0; row < count; row++) store<u32>(order + (<usize>row << 2), row);
  if (count > 1) {
    if (plain) sortPlain(list, dirs, count, order, scratch);
    else if (oneDirectory(list, count)) sortSiblings(list, dirs, order, count, scratch);
    else sortTree(list, dirs, count, order, scratch);
  }
  put(list, L_SORTED, plain ? SORTED_PLAIN : SORTED_TREE);
  return 0;
}
