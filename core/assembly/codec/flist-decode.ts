// Decodes a file list from a window of the peer's bytes into the columns of a list (docs/protocol/03-file-list.md
// §5-§8). An entry is taken wholly or not at all: the running state changes only when its row stands.
import { MALFORMED, NEED_MORE, NO_ROOM } from '../status';
import {
  C_ATIME, C_DEV, C_DIR, C_DIR_END, C_ERROR, C_ERROR_A, C_ERROR_B, C_FORM, C_GID, C_INSIDE, C_IO_ERROR, C_LEADERS,
  C_LEADERS_CAPACITY, C_LEADERS_COUNT, C_MAJOR, C_MODE, C_MTIME, C_NAME, C_NAMES, C_NAMES_CAPACITY, C_NAMES_USED,
  C_NAME_LENGTH, C_OPTIONS, C_PROTOCOL, C_RDEV, C_ROOM_BYTES, C_ROOM_KIND, C_TOP, C_TOP_LENGTH, C_UID, C_USED, E_ATIME,
  E_BASE, E_BASE_LENGTH, E_DEV, E_DIR, E_DIR_END, E_EXTRAS, E_GID, E_GROUP, E_GROUP_LENGTH, E_GROUP_NAME, E_INO, E_L1,
  E_L2, E_MAJOR, E_MINOR, E_MODE, E_MTIME, E_NSEC, E_RDEV, E_RDEV_MAJOR, E_SIZE, E_SUM, E_TARGET, E_TARGET_LENGTH, E_UID,
  E_USER, E_USER_LENGTH, E_XFLAGS, F_CONTENT_DIR, F_HLINKED, F_HLINK_FIRST, F_IMPLIED_DIR, F_MISSING, F_TOP_DIR,
  L_ARENA, L_ARENA_CAPACITY, L_ARENA_USED, L_BASE, L_BASE_LENGTH, L_CAPACITY, L_COUNT, L_DIR, L_FLAGS, L_GID, L_MODE,
  L_MTIME, L_NSEC, L_SIZE, L_START, L_SUM_BYTES, L_UID, MAX_PATH, O_RECURSIVE, O_RELATIVE, O_SAFE_LIST,
  ROOM_ARENA, ROOM_LEADERS, ROOM_NAMES, ROOM_ROWS, XMIT_EXTENDED, XMIT_HLINKED, XMIT_HLINK_FIRST, XMIT_LONG_NAME,
  XMIT_NO_CONTENT, XMIT_SAME_NAME, XMIT_TOP_DIR, X_ATIME, X_DEV_INO, X_GROUP, X_RDEV, X_SUM, X_TARGET, column32,
  commonPrefix, copyLoose, extraAt, get, isDevice, isDir, put, rowMode, setColumn32,
} from './flist-layout';
import { ERR_END_FLAG, ERR_LINK_RANGE, ERR_LINK_UNKNOWN, ERR_NAME_OVERFLOW, ERR_PREFIX, ERR_ROOT } from './flist-errors';
import { BAD, NEED, bad, readFields, readVarint, readVarint30 } from './flist-fields';
import { resolveName } from './flist-name';

/** Beyond NEED and BAD: why reading stopped. Addresses are always larger. */
const ROOM: usize = 2;
const END: usize = 3;
const LAST_CODE: usize = 3;
const END_WITH_ERROR: u32 = 0x1004;
const KNOWN_IO_ERRORS: u32 = 7;
/** Room that one entry's announced names may take. */
const NAME_RECORDS_BYTES: u32 = 2 * (6 + 255);

function noRoom(c: usize, kind: u32, bytes: u32): usize {
  put(c, C_ROOM_KIND, kind);
  put(c, C_ROOM_BYTES, bytes);
  return ROOM;
}

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

