// What a file system in memory is made of: inodes with their contents, and the volume that numbers, dates and measures them.
// Part of memory-filesystem; knows nothing of names beyond one directory's entries.
import type { FileStat } from './filesystem.ts';
import { PagedBytes } from './memory-pages.ts';

export const TYPE_MASK = 0o170000;
export const S_DIRECTORY = 0o040000;
export const S_REGULAR = 0o100000;
export const S_SYMLINK = 0o120000;
const S_CHARACTER_DEVICE = 0o020000;
const S_BLOCK_DEVICE = 0o060000;
const S_FIFO = 0o010000;
const S_SOCKET = 0o140000;
export const S_ISUID = 0o4000;
export const S_ISGID = 0o2000;
export const S_ISVTX = 0o1000;

const NODE_TYPES: readonly number[] = [S_REGULAR, S_CHARACTER_DEVICE, S_BLOCK_DEVICE, S_FIFO, S_SOCKET];

/** Types that mknod makes. */
export function isNodeType(mode: number): boolean {
  return NODE_TYPES.includes(mode & TYPE_MASK);
}

export function isDevice(mode: number): boolean {
  const type = mode & TYPE_MASK;
  return type === S_CHARACTER_DEVICE || type === S_BLOCK_DEVICE;
}

/** A moment: whole seconds, and 0..999999999 nanoseconds. */
export interface MemoryTime {
  readonly sec: number;
  readonly nsec: number;
}

/** Who works with the files: what is his, what is forbidden to him, what belongs to his new files. */
export interface MemoryIdentity {
  readonly uid: number;
  readonly gid: number;
  /** Further groups. */
  readonly groups: readonly number[];
}

/** A refusal on its way to the root that knows which call and name it was. */
export class Refusal extends Error {
  /** errno name. */
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export interface Inode {
  readonly ino: number;
  mode: number;
  uid: number;
  gid: number;
  mtime: MemoryTime;
  atime: MemoryTime;
  linkCount: number;
  /** Open files of it: its data stays as long as there is one. */
  openCount: number;
  readonly rdevMajor: number;
  readonly rdevMinor: number;
  readonly xattrs: Map<string, Uint8Array>;
  /** Of a directory, in the order of creation. */
  readonly entries: Map<string, Inode> | undefined;
  /** Of a directory: where '..' leads. */
  parent: Inode | undefined;
  /** Of a regular file. */
  readonly data: PagedBytes | undefined;
  /** Of a symlink. */
  readonly target: string;
}

export interface NewInode {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly target?: string;
  readonly rdevMajor?: number;
  readonly rdevMinor?: number;
}

export interface MemoryVolumeOptions {
  readonly now: () => MemoryTime;
  /** Room for the data of all files, counted in pages; more is ENOSPC. */
  readonly capacityBytes: number;
}

/** One disk. */
export class MemoryVolume {
  readonly #options: MemoryVolumeOptions;
  #lastIno = 0;
  usedBytes = 0;
  readonly top: Inode;

  constructor(options: MemoryVolumeOptions) {
    this.#options = options;
    this.top = this.create({ mode: S_DIRECTORY | 0o755, uid: 0, gid: 0 });
    this.top.parent = this.top;
    this.top.linkCount = 2;
  }

  now(): MemoryTime {
    return this.#options.now();
  }

  /** An inode without a name yet. */
  create({ mode, uid, gid, target = '', rdevMajor = 0, rdevMinor = 0 }: NewInode): Inode {
    const now = this.now();
    const type = mode & TYPE_MASK;
    return {
      ino: ++this.#lastIno,
      mode,
      uid,
      gid,
      mtime: now,
      atime: now,
      linkCount: 0,
      openCount: 0,
      rdevMajor,
      rdevMinor,
      xattrs: new Map(),
      entries: type === S_DIRECTORY ? new Map() : undefined,
      parent: undefined,
      data: type === S_REGULAR ? new PagedBytes((changeBytes) => this.#account(changeBytes)) : undefined,
      target,
    };
  }

  /** To be called when a name or an open file of `inode` went. */
  reclaim(inode: Inode): void {
    if (inode.linkCount === 0 && inode.openCount === 0) inode.data?.truncate(0);
  }

  #account(changeBytes: number): void {
    if (this.usedBytes + changeBytes > this.#options.capacityBytes) throw new Refusal('ENOSPC');
    this.usedBytes += changeBytes;
  }
}

export function isDirectoryInode(inode: Inode): inode is Inode & { readonly entries: Map<string, Inode> } {
  return inode.entries !== undefined;
}

const DEVICE_NUMBER = 64;
const DIRECTORY_BYTES = 4096;

export function statOfInode(inode: Inode): FileStat {
  const size = inode.data?.lengthBytes ?? (inode.entries ? DIRECTORY_BYTES : inode.target.length);
  return {
    mode: inode.mode,
    sizeBytes: size,
    mtimeSec: inode.mtime.sec,
    mtimeNsec: inode.mtime.nsec,
    atimeSec: inode.atime.sec,
    atimeNsec: inode.atime.nsec,
    uid: inode.uid,
    gid: inode.gid,
    dev: DEVICE_NUMBER,
    ino: inode.ino,
    linkCount: inode.linkCount,
    rdevMajor: inode.rdevMajor,
    rdevMinor: inode.rdevMinor,
  };
}
