// Which calls of a file system fail, and what was called so far: the counting behind faulty-filesystem. Knows no files.
import { errorOfCode } from './errno.ts';

/** Every call of the contract that touches a disk; those of open files begin with `file.`. */
export type FaultyCall =
  | 'root'
  | 'lstat'
  | 'stat'
  | 'list'
  | 'openRead'
  | 'createExclusive'
  | 'openWrite'
  | 'mkdir'
  | 'rmdir'
  | 'unlink'
  | 'rename'
  | 'link'
  | 'symlink'
  | 'readlink'
  | 'mknod'
  | 'chmod'
  | 'chown'
  | 'setTimes'
  | 'listXattrs'
  | 'getXattr'
  | 'setXattr'
  | 'removeXattr'
  | 'copyData'
  | 'hold'
  | 'file.stat'
  | 'file.read'
  | 'file.write'
  | 'file.truncate'
  | 'file.allocate'
  | 'file.punchHole'
  | 'file.sync'
  | 'file.close';

/** One fault. */
export interface Fault {
  /** The call that fails: the first one is 1. */
  readonly at: number;
  /** Count only this call; without it all calls count. */
  readonly call?: FaultyCall;
  /** errno name. */
  readonly code: string;
  /** Every counted call from there on fails, as on a disk that is gone. */
  readonly lasting?: boolean;
}

export interface FaultyOptions {
  readonly faults?: readonly Fault[];
  /** No read gives more: short reads are allowed everywhere. */
  readonly longestReadBytes?: number;
  /** Gets a line a call: the call, the name, and the errno name where it was made to fail. */
  readonly journal?: (line: string) => void;
}

export class FaultPlan {
  readonly options: FaultyOptions;
  readonly #counts = new Map<FaultyCall, number>();
  #calls = 0;
  /** Faults that came true. */
  failures = 0;

  constructor(options: FaultyOptions) {
    this.options = options;
  }

  /** Calls so far: all of them, or of one kind. */
  calls(call?: FaultyCall): number {
    return call === undefined ? this.#calls : (this.#counts.get(call) ?? 0);
  }

  /** Counts a call; the errno name with which it is to fail, or undefined. */
  next(call: FaultyCall, name: string): string | undefined {
    this.#calls++;
    const count = (this.#counts.get(call) ?? 0) + 1;
    this.#counts.set(call, count);
    const due = this.options.faults?.find((fault) => {
      if (fault.call !== undefined && fault.call !== call) return false;
      const reached = fault.call === undefined ? this.#calls : count;
      return fault.lasting === true ? reached >= fault.at : reached === fault.at;
    });
    if (due !== undefined) this.failures++;
    this.options.journal?.(`${call} ${name}${due === undefined ? '' : ` ${due.code}`}`);
    return due?.code;
  }

  /** Counts a call and throws when it is to fail. */
  pass(call: FaultyCall, name: string): void {
    const code = this.next(call, name);
    if (code !== undefined) throw errorOfCode(code, call, name);
  }
}
