// The name of an entry that was read: checked, cleaned of repeated slashes and '.' components, split into a number
// of the directory table and a base name (docs/protocol/03-file-list.md §5.4, §16 checks 1-4, §3.7).
// The running state keeps the wire name; the cleaned one goes into the list.
import { MALFORMED, NO_ROOM } from '../status';
import {
  C_CLEAN, C_DIR, C_DIR_END, C_ERROR, C_NAME, C_OPTIONS, C_ROOM_BYTES, C_ROOM_KIND, E_BASE, E_BASE_LENGTH, E_DIR,
  E_DIR_END, E_L1, E_L2, NO_DIR_END, O_RELATIVE, ROOM_DIRS, commonPrefix, copyLoose, get, put,
} from './flist-layout';
import { ERR_NAME_NUL, ERR_UNSAFE_NAME } from './flist-errors';
import { internDirectory } from './flist-dirs';

const SLASH: u32 = 0x2f;
const DOT: u32 = 0x2e;

/** Has the region a NUL or a '/'? Reads up to 15 bytes past it. */
@inline function hasNulOrSlash(p: usize, length: u32): bool {
  const slash = i8x16.splat(0x2f);
  const zero = i8x16.splat(0);
  for (let i: u32 = 0; i < length; i += 16) {
    const bytes = v128.load(p + i);
    let mask = <u32>i8x16.bitmask(v128.or(i8x16.eq(bytes, slash), i8x16.eq(bytes, zero)));
    const rest = length - i;
    if (rest < 16) mask &= (<u32>1 << rest) - 1;
    if (mask != 0) return true;
  }
  return false;
}

function fail(c: usize, error: u32): i32 {
  put(c, C_ERROR, error);
  return MALFORMED;
}

/**
 * Bytes at the start of the name that need no cleaning: whole components with their '/', kept from the previous name, which
 * was clean.
 */
function knownClean(c: usize): u32 {
  if (get(c, C_DIR_END) == NO_DIR_END) return 0;
  let known = get(c, E_L1);
  while (known > 0 && <u32>load<u8>(c + C_NAME + known - 1) != SLASH) known--;
  return known;
}

/** Writes the cleaned form to C_CLEAN; its length, or MALFORMED. */
function cleanName(c: usize, length: u32): i32 {
  const from = c + C_NAME;
  const to = c + C_CLEAN;
  const known = knownClean(c);
  const rooted: u32 = length > 0 && <u32>load<u8>(from) == SLASH ? 1 : 0;
  if (rooted && (get(c, C_OPTIONS) & O_RELATIVE) == 0) return fail(c, ERR_UNSAFE_NAME);
  let at = max(known, rooted);
  let out = at;
  copyLoose(to, from, out);
  while (at < length) {
    // `out` is 0 or stands behind a '/'.
    const start = at;
    let byte: u32 = 0;
    while (at < length && (byte = <u32>load<u8>(from + at)) != SLASH) {
      if (byte == 0) return fail(c, ERR_NAME_NUL);
      store<u8>(to + out + at - start, <u8>byte);
      at++;
    }
    const bytes = at - start;
    at++;
    if (bytes == 0 || (bytes == 1 && <u32>load<u8>(from + start) == DOT)) continue;
    if (bytes == 2 && <u32>load<u16>(from + start) == 0x2e2e) return fail(c, ERR_UNSAFE_NAME);
    store<u8>(to + out + bytes, <u8>SLASH);
    out += bytes + 1;
  }
  if (out > rooted) return <i32>(out - 1);
  store<u8>(to + out, <u8>DOT);
  return <i32>(out + 1);
}

/**
 * Resolves the wire name of l1 + l2 bytes at C_NAME into E_DIR, E_BASE, E_BASE_LENGTH, E_DIR_END. 0, MALFORMED or NO_ROOM.
 * Nothing of the running state changes.
 */
export function resolveName(c: usize, dirs: usize): i32 {
  const l1 = get(c, E_L1);
  const l2 = get(c, E_L2);
  const length = l1 + l2;
  const name = c + C_NAME;
  const dirEnd = get(c, C_DIR_END);
  // The common case: only the part after the previous directory changed. Its kept bytes were checked before.
  if (dirEnd <= l1 && length > dirEnd && !hasNulOrSlash(name + l1, l2)) {
    if (<u32>load<u8>(name + dirEnd) != DOT || length - dirEnd > 2) {
      put(c, E_DIR, get(c, C_DIR));
      put(c, E_DIR_END, dirEnd);
      put(c, E_BASE, <u32>(name + dirEnd));
      put(c, E_BASE_LENGTH, length - dirEnd);
      return 0;
    }
  }
  const clean = cleanName(c, length);
  if (clean < 0) return clean;
  let split = <u32>clean;
  while (split > 0 && <u32>load<u8>(c + C_CLEAN + split - 1) != SLASH) split--;
  const dir = internDirectory(dirs, c + C_CLEAN, split);
  if (dir < 0) {
    put(c, C_ROOM_KIND, ROOM_DIRS);
    put(c, C_ROOM_BYTES, split);
    return NO_ROOM;
  }
  const same = <u32>clean == length && commonPrefix(name, c + C_CLEAN, length) == length;
  put(c, E_DIR, <u32>dir);
  put(c, E_DIR_END, same ? split : NO_DIR_END);
  put(c, E_BASE, <u32>(c + C_CLEAN + split));
  put(c, E_BASE_LENGTH, <u32>clean - split);
  return 0;
}
