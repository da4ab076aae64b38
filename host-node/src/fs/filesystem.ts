// The contract of every file system that ocrsync can sync from or to. Names are latin1 byte strings relative to a root,
// '/'-separated, never starting with '/' (except where said); '' or '.' is the root itself. All calls are synchronous:
// 0.6–3 µs against 7–20 µs of asynchronous ones, and they stay on this thread (docs/architecture.md).

import type { AclStore } from './metadata/posix-acl.ts';

/** A failed call: `code` is the errno name (ENOENT…), `errno` its positive number, `strerror` the C library's words. */
export class FilesystemError extends Error {
  override readonly name = 'FilesystemError';
  readonly code: string;
  readonly errno: number;
  readonly strerror: string;
  /** The name as the call was given it. */
  readonly file: string;
  /** Words for the user that say more than the caller can, as `failed to write xattr …`; without the system's ones. */
  readonly told: string | undefined;

  constructor(code: string, errno: number, strerror: string, call: string, file: string, told?: string) {
    super(`${call} ${file}: ${strerror} (${errno})`);
    this.told = told;
    this.file = file;
    this.code = code;
    this.errno = errno;
    this.strerror = strerror;
  }
}

/** What lstat tells. Times are whole seconds plus nanoseconds (0..999999999), sizes exact doubles. */
export interface FileStat {
  /** Type and permission bits in the traditional layout (03 §5.6). */
  readonly mode: number;
  readonly sizeBytes: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly atimeSec: number;
  readonly atimeNsec: number;
  readonly uid: number;
  readonly gid: number;
  /** dev and ino are equal iff two names are one inode; exact doubles. */
  readonly dev: number;
  readonly ino: number;
  readonly linkCount: number;
  readonly rdevMajor: number;
  readonly rdevMinor: number;
}

/** An open regular file (or device). Positions are explicit; the implementation keeps none. */
export interface OpenFile {
  stat(): FileStat;
  /** Reads into `into` from `position`; returns the count, 0 at the end. Short reads are possible. */
  read(into: Uint8Array, position: number): number;
  /** Writes all of `from` at `position`. */
  write(from: Uint8Array, position: number): void;
  truncate(lengthBytes: number): void;
  /** Reserves room for so many bytes from the start; the size stays. ENOSYS or EOPNOTSUPP where that cannot be done. */
  allocate(lengthBytes: number): void;
  /** Makes a part of the file read as zeros and gives its room back; the size stays. ENOSYS or EOPNOTSUPP likewise. */
  punchHole(position: number, lengthBytes: number): void;
  /** Returns when the data is on the disk. After a failure it must not be called safe, whatever a second call says. */
  sync(): void;
  /** Fails only where written data may be lost: never for a file that was opened for reading. A second close is none. */
  close(): void;
  /**
   * Gives the descriptor away, to a call of the native helper that closes it; the file itself is closed from then on.
   * Absent, or undefined, where there is none: then the file stays open and is used as before.
   */
  detach?(): number | undefined;
}

export interface SetTimes {
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  /** Omitted: the access time stays as it is. */
  readonly atimeSec?: number;
  readonly atimeNsec?: number;
}

/** A directory kept open for calls of the native helper. */
export interface HeldDirectory {
  readonly descriptor: number;
  /** Once; the descriptor may be closed from then on. */
  release(): void;
}

