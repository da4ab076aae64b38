// A literal set of extended attributes on the wire (docs/protocol/03-file-list.md §11.1, §11.4). What is read goes to the
// host as records: a head {3 u8, 0 u8[3], count u32}, then for each attribute {4 u8, 0 u8, name length u16, value length
// u32, name without its NUL, value or 16-byte digest}.
import { C_LITERAL_BYTES, C_LITERAL_LEFT, C_RECORDS, C_RECORDS_CAPACITY, C_RECORDS_USED, E_GROUP, E_MINOR, ROOM_RECORDS, get, put } from './flist-layout';
import { BAD, NEED, bad, readVarint } from './flist-fields';
import {
  ERR_XATTR_COUNT, ERR_XATTR_NAME, ERR_XATTR_NAME_LENGTH, ERR_XATTR_TOTAL, ERR_XATTR_VALUE_LENGTH,
} from './flist-errors';
import { noRoom } from './flist-append';

const HEAD_BYTES: u32 = 8;
/** Longer values travel as a digest. */
const LONGEST_VALUE: u32 = 32;
const DIGEST_BYTES: u32 = 16;
// Limits of 3.5.0 (§11.4).
const MOST_ATTRIBUTES: u32 = 65536;
const LONGEST_NAME: u32 = 4096;
const LARGEST_VALUE: u32 = 128 << 20;
const LARGEST_SET: u64 = 512 << 20;

export function readXattrHead(c: usize, p: usize, end: usize): usize {
  if (get(c, C_RECORDS_USED) + HEAD_BYTES > get(c, C_RECORDS_CAPACITY)) return noRoom(c, ROOM_RECORDS, HEAD_BYTES);
  p = readVarint(c, p, end, E_GROUP);
  if (p <= BAD) return p;
  const count = get(c, E_GROUP);
  if (count > MOST_ATTRIBUTES) return bad(c, ERR_XATTR_COUNT, count);
  const record = <usize>get(c, C_RECORDS) + get(c, C_RECORDS_USED);
  store<u32>(record, 3);
  store<u32>(record, count, 4);
  put(c, C_RECORDS_USED, get(c, C_RECORDS_USED) + HEAD_BYTES);
  put(c, C_LITERAL_LEFT, count);
  return p;
}

function hasNul(p: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) if (load<u8>(p + i) == 0) return true;
  return false;
}

export function readXattr(c: usize, p: usize, end: usize): usize {
  p = readVarint(c, p, end, E_GROUP);
  if (p <= BAD) return p;
  const nameLength = get(c, E_GROUP);
  if (nameLength > LONGEST_NAME) return bad(c, ERR_XATTR_NAME_LENGTH, nameLength);
  if (nameLength < 2) return bad(c, ERR_XATTR_NAME);
  p = readVarint(c, p, end, E_MINOR);
  if (p <= BAD) return p;
  const valueLength = get(c, E_MINOR);
  if (valueLength > LARGEST_VALUE) return bad(c, ERR_XATTR_VALUE_LENGTH, valueLength);
  const total = load<u64>(c + C_LITERAL_BYTES) + nameLength + valueLength;
  if (total > LARGEST_SET) return bad(c, ERR_XATTR_TOTAL);
  const sent = valueLength > LONGEST_VALUE ? DIGEST_BYTES : valueLength;
  if (p + nameLength + sent > end) return NEED;
  if (load<u8>(p + nameLength - 1) != 0 || hasNul(p, nameLength - 1)) return bad(c, ERR_XATTR_NAME);
  const bytes = HEAD_BYTES + nameLength - 1 + sent;
  if (get(c, C_RECORDS_USED) + bytes > get(c, C_RECORDS_CAPACITY)) return noRoom(c, ROOM_RECORDS, bytes);
  const record = <usize>get(c, C_RECORDS) + get(c, C_RECORDS_USED);
  store<u32>(record, 4 | ((nameLength - 1) << 16));
  store<u32>(record, valueLength, 4);
  memory.copy(record + HEAD_BYTES, p, nameLength - 1);
  memory.copy(record + HEAD_BYTES + nameLength - 1, p + nameLength, sent);
  put(c, C_RECORDS_USED, get(c, C_RECORDS_USED) + bytes);
  store<u64>(c + C_LITERAL_BYTES, total);
  return p + nameLength + sent;
}
