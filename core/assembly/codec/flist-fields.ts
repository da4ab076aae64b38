// Reads the fields of one entry after its name into the E_ part of the context (docs/protocol/03-file-list.md §5.3
// fields 6-17). Readers return the address after the field, NEED (0) or BAD (1); they touch no running state.
import {
  C_ATIME, C_DEV, C_ERROR, C_ERROR_A, C_GID, C_MAJOR, C_MODE, C_MTIME, C_OPTIONS, C_PROTOCOL, C_RDEV, C_SUM_BYTES,
  C_UID, E_ATIME, E_DEV, E_EXTRAS, E_GID, E_GROUP_NAME, E_INO, E_MAJOR, E_MINOR, E_MODE, E_MTIME, E_NSEC, E_RDEV,
  E_RDEV_MAJOR, E_SIZE, E_SUM, E_TARGET, E_TARGET_LENGTH, E_UID, E_USER, E_XFLAGS, MAX_PATH, O_ATIMES, O_DEVICES,
  O_GID, O_HARD_LINKS, O_LINKS, O_MISSING, O_SPECIALS, O_UID, S_REGULAR, S_SYMLINK, S_TYPE, XMIT_GROUP_NAME,
  XMIT_HLINKED, XMIT_MOD_NSEC, XMIT_RDEV_MINOR_8, XMIT_SAME_ATIME, XMIT_SAME_DEV, XMIT_SAME_GID, XMIT_SAME_MODE,
  XMIT_SAME_RDEV, XMIT_SAME_RDEV_MAJOR, XMIT_SAME_TIME, XMIT_SAME_UID, XMIT_USER_NAME, X_ATIME, X_DEV_INO, X_RDEV,
  X_SUM, X_TARGET, get, isDevice, isDir, isSpecial, put,
} from './flist-layout';
import { extraBytes, varintAt, varlongAt } from './flist-ints';
import {
  ERR_HUGE_SIZE, ERR_MODE, ERR_NEGATIVE_SIZE, ERR_NSEC, ERR_TARGET_LENGTH, ERR_TARGET_NUL, ERR_VARINT, ERR_VARLONG,
} from './flist-errors';

export const NEED: usize = 0;
export const BAD: usize = 1;
const MAX_EXACT: i64 = 9007199254740991;
const MAX_NSEC: u32 = 999999999;
const MODE_BITS: u32 = 0xffff;

export function bad(c: usize, error: u32, a: u32 = 0): usize {
  put(c, C_ERROR, error);
  put(c, C_ERROR_A, a);
  return BAD;
}

/** varint into the field at `to`. */
export function readVarint(c: usize, p: usize, end: usize, to: usize): usize {
  if (p >= end) return NEED;
  const first = <u32>load<u8>(p);
  const extra = extraBytes(first);
  if (extra > 4) return bad(c, ERR_VARINT);
  if (p + 1 + extra > end) return NEED;
  store<u32>(c + to, varintAt(p, first, extra));
  return p + 1 + extra;
}

/** varlong of at least `minimum` bytes into the 64-bit field at `to`. */
export function readVarlong(c: usize, p: usize, end: usize, minimum: u32, to: usize): usize {
  if (p + minimum > end) return NEED;
  const first = <u32>load<u8>(p);
  const low = minimum - 1 + extraBytes(first);
  if (low > 8) return bad(c, ERR_VARLONG);
  if (p + 1 + low > end) return NEED;
  store<i64>(c + to, varlongAt(p, first, extraBytes(first), low));
  return p + 1 + low;
}

function readLongint(c: usize, p: usize, end: usize, to: usize): usize {
  if (p + 4 > end) return NEED;
  const short = load<i32>(p);
  if (short != -1) {
    store<i64>(c + to, <i64>short);
    return p + 4;
  }
  if (p + 12 > end) return NEED;
  store<i64>(c + to, load<i64>(p, 4));
  return p + 12;
}

/** int before P = 30, varint since. */
export function readVarint30(c: usize, p: usize, end: usize, to: usize): usize {
  if (get(c, C_PROTOCOL) >= 30) return readVarint(c, p, end, to);
  if (p + 4 > end) return NEED;
  store<u32>(c + to, load<u32>(p));
  return p + 4;
}