/** A directory tree under one held root. Every failure is a {@link FilesystemError}. */
export interface Root {
  /** Absolute path of the root, latin1, for messages only. */
  readonly path: string;
  /** undefined when nothing is there (ENOENT, ENOTDIR). Follows no symlink at the last component. */
  lstat(name: string): FileStat | undefined;
  /** Follows symlinks. undefined when nothing is there. */
  stat(name: string): FileStat | undefined;
  /** Names in the order of the system, without '.' and '..'. */
  list(name: string): string[];
  /**
   * Opens for reading; with `follow` false a symlink as last component is ELOOP. `keepAtime`: reading does not change the
   * access time, where the system allows that (O_NOATIME, for the owner and root).
   */
  openRead(name: string, follow: boolean, keepAtime?: boolean): OpenFile;
  /** New file for writing and reading; EEXIST when something is there. `mode` is used as given, whatever the umask. */
  createExclusive(name: string, mode: number): OpenFile;
  /** Existing file for reading and writing (in-place); created with `mode` when missing. Follows no symlink. */
  openWrite(name: string, mode: number): OpenFile;
  /** `mode` less the umask. */
  mkdir(name: string, mode: number): void;
  rmdir(name: string): void;
  unlink(name: string): void;
  rename(from: string, to: string): void;
  /** Another name for an existing file; follows no symlink. */
  link(existing: string, name: string): void;
  /** As {@link rename} and {@link link}, of a name in another root of the same file system object; EXDEV where that cannot be. */
  renameFrom(from: Root, existing: string, name: string): void;
  linkFrom(from: Root, existing: string, name: string): void;
  symlink(target: string, name: string): void;
  readlink(name: string): string;
  /** FIFO, socket or device; ENOSYS where the platform cannot. */
  mknod(name: string, mode: number, rdevMajor: number, rdevMinor: number): void;
  /** Not for symlinks. */
  chmod(name: string, mode: number): void;
  /** Of the name itself, not of a symlink's target; −1 leaves one as it is. */
  chown(name: string, uid: number, gid: number): void;
  /** Of the name itself. Exact to the nanosecond where {@link Filesystem.exactTimes}. */
  setTimes(name: string, times: SetTimes): void;
  /**
   * Extended attributes, of the name itself and never through a symlink: names of all of them, chars being bytes, in the
   * order of the system. These four fail with ENOSYS without {@link Filesystem.canXattrs}, and with EOPNOTSUPP where the
   * directory's own file system has no attributes (of this kind).
   */
  listXattrs(name: string): string[];
  /** undefined when there is no such attribute. */
  getXattr(name: string, key: string): Uint8Array | undefined;
  /** Made or replaced. */
  setXattr(name: string, key: string, value: Uint8Array): void;
  /** ENODATA when there is no such attribute. */
  removeXattr(name: string, key: string): void;
  /** Where the ACLs are when they are not the system's own; only for metadata/posix-acl.ts. */
  readonly acls?: AclStore;
  /**
   * Fake-super only: gives an object of any type these permissions, in its attribute, and takes from the object itself what it
   * must not have here, such as special bits.
   */
  keepShown?(name: string, mode: number): void;
  /** Fake-super only: an attribute that cannot be read is told at the next look, even if the last one told it. */
  tellAgain?(): void;
  /**
   * Copies data to the same position of another file inside the kernel (shared blocks or copy_file_range). Returns how
   * many bytes, perhaps fewer than asked for; undefined where that cannot be done: then read and write.
   */
  copyData(from: OpenFile, to: OpenFile, position: number, lengthBytes: number): number | undefined;
  /**
   * Keeps a directory of the tree open, found under the same rules as any other access: names without '/' below its
   * descriptor are safe. undefined where there are no descriptors: then work by names.
   */
  hold(directory: string): HeldDirectory | undefined;
}

/**
 * Which symlinks names below a root may pass (docs/protocol/09-rsync-3.5.md §2.4). `tree`, the default: a parent may be a
 * relative symlink that stays in the tree, else ELOOP; the last component leads anywhere for calls that follow it (stat,
 * openRead). `beneath`: these calls stay in the tree as well (daemon modules). `follow`: as the system does, anywhere
 * (a sender that reads through symlinks on purpose, the user's own rule files).
 */
export type SymlinkPolicy = 'tree' | 'beneath' | 'follow';

/** A platform's files. */
export interface Filesystem {
  /**
   * Root at this path (latin1, absolute or relative to the start directory). Must exist and be a directory; symlinks in
   * the path are followed, it is the user's own.
   */
  root(path: string, symlinks?: SymlinkPolicy): Root;
  /** Closes the directories that its roots keep open; a later call opens them again. For the end of a run. */
  release(): void;
  /** False: times are set by a double of seconds, up to 240 ns off; the quick check must allow for it. */
  readonly exactTimes: boolean;
  /** FIFOs, sockets and devices can be made. */
  readonly canMakeNodes: boolean;
  /** Extended attributes can be asked for; whether a directory has any is its own file system's matter. */
  readonly canXattrs: boolean;
  /** Effective user id 0: may change owners. */
  readonly isSuperUser: boolean;
  /** Ids of the groups of this process, primary included. */
  readonly groups: readonly number[];
  readonly umask: number;
  userName(uid: number): string | undefined;
  groupName(gid: number): string | undefined;
  userId(name: string): number | undefined;
  groupId(name: string): number | undefined;
}
