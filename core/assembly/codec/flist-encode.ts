// Encodes rows of a list as entries (docs/protocol/03-file-list.md §5, §6), with the sender's running state in the context.
// Compression is maximal, as upstream's is. Must not be given names longer than MAX_PATH - 1.
import { BAD_ARGUMENT } from '../status';
import {
  C_ATIME, C_BLOCK, C_DEV, C_DIR, C_DIR_END, C_FORM, C_GID, C_LITERAL, C_MAJOR, C_MODE, C_MTIME, C_NAME, C_NAME_LENGTH, C_OPTIONS,
  C_PROTOCOL, C_RDEV, C_SUM_BYTES, C_UID, C_USED, E_L1, F_CONTENT_DIR, F_HLINKED, F_HLINK_FIRST, F_IMPLIED_DIR,
  F_TOP_DIR, L_DIR, L_FLAGS, L_GID, L_MTIME, L_NSEC, L_SIZE, L_START, L_SUM_BYTES, L_UID, MAX_PATH, NO_DIR_END,
  O_ATIMES, O_DEVICES, O_GID, O_HARD_LINKS, O_LINKS, O_SPECIALS, O_UID, S_REGULAR, S_SYMLINK, S_TYPE, XMIT_EXTENDED,
  XMIT_GROUP_NAME, XMIT_HLINKED, XMIT_HLINK_FIRST, XMIT_LONG_NAME, XMIT_MOD_NSEC, XMIT_NO_CONTENT, XMIT_RDEV_MINOR_8,
  XMIT_SAME_ATIME, XMIT_SAME_DEV, XMIT_SAME_GID, XMIT_SAME_MODE, XMIT_SAME_NAME, XMIT_SAME_RDEV, XMIT_SAME_RDEV_MAJOR,
  XMIT_SAME_TIME, XMIT_SAME_UID, XMIT_TOP_DIR, XMIT_USER_NAME, X_ATIME, X_DEV_INO, X_GROUP, X_GROUP_NAME, X_RDEV,
  X_SUM, X_TARGET, X_USER_NAME, column32, commonPrefix, copyLoose, directoryLength, directoryPath, extraAt, get,
  isDevice, isDir, isSpecial, put, rowBase, rowBaseLength, rowMode,
} from './flist-layout';
import { putLongint, putVarint, putVarlong } from './flist-ints';
import { blockExtras, blockNumber, countOf, expectBlocks, nextBlock } from './flist-blocks';

/** No entry is longer: names and targets up to 4095, two id names up to 255, a checksum, numbers. Literals are the host's. */
const ENTRY_BYTES: u32 = 9232;
const MAX_PREFIX: u32 = 255;

@inline function rowSeconds(list: usize, row: u32): i64 {
  return <i64>load<f64>(<usize>get(list, L_MTIME) + (<usize>row << 3));
}

@inline function putVarint30(c: usize, o: usize, value: u32): usize {
  if (get(c, C_PROTOCOL) >= 30) return putVarint(o, value);
  store<u32>(o, value);
  return o + 4;
}

/** The device number of P = 27 (§5.7). */
function linuxDevice(major: u32, minor: u32): u32 {
  return (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xff) << 12);
}

/** Puts the row's full name into C_NAME and the length of the common prefix into E_L1; returns the name's length. */
function stepName(c: usize, list: usize, dirs: usize, row: u32): u32 {
  const dir = column32(list, L_DIR, row);
  const dirLength = directoryLength(dirs, dir);
  const base = rowBase(list, row);
  const baseLength = rowBaseLength(list, row);
  const name = c + C_NAME;
  const before = get(c, C_NAME_LENGTH);
  const length = dirLength + baseLength;
  let common: u32;
  if (get(c, C_DIR_END) != NO_DIR_END && get(c, C_DIR) == dir) {
    common = dirLength + commonPrefix(name + dirLength, base, min(baseLength, before - dirLength));
  } else {
    const path = directoryPath(dirs, dir);
    common = commonPrefix(name, path, min(dirLength, before));
    if (common == dirLength) common += commonPrefix(name + dirLength, base, min(baseLength, before - dirLength));
    copyLoose(name, path, dirLength);
  }
  copyLoose(name + dirLength, base, baseLength);
  put(c, E_L1, min(common, MAX_PREFIX));
  put(c, C_NAME_LENGTH, length);
  put(c, C_DIR, dir);
  put(c, C_DIR_END, dirLength);
  return length;
}