function readTimes(c: usize, p: usize, end: usize, xflags: u32): usize {
  if (xflags & XMIT_SAME_TIME) store<i64>(c + E_MTIME, load<i64>(c + C_MTIME));
  else if (get(c, C_PROTOCOL) >= 30) {
    p = readVarlong(c, p, end, 4, E_MTIME);
    if (p <= BAD) return p;
  } else {
    if (p + 4 > end) return NEED;
    store<i64>(c + E_MTIME, <i64>load<u32>(p));
    p += 4;
  }
  put(c, E_NSEC, 0);
  if ((xflags & XMIT_MOD_NSEC) && get(c, C_PROTOCOL) >= 31) {
    p = readVarint(c, p, end, E_NSEC);
    if (p <= BAD) return p;
    if (get(c, E_NSEC) > MAX_NSEC) return bad(c, ERR_NSEC, get(c, E_NSEC));
  }
  return p;
}

function isKnownMode(mode: u32, options: u32): bool {
  if (mode == 0) return (options & O_MISSING) != 0;
  if ((mode & ~MODE_BITS) != 0) return false;
  const type = mode & S_TYPE;
  return type == S_REGULAR || isDir(mode) || type == S_SYMLINK || isDevice(mode) || isSpecial(mode);
}

/** An id and, when `named`, the name that follows it. `pointer` and its length field get 0 without a name. */
function readId(c: usize, p: usize, end: usize, to: usize, named: bool, pointer: usize): usize {
  p = readVarint30(c, p, end, to);
  if (p <= BAD || !named) return p;
  if (p >= end) return NEED;
  const length = <u32>load<u8>(p);
  if (p + 1 + length > end) return NEED;
  put(c, pointer, <u32>(p + 1));
  put(c, pointer + 4, length);
  return p + 1 + length;
}

function readOwners(c: usize, p: usize, end: usize, xflags: u32, options: u32): usize {
  const names = get(c, C_PROTOCOL) >= 30;
  put(c, E_UID, get(c, C_UID));
  put(c, E_GID, get(c, C_GID));
  if ((options & O_UID) && (xflags & XMIT_SAME_UID) == 0) {
    p = readId(c, p, end, E_UID, names && (xflags & XMIT_USER_NAME) != 0, E_USER);
    if (p <= BAD) return p;
  }
  if ((options & O_GID) && (xflags & XMIT_SAME_GID) == 0) {
    p = readId(c, p, end, E_GID, names && (xflags & XMIT_GROUP_NAME) != 0, E_GROUP_NAME);
  }
  return p;
}

/** P = 27: the low 32 bits of a Linux dev_t. */
function splitDevice(c: usize, device: u32): void {
  put(c, E_MAJOR, (device >> 8) & 0xfff);
  put(c, E_MINOR, (device & 0xff) | ((device >> 12) & 0xfff00));
}

function readDevice(c: usize, p: usize, end: usize, xflags: u32, mode: u32, options: u32): usize {
  const protocol = get(c, C_PROTOCOL);
  const device = isDevice(mode);
  const present = device ? (options & O_DEVICES) != 0 : isSpecial(mode) && (options & O_SPECIALS) != 0;
  put(c, E_RDEV, present ? get(c, C_RDEV) : 0);
  put(c, E_RDEV_MAJOR, get(c, C_MAJOR));
  if (!present || (!device && protocol >= 31)) return p;
  if (device) put(c, E_EXTRAS, get(c, E_EXTRAS) | X_RDEV);
  if (protocol < 28) {
    if ((xflags & XMIT_SAME_RDEV) == 0) {
      if (p + 4 > end) return NEED;
      put(c, E_RDEV, load<u32>(p));
      p += 4;
    }
    splitDevice(c, get(c, E_RDEV));
    return p;
  }
  if ((xflags & XMIT_SAME_RDEV_MAJOR) == 0) {
    p = readVarint30(c, p, end, E_RDEV_MAJOR);
    if (p <= BAD) return p;
  }
  put(c, E_MAJOR, get(c, E_RDEV_MAJOR));
  if (protocol < 30 && (xflags & XMIT_RDEV_MINOR_8)) {
    if (p >= end) return NEED;
    put(c, E_MINOR, <u32>load<u8>(p));
    return p + 1;
  }
  return readVarint30(c, p, end, E_MINOR);
}

