// Files of a local copy that threads of the helper put in place while the sessions go on: jobs in, results out in the same
// order. Knows descriptors and directories, no list, no message (docs/architecture.md, "Local copies").
import { availableParallelism } from 'node:os';
import type { InstallCalls, InstallPool } from '@ocrsync/native/install';
import { installJob, installResult, installStep } from '@ocrsync/native/install';
import { loadNative, omitTime } from '@ocrsync/native/load';
import { errorOfNumber } from '../fs/errno.ts';
import { FilesystemError, type HeldDirectory, type OpenFile, type Root } from '../fs/filesystem.ts';
import { temporaryPrefix } from './temp-name.ts';

/** Longest leaf of a name. */
const NAME_BYTES = 255;
/** Results taken at a time. */
const RESULTS = 64;
/** The session's own thread keeps one processor busy; two in one directory are in each other's way on the last one. */
const THREADS = availableParallelism() > 2 ? 2 : 1;

/** What a file shall be like. */
export interface InstallWishes {
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
  /** −1: stays as created. */
  readonly uid: number;
  readonly gid: number;
  /** undefined: the time of writing. */
  readonly mtime: { readonly sec: number; readonly nsec: number } | undefined;
}

export interface InstallOutcome {
  /** The step that failed, and why; nothing is left of the file then. */
  readonly failed: 'create' | 'read' | 'write' | 'rename' | undefined;
  readonly error: FilesystemError | undefined;
  /** Attributes that it could not be given. */
  readonly owner: FilesystemError | undefined;
  readonly group: FilesystemError | undefined;
  readonly times: FilesystemError | undefined;
  readonly mode: FilesystemError | undefined;
  /** Its name while it was written, for messages; with `XXXXXX` where it had none. */
  readonly temporaryName: string;
}

interface Pending {
  readonly name: string;
  readonly directory: Held;
  readonly done: (outcome: InstallOutcome | undefined) => void;
}

/** A directory that is kept open while jobs need it. */
interface Held {
  readonly name: string;
  readonly directory: HeldDirectory;
  jobs: number;
}

export class InstallQueue {
  readonly #helper: InstallCalls;
  readonly #pool: InstallPool;
  readonly #root: Root;
  readonly #job = new Float64Array(installJob.fields);
  readonly #results = new Float64Array(RESULTS * installResult.fields);
  readonly #pending: Pending[] = [];
  #head = 0;
  #current: Held | undefined;
  /** Jobs that it takes before one must have been collected. */
  readonly room: number;

  private constructor(helper: InstallCalls, pool: InstallPool, root: Root) {
    this.#helper = helper;
    this.#pool = pool;
    this.#root = root;
    this.room = helper.installPoolRoom(pool);
  }

  /** Starts the threads; undefined where that cannot be done, or the tree has no descriptors. */
  static open(root: Root): InstallQueue | undefined {
    const helper = loadNative();
    if (helper?.openInstallPool === undefined) return undefined;
    try {
      const held = root.hold('.');
      if (held === undefined) return undefined;
      held.release();
    } catch (error) {
      if (error instanceof FilesystemError) return undefined;
      throw error;
    }
    const pool = helper.openInstallPool(THREADS);
    return typeof pool === 'number' ? undefined : new InstallQueue(helper, pool, root);
  }

  /** Jobs whose outcome was not told yet. */
  get pending(): number {
    return this.#pending.length - this.#head;
  }