function directoryXflags(c: usize, flags: u32): u32 {
  if (get(c, C_PROTOCOL) < 30) return flags & F_TOP_DIR ? XMIT_TOP_DIR : 0;
  return (flags & (F_TOP_DIR | F_IMPLIED_DIR) ? XMIT_TOP_DIR : 0) | (flags & F_CONTENT_DIR ? 0 : XMIT_NO_CONTENT);
}

/** Bits of the device number; updates the state that §5.7 describes. */
function deviceXflags(c: usize, list: usize, row: u32, mode: u32, options: u32): u32 {
  const protocol = get(c, C_PROTOCOL);
  if (isSpecial(mode) && (options & O_SPECIALS)) {
    if (protocol < 28) return XMIT_SAME_RDEV;
    if (protocol < 30) return XMIT_SAME_RDEV_MAJOR | XMIT_RDEV_MINOR_8;
    return protocol < 31 ? XMIT_SAME_RDEV_MAJOR : 0;
  }
  if (!isDevice(mode) || (options & O_DEVICES) == 0) {
    put(c, C_RDEV, 0);
    return 0;
  }
  const rdev = extraAt(list, row, X_RDEV);
  const major = rdev == 0 ? 0 : load<u32>(rdev);
  const minor = rdev == 0 ? 0 : load<u32>(rdev, 4);
  if (protocol < 28) {
    const device = linuxDevice(major, minor);
    const same = device == get(c, C_RDEV);
    put(c, C_RDEV, device);
    return same ? XMIT_SAME_RDEV : 0;
  }
  const same = major == get(c, C_MAJOR);
  put(c, C_MAJOR, major);
  return (same ? XMIT_SAME_RDEV_MAJOR : 0) | (protocol < 30 && minor <= 0xff ? XMIT_RDEV_MINOR_8 : 0);
}

/** SAME_UID, USER_NAME and the like: what is not preserved counts as the same (§5.1); the first entry sends ids in full. */
function ownerXflags(c: usize, list: usize, row: u32, flags: u32, options: u32, first: bool): u32 {
  const uid = column32(list, L_UID, row);
  const gid = column32(list, L_GID, row);
  const named = get(c, C_PROTOCOL) >= 30;
  let bits: u32 = 0;
  if ((options & O_UID) == 0) bits |= XMIT_SAME_UID;
  else if (named && (flags & X_USER_NAME)) bits |= XMIT_USER_NAME;
  else if (!first && uid == get(c, C_UID)) bits |= XMIT_SAME_UID;
  if ((options & O_GID) == 0) bits |= XMIT_SAME_GID;
  else if (named && (flags & X_GROUP_NAME)) bits |= XMIT_GROUP_NAME;
  else if (!first && gid == get(c, C_GID)) bits |= XMIT_SAME_GID;
  put(c, C_UID, uid);
  put(c, C_GID, gid);
  return bits;
}

/** Has the entry a hard-link field before P = 30? */
@inline function hasDevIno(c: usize, mode: u32, flags: u32, options: u32): bool {
  const protocol = get(c, C_PROTOCOL);
  if (protocol >= 30 || (options & O_HARD_LINKS) == 0) return false;
  return protocol < 28 ? (mode & S_TYPE) == S_REGULAR : (flags & F_HLINKED) != 0 && !isDir(mode);
}

