// Offsets of the file list's records in the core's memory: mirror of core/assembly/codec/flist-layout.ts.
// For the wrappers of the file list only.

/** Header of one list (u32 fields, as u32 indexes) and its columns. */
export const LIST = {
  count: 0,
  capacity: 1,
  start: 2,
  arena: 3,
  arenaUsed: 4,
  arenaCapacity: 5,
  sumBytes: 6,
  sorted: 7,
  /** First of the column pointers, in the order of {@link COLUMN_BYTES}. */
  columns: 8,
} as const;
export const LIST_HEADER_BYTES = 128;

/** Bytes of a row in each column, in the order of {@link COLUMN}. */
export const COLUMN_BYTES = [8, 8, 4, 4, 4, 4, 4, 4, 4, 2, 2] as const;
export const ROW_BYTES = 48;

/** Header fields of the column pointers. */
export const COLUMN = {
  size: LIST.columns,
  mtime: LIST.columns + 1,
  dir: LIST.columns + 2,
  base: LIST.columns + 3,
  uid: LIST.columns + 4,
  gid: LIST.columns + 5,
  nsec: LIST.columns + 6,
  flags: LIST.columns + 7,
  order: LIST.columns + 8,
  baseLength: LIST.columns + 9,
  mode: LIST.columns + 10,
} as const;

/** Names of entries are shorter. */
export const MAX_PATH = 4096;

export const EXTRA = {
  rdev: 0x10000,
  group: 0x20000,
  devIno: 0x40000,
  atime: 0x80000,
  root: 0x100000,
  userName: 0x200000,
  groupName: 0x400000,
  sum: 0x800000,
  target: 0x1000000,
  acl: 0x2000000,
  xattr: 0x4000000,
} as const;

/** The directory table's record (u32 indexes). */
export const DIRS = {
  count: 0,
  records: 1,
  recordCapacity: 2,
  slots: 3,
  slotMask: 4,
  arena: 5,
  arenaUsed: 6,
  arenaCapacity: 7,
  seed: 8,
} as const;
export const DIRS_RECORD_BYTES = 64 + 2 * 4096 + 32;

/** The codec's context (u32 indexes). */
export const CONTEXT = {
  used: 0,
  error: 1,
  errorA: 2,
  errorB: 3,
  roomKind: 4,
  roomBytes: 5,
  ioError: 6,
  protocol: 8,
  options: 9,
  sumBytes: 10,
  form: 11,
  nameLength: 12,
  dirEnd: 25,
  names: 28,
  namesUsed: 29,
  namesCapacity: 30,
  leaders: 31,
  leadersCount: 32,
  leadersCapacity: 33,
  block: 34,
  literal: 35,
  counts: 37,
  entryXflags: 40,
  entryL1: 41,
  entryL2: 42,
  records: 74,
  recordsUsed: 75,
  recordsCapacity: 76,
} as const;

/** Blocks behind an entry's fields. */
export const BLOCK = { access: 1, default: 2, xattr: 3 } as const;
export const CONTEXT_NAME_AT = 320;
export const CONTEXT_BYTES = 12752;
export const NO_DIR_END = 0xffffffff;

export const OPTION = {
  uid: 0x1,
  gid: 0x2,
  devices: 0x4,
  specials: 0x8,
  links: 0x10,
  hardLinks: 0x20,
  atimes: 0x40,
  relative: 0x80,
  safeList: 0x100,
  recursive: 0x200,
  missing: 0x400,
  acls: 0x800,
  xattrs: 0x1000,
} as const;

export const ROOM = { rows: 1, arena: 2, dirs: 3, names: 4, leaders: 5, records: 6 } as const;

export interface FileListFunctions {
  dirs_init(dirs: number): number;
  dirs_intern(dirs: number, path: number, length: number): number;
  dirs_rehash(dirs: number): number;
  flist_add(
    list: number,
    dirs: number,
    name: number,
    length: number,
    mode: number,
    extras: number,
    extrasLength: number,
  ): number;
  flist_extra(list: number, row: number, bit: number): number;
  flist_sort(list: number, dirs: number, plain: number, scratch: number, capacity: number): number;
  flist_clean(list: number, dirs: number): number;
  flist_find(list: number, dirs: number, name: number, length: number, directory: number): number;
  flist_decode(context: number, list: number, dirs: number, window: number, length: number): number;
  flist_encode(
    context: number,
    list: number,
    dirs: number,
    from: number,
    to: number,
    out: number,
    capacity: number,
  ): number;
  flist_encode_end(context: number, ioError: number, safe: number, out: number): number;
}
