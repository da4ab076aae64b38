// Takes a read entry into the list: name, columns, extras, directory flags, and the running state after it
// (docs/protocol/03-file-list.md §6, §7). All or nothing: a full region or a refused name changes nothing.
import { NO_ROOM } from '../status';
import {
  C_ATIME, C_DEV, C_DIR, C_DIR_END, C_GID, C_INSIDE, C_LEADERS, C_LEADERS_CAPACITY, C_LEADERS_COUNT, C_MAJOR, C_MODE,
  C_MTIME, C_NAME, C_NAMES, C_NAMES_CAPACITY, C_NAMES_USED, C_NAME_LENGTH, C_OPTIONS, C_PROTOCOL, C_RDEV,
  C_ROOM_BYTES, C_ROOM_KIND, C_TOP, C_TOP_LENGTH, C_UID, E_ATIME, E_BASE, E_BASE_LENGTH, E_DEV, E_DIR, E_DIR_END,
  E_EXTRAS, E_GID, E_GROUP, E_GROUP_LENGTH, E_GROUP_NAME, E_INO, E_L1, E_L2, E_MAJOR, E_MINOR, E_MODE, E_MTIME,
  E_NSEC, E_RDEV, E_RDEV_MAJOR, E_SIZE, E_SUM, E_TARGET, E_TARGET_LENGTH, E_UID, E_USER, E_USER_LENGTH, F_CONTENT_DIR,
  F_HLINKED, F_HLINK_FIRST, F_IMPLIED_DIR, F_MISSING, F_TOP_DIR, L_ARENA, L_ARENA_CAPACITY, L_ARENA_USED, L_BASE,
  L_BASE_LENGTH, L_CAPACITY, L_COUNT, L_DIR, L_FLAGS, L_GID, L_MODE, L_MTIME, L_NSEC, L_SIZE, L_SUM_BYTES, L_UID,
  O_RECURSIVE, O_RELATIVE, ROOM_ARENA, ROOM_LEADERS, ROOM_NAMES, ROOM_ROWS, XMIT_HLINK_FIRST, XMIT_NO_CONTENT,
  XMIT_TOP_DIR, X_ACL, X_ATIME, X_DEV_INO, X_GROUP, X_RDEV, X_SUM, X_TARGET, X_XATTR, commonPrefix, copyLoose, get, isDir, put,
  setColumn32,
} from './flist-layout';
import { ERR_ROOT } from './flist-errors';
import { BAD, bad } from './flist-fields';
import { resolveName } from './flist-name';

/** A region is full: beyond NEED and BAD, addresses are always larger. */
export const ROOM: usize = 2;
/** Room that one entry's announced names may take. */
const NAME_RECORDS_BYTES: u32 = 2 * (6 + 255);

export function noRoom(c: usize, kind: u32, bytes: u32): usize {
  put(c, C_ROOM_KIND, kind);
  put(c, C_ROOM_BYTES, bytes);
  return ROOM;
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
  if (extras & X_ACL) bytes += 8;
  if (extras & X_XATTR) bytes += 4;
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
  // Their numbers come after the entry.
  if (extras & X_ACL) {
    store<u64>(at, 0);
    at += 8;
  }
  if (extras & X_XATTR) {
    store<u32>(at, 0);
    at += 4;
  }
  return at;
}

/** Notes the name of an id; the caller has seen to it that there is room. */
export function announce(c: usize, kind: u32, id: u32, name: usize, length: u32): void {
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
export function appendRow(c: usize, list: usize, dirs: usize, xflags: u32): usize {
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