function hardLinkXflags(c: usize, list: usize, row: u32, mode: u32, flags: u32, options: u32): u32 {
  if (get(c, C_PROTOCOL) >= 30) {
    if ((options & O_HARD_LINKS) == 0 || isDir(mode) || (flags & F_HLINKED) == 0) return 0;
    return flags & F_HLINK_FIRST ? XMIT_HLINKED | XMIT_HLINK_FIRST : XMIT_HLINKED;
  }
  if (get(c, C_PROTOCOL) < 28 || !hasDevIno(c, mode, flags, options)) return 0;
  return XMIT_HLINKED | (load<i64>(extraAt(list, row, X_DEV_INO)) + 1 == load<i64>(c + C_DEV) ? XMIT_SAME_DEV : 0);
}

function entryXflags(c: usize, list: usize, row: u32, first: bool): u32 {
  const mode = rowMode(list, row);
  const flags = column32(list, L_FLAGS, row);
  const options = get(c, C_OPTIONS);
  let x: u32 = isDir(mode) ? directoryXflags(c, flags) : 0;
  if (mode == get(c, C_MODE)) x |= XMIT_SAME_MODE;
  x |= ownerXflags(c, list, row, flags, options, first);
  x |= deviceXflags(c, list, row, mode, options);
  x |= hardLinkXflags(c, list, row, mode, flags, options);
  if (rowSeconds(list, row) == load<i64>(c + C_MTIME)) x |= XMIT_SAME_TIME;
  if (get(c, C_PROTOCOL) >= 31 && column32(list, L_NSEC, row) != 0) x |= XMIT_MOD_NSEC;
  const atime: usize = (options & O_ATIMES) && !isDir(mode) ? extraAt(list, row, X_ATIME) : 0;
  if (atime != 0 && <i64>load<f64>(atime) == load<i64>(c + C_ATIME)) x |= XMIT_SAME_ATIME;
  put(c, C_MODE, mode);
  store<i64>(c + C_MTIME, rowSeconds(list, row));
  return x;
}

/** The xflags in their wire form; never a zero first byte (§5.2). */
function putXflags(c: usize, o: usize, x: u32, directory: bool): usize {
  const form = get(c, C_FORM);
  if (form == 2) return putVarint(o, x == 0 ? XMIT_EXTENDED : x);
  if (form == 0) {
    store<u8>(o, <u8>x);
    return o + 1;
  }
  if (x == 0 && !directory) x = XMIT_TOP_DIR;
  if ((x & 0xff00) == 0 && x != 0) {
    store<u8>(o, <u8>x);
    return o + 1;
  }
  store<u16>(o, <u16>(x | XMIT_EXTENDED));
  return o + 2;
}

function putIdName(o: usize, name: usize): usize {
  const bytes = <usize>load<u8>(name) + 1;
  memory.copy(o, name, bytes);
  return o + bytes;
}

function putDevice(c: usize, list: usize, row: u32, mode: u32, options: u32, x: u32, o: usize): usize {
  const protocol = get(c, C_PROTOCOL);
  const special = isSpecial(mode);
  const present = special ? (options & O_SPECIALS) != 0 && protocol < 31 : isDevice(mode) && (options & O_DEVICES) != 0;
  if (!present) return o;
  if (protocol < 28) {
    if (x & XMIT_SAME_RDEV) return o;
    store<u32>(o, get(c, C_RDEV));
    return o + 4;
  }
  if ((x & XMIT_SAME_RDEV_MAJOR) == 0) o = putVarint30(c, o, get(c, C_MAJOR));
  const rdev: usize = special ? 0 : extraAt(list, row, X_RDEV);
  const minor = rdev == 0 ? 0 : load<u32>(rdev, 4);
  if (protocol >= 30 || (x & XMIT_RDEV_MINOR_8) == 0) return putVarint30(c, o, minor);
  store<u8>(o, <u8>minor);
  return o + 1;
}

