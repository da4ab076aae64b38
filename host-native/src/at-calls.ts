// System calls relative to held directory descriptors (at-calls.c). None throws; each returns a count or the negative errno.
// A name is a latin1 string of one or more components; −EINVAL for a NUL in it, −ENAMETOOLONG from 4096 bytes on.
// Directories are descriptors or {@link currentDirectory}. No call that changes something follows a symlink at the leaf.

export interface AtCalls {
  /** Descriptor, closed on exec. `flags` are those of open(2). */
  openat(directory: number, name: string, flags: number, mode: number): number;
  /** With rules for the whole way: {@link resolveBeneath} and its like; −EXDEV for what would leave, −ENOSYS before Linux 5.6. */
  openat2(directory: number, name: string, flags: number, mode: number, resolve: number): number;
  /** stat or, without `follow`, lstat into a record of `statFields` numbers (load.ts). */
  statat(directory: number, name: string, follow: boolean, record: Float64Array): number;
  /** When the object was made: seconds and nanoseconds into the record; −ENODATA where the file system keeps none. */
  birthtimeat(directory: number, name: string, record: Float64Array): number;
  /** `flags`: 0 or {@link removeDirectory}. */
  unlinkat(directory: number, name: string, flags: number): number;
  /** The umask is taken from the mode. */
  mkdirat(directory: number, name: string, mode: number): number;
  /** `flags`: 0, {@link noReplace} or {@link exchange}. */
  renameat2(fromDirectory: number, from: string, toDirectory: number, to: string, flags: number): number;
  linkat(existingDirectory: number, existing: string, directory: number, name: string): number;
  symlinkat(target: string, directory: number, name: string): number;
  /** The target, or the negative errno. */
  readlinkat(directory: number, name: string): string | number;
  /** FIFO, socket or device; `mode` with the type, less the umask. */
  mknodat(directory: number, name: string, mode: number, major: number, minor: number): number;
  /** −ELOOP for a symlink. */
  fchmodat(directory: number, name: string, mode: number): number;
  /** −1 leaves one as it is. */
  fchownat(directory: number, name: string, uid: number, gid: number): number;
  /** Nanoseconds are 0..999999999 or `omitTime`. */
  utimensat(
    directory: number,
    name: string,
    atimeSec: number,
    atimeNsec: number,
    mtimeSec: number,
    mtimeNsec: number,
  ): number;
  /** All names of a directory that is open for reading, without '.' and '..', from its beginning; or the negative errno. */
  getdents(directory: number): string[] | number;
}

/** AT_FDCWD: names start at the current directory of the process. */
export const currentDirectory = -100;
/** AT_REMOVEDIR of unlinkat. */
export const removeDirectory = 0x200;
/** Flags of renameat2. */
export const noReplace = 1;
export const exchange = 2;
/** Rules of openat2, to be added: nothing through /proc's magic links, no symlinks at all, nothing outside the directory. */
export const resolveNoMagicLinks = 0x02;
export const resolveNoSymlinks = 0x04;
export const resolveBeneath = 0x08;
/** O_PATH, which Node has no name for: a descriptor that only stands for the object. */
export const openPath = 0o10000000;
