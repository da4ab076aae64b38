// io_uring (ring.c). None throws; each returns a count or the negative errno. A ring is a number; it belongs to the thread that
// made it, and ends with that thread's environment at the latest.

/** Files of one {@link RingCalls.ringReadFiles}, at most. */
export const RING_RUN_FILES = 64;
/** Rings of one thread, at most. */
export const RING_MAX = 32;
/** Longest name that a run takes. */
export const RING_NAME_BYTES = 255;
/** Numbers of a file's record: bytes or −errno, then the stat record (load.ts). */
export const RING_RECORD_FIELDS = 14;

export interface RingCalls {
  /** Makes a ring; its number (1…), or ENOSYS, EPERM, EMFILE, ENFILE, ENOMEM. */
  ringOpen(): number;
  /** The ring of this thread, made at the first call; later calls repeat that one's answer. */
  ringOfThread(): number;
  ringClose(ring: number): number;
  /** The IORING_SETUP_ bits that the kernel took. */
  ringFlags(ring: number): number;
  /**
   * Reads whole files of one directory, all at once, waiting for all of them.
   *
   * `names`: single components joined by '/', at most {@link RING_RUN_FILES}. `records` has {@link RING_RECORD_FIELDS} numbers
   * for each file: at the call the first is its expected size in bytes. File i's bytes go behind those of the files before
   * it; each takes its expected size and one byte more. Afterwards the first number is the size, or −errno when it was not read:
   * ESTALE when it is no regular file of just that size, ELOOP for a symlink.
   * Returns how many files were read. When the ring itself fails it is gone.
   */
  ringReadFiles(
    ring: number,
    directory: number,
    names: string,
    into: Uint8Array,
    records: Float64Array,
  ): number;
  /** 1 when the first byte of a regular file is not in memory; 0 when it is, or nobody can tell. Waits for no data. */
  fileIsCold(directory: number, name: string): number;
}