/** Fields 14-17. */
function putTail(c: usize, list: usize, row: u32, mode: u32, x: u32, o: usize): usize {
  const options = get(c, C_OPTIONS);
  const type = mode & S_TYPE;
  o = putDevice(c, list, row, mode, options, x, o);
  if (type == S_SYMLINK && (options & O_LINKS)) {
    const target = extraAt(list, row, X_TARGET);
    const length = <u32>load<u16>(target);
    o = putVarint30(c, o, length);
    memory.copy(o, target + 2, length);
    o += length;
  }
  if (hasDevIno(c, mode, column32(list, L_FLAGS, row), options)) {
    const identity = extraAt(list, row, X_DEV_INO);
    const dev = load<i64>(identity) + 1;
    if ((x & XMIT_SAME_DEV) == 0 || get(c, C_PROTOCOL) < 28) o = putLongint(o, dev);
    store<i64>(c + C_DEV, dev);
    o = putLongint(o, load<i64>(identity, 8));
  }
  const sumBytes = get(c, C_SUM_BYTES);
  if (sumBytes == 0 || (type != S_REGULAR && get(c, C_PROTOCOL) >= 28)) return o;
  const sum: usize = type == S_REGULAR ? extraAt(list, row, X_SUM) : 0;
  if (sum != 0) memory.copy(o, sum, sumBytes);
  else memory.fill(o, 0, sumBytes);
  return o + sumBytes;
}

/** Fields 6-17. */
function putFields(c: usize, list: usize, row: u32, mode: u32, x: u32, o: usize): usize {
  const options = get(c, C_OPTIONS);
  const modern = get(c, C_PROTOCOL) >= 30;
  const size = <i64>load<f64>(<usize>get(list, L_SIZE) + (<usize>row << 3));
  o = modern ? putVarlong(o, <u64>size, 3) : putLongint(o, size);
  if ((x & XMIT_SAME_TIME) == 0) {
    const seconds = rowSeconds(list, row);
    if (modern) o = putVarlong(o, <u64>seconds, 4);
    else {
      store<u32>(o, <u32>seconds);
      o += 4;
    }
  }
  if (x & XMIT_MOD_NSEC) o = putVarint(o, column32(list, L_NSEC, row));
  if ((x & XMIT_SAME_MODE) == 0) {
    store<u32>(o, mode);
    o += 4;
  }
  if ((options & O_ATIMES) && !isDir(mode)) {
    const at = extraAt(list, row, X_ATIME);
    const atime: i64 = at == 0 ? 0 : <i64>load<f64>(at);
    if ((x & XMIT_SAME_ATIME) == 0) o = putVarlong(o, <u64>atime, 4);
    store<i64>(c + C_ATIME, atime);
  }
  if ((options & O_UID) && (x & XMIT_SAME_UID) == 0) {
    o = putVarint30(c, o, column32(list, L_UID, row));
    if (modern && (x & XMIT_USER_NAME)) o = putIdName(o, extraAt(list, row, X_USER_NAME));
  }
  if ((options & O_GID) && (x & XMIT_SAME_GID) == 0) {
    o = putVarint30(c, o, column32(list, L_GID, row));
    if (modern && (x & XMIT_GROUP_NAME)) o = putIdName(o, extraAt(list, row, X_GROUP_NAME));
  }
  return putTail(c, list, row, mode, x, o);
}

/** What the options need and the host did not give: encoding it would put a lie on the wire. */
function lacks(c: usize, list: usize, row: u32): bool {
  const mode = rowMode(list, row);
  const flags = column32(list, L_FLAGS, row);
  const options = get(c, C_OPTIONS);
  if (hasDevIno(c, mode, flags, options) && (flags & X_DEV_INO) == 0) return true;
  if ((mode & S_TYPE) == S_SYMLINK && (options & O_LINKS) && (flags & X_TARGET) == 0) return true;
  const blocks = blockExtras(c, mode);
  if ((flags & blocks) != blocks) return true;
  if ((flags & X_SUM) && get(list, L_SUM_BYTES) != get(c, C_SUM_BYTES)) return true;
  return get(c, C_PROTOCOL) >= 30 && (options & O_HARD_LINKS) != 0 && (flags & F_HLINKED) != 0 && (flags & X_GROUP) == 0;
}

