// System calls on open descriptors (files.c). None throws; each returns a count or the negative errno.
// Positions and lengths are whole numbers up to 2^53 − 1; data is the whole of the given view.

export interface FileCalls {
  /** From where the descriptor stands: bytes read, 0 at the end; short as the system pleases (−EAGAIN, −EPIPE as values). */
  read(descriptor: number, into: Uint8Array): number;
  /** To where the descriptor stands: bytes written, perhaps fewer than given. */
  write(descriptor: number, from: Uint8Array): number;
  /** Bytes read at the position; fewer than asked for only at the end of the file or before an error. */
  pread(descriptor: number, into: Uint8Array, position: number): number;
  /** Writes all at the position, and says how many that were. */
  pwrite(descriptor: number, from: Uint8Array, position: number): number;
  /** The descriptor is gone even after an error. */
  close(descriptor: number): number;
  /** Fills a record of `statFields` numbers (load.ts). */
  fstat(descriptor: number, record: Float64Array): number;
  fchmod(descriptor: number, mode: number): number;
  /** −1 leaves one as it is. */
  fchown(descriptor: number, uid: number, gid: number): number;
  /** Nanoseconds are 0..999999999 or `omitTime`. */
  futimens(
    descriptor: number,
    atimeSec: number,
    atimeNsec: number,
    mtimeSec: number,
    mtimeNsec: number,
  ): number;
  /** copy_file_range at the same position of both files, at most 1 GiB: bytes copied, 0 at the end of `from`. */
  copyRange(from: number, to: number, position: number, lengthBytes: number): number;
  /** FICLONE: `to` becomes the whole of `from` with shared blocks; −EOPNOTSUPP, −EXDEV, −EINVAL, −ENOTTY where it cannot. */
  clone(from: number, to: number): number;
  /** FICLONERANGE in whole blocks; length 0 is up to the end of `from`. */
  cloneRange(from: number, to: number, fromPosition: number, lengthBytes: number, toPosition: number): number;
  /** Mode 0 reserves room and grows the file, {@link keepSize} does not grow it, {@link punchHole} frees the room. */
  fallocate(descriptor: number, mode: number, position: number, lengthBytes: number): number;
  /** Where data begins at or after the position; −ENXIO when there is none. */
  seekData(descriptor: number, position: number): number;
  /** Where a hole begins at or after the position; the end of the file counts as one. */
  seekHole(descriptor: number, position: number): number;
  ftruncate(descriptor: number, lengthBytes: number): number;
  fsync(descriptor: number): number;
  /** Fills the whole view with random bytes of the system; says how many. */
  getrandom(into: Uint8Array): number;
}

/** Modes of {@link FileCalls.fallocate}. */
export const keepSize = 1;
export const punchHole = 3;
