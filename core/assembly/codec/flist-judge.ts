// Compares rows of a sorted list with scan records of the directory they go to: which of them need no visit of the generator
// because nothing is to be changed or said (docs/protocol/04-transfer.md §3.3, §3.8, §10.1). P >= 29 only.
import {
  F_EMPTIED, F_HLINKED, L_COUNT, L_DIR, L_FLAGS, L_GID, L_MTIME, L_ORDER, L_SIZE, L_UID, S_REGULAR, S_TYPE, column32,
  commonPrefix, get, isDir, put, rowBase, rowBaseLength, rowMode,
} from './flist-layout';
import { comparePieces, treeBaseLength } from './flist-sort';
import { MARKED, R_ERROR, R_GID, R_LENGTH, R_MODE, R_MTIME, R_NAME, R_NAME_LENGTH, R_SIZE, R_UID } from './scan-record';

/** The host's flag of a group that may not be given (03 §9.3). */
const F_SKIP_GROUP: u32 = 0x20;

// ---- The host's record of one judgement: the positions [J_FROM, J_TO), of which those from J_SPLIT on are directories.
const J_FROM: usize = 0;
const J_SPLIT: usize = 4;
const J_TO: usize = 8;
const J_OPTIONS: usize = 12;
/** One byte a position. */
const J_CODES: usize = 16;

const JUDGE_PERMS: u32 = 1;
const JUDGE_OWNER: u32 = 2;
const JUDGE_GROUP: u32 = 4;
/** A directory that is there needs no visit now. */
const JUDGE_DIRECTORIES: u32 = 8;

/** Regular file, and nothing of its name is there. */
const CODE_MISSING: u8 = 0;
const CODE_SETTLED: u8 = 1;
const CODE_VISIT: u8 = 2;

const PERMISSIONS: u32 = 0xfff;
const SLASH: usize = memory.data<u8>([0x2f]);

@inline function rowOf(list: usize, position: u32): u32 {
  return load<u32>(<usize>get(list, L_ORDER) + (<usize>position << 2));
}

/** The first position behind `from` whose row lies in another directory. */
export function flist_run_end(list: usize, from: u32): i32 {
  const count = get(list, L_COUNT);
  if (from >= count) return <i32>count;
  const dir = column32(list, L_DIR, rowOf(list, from));
  let to = from + 1;
  while (to < count && column32(list, L_DIR, rowOf(list, to)) == dir) to++;
  return <i32>to;
}

/** Begins to judge the positions [from, to) of one directory; `codes` has a byte for each. */
export function flist_judge_begin(list: usize, j: usize, from: u32, to: u32, codes: usize): i32 {
  let split = to;
  for (let position = from; position < to; position++) {
    const row = rowOf(list, position);
    const flags = column32(list, L_FLAGS, row);
    const mode = rowMode(list, row);
    let code = CODE_VISIT;
    if (isDir(mode)) split = min(split, position);
    else if ((flags & F_HLINKED) == 0 && (mode & S_TYPE) == S_REGULAR) code = CODE_MISSING;
    if (flags & F_EMPTIED) code = CODE_SETTLED;
    store<u8>(codes + (position - from), code);
  }
  put(j, J_FROM, from);
  put(j, J_SPLIT, split);
  put(j, J_TO, to);
  put(j, J_CODES, <u32>codes);
  return 0;
}

/** Order of a record's name against the row: bytes of the base names, a directory's with a '/' behind. */
@inline function compareName(list: usize, row: u32, name: usize, length: u32, directory: bool): i32 {
  const base = rowBase(list, row);
  if (directory) return comparePieces(name, length, SLASH, 1, base, treeBaseLength(list, row), 0, 0);
  const rowLength = rowBaseLength(list, row);
  const both = min(length, rowLength);
  const same = commonPrefix(name, base, both);
  if (same == both) return <i32>(length > rowLength) - <i32>(length < rowLength);
  return load<u8>(name + same) < load<u8>(base + same) ? -1 : 1;
}

/** Position in [low, high) of the active row of that name, or -1. `hint`: where it may well be. */
function locate(list: usize, low: u32, high: u32, hint: u32, name: usize, length: u32, directory: bool): i32 {
  if (hint >= low && hint < high) {
    const row = rowOf(list, hint);
    if (compareName(list, row, name, length, directory) == 0 && (column32(list, L_FLAGS, row) & F_EMPTIED) == 0) return <i32>hint;
  }
  const end = high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareName(list, rowOf(list, middle), name, length, directory) > 0) low = middle + 1;
    else high = middle;
  }
  for (; low < end; low++) {
    const row = rowOf(list, low);
    if (compareName(list, row, name, length, directory) != 0) return -1;
    if ((column32(list, L_FLAGS, row) & F_EMPTIED) == 0) return <i32>low;
  }
  return -1;
}

/** The quick check by size and time, and every attribute that would be set. */
function isSettled(list: usize, row: u32, r: usize, options: u32): bool {
  const mode = load<u32>(r + R_MODE);
  if ((mode & S_TYPE) != S_REGULAR || load<u32>(r + R_ERROR) != 0) return false;
  if (<f64>load<i64>(r + R_SIZE) != load<f64>(<usize>get(list, L_SIZE) + (<usize>row << 3))) return false;
  if (<f64>load<i64>(r + R_MTIME) != load<f64>(<usize>get(list, L_MTIME) + (<usize>row << 3))) return false;
  if ((options & JUDGE_PERMS) != 0 && ((mode ^ rowMode(list, row)) & PERMISSIONS) != 0) return false;
  if ((options & JUDGE_OWNER) != 0 && load<u32>(r + R_UID) != column32(list, L_UID, row)) return false;
  if ((options & JUDGE_GROUP) == 0 || (column32(list, L_FLAGS, row) & F_SKIP_GROUP) != 0) return true;
  return load<u32>(r + R_GID) == column32(list, L_GID, row);
}

/**
 * Judges by some of the directory's records; those whose name is in the list are marked, unless their stat failed. Returns how
 * many are not in it.
 */
export function flist_judge(list: usize, j: usize, records: usize, end: usize): i32 {
  const from = get(j, J_FROM);
  const split = get(j, J_SPLIT);
  const to = get(j, J_TO);
  const codes = <usize>get(j, J_CODES);
  const options = get(j, J_OPTIONS);
  let last: u32 = from;
  let step: u32 = 1;
  let strangers: i32 = 0;
  for (let r = records; r < end; r += <usize>load<u16>(r + R_LENGTH)) {
    const name = r + R_NAME;
    const length = <u32>load<u16>(r + R_NAME_LENGTH);
    const isDirectory = isDir(load<u32>(r + R_MODE));
    let found = false;
    const position = locate(list, from, split, last + step, name, length, false);
    if (position >= 0) {
      found = true;
      // Directories are often read in the order in which they were filled, or against it.
      step = <u32>position < last ? <u32>-1 : 1;
      last = <u32>position;
      const at = codes + (last - from);
      if (load<u8>(at) == CODE_MISSING) store<u8>(at, isSettled(list, rowOf(list, last), r, options) ? CODE_SETTLED : CODE_VISIT);
    }
    if (split < to && (position < 0 || isDirectory)) {
      const own = locate(list, split, to, to, name, length, true);
      if (own >= 0) {
        found = true;
        if (isDirectory && (options & JUDGE_DIRECTORIES) != 0) store<u8>(codes + (<u32>own - from), CODE_SETTLED);
      }
    }
    if (!found) strangers++;
    else if (load<u32>(r + R_ERROR) == 0) store<u32>(r + R_ERROR, MARKED);
  }
  return strangers;
}
