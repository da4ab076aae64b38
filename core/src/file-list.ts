// One file list in the core's memory: columns of numbers, base names and extras in an arena, directories by number.
// Rows are in order of transmission; after sort() positions are the order that both sides number files by
// (docs/protocol/03-file-list.md §12). Must not know where names come from or what is done with them.
import type { CoreInstance } from './instance.ts';
import type { DirectoryNames } from './directory-names.ts';
import { latin1Text, putLatin1 } from './latin1.ts';
import { COLUMN, EXTRA, type FileListFunctions, LIST, MAX_PATH } from './file-list-layout.ts';
import { FileListMemory } from './file-list-memory.ts';
import { type NewEntry, entryExtras } from './file-list-entry.ts';
import { NO_ROOM } from './status.ts';

export const FLIST_TOP_DIR = 0x01;
export const FLIST_CONTENT_DIR = 0x02;
export const FLIST_IMPLIED_DIR = 0x04;
export const FLIST_HLINKED = 0x08;
export const FLIST_HLINK_FIRST = 0x10;
export const FLIST_SKIP_GROUP = 0x20;
/** An argument that does not exist at the sender (mode 0). */
export const FLIST_MISSING = 0x40;
/** Emptied in place: the position stays, the entry is never asked for. */
export const FLIST_EMPTIED = 0x80;
/** Bits from here up to 0x8000 are the host's own. */
export const FLIST_HOST_BITS = 0xff00;

const S_TYPE = 0o170000;
const S_DIRECTORY = 0o040000;
const S_REGULAR = 0o100000;
const S_SYMLINK = 0o120000;
const SETTABLE_FLAGS = 0xffff;
const DEFAULT_MAX_BYTES = 2 ** 30;
const STAGING_BYTES = 3 * MAX_PATH;
const SORTED_TREE = 1;
const SORTED_PLAIN = 2;

export interface FileListParameters {
  /** Number of the first entry (03 §12.6). */
  start: number;
  dirs: DirectoryNames;
  /** Bytes this list may take before the peer is refused; 1 GiB when left out. */
  maxBytes?: number;
  /** Rows have their numbers in order of transmission, not in sorted order: with --iconv the two ends sort differently. */
  numbersRows?: boolean;
  /** How many rows may be expected; a guess that costs little when it is wrong. */
  rows?: number;
}

export class FileList {
  readonly core: CoreInstance;
  readonly dirs: DirectoryNames;
  readonly start: number;
  /** See {@link FileListParameters}; file-list-numbers.ts knows what follows from it. */
  readonly numbersRows: boolean;
  readonly #functions: FileListFunctions;
  readonly #memory: FileListMemory;
  #staging = 0;
  /** Position of each row, made when first asked for after a sort. */
  #positions: Uint32Array | undefined;

  constructor(core: CoreInstance, options: FileListParameters) {
    this.core = core;
    this.dirs = options.dirs;
    this.start = options.start;
    this.numbersRows = options.numbersRows ?? false;
    this.#functions = core.functions<FileListFunctions>();
    this.#memory = new FileListMemory(core, options.maxBytes ?? DEFAULT_MAX_BYTES, options.rows ?? 0);
    this.#memory.set(LIST.start, options.start);
  }

  /** Address of the list's record, for the core's functions; it moves when the list grows. */
  get at(): number {
    return this.#memory.at;
  }

  /** Rows, emptied ones included. */
  get count(): number {
    return this.#get(LIST.count);
  }

  /** Bytes of the core's memory that the list holds. */
  get usedBytes(): number {
    return this.#memory.usedBytes;
  }