function readTarget(c: usize, p: usize, end: usize): usize {
  p = readVarint30(c, p, end, E_TARGET_LENGTH);
  if (p <= BAD) return p;
  const length = get(c, E_TARGET_LENGTH);
  if (length >= MAX_PATH) return bad(c, ERR_TARGET_LENGTH, length);
  if (p + length > end) return NEED;
  for (let i: u32 = 0; i < length; i++) if (load<u8>(p + i) == 0) return bad(c, ERR_TARGET_NUL);
  put(c, E_TARGET, <u32>p);
  put(c, E_EXTRAS, get(c, E_EXTRAS) | X_TARGET);
  return p + length;
}

function readHardLink(c: usize, p: usize, end: usize, xflags: u32): usize {
  store<i64>(c + E_DEV, load<i64>(c + C_DEV));
  if (get(c, C_PROTOCOL) < 28 || (xflags & XMIT_SAME_DEV) == 0) {
    p = readLongint(c, p, end, E_DEV);
    if (p <= BAD) return p;
  }
  put(c, E_EXTRAS, get(c, E_EXTRAS) | X_DEV_INO);
  return readLongint(c, p, end, E_INO);
}

function readSum(c: usize, p: usize, end: usize, regular: bool): usize {
  const bytes = get(c, C_SUM_BYTES);
  if (p + bytes > end) return NEED;
  if (regular) {
    put(c, E_SUM, <u32>p);
    put(c, E_EXTRAS, get(c, E_EXTRAS) | X_SUM);
  }
  return p + bytes;
}

/** Fields 6-17 of an entry that is not abbreviated. */
export function readFields(c: usize, p: usize, end: usize): usize {
  const protocol = get(c, C_PROTOCOL);
  const options = get(c, C_OPTIONS);
  const xflags = get(c, E_XFLAGS);
  p = protocol >= 30 ? readVarlong(c, p, end, 3, E_SIZE) : readLongint(c, p, end, E_SIZE);
  if (p <= BAD) return p;
  const size = load<i64>(c + E_SIZE);
  if (size < 0) return bad(c, ERR_NEGATIVE_SIZE);
  if (size > MAX_EXACT) return bad(c, ERR_HUGE_SIZE);
  p = readTimes(c, p, end, xflags);
  if (p <= BAD) return p;
  let mode = get(c, C_MODE);
  if ((xflags & XMIT_SAME_MODE) == 0) {
    if (p + 4 > end) return NEED;
    mode = load<u32>(p);
    p += 4;
  }
  if (!isKnownMode(mode, options)) return bad(c, ERR_MODE, mode);
  put(c, E_MODE, mode);
  if ((options & O_ATIMES) && !isDir(mode)) {
    put(c, E_EXTRAS, get(c, E_EXTRAS) | X_ATIME);
    if (xflags & XMIT_SAME_ATIME) store<i64>(c + E_ATIME, load<i64>(c + C_ATIME));
    else p = readVarlong(c, p, end, 4, E_ATIME);
    if (p <= BAD) return p;
  }
  p = readOwners(c, p, end, xflags, options);
  if (p <= BAD) return p;
  p = readDevice(c, p, end, xflags, mode, options);
  if (p <= BAD) return p;
  const type = mode & S_TYPE;
  if (type == S_SYMLINK && (options & O_LINKS)) {
    p = readTarget(c, p, end);
    if (p <= BAD) return p;
  }
  if (protocol < 30 && (options & O_HARD_LINKS)) {
    if (protocol < 28 ? type == S_REGULAR : (xflags & XMIT_HLINKED) != 0 && !isDir(mode)) p = readHardLink(c, p, end, xflags);
    if (p <= BAD) return p;
  }
  if (get(c, C_SUM_BYTES) != 0 && (type == S_REGULAR || protocol < 28)) return readSum(c, p, end, type == S_REGULAR);
  return p;
}
