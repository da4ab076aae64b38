// Records of the file list in linear memory, and their accessors. The host allocates all of them and grows them
// when a function answers NO_ROOM; nothing here allocates. Mirrored in core/src/file-list-layout.ts.

// ---- One list: header, then the columns (48 bytes a row), then elsewhere the arena of names and extras.
export const L_COUNT: usize = 0;
export const L_CAPACITY: usize = 4;
/** Number of the first entry (docs/protocol/03-file-list.md §12.6). */
export const L_START: usize = 8;
export const L_ARENA: usize = 12;
export const L_ARENA_USED: usize = 16;
export const L_ARENA_CAPACITY: usize = 20;
/** Bytes of a whole-file checksum (-c) in this list's extras. */
export const L_SUM_BYTES: usize = 24;
/** 0 in order of transmission; else the column ORDER holds the sorted rows: 1 as of §12.1, 2 as of §12.2. */
export const L_SORTED: usize = 28;
export const L_SIZE: usize = 32;
export const L_MTIME: usize = 36;
export const L_DIR: usize = 40;
export const L_BASE: usize = 44;
export const L_UID: usize = 48;
export const L_GID: usize = 52;
export const L_NSEC: usize = 56;
export const L_FLAGS: usize = 60;
export const L_ORDER: usize = 64;
export const L_BASE_LENGTH: usize = 68;
export const L_MODE: usize = 72;

export const SORTED_TREE: u32 = 1;
export const SORTED_PLAIN: u32 = 2;

// ---- Flags of a row. The low 16 bits are the host's to read and set; the upper ones say which extras follow the
// base name in the arena, in the order of the bits.
export const F_TOP_DIR: u32 = 0x01;
export const F_CONTENT_DIR: u32 = 0x02;
export const F_IMPLIED_DIR: u32 = 0x04;
export const F_HLINKED: u32 = 0x08;
export const F_HLINK_FIRST: u32 = 0x10;
export const F_MISSING: u32 = 0x40;
export const F_EMPTIED: u32 = 0x80;
/** u32 major, u32 minor. */
export const X_RDEV: u32 = 0x10000;
/** i32 group number (P >= 30). */
export const X_GROUP: u32 = 0x20000;
/** u64 device, u64 inode (P < 30). */
export const X_DEV_INO: u32 = 0x40000;
/** f64 seconds. */
export const X_ATIME: u32 = 0x80000;
/** i32, sender only. */
export const X_ROOT: u32 = 0x100000;
/** u8 length, bytes; sender only. */
export const X_USER_NAME: u32 = 0x200000;
export const X_GROUP_NAME: u32 = 0x400000;
/** L_SUM_BYTES bytes. */
export const X_SUM: u32 = 0x800000;
/** u16 length, bytes. */
export const X_TARGET: u32 = 0x1000000;
/** u32 number of the access ACL, u32 number of the default ACL (0 unless a directory), from 1 in their tables. */
export const X_ACL: u32 = 0x2000000;
/** u32 number of the set of extended attributes, from 1. */
export const X_XATTR: u32 = 0x4000000;

// ---- The directory table of a session: record i = {offset u32, length u32, hash u32, mark u32} of a path that ends
// in '/' (number 0 is the empty path); slots is an open-addressed hash table of number + 1.
export const D_COUNT: usize = 0;
export const D_RECORDS: usize = 4;
export const D_RECORD_CAPACITY: usize = 8;
export const D_SLOTS: usize = 12;
/** Slots - 1; slots are a power of two and at least twice D_RECORD_CAPACITY. */
export const D_SLOT_MASK: usize = 16;
export const D_ARENA: usize = 20;
export const D_ARENA_USED: usize = 24;
export const D_ARENA_CAPACITY: usize = 28;
/** Chosen at random by the host, so that a peer cannot aim at one slot. */
export const D_SEED: usize = 32;
/** A path of two pieces, each shorter than MAX_PATH, put together for a lookup. */
export const D_SCRATCH: usize = 64;