function encodeEntry(c: usize, list: usize, dirs: usize, row: u32, o: usize): usize {
  const mode = rowMode(list, row);
  const first = get(c, C_NAME_LENGTH) == 0;
  const length = stepName(c, list, dirs, row);
  const l1 = get(c, E_L1);
  const l2 = length - l1;
  let x = entryXflags(c, list, row, first);
  if (l1 > 0) x |= XMIT_SAME_NAME;
  if (l2 > 255) x |= XMIT_LONG_NAME;
  if (get(c, C_FORM) == 0 && (x & 0xff) == 0) x = isDir(mode) ? XMIT_LONG_NAME : XMIT_TOP_DIR;
  o = putXflags(c, o, x, isDir(mode));
  if (l1 > 0) store<u8>(o++, <u8>l1);
  if (x & XMIT_LONG_NAME) o = putVarint30(c, o, l2);
  else store<u8>(o++, <u8>l2);
  copyLoose(o, c + C_NAME + l1, l2);
  o += l2;
  if (get(c, C_PROTOCOL) >= 30 && (x & XMIT_HLINKED) && (x & XMIT_HLINK_FIRST) == 0) {
    const group = load<u32>(extraAt(list, row, X_GROUP));
    o = putVarint(o, group);
    if (group >= get(list, L_START)) {
      const atime: usize = get(c, C_OPTIONS) & O_ATIMES ? extraAt(list, row, X_ATIME) : 0;
      if (atime != 0) store<i64>(c + C_ATIME, <i64>load<f64>(atime));
      return o;
    }
  }
  return putFields(c, list, row, mode, x, o);
}

/** The numbers of ACLs and extended attributes that are known to the peer; stops at one that is not: C_LITERAL is its kind. */
function putBlocks(c: usize, list: usize, row: u32, o: usize): usize {
  const mode = rowMode(list, row);
  while (get(c, C_BLOCK) != 0 && get(c, C_LITERAL) == 0) {
    const block = get(c, C_BLOCK);
    const number = blockNumber(list, row, block);
    const known = get(c, countOf(block));
    if (number <= known) o = putVarint(o, number);
    else {
      store<u8>(o++, 0);
      put(c, countOf(block), known + 1);
      put(c, C_LITERAL, block);
    }
    nextBlock(c, mode);
  }
  return o;
}

/**
 * Encodes rows from `from` up to `to` into `capacity` bytes at `out`; returns how many rows were encoded (fewer when
 * the region is full) and sets C_USED to the bytes written. BAD_ARGUMENT when a row lacks what the options need.
 * C_LITERAL != 0: the next bytes on the wire are the host's, the literal of this kind with the number that was counted last;
 * then it calls again with the row that is not counted yet, C_LITERAL being 0.
 */
export function flist_encode(c: usize, list: usize, dirs: usize, from: u32, to: u32, out: usize, capacity: u32): i32 {
  let row = from;
  let o = out;
  put(c, C_USED, 0);
  while (row < to && <u32>(o - out) + ENTRY_BYTES <= capacity) {
    if (get(c, C_BLOCK) == 0) {
      if (lacks(c, list, row)) return BAD_ARGUMENT;
      o = encodeEntry(c, list, dirs, row, o);
      expectBlocks(c, rowMode(list, row));
    }
    o = putBlocks(c, list, row, o);
    if (get(c, C_BLOCK) == 0) row++;
    if (get(c, C_LITERAL) != 0) break;
  }
  put(c, C_USED, <u32>(o - out));
  return <i32>(row - from);
}

/** The end marker and I/O error value (§8.1); `ioError` is 0 when none is to be sent. Returns the bytes written. */
export function flist_encode_end(c: usize, ioError: u32, safe: u32, out: usize): i32 {
  store<u8>(out, 0);
  if (get(c, C_FORM) == 2) return <i32>(putVarint(out + 1, ioError) - out);
  if (ioError == 0 || safe == 0) return 1;
  store<u16>(out, 0x1004);
  return <i32>(putVarint(out + 2, ioError) - out);
}
