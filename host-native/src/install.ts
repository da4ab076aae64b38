// Whole files put in place in one call, here (install.c) or on threads of the helper (install-pool.c).
// None throws; each returns a count or the negative errno.

/** Numbers of a job record: length, permission bits, owner, group (−1: stays), modification time (seconds, nanoseconds or `omitTime`). */
export const installJob = {
  sizeBytes: 0,
  mode: 1,
  uid: 2,
  gid: 3,
  mtimeSec: 4,
  mtimeNsec: 5,
  fields: 6,
} as const;

/**
 * Numbers of a result record: the step that failed and its errno; the errnos of attributes that could not be set, which
 * keep no file from its place; whether of owner and group only the group was to change; the six letters of the temporary
 * name, one byte each.
 */
export const installResult = {
  step: 0,
  errno: 1,
  ownerErrno: 2,
  groupOnly: 3,
  timesErrno: 4,
  modeErrno: 5,
  suffix: 6,
  fields: 7,
} as const;

/** Steps of an install. After a failed one nothing is left of the temporary file. */
export const installStep = { done: 0, create: 1, read: 2, write: 3, rename: 4, stopped: 5 } as const;

/** Threads that install files. A value of the helper, good for nothing else; it ends with its last reference at the latest. */
export interface InstallPool {
  readonly installPool: never;
}

export interface InstallCalls {
  /**
   * Puts a file in place: a temporary name of `prefix` and six letters, the bytes, the attributes, the name. Both names are
   * in `directory` and hold no '/'. Returns the step that failed (0: none), and fills `result`.
   */
  installFile(
    directory: number,
    prefix: string,
    name: string,
    bytes: Uint8Array,
    job: Float64Array,
    result: Float64Array,
  ): number;

  /** Starts 1 to 4 threads. A negative number where that is not possible: too few descriptors, memory, threads. */
  openInstallPool(threads: number): InstallPool | number;
  /** How many jobs it takes before results must be collected. */
  installPoolRoom(pool: InstallPool): number;
  /**
   * Queues the copy of an open file; the pool closes `source` when it has it. `directory` must stay open until the result is
   * collected. 0; −EAGAIN: collect first, `source` is still the caller's.
   */
  submitInstall(
    pool: InstallPool,
    source: number,
    directory: number,
    prefix: string,
    name: string,
    job: Float64Array,
  ): number;
  /** Results in the order of the jobs, as many as are finished and have room in `results`; returns how many. */
  collectInstalls(pool: InstallPool, results: Float64Array): number;
  /** Sleeps until at most `most` jobs are unfinished, or so long; returns how many are unfinished. */
  awaitInstalls(pool: InstallPool, most: number, waitMs: number): number;
  /** Ends the threads. Jobs that have not begun are forgotten; the one at work ends in place or leaves nothing. */
  closeInstallPool(pool: InstallPool): number;
}