/** Directory flags as of §7. Changes the P < 30 state, so it is called when nothing can fail any more. */
function directoryFlags(c: usize, xflags: u32): u32 {
  const top = (xflags & XMIT_TOP_DIR) != 0;
  if (get(c, C_PROTOCOL) >= 30) {
    if ((xflags & XMIT_NO_CONTENT) == 0) return F_CONTENT_DIR | (top ? F_TOP_DIR : 0);
    return top ? F_IMPLIED_DIR : 0;
  }
  const options = get(c, C_OPTIONS);
  const name = c + C_NAME;
  let length = get(c, E_L1) + get(c, E_L2);
  if (top) {
    if (length >= 2 && (options & O_RELATIVE) && load<u16>(name + length - 2) == 0x2e2f) length -= 2;
    if (length == 1 && load<u8>(name) == 0x2e) length = 0;
    memory.copy(c + C_TOP, name, length);
    put(c, C_TOP_LENGTH, length);
    put(c, C_INSIDE, options & O_RECURSIVE);
    return F_TOP_DIR | F_CONTENT_DIR;
  }
  if (get(c, C_INSIDE) == 0) return 0;
  const topLength = get(c, C_TOP_LENGTH);
  if ((options & O_RELATIVE) == 0 || topLength == 0) return F_CONTENT_DIR;
  if (length > topLength && commonPrefix(name, c + C_TOP, topLength) == topLength && load<u8>(name + topLength) == 0x2f) {
    return F_CONTENT_DIR;
  }
  put(c, C_INSIDE, 0);
  return 0;
}

function extrasLength(c: usize, list: usize, extras: u32): u32 {
  let bytes: u32 = 0;
  if (extras & X_RDEV) bytes += 8;
  if (extras & X_GROUP) bytes += 4;
  if (extras & X_DEV_INO) bytes += 16;
  if (extras & X_ATIME) bytes += 8;
  if (extras & X_SUM) bytes += get(list, L_SUM_BYTES);
  if (extras & X_TARGET) bytes += 2 + get(c, E_TARGET_LENGTH);
  return bytes;
}

/** Writes the extras in the order of their bits; returns the end. */
function writeExtras(c: usize, list: usize, at: usize, extras: u32): usize {
  if (extras & X_RDEV) {
    store<u32>(at, get(c, E_MAJOR));
    store<u32>(at, get(c, E_MINOR), 4);
    at += 8;
  }
  if (extras & X_GROUP) {
    store<u32>(at, get(c, E_GROUP));
    at += 4;
  }
  if (extras & X_DEV_INO) {
    // The wire has the device number + 1.
    store<i64>(at, load<i64>(c + E_DEV) - 1);
    store<i64>(at, load<i64>(c + E_INO), 8);
    at += 16;
  }
  if (extras & X_ATIME) {
    store<f64>(at, <f64>load<i64>(c + E_ATIME));
    at += 8;
  }
  if (extras & X_SUM) {
    memory.copy(at, <usize>get(c, E_SUM), get(list, L_SUM_BYTES));
    at += <usize>get(list, L_SUM_BYTES);
  }
  if (extras & X_TARGET) {
    const length = get(c, E_TARGET_LENGTH);
    store<u16>(at, <u16>length);
    memory.copy(at + 2, <usize>get(c, E_TARGET), length);
    at += 2 + <usize>length;
  }
  return at;
}

function announce(c: usize, kind: u32, id: u32, name: usize, length: u32): void {
  const at = <usize>get(c, C_NAMES) + <usize>get(c, C_NAMES_USED);
  store<u8>(at, <u8>kind);
  store<u8>(at, <u8>length, 1);
  store<u32>(at, id, 2);
  memory.copy(at + 6, name, length);
  put(c, C_NAMES_USED, get(c, C_NAMES_USED) + 6 + length);
}

/** Updates the running state of the stream from the entry (§6). */
@inline function commitState(c: usize, xflags: u32, mode: u32): void {
  put(c, C_NAME_LENGTH, get(c, E_L1) + get(c, E_L2));
  put(c, C_DIR, get(c, E_DIR));
  put(c, C_DIR_END, get(c, E_DIR_END));
  put(c, C_MODE, mode);
  store<i64>(c + C_MTIME, load<i64>(c + E_MTIME));
  put(c, C_UID, get(c, E_UID));
  put(c, C_GID, get(c, E_GID));
  put(c, C_RDEV, get(c, E_RDEV));
  put(c, C_MAJOR, get(c, E_RDEV_MAJOR));
  const extras = get(c, E_EXTRAS);
  if (extras & X_ATIME) store<i64>(c + C_ATIME, load<i64>(c + E_ATIME));
  if (extras & X_DEV_INO) store<i64>(c + C_DEV, load<i64>(c + E_DEV));
  if (get(c, E_USER) != 0) announce(c, 0, get(c, E_UID), <usize>get(c, E_USER), get(c, E_USER_LENGTH));
  if (get(c, E_GROUP_NAME) != 0) announce(c, 1, get(c, E_GID), <usize>get(c, E_GROUP_NAME), get(c, E_GROUP_LENGTH));
}

