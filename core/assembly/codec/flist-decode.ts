// Decodes a file list from a window of the peer's bytes into the columns of a list (docs/protocol/03-file-list.md
// §5-§8). An entry's fields are taken wholly or not at all: the running state changes only when its row stands. The blocks
// behind them come piece by piece.
import { MALFORMED, NEED_MORE, NO_ROOM } from '../status';
import {
  C_BLOCK, C_ERROR, C_ERROR_B, C_FORM, C_IO_ERROR, C_LEADERS, C_LEADERS_COUNT, C_MAJOR, C_NAME, C_NAME_LENGTH, C_OPTIONS,
  C_PROTOCOL, C_RDEV, C_USED, E_ATIME, E_EXTRAS, E_GID, E_GROUP, E_GROUP_NAME, E_L1, E_L2,
  E_MAJOR, E_MINOR, E_MODE, E_MTIME, E_NSEC, E_RDEV, E_RDEV_MAJOR, E_SIZE, E_SUM, E_UID, E_USER, E_XFLAGS, L_COUNT,
  L_FLAGS, L_GID, L_MTIME, L_NSEC, L_SIZE, L_START, L_UID, MAX_PATH, O_SAFE_LIST, XMIT_EXTENDED, XMIT_HLINKED,
  XMIT_HLINK_FIRST, XMIT_LONG_NAME, XMIT_SAME_NAME, X_ATIME, X_GROUP, X_RDEV, X_SUM, column32, copyLoose, extraAt,
  get, isDevice, put, rowMode,
} from './flist-layout';
import { ERR_END_FLAG, ERR_LINK_RANGE, ERR_LINK_UNKNOWN, ERR_NAME_OVERFLOW, ERR_PREFIX } from './flist-errors';
import { BAD, NEED, bad, readFields, readVarint, readVarint30 } from './flist-fields';
import { ROOM, appendRow } from './flist-append';
import { blockExtras, expectBlocks, readBlock } from './flist-blocks';

/** With NEED, BAD and ROOM: why reading stopped. Addresses are always larger. */
const END: usize = 3;
const LAST_CODE: usize = 3;
const END_WITH_ERROR: u32 = 0x1004;
const KNOWN_IO_ERRORS: u32 = 7;

/** The end marker's I/O error value (§8.1); `p` is behind the marker. Answers END, NEED or BAD; C_USED is set at END. */
function readEnd(c: usize, start: usize, p: usize, end: usize, withError: bool): usize {
  put(c, C_IO_ERROR, 0);
  if (withError) {
    p = readVarint(c, p, end, C_IO_ERROR);
    if (p <= BAD) return p;
    put(c, C_IO_ERROR, get(c, C_IO_ERROR) & KNOWN_IO_ERRORS);
  }
  put(c, C_USED, get(c, C_USED) + <u32>(p - start));
  return END;
}

/** xflags into E_XFLAGS, or the end of the list (§5.2, §8.1). */
@inline function readXflags(c: usize, p: usize, end: usize): usize {
  const form = get(c, C_FORM);
  if (form == 2) {
    const next = readVarint(c, p, end, E_XFLAGS);
    if (next <= BAD) return next;
    return get(c, E_XFLAGS) == 0 ? readEnd(c, p, next, end, true) : next;
  }
  if (p >= end) return NEED;
  const first = <u32>load<u8>(p);
  if (first == 0) return readEnd(c, p, p + 1, end, false);
  if (form == 0 || (first & XMIT_EXTENDED) == 0) {
    put(c, E_XFLAGS, first);
    return p + 1;
  }
  if (p + 2 > end) return NEED;
  const both = <u32>load<u16>(p);
  if (both == END_WITH_ERROR) {
    if ((get(c, C_OPTIONS) & O_SAFE_LIST) == 0) return bad(c, ERR_END_FLAG, both);
    return readEnd(c, p, p + 2, end, true);
  }
  put(c, E_XFLAGS, both);
  return p + 2;
}

/** Prefix length, suffix length, suffix: the wire name stands at C_NAME; the first l1 bytes of it are untouched. */
@inline function readName(c: usize, p: usize, end: usize, xflags: u32): usize {
  let l1: u32 = 0;
  if (xflags & XMIT_SAME_NAME) {
    if (p >= end) return NEED;
    l1 = <u32>load<u8>(p++);
  }
  if (xflags & XMIT_LONG_NAME) {
    p = readVarint30(c, p, end, E_L2);
    if (p <= BAD) return p;
  } else {
    if (p >= end) return NEED;
    put(c, E_L2, <u32>load<u8>(p++));
  }
  const l2 = get(c, E_L2);
  put(c, E_L1, l1);
  if (l2 >= MAX_PATH - l1) return bad(c, ERR_NAME_OVERFLOW, xflags);
  if (l1 > get(c, C_NAME_LENGTH)) return bad(c, ERR_PREFIX, l1);
  if (p + l2 > end) return NEED;
  copyLoose(c + C_NAME + l1, p, l2);
  return p + l2;
}