// ---- The codec's context: parameters, running state of one direction (§6), the entry being read.
export const C_USED: usize = 0;
export const C_ERROR: usize = 4;
export const C_ERROR_A: usize = 8;
export const C_ERROR_B: usize = 12;
/** With NO_ROOM: which region (ROOM_*) is short, and of how many bytes. */
export const C_ROOM_KIND: usize = 16;
export const C_ROOM_BYTES: usize = 20;
export const C_IO_ERROR: usize = 24;
export const C_PROTOCOL: usize = 32;
export const C_OPTIONS: usize = 36;
export const C_SUM_BYTES: usize = 40;
/** 0 one byte (P = 27), 1 one or two bytes, 2 varint (§5.2). */
export const C_FORM: usize = 44;
export const C_NAME_LENGTH: usize = 48;
export const C_MODE: usize = 52;
export const C_UID: usize = 56;
export const C_GID: usize = 60;
export const C_RDEV: usize = 64;
export const C_MAJOR: usize = 68;
export const C_MTIME: usize = 72;
export const C_ATIME: usize = 80;
export const C_DEV: usize = 88;
/** Directory number of the previous name and bytes of its directory part; NO_DIR_END when the two differ. */
export const C_DIR: usize = 96;
export const C_DIR_END: usize = 100;
/** P < 30 (§7.2): inside a top directory, whose name is in C_TOP. */
export const C_INSIDE: usize = 104;
export const C_TOP_LENGTH: usize = 108;
/** Announced id names: {kind u8, length u8, id u32, bytes}. */
export const C_NAMES: usize = 112;
export const C_NAMES_USED: usize = 116;
export const C_NAMES_CAPACITY: usize = 120;
/** Group numbers announced as leaders, ascending u32. */
export const C_LEADERS: usize = 124;
export const C_LEADERS_COUNT: usize = 128;
export const C_LEADERS_CAPACITY: usize = 132;
/** The block that comes next of the last row (BLOCK_*); 0 between entries. */
export const C_BLOCK: usize = 136;
/** Reading: the kind of the literal under way (BLOCK_*), 0 outside of one. Encoding: the kind of the literal that the host must write. */
export const C_LITERAL: usize = 140;
/** Elements of the literal that have not come yet. */
export const C_LITERAL_LEFT: usize = 144;
/** Literals so far, one count for each kind: access ACLs, default ACLs, sets of extended attributes. */
export const C_COUNTS: usize = 148;
export const E_XFLAGS: usize = 160;
export const E_L1: usize = 164;
export const E_L2: usize = 168;
export const E_GROUP: usize = 172;
export const E_SIZE: usize = 176;
export const E_MTIME: usize = 184;
export const E_NSEC: usize = 192;
export const E_MODE: usize = 196;
export const E_ATIME: usize = 200;
export const E_UID: usize = 208;
export const E_GID: usize = 212;
export const E_MAJOR: usize = 216;
export const E_MINOR: usize = 220;
export const E_DEV: usize = 224;
export const E_INO: usize = 232;
export const E_TARGET: usize = 240;
export const E_TARGET_LENGTH: usize = 244;
export const E_SUM: usize = 248;
export const E_EXTRAS: usize = 252;
export const E_USER: usize = 256;
export const E_USER_LENGTH: usize = 260;
export const E_GROUP_NAME: usize = 264;
export const E_GROUP_LENGTH: usize = 268;
export const E_BASE: usize = 272;
export const E_BASE_LENGTH: usize = 276;
export const E_DIR: usize = 280;
export const E_DIR_END: usize = 284;
export const E_RDEV: usize = 288;
export const E_RDEV_MAJOR: usize = 292;
/** Records of literals for the host (flist-blocks.ts). */
export const C_RECORDS: usize = 296;
export const C_RECORDS_USED: usize = 300;
export const C_RECORDS_CAPACITY: usize = 304;
/** u64: bytes of names and values in the literal under way. */
export const C_LITERAL_BYTES: usize = 312;
export const C_NAME: usize = 320;
export const C_CLEAN: usize = 4464;
export const C_TOP: usize = 8608;

export const NO_DIR_END: u32 = 0xffffffff;

export const O_UID: u32 = 0x1;
export const O_GID: u32 = 0x2;
export const O_DEVICES: u32 = 0x4;
export const O_SPECIALS: u32 = 0x8;
export const O_LINKS: u32 = 0x10;
export const O_HARD_LINKS: u32 = 0x20;
export const O_ATIMES: u32 = 0x40;
export const O_RELATIVE: u32 = 0x80;
export const O_SAFE_LIST: u32 = 0x100;
export const O_RECURSIVE: u32 = 0x200;
export const O_MISSING: u32 = 0x400;
export const O_ACLS: u32 = 0x800;
export const O_XATTRS: u32 = 0x1000;

/** Blocks behind an entry's fields, in this order (§5.3 fields 18, 19). */
export const BLOCK_ACCESS: u32 = 1;
export const BLOCK_DEFAULT: u32 = 2;
export const BLOCK_XATTR: u32 = 3;

export const ROOM_ROWS: u32 = 1;
export const ROOM_ARENA: u32 = 2;
export const ROOM_DIRS: u32 = 3;
export const ROOM_NAMES: u32 = 4;
export const ROOM_LEADERS: u32 = 5;
export const ROOM_RECORDS: u32 = 6;

export const MAX_PATH: u32 = 4096;

// ---- xflags (§5.1)
export const XMIT_TOP_DIR: u32 = 0x1;
export const XMIT_SAME_MODE: u32 = 0x2;
export const XMIT_SAME_RDEV: u32 = 0x4;
export const XMIT_EXTENDED: u32 = 0x4;
export const XMIT_SAME_UID: u32 = 0x8;
export const XMIT_SAME_GID: u32 = 0x10;
export const XMIT_SAME_NAME: u32 = 0x20;
export const XMIT_LONG_NAME: u32 = 0x40;
export const XMIT_SAME_TIME: u32 = 0x80;
export const XMIT_SAME_RDEV_MAJOR: u32 = 0x100;
export const XMIT_NO_CONTENT: u32 = 0x100;
export const XMIT_HLINKED: u32 = 0x200;
export const XMIT_SAME_DEV: u32 = 0x400;
export const XMIT_USER_NAME: u32 = 0x400;
export const XMIT_RDEV_MINOR_8: u32 = 0x800;
export const XMIT_GROUP_NAME: u32 = 0x800;
export const XMIT_HLINK_FIRST: u32 = 0x1000;
export const XMIT_MOD_NSEC: u32 = 0x2000;
export const XMIT_SAME_ATIME: u32 = 0x4000;

