// The one error of the library call: what ended a run, with rsync's exit code (docs/protocol/05-options.md §15).
import type { SyncChange, SyncDeletion, SyncStatistics } from './sync-events.ts';

/** Stable names, one for each kind of exit code. */
export type SyncErrorCode =
  | 'ERR_OCRSYNC_USAGE'
  | 'ERR_OCRSYNC_PROTOCOL'
  | 'ERR_OCRSYNC_FILE_SELECT'
  | 'ERR_OCRSYNC_UNSUPPORTED'
  | 'ERR_OCRSYNC_DAEMON'
  | 'ERR_OCRSYNC_SOCKET'
  | 'ERR_OCRSYNC_FILE_IO'
  | 'ERR_OCRSYNC_STREAM'
  | 'ERR_OCRSYNC_REMOTE_SHELL'
  | 'ERR_OCRSYNC_ABORTED'
  | 'ERR_OCRSYNC_PARTIAL'
  | 'ERR_OCRSYNC_DELETE_LIMIT'
  | 'ERR_OCRSYNC_TIMEOUT'
  | 'ERR_OCRSYNC_FAILED';

const CODES: ReadonlyMap<number, SyncErrorCode> = new Map([
  [1, 'ERR_OCRSYNC_USAGE'],
  [2, 'ERR_OCRSYNC_PROTOCOL'],
  [3, 'ERR_OCRSYNC_FILE_SELECT'],
  [4, 'ERR_OCRSYNC_UNSUPPORTED'],
  [5, 'ERR_OCRSYNC_DAEMON'],
  [10, 'ERR_OCRSYNC_SOCKET'],
  [11, 'ERR_OCRSYNC_FILE_IO'],
  [12, 'ERR_OCRSYNC_STREAM'],
  [14, 'ERR_OCRSYNC_REMOTE_SHELL'],
  [20, 'ERR_OCRSYNC_ABORTED'],
  [23, 'ERR_OCRSYNC_PARTIAL'],
  [25, 'ERR_OCRSYNC_DELETE_LIMIT'],
  [30, 'ERR_OCRSYNC_TIMEOUT'],
  [35, 'ERR_OCRSYNC_TIMEOUT'],
  [124, 'ERR_OCRSYNC_REMOTE_SHELL'],
  [125, 'ERR_OCRSYNC_REMOTE_SHELL'],
  [126, 'ERR_OCRSYNC_REMOTE_SHELL'],
  [127, 'ERR_OCRSYNC_REMOTE_SHELL'],
  [255, 'ERR_OCRSYNC_REMOTE_SHELL'],
]);

/** Exit codes of runs that went to their end and left something out. */
const PARTIAL_CODES: ReadonlySet<number> = new Set([23, 25]);

export interface SyncErrorFacts {
  readonly exitCode: number;
  /** Warnings and errors of the run, ours and the other end's, oldest first. */
  readonly messages?: readonly string[];
  readonly statistics?: SyncStatistics | undefined;
  readonly changes?: readonly (SyncChange | SyncDeletion)[] | undefined;
  readonly cause?: unknown;
}

/** A run ended with an exit code other than 0 and 24. */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  readonly code: SyncErrorCode;
  /** rsync's exit code. */
  readonly exitCode: number;
  /** The run went to its end, but some files could not be transferred (23) or deleted (25): see `messages`. */
  readonly partial: boolean;
  readonly messages: readonly string[];
  /** Set when the run came far enough to have totals. */
  readonly statistics: SyncStatistics | undefined;
  /** What had been done until then, if it was asked for. */
  readonly changes: readonly (SyncChange | SyncDeletion)[] | undefined;

  constructor(message: string, facts: SyncErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.exitCode = facts.exitCode;
    this.code = CODES.get(facts.exitCode) ?? 'ERR_OCRSYNC_FAILED';
    this.partial = PARTIAL_CODES.has(facts.exitCode);
    this.messages = facts.messages ?? [];
    this.statistics = facts.statistics;
    this.changes = facts.changes;
  }
}