  /** Sender: appends an entry; returns its row. Throws a RangeError for a name the wire cannot carry. */
  add(entry: NewEntry): number {
    const length = entry.name.length;
    if (length === 0 || length >= MAX_PATH || entry.name.endsWith('/')) {
      throw new RangeError(`file-list name of ${length} bytes: ${entry.name.slice(0, 80)}`);
    }
    if (this.#staging === 0) this.#staging = this.core.alloc(STAGING_BYTES);
    const row = this.count;
    const extras = entryExtras(this.core, this.#staging + MAX_PATH, entry, this.start + row);
    if (entry.checksum !== undefined) this.useChecksumBytes(entry.checksum.length);
    this.reserveRows(1);
    this.reserveArena(length + 1 + extras.lengthBytes);
    this.#addName(entry, extras.lengthBytes);
    const { core } = this;
    core.f64[this.#memory.index8(COLUMN.size, row)] = entry.sizeBytes;
    core.f64[this.#memory.index8(COLUMN.mtime, row)] = entry.mtimeSec;
    core.u32[this.#memory.index4(COLUMN.nsec, row)] = entry.mtimeNsec;
    core.u32[this.#memory.index4(COLUMN.uid, row)] = entry.uid;
    core.u32[this.#memory.index4(COLUMN.gid, row)] = entry.gid;
    const missing = entry.mode === 0 ? FLIST_MISSING : 0;
    core.u32[this.#memory.index4(COLUMN.flags, row)] =
      (entry.flags & SETTABLE_FLAGS) | missing | extras.flags;
    this.#positions = undefined;
    return row;
  }

  /** Brings the positions into the order of §12.1 (P ≥ 29) or §12.2. Stable. */
  sort(protocol: number): void {
    const bytes = 40 * this.count + 64;
    this.dirs.withScratch(bytes, (scratch) => {
      this.#functions.flist_sort(this.#memory.at, this.dirs.at, protocol < 29 ? 1 : 0, scratch, bytes);
    });
    this.#positions = undefined;
  }

  /** Receiver: empties duplicates of the list in place, sorted for the same protocol (§12.3); returns how many. */
  clean(protocol: number, _options: object = {}): number {
    if (this.#get(LIST.sorted) !== (protocol < 29 ? SORTED_PLAIN : SORTED_TREE)) {
      throw new Error(`the file list is not sorted for protocol ${protocol}`);
    }
    return this.#functions.flist_clean(this.#memory.at, this.dirs.at);
  }

  /** Row at a sorted position; the row itself while the list is in order of transmission. */
  rowAt(position: number): number {
    if (this.#get(LIST.sorted) === 0) return position;
    return this.core.u32[this.#memory.index4(COLUMN.order, position)]!;
  }

  /** Sorted position of a row. */
  positionOf(row: number): number {
    if (this.#get(LIST.sorted) === 0) return row;
    this.#positions ??= this.#invert();
    return this.#positions[row]!;
  }

  /** Position of the active entry with that full name in the sorted list, -1 without one; P ≥ 29 lists know both kinds apart. */
  find(name: string, wantDirectory?: boolean): number {
    this.#needOrder();
    if (name.length === 0 || name.length >= MAX_PATH) return -1;
    if (this.#staging === 0) this.#staging = this.core.alloc(STAGING_BYTES);
    putLatin1(this.core.u8, this.#staging, `${name}/`, 0, name.length + 1);
    const find = (directory: boolean): number =>
      this.#functions.flist_find(
        this.#memory.at,
        this.dirs.at,
        this.#staging,
        name.length,
        directory ? 1 : 0,
      );
    let position = wantDirectory === true ? -1 : find(false);
    if (position < 0 && wantDirectory !== false) position = find(true);
    if (position < 0 || wantDirectory === undefined) return position;
    return this.isDirectory(this.rowAt(position)) === wantDirectory ? position : -1;
  }

  isActive(row: number): boolean {
    return (this.flags(row) & FLIST_EMPTIED) === 0;
  }

  empty(row: number): void {
    this.setFlags(row, this.flags(row) | FLIST_EMPTIED);
  }

  /** Full name, '/' separated; '.' for the root. */
  name(row: number): string {
    return this.dirs.path(this.#u32(COLUMN.dir, row)) + this.baseName(row);
  }

  /** What stands before the last '/'; '' for a name without one, '/' for a name like '/x'. */
  dirName(row: number): string {
    const path = this.dirs.path(this.#u32(COLUMN.dir, row));
    return path === '/' ? path : path.slice(0, -1);
  }

  baseName(row: number): string {
    return latin1Text(
      this.core.u8,
      this.#get(LIST.arena) + this.#u32(COLUMN.base, row),
      this.#u16(COLUMN.baseLength, row),
    );
  }

  /** Number of the row's directory in the session's table: equal numbers, equal directories. */
  dirNumber(row: number): number {
    return this.#u32(COLUMN.dir, row);
  }

  mode(row: number): number {
    return this.#u16(COLUMN.mode, row);
  }
  setMode(row: number, mode: number): void {
    const at = this.#get(COLUMN.mode) + row * 2;
    const type = this.mode(row) & S_TYPE;
    this.core.u8[at] = mode & 0xff;
    this.core.u8[at + 1] = ((mode & ~S_TYPE) | type) >>> 8;
  }
  sizeBytes(row: number): number {
    return this.core.f64[this.#memory.index8(COLUMN.size, row)]!;
  }
  setSizeBytes(row: number, sizeBytes: number): void {
    this.core.f64[this.#memory.index8(COLUMN.size, row)] = sizeBytes;
  }
  mtimeSec(row: number): number {
    return this.core.f64[this.#memory.index8(COLUMN.mtime, row)]!;
  }
  mtimeNsec(row: number): number {
    return this.#u32(COLUMN.nsec, row);
  }
  uid(row: number): number {
    return this.#u32(COLUMN.uid, row);
  }
  gid(row: number): number {
    return this.#u32(COLUMN.gid, row);
  }
  setUid(row: number, uid: number): void {
    this.core.u32[this.#memory.index4(COLUMN.uid, row)] = uid;
  }
  setGid(row: number, gid: number): void {
    this.core.u32[this.#memory.index4(COLUMN.gid, row)] = gid;
  }

  /** FLIST_ bits and the host's own (16 bits). */
  flags(row: number): number {
    return this.#u32(COLUMN.flags, row) & SETTABLE_FLAGS;
  }
  setFlags(row: number, flags: number): void {
    const at = this.#memory.index4(COLUMN.flags, row);
    this.core.u32[at] = (this.core.u32[at]! & ~SETTABLE_FLAGS) | (flags & SETTABLE_FLAGS);
  }

  isDirectory(row: number): boolean {
    return (this.mode(row) & S_TYPE) === S_DIRECTORY;
  }
  isRegular(row: number): boolean {
    return (this.mode(row) & S_TYPE) === S_REGULAR;
  }
  isSymlink(row: number): boolean {
    return (this.mode(row) & S_TYPE) === S_SYMLINK;
  }
  isDevice(row: number): boolean {
    const type = this.mode(row) & S_TYPE;
    return type === 0o020000 || type === 0o060000;
  }
  isSpecial(row: number): boolean {
    const type = this.mode(row) & S_TYPE;
    return type === 0o010000 || type === 0o140000;
  }

  /** 0 without a device number. */
  rdevMajor(row: number): number {
    return this.#extra(row, EXTRA.rdev)?.getUint32(0, true) ?? 0;
  }
  rdevMinor(row: number): number {
    return this.#extra(row, EXTRA.rdev)?.getUint32(4, true) ?? 0;
  }
  /** '' without a target. */
  linkTarget(row: number): string {
    const extra = this.#extra(row, EXTRA.target);
    return extra === undefined
      ? ''
      : latin1Text(this.core.u8, extra.byteOffset + 2, extra.getUint16(0, true));
  }
  /** A view of the whole-file checksum, valid until the core's memory grows. */
  checksum(row: number): Uint8Array | undefined {
    const extra = this.#extra(row, EXTRA.sum);
    if (extra === undefined) return undefined;
    return this.core.u8.subarray(extra.byteOffset, extra.byteOffset + this.#get(LIST.sumBytes));
  }
  /** Seconds; undefined when access times do not travel. */
  atimeSec(row: number): number | undefined {
    return this.#extra(row, EXTRA.atime)?.getFloat64(0, true);
  }
  /** Group number of a hard link (P ≥ 30), -1 for none. */
  linkGroup(row: number): number {
    return this.#extra(row, EXTRA.group)?.getInt32(0, true) ?? -1;
  }
  /** Device of a hard link (P < 30) as '0x…', '' for none. */
  linkDev(row: number): string {
    return hex(this.#extra(row, EXTRA.devIno)?.getBigUint64(0, true));
  }
  linkIno(row: number): string {
    return hex(this.#extra(row, EXTRA.devIno)?.getBigUint64(8, true));
  }
  /** Number of the access ACL in its table, from 1; 0 when ACLs do not travel. */
  accessAcl(row: number): number {
    return this.#extra(row, EXTRA.acl)?.getUint32(0, true) ?? 0;
  }
  /** Number of a directory's default ACL in its table, from 1; 0 for none. */
  defaultAcl(row: number): number {
    return this.#extra(row, EXTRA.acl)?.getUint32(4, true) ?? 0;
  }
  /** Number of the set of extended attributes in its table, from 1; 0 when they do not travel. */
  xattrs(row: number): number {
    return this.#extra(row, EXTRA.xattr)?.getUint32(0, true) ?? 0;
  }
  /** The sender's small number of a source root; -1 on the receiver. */
  root(row: number): number {
    return this.#extra(row, EXTRA.root)?.getInt32(0, true) ?? -1;
  }
  /** Changes the root number of an entry that was added with one. */
  setRoot(row: number, root: number): void {
    const extra = this.#extra(row, EXTRA.root);
    if (extra === undefined) throw new RangeError(`row ${row} was added without a root number`);
    extra.setInt32(0, root, true);
  }

  /** Gives all memory back; the list must not be used any more. */
  free(): void {
    this.#memory.free();
    if (this.#staging !== 0) this.core.free(this.#staging);
    this.#staging = 0;
    this.#positions = undefined;
  }

  /** Makes room for so many more rows. Throws a ProtocolError (exit 22) above the list's limit. */
  reserveRows(rows: number): void {
    this.#memory.reserveRows(rows);
  }

  /** Makes room for so many more bytes of names and extras. */
  reserveArena(bytes: number): void {
    this.#memory.reserveArena(bytes);
  }

  /** Fixes the length of the entries' checksums; it is one length for a whole list. */
  useChecksumBytes(bytes: number): void {
    const known = this.#get(LIST.sumBytes);
    if (known !== 0 && bytes !== known)
      throw new RangeError(`checksum of ${bytes} bytes among ones of ${known}`);
    this.#memory.set(LIST.sumBytes, bytes);
  }

  /** Forgets computed positions: the core changed the rows. */
  changed(): void {
    this.#positions = undefined;
    this.#memory.set(LIST.sorted, 0);
  }

  #addName(entry: NewEntry, extrasBytes: number): void {
    const name = entry.name;
    const add = (): number =>
      this.#functions.flist_add(
        this.#memory.at,
        this.dirs.at,
        this.#staging,
        name.length,
        entry.mode,
        this.#staging + MAX_PATH,
        extrasBytes,
      );
    putLatin1(this.core.u8, this.#staging, name, 0, name.length);
    let row = add();
    if (row === NO_ROOM) {
      this.dirs.reserve(name.length);
      row = add();
    }
    if (row < 0) throw new Error(`the core refused a row with status ${row}`);
  }

  #needOrder(): void {
    if (this.#get(LIST.sorted) === 0) throw new Error('the file list is not sorted');
  }

  #invert(): Uint32Array {
    const { count } = this;
    const order = this.#get(COLUMN.order) >>> 2;
    const positions = new Uint32Array(count);
    for (let position = 0; position < count; position++)
      positions[this.core.u32[order + position]!] = position;
    return positions;
  }

  #extra(row: number, bit: number): DataView | undefined {
    const at = this.#functions.flist_extra(this.#memory.at, row, bit) >>> 0;
    return at === 0 ? undefined : new DataView(this.core.u8.buffer, at);
  }

  #get(field: number): number {
    return this.#memory.get(field);
  }
  #u32(field: number, row: number): number {
    return this.core.u32[this.#memory.index4(field, row)]!;
  }
  #u16(field: number, row: number): number {
    const at = this.#get(field) + row * 2;
    return this.core.u8[at]! | (this.core.u8[at + 1]! << 8);
  }
}

function hex(value: bigint | undefined): string {
  return value === undefined ? '' : `0x${value.toString(16)}`;
}