  /**
   * Queues the copy of an open file to this name of the tree, and takes the file over. `done` is called by {@link collect},
   * without an outcome when nothing went wrong. False: not possible, and nothing has happened. Throws what opening the directory throws.
   */
  submit(
    name: string,
    source: OpenFile,
    wishes: InstallWishes,
    done: (outcome: InstallOutcome | undefined) => void,
  ): boolean {
    const slash = name.lastIndexOf('/');
    const prefix = temporaryPrefix(name);
    if (prefix === undefined || name.length - slash - 1 > NAME_BYTES) return false;
    if (source.detach === undefined || this.pending >= this.room) return false;
    const directory = this.#hold(slash < 0 ? '.' : name.slice(0, slash));
    if (directory === undefined) return false;
    const descriptor = source.detach();
    if (descriptor === undefined) return false;
    const job = this.#job;
    job[installJob.sizeBytes] = wishes.sizeBytes;
    job[installJob.mode] = wishes.mode;
    job[installJob.uid] = wishes.uid;
    job[installJob.gid] = wishes.gid;
    job[installJob.mtimeSec] = wishes.mtime?.sec ?? 0;
    job[installJob.mtimeNsec] = wishes.mtime?.nsec ?? omitTime;
    const result = this.#helper.submitInstall(
      this.#pool,
      descriptor,
      directory.directory.descriptor,
      prefix.slice(slash + 1),
      name.slice(slash + 1),
      job,
    );
    if (result !== 0) throw errorOfNumber(-result, 'install', name);
    directory.jobs++;
    this.#pending.push({ name, directory, done });
    return true;
  }

  /** Tells the outcomes of what is finished; returns how many. */
  collect(): number {
    if (this.pending === 0) return 0;
    let all = 0;
    for (;;) {
      const count = this.#helper.collectInstalls(this.#pool, this.#results);
      for (let index = 0; index < count; index++) this.#tell(index * installResult.fields);
      all += Math.max(0, count);
      if (count < RESULTS) return all;
    }
  }

  /** Sleeps until half of the jobs are finished, or so long. */
  wait(waitMs: number): void {
    if (this.pending > 0) this.#helper.awaitInstalls(this.#pool, this.pending >> 1, waitMs);
  }

  /** Ends the threads; what was not told yet is not told any more. */
  close(): void {
    this.#helper.closeInstallPool(this.#pool);
    while (this.#head < this.#pending.length) this.#release(this.#take());
    const current = this.#current;
    this.#current = undefined;
    current?.directory.release();
  }

  #take(): Pending {
    const pending = this.#pending[this.#head++]!;
    if (this.#head === this.#pending.length || this.#head > 1024) {
      this.#pending.splice(0, this.#head);
      this.#head = 0;
    }
    return pending;
  }

  #tell(at: number): void {
    const pending = this.#take();
    this.#release(pending);
    const results = this.#results;
    const { step, errno, ownerErrno, timesErrno, modeErrno } = installResult;
    const failed =
      results[at + step] || results[at + ownerErrno] || results[at + timesErrno] || results[at + modeErrno];
    if (!failed) {
      pending.done(undefined);
      return;
    }
    const { name } = pending;
    const error = (call: string, field: number): FilesystemError | undefined =>
      results[at + field] ? errorOfNumber(results[at + field]!, call, name) : undefined;
    const suffix = letters(results[at + installResult.suffix]!);
    const groupOnly = results[at + installResult.groupOnly] !== 0;
    pending.done({
      failed: STEPS[results[at + step]!],
      error: error('install', errno),
      owner: groupOnly ? undefined : error('fchown', ownerErrno),
      group: groupOnly ? error('fchown', ownerErrno) : undefined,
      times: error('futimens', timesErrno),
      mode: error('fchmod', modeErrno),
      temporaryName: temporaryPrefix(name)! + (suffix === '' ? 'XXXXXX' : suffix),
    });
  }

  /** The directory's descriptor: the same one for a run of files. */
  #hold(name: string): Held | undefined {
    const current = this.#current;
    if (current?.name === name) return current;
    const directory = this.#root.hold(name);
    if (directory === undefined) return undefined;
    if (current?.jobs === 0) current.directory.release();
    this.#current = { name, directory, jobs: 0 };
    return this.#current;
  }

  #release({ directory }: Pending): void {
    if (--directory.jobs === 0 && directory !== this.#current) directory.directory.release();
  }
}

const STEPS = {
  [installStep.done]: undefined,
  [installStep.create]: 'create',
  [installStep.read]: 'read',
  [installStep.write]: 'write',
  [installStep.rename]: 'rename',
  // Only of a pool that was closed, which tells nothing any more.
  [installStep.stopped]: undefined,
} as Readonly<Record<number, InstallOutcome['failed']>>;

/** Six letters, a byte each, highest first. */
function letters(packed: number): string {
  let text = '';
  for (let left = packed; left > 0; left = Math.floor(left / 256))
    text = String.fromCharCode(left % 256) + text;
  return text;
}
