// Answers about many rows at once, so that the host needs no call for each of them.
import {
  F_EMPTIED, L_COUNT, L_DIR, L_FLAGS, L_GID, L_ORDER, L_SIZE, L_SORTED, L_UID, S_DIRECTORY, S_REGULAR, S_SYMLINK, S_TYPE,
  column32, get, isDevice, isDir, rowMode, setColumn32,
} from './flist-layout';

/** The directory number of all rows, or -1 when they lie in several (or there is none). */
export function flist_one_directory(list: usize): i32 {
  const count = get(list, L_COUNT);
  if (count == 0) return -1;
  const dir = column32(list, L_DIR, 0);
  for (let row: u32 = 1; row < count; row++) if (column32(list, L_DIR, row) != dir) return -1;
  return <i32>dir;
}

/** The first row behind `row` that has another owner or another group. */
export function flist_owner_end(list: usize, row: u32): i32 {
  const count = get(list, L_COUNT);
  const uid = column32(list, L_UID, row);
  const gid = column32(list, L_GID, row);
  do {
    row++;
  } while (row < count && column32(list, L_UID, row) == uid && column32(list, L_GID, row) == gid);
  return <i32>row;
}

/** Gives the rows [from, to) an owner and a group, and sets `flags` besides theirs. */
export function flist_set_owner(list: usize, from: u32, to: u32, uid: u32, gid: u32, flags: u32): i32 {
  for (let row = from; row < to; row++) {
    setColumn32(list, L_UID, row, uid);
    setColumn32(list, L_GID, row, gid);
    setColumn32(list, L_FLAGS, row, column32(list, L_FLAGS, row) | flags);
  }
  return 0;
}

/** The first position from `position` on whose row is a directory; the count when there is none. */
export function flist_next_directory(list: usize, position: u32): i32 {
  const count = get(list, L_COUNT);
  const order: usize = get(list, L_SORTED) == 0 ? 0 : <usize>get(list, L_ORDER);
  for (; position < count; position++) {
    const row = order == 0 ? position : load<u32>(order + (<usize>position << 2));
    if (isDir(rowMode(list, row))) break;
  }
  return <i32>position;
}

/**
 * Counts the rows that were not emptied: at `out` the sum of the sizes of regular files and symlinks (f64), then how many are
 * regular files, directories, symlinks, devices and anything else (u32 each).
 */
export function flist_tally(list: usize, out: usize): i32 {
  const count = get(list, L_COUNT);
  const sizes = <usize>get(list, L_SIZE);
  let total: f64 = 0;
  memory.fill(out, 0, 28);
  for (let row: u32 = 0; row < count; row++) {
    if (column32(list, L_FLAGS, row) & F_EMPTIED) continue;
    const mode = rowMode(list, row);
    const type = mode & S_TYPE;
    let kind: usize = 4;
    if (type == S_REGULAR || mode == 0) kind = 0;
    else if (type == S_DIRECTORY) kind = 1;
    else if (type == S_SYMLINK) kind = 2;
    else if (isDevice(mode)) kind = 3;
    if (kind == 0 || kind == 2) total += load<f64>(sizes + (<usize>row << 3));
    const at = out + 8 + (kind << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  store<f64>(out, total);
  return 0;
}
