// A literal ACL on the wire (docs/protocol/03-file-list.md §10.1, §10.6). What is read goes to the host as records:
// a head {1 u8, kind u8, user u8, group u8, mask u8, other u8, mode's group bits u8, 0 u8, count u32}, then for each named
// entry {2 u8, user? u8, access u8, 0 u8, id u32}. Names of ids are announced like those of entries.
import {
  BLOCK_ACCESS, C_LITERAL_LEFT, C_NAMES_CAPACITY, C_NAMES_USED, C_RECORDS, C_RECORDS_CAPACITY, C_RECORDS_USED, E_GROUP,
  E_MINOR, ROOM_NAMES, ROOM_RECORDS, get, put,
} from './flist-layout';
import { BAD, NEED, bad, readVarint } from './flist-fields';
import { ERR_ACL_ACCESS, ERR_ACL_COUNT } from './flist-errors';
import { announce, noRoom } from './flist-append';

const HEAD_BYTES: u32 = 12;
const ELEMENT_BYTES: u32 = 8;
const NAME_RECORD_BYTES: u32 = 6 + 255;
const HAS_NAMED: u32 = 0x10;
const ABSENT: u8 = 0x80;
const HIGHEST_ACCESS: u32 = 7;
/** What 3.5.0 accepts. */
const MOST_NAMED: u32 = 65536;

/** The flags and the four permissions, and how many named entries follow. */
export function readAclHead(c: usize, block: u32, mode: u32, p: usize, end: usize): usize {
  if (p >= end) return NEED;
  if (get(c, C_RECORDS_USED) + HEAD_BYTES > get(c, C_RECORDS_CAPACITY)) return noRoom(c, ROOM_RECORDS, HEAD_BYTES);
  const flags = <u32>load<u8>(p++);
  const record = <usize>get(c, C_RECORDS) + get(c, C_RECORDS_USED);
  for (let i: u32 = 0; i < 4; i++) {
    store<u8>(record + i, ABSENT, 2);
    if ((flags & (1 << i)) == 0) continue;
    p = readVarint(c, p, end, E_GROUP);
    if (p <= BAD) return p;
    const access = get(c, E_GROUP);
    if (access > HIGHEST_ACCESS) return bad(c, ERR_ACL_ACCESS, access);
    store<u8>(record + i, <u8>access, 2);
  }
  let count: u32 = 0;
  if (flags & HAS_NAMED) {
    p = readVarint(c, p, end, E_GROUP);
    if (p <= BAD) return p;
    count = get(c, E_GROUP);
    if (count > MOST_NAMED) return bad(c, ERR_ACL_COUNT, count);
  }
  store<u16>(record, block == BLOCK_ACCESS ? 0x0001 : 0x0101);
  store<u16>(record, <u16>((mode >> 3) & 7), 6);
  store<u32>(record, count, 8);
  put(c, C_RECORDS_USED, get(c, C_RECORDS_USED) + HEAD_BYTES);
  put(c, C_LITERAL_LEFT, count);
  return p;
}

/** One named entry, with the name of its id where that is told. */
export function readAclElement(c: usize, p: usize, end: usize): usize {
  if (get(c, C_RECORDS_USED) + ELEMENT_BYTES > get(c, C_RECORDS_CAPACITY)) return noRoom(c, ROOM_RECORDS, ELEMENT_BYTES);
  if (get(c, C_NAMES_USED) + NAME_RECORD_BYTES > get(c, C_NAMES_CAPACITY)) return noRoom(c, ROOM_NAMES, NAME_RECORD_BYTES);
  p = readVarint(c, p, end, E_GROUP);
  if (p <= BAD) return p;
  p = readVarint(c, p, end, E_MINOR);
  if (p <= BAD) return p;
  const id = get(c, E_GROUP);
  const access = get(c, E_MINOR);
  if (access >> 2 > HIGHEST_ACCESS) return bad(c, ERR_ACL_ACCESS, access >> 2);
  const user: u32 = (access >> 1) & 1;
  if (access & 1) {
    if (p >= end) return NEED;
    const length = <u32>load<u8>(p);
    if (p + 1 + length > end) return NEED;
    announce(c, 1 - user, id, p + 1, length);
    p += 1 + length;
  }
  const record = <usize>get(c, C_RECORDS) + get(c, C_RECORDS_USED);
  store<u32>(record, 2 | (user << 8) | ((access >> 2) << 16));
  store<u32>(record, id, 4);
  put(c, C_RECORDS_USED, get(c, C_RECORDS_USED) + ELEMENT_BYTES);
  return p;
}