function isLeader(c: usize, group: u32): bool {
  const leaders = <usize>get(c, C_LEADERS);
  let low: u32 = 0;
  let high = get(c, C_LEADERS_COUNT);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(leaders + (<usize>middle << 2)) < group) low = middle + 1;
    else high = middle;
  }
  return low < get(c, C_LEADERS_COUNT) && load<u32>(leaders + (<usize>low << 2)) == group;
}

/** Everything that an abbreviated entry leaves out is its leader's (§13.1). */
function copyLeader(c: usize, list: usize, row: u32): void {
  const flags = column32(list, L_FLAGS, row);
  put(c, E_EXTRAS, get(c, E_EXTRAS) | (flags & (X_RDEV | X_ATIME | X_SUM)));
  store<i64>(c + E_SIZE, <i64>load<f64>(<usize>get(list, L_SIZE) + (<usize>row << 3)));
  store<i64>(c + E_MTIME, <i64>load<f64>(<usize>get(list, L_MTIME) + (<usize>row << 3)));
  put(c, E_NSEC, column32(list, L_NSEC, row));
  const mode = rowMode(list, row);
  put(c, E_MODE, mode);
  put(c, E_UID, column32(list, L_UID, row));
  put(c, E_GID, column32(list, L_GID, row));
  put(c, E_RDEV, get(c, C_RDEV));
  put(c, E_RDEV_MAJOR, get(c, C_MAJOR));
  if (flags & X_RDEV) {
    const rdev = extraAt(list, row, X_RDEV);
    put(c, E_MAJOR, load<u32>(rdev));
    put(c, E_MINOR, load<u32>(rdev, 4));
    if (isDevice(mode)) put(c, E_RDEV_MAJOR, load<u32>(rdev));
  }
  if (flags & X_ATIME) store<i64>(c + E_ATIME, <i64>load<f64>(extraAt(list, row, X_ATIME)));
  if (flags & X_SUM) put(c, E_SUM, <u32>extraAt(list, row, X_SUM));
}

/** P >= 30: the group number, and the fields when the leader is not in this list. */
function readGrouped(c: usize, list: usize, p: usize, end: usize, xflags: u32): usize {
  const start = get(list, L_START);
  const count = get(list, L_COUNT);
  put(c, E_EXTRAS, X_GROUP);
  if (xflags & XMIT_HLINK_FIRST) {
    put(c, E_GROUP, start + count);
    return readFields(c, p, end);
  }
  p = readVarint(c, p, end, E_GROUP);
  if (p <= BAD) return p;
  const group = get(c, E_GROUP);
  put(c, C_ERROR_B, start + count);
  if (group >= start + count) return bad(c, ERR_LINK_RANGE, group);
  if (!isLeader(c, group)) {
    if (group >= start) return bad(c, ERR_LINK_RANGE, group);
    put(c, C_ERROR_B, start);
    return bad(c, ERR_LINK_UNKNOWN, group);
  }
  if (group < start) return readFields(c, p, end);
  copyLeader(c, list, group - start);
  return p;
}

/** One entry from `p`: the address behind it, or a code up to LAST_CODE. */
function readEntry(c: usize, list: usize, dirs: usize, p: usize, end: usize): usize {
  p = readXflags(c, p, end);
  if (p <= LAST_CODE) return p;
  const xflags = get(c, E_XFLAGS);
  p = readName(c, p, end, xflags);
  if (p <= LAST_CODE) return p;
  put(c, E_EXTRAS, 0);
  put(c, E_USER, 0);
  put(c, E_GROUP_NAME, 0);
  const grouped = get(c, C_PROTOCOL) >= 30 && (xflags & XMIT_HLINKED) != 0;
  p = grouped ? readGrouped(c, list, p, end, xflags) : readFields(c, p, end);
  if (p <= LAST_CODE) return p;
  put(c, E_EXTRAS, get(c, E_EXTRAS) | blockExtras(c, get(c, E_MODE)));
  const appended = appendRow(c, list, dirs, xflags);
  if (appended != 0) return appended;
  expectBlocks(c, get(c, E_MODE));
  return p;
}

/**
 * Decodes entries from the `length` bytes at `window` until the end marker (returns 1, C_IO_ERROR is set), the end of the
 * window (NEED_MORE), a full region (NO_ROOM, C_ROOM_KIND and C_ROOM_BYTES) or a fault (MALFORMED, C_ERROR and details).
 * C_USED is always the number of bytes that were taken.
 */
export function flist_decode(c: usize, list: usize, dirs: usize, window: usize, length: u32): i32 {
  const end = window + length;
  let p = window;
  put(c, C_ERROR, 0);
  while (true) {
    put(c, C_USED, <u32>(p - window));
    const next = get(c, C_BLOCK) == 0 ? readEntry(c, list, dirs, p, end) : readBlock(c, list, p, end);
    if (next > LAST_CODE) p = next;
    else if (next == NEED) return NEED_MORE;
    else if (next == ROOM) return NO_ROOM;
    else if (next == BAD) return MALFORMED;
    else return 1;
  }
}