@inline function flagsOf(c: usize, xflags: u32, mode: u32): u32 {
  if (isDir(mode)) return directoryFlags(c, xflags);
  if (mode == 0) return F_MISSING;
  const extras = get(c, E_EXTRAS);
  if (extras & X_DEV_INO) return F_HLINKED;
  if ((extras & X_GROUP) == 0) return 0;
  return xflags & XMIT_HLINK_FIRST ? F_HLINKED | F_HLINK_FIRST : F_HLINKED;
}

/** Appends the entry as a row. 0, BAD or ROOM. */
function appendRow(c: usize, list: usize, dirs: usize, xflags: u32): usize {
  const resolved = resolveName(c, dirs);
  if (resolved == NO_ROOM) return ROOM;
  if (resolved < 0) return BAD;
  const mode = get(c, E_MODE);
  const directory = isDir(mode);
  const base = <usize>get(c, E_BASE);
  const baseLength = get(c, E_BASE_LENGTH);
  // '.' and '/.' are the only names that end in a '.' component.
  if (baseLength == 1 && load<u8>(base) == 0x2e && !directory) return bad(c, ERR_ROOT);
  const row = get(list, L_COUNT);
  const extras = get(c, E_EXTRAS);
  const used = get(list, L_ARENA_USED);
  const bytes = baseLength + (directory ? 1 : 0) + (extras == 0 ? 0 : extrasLength(c, list, extras));
  if (row >= get(list, L_CAPACITY)) return noRoom(c, ROOM_ROWS, 1);
  if (used + bytes > get(list, L_ARENA_CAPACITY)) return noRoom(c, ROOM_ARENA, bytes);
  const leader = (xflags & XMIT_HLINK_FIRST) != 0 && (extras & X_GROUP) != 0;
  if (leader && get(c, C_LEADERS_COUNT) >= get(c, C_LEADERS_CAPACITY)) return noRoom(c, ROOM_LEADERS, 4);
  if ((get(c, E_USER) | get(c, E_GROUP_NAME)) != 0 && get(c, C_NAMES_USED) + NAME_RECORDS_BYTES > get(c, C_NAMES_CAPACITY)) {
    return noRoom(c, ROOM_NAMES, NAME_RECORDS_BYTES);
  }
  const at = <usize>get(list, L_ARENA) + used;
  if (extras != 0) writeExtras(c, list, at + baseLength + (directory ? 1 : 0), extras);
  else copyLoose(at, base, baseLength);
  if (extras != 0) memory.copy(at, base, baseLength);
  if (directory) store<u8>(at + baseLength, 0x2f);
  store<f64>(<usize>get(list, L_SIZE) + (<usize>row << 3), <f64>load<i64>(c + E_SIZE));
  store<f64>(<usize>get(list, L_MTIME) + (<usize>row << 3), <f64>load<i64>(c + E_MTIME));
  setColumn32(list, L_DIR, row, get(c, E_DIR));
  setColumn32(list, L_BASE, row, used);
  setColumn32(list, L_UID, row, get(c, E_UID));
  setColumn32(list, L_GID, row, get(c, E_GID));
  setColumn32(list, L_NSEC, row, get(c, E_NSEC));
  setColumn32(list, L_FLAGS, row, flagsOf(c, xflags, mode) | extras);
  store<u16>(<usize>get(list, L_BASE_LENGTH) + (<usize>row << 1), <u16>baseLength);
  store<u16>(<usize>get(list, L_MODE) + (<usize>row << 1), <u16>mode);
  if (leader) {
    store<u32>(<usize>get(c, C_LEADERS) + (<usize>get(c, C_LEADERS_COUNT) << 2), get(c, E_GROUP));
    put(c, C_LEADERS_COUNT, get(c, C_LEADERS_COUNT) + 1);
  }
  commitState(c, xflags, mode);
  put(list, L_COUNT, row + 1);
  put(list, L_ARENA_USED, used + bytes);
  return 0;
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
  const appended = appendRow(c, list, dirs, xflags);
  return appended == 0 ? p : appended;
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
    const next = readEntry(c, list, dirs, p, end);
    if (next > LAST_CODE) p = next;
    else if (next == NEED) return NEED_MORE;
    else if (next == ROOM) return NO_ROOM;
    else if (next == BAD) return MALFORMED;
    else return 1;
  }
}