// ---- mode (§5.6)
export const S_TYPE: u32 = 0xf000;
export const S_FIFO: u32 = 0x1000;
export const S_CHARACTER: u32 = 0x2000;
export const S_DIRECTORY: u32 = 0x4000;
export const S_BLOCK: u32 = 0x6000;
export const S_REGULAR: u32 = 0x8000;
export const S_SYMLINK: u32 = 0xa000;
export const S_SOCKET: u32 = 0xc000;

@inline export function isDevice(mode: u32): bool {
  const type = mode & S_TYPE;
  return type == S_CHARACTER || type == S_BLOCK;
}
@inline export function isSpecial(mode: u32): bool {
  const type = mode & S_TYPE;
  return type == S_FIFO || type == S_SOCKET;
}
@inline export function isDir(mode: u32): bool {
  return (mode & S_TYPE) == S_DIRECTORY;
}

@inline export function get(record: usize, offset: usize): u32 {
  return load<u32>(record + offset);
}
@inline export function put(record: usize, offset: usize, value: u32): void {
  store<u32>(record + offset, value);
}
@inline export function column32(list: usize, column: usize, row: u32): u32 {
  return load<u32>(<usize>get(list, column) + (<usize>row << 2));
}
@inline export function setColumn32(list: usize, column: usize, row: u32, value: u32): void {
  store<u32>(<usize>get(list, column) + (<usize>row << 2), value);
}
@inline export function rowMode(list: usize, row: u32): u32 {
  return <u32>load<u16>(<usize>get(list, L_MODE) + (<usize>row << 1));
}
@inline export function rowBaseLength(list: usize, row: u32): u32 {
  return <u32>load<u16>(<usize>get(list, L_BASE_LENGTH) + (<usize>row << 1));
}
@inline export function rowBase(list: usize, row: u32): usize {
  return <usize>get(list, L_ARENA) + <usize>column32(list, L_BASE, row);
}
@inline export function directoryPath(dirs: usize, number: u32): usize {
  return <usize>get(dirs, D_ARENA) + <usize>load<u32>(<usize>get(dirs, D_RECORDS) + (<usize>number << 4));
}
@inline export function directoryLength(dirs: usize, number: u32): u32 {
  return load<u32>(<usize>get(dirs, D_RECORDS) + (<usize>number << 4), 4);
}

/** Copies by whole vectors: up to 15 bytes past `bytes` are read and written. */
@inline export function copyLoose(to: usize, from: usize, bytes: u32): void {
  for (let i: u32 = 0; i < bytes; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Number of leading bytes that are equal, at most `limit`; reads up to 15 bytes past it. */
export function commonPrefix(a: usize, b: usize, limit: u32): u32 {
  let i: u32 = 0;
  while (i < limit) {
    const differ = ~<u32>i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i))) & 0xffff;
    if (differ != 0) {
      i += <u32>ctz(differ);
      break;
    }
    i += 16;
  }
  return i < limit ? i : limit;
}

/**
 * Address of the extra `bit` of a row, 0 when the row has none. The target of an abbreviated hard link is its leader's: a
 * copy would let a peer make kilobytes of a few bytes.
 */
export function extraAt(list: usize, row: u32, bit: u32): usize {
  const flags = column32(list, L_FLAGS, row);
  if ((flags & bit) == 0) {
    if (bit != X_TARGET || (flags & X_GROUP) == 0 || (rowMode(list, row) & S_TYPE) != S_SYMLINK) return 0;
    const leader = load<u32>(extraAt(list, row, X_GROUP)) - get(list, L_START);
    return leader < row ? extraAt(list, leader, X_TARGET) : 0;
  }
  let at = rowBase(list, row) + rowBaseLength(list, row) + (isDir(rowMode(list, row)) ? 1 : 0);
  const before = flags & (bit - 1);
  if (before & X_RDEV) at += 8;
  if (before & X_GROUP) at += 4;
  if (before & X_DEV_INO) at += 16;
  if (before & X_ATIME) at += 8;
  if (before & X_ROOT) at += 4;
  if (before & X_USER_NAME) at += 1 + <usize>load<u8>(at);
  if (before & X_GROUP_NAME) at += 1 + <usize>load<u8>(at);
  if (before & X_SUM) at += <usize>get(list, L_SUM_BYTES);
  if (before & X_TARGET) at += 2 + <usize>load<u16>(at);
  if (before & X_ACL) at += 8;
  return at;
}
