// The events of a run as a library user gets them: the objects of docs/json.md, typed. Types only.
// Names are JavaScript text; where the bytes are no UTF-8, U+FFFD stands in and `…Base64` has the exact bytes.
import type { EntryKind, RunStatistics, Severity } from '../report/events.ts';
import type { Reason } from '../report/reasons.ts';

export type { Reason } from '../report/reasons.ts';
export type { EntryKind, KindCounts, Severity } from '../report/events.ts';

/** Totals of a run: counts, and bytes where the name says so. */
export type SyncStatistics = RunStatistics;

/** A file, directory, link or node as the file list describes it. */
export interface SyncEntry {
  /** Relative to the transfer, `/` between directories, no slash at the end; the root itself is `.`. */
  readonly name: string;
  readonly nameBase64?: string;
  readonly kind: EntryKind;
  /** st_mode: type and permission bits. */
  readonly mode: number;
  /** Bytes. */
  readonly length: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Symlinks: where to. */
  readonly target?: string;
  readonly targetBase64?: string;
}

/** What both ends have agreed on. The first event of a run that got that far. */
export interface SyncNegotiated {
  readonly type: 'negotiated';
  readonly protocol: number;
  readonly incremental: boolean;
  readonly checksum: string;
  readonly symlinkTimes: boolean;
  /** `none`, or the method. */
  readonly compression: string;
}

export interface SyncFileList {
  readonly type: 'file-list';
  readonly state: 'start' | 'progress' | 'done';
  readonly direction: 'send' | 'receive';
  /** Entries so far. */
  readonly count: number;
}

export interface SyncDestinationCreated {
  readonly type: 'destination-created';
  readonly path: string;
  readonly pathBase64?: string;
}

/** Something was created or changed, or would be in a dry run. A transferred file is told of once it is in place. */
export interface SyncChange extends SyncEntry {
  readonly type: 'change';
  /** Why: everything that was seen to differ; never empty. */
  readonly reason: readonly Reason[];
  /** The eleven characters of rsync's -i. */
  readonly itemize: string;
  readonly isNew: boolean;
  /** File data moved. */
  readonly transfer: boolean;
  readonly direction: 'send' | 'receive';
  /** The name this one became a hard link to. */
  readonly hardLinkTo?: string;
  readonly hardLinkToBase64?: string;
  /** The file's checksum in hexadecimal, where the run computed one. */
  readonly digest?: string;
  /** Bytes on the wire: file data, and the block sums of the old file. */
  readonly dataBytes?: number;
  readonly sumBytes?: number;
}

export interface SyncDeletion {
  readonly type: 'deleted';
  readonly name: string;
  readonly nameBase64?: string;
  readonly isDirectory: boolean;
}

export interface SyncProgress {
  readonly type: 'progress';
  readonly name: string;
  readonly nameBase64?: string;
  /** Bytes of this file that are done, and its length. */
  readonly bytes: number;
  readonly length: number;
  readonly finished: boolean;
  /** Regular files transferred so far. */
  readonly transferred: number;
  readonly entriesLeft: number;
  readonly entries: number;
  /** `entries` will not grow any more. */
  readonly listComplete: boolean;
  readonly totalBytesDone: number;
  readonly totalBytes: number;
}

export interface SyncMessage {
  readonly type: 'message';
  /** Errors about single files are events of their own: {@link SyncFileError}. */
  readonly severity: Exclude<Severity, 'transfer-error'>;
  /** The other machine, or the remote shell, said it. */
  readonly fromPeer: boolean;
  readonly text: string;
  readonly textBase64?: string;
}

/** Something about one file went wrong; the run goes on and ends with exit code 23. */
export interface SyncFileError {
  readonly type: 'file-error';
  /** The other machine said it. */
  readonly fromPeer: boolean;
  /** rsync's line. */
  readonly text: string;
  readonly textBase64?: string;
  /** What the line tells, where it does: the name, who had the error, and the system's words and number. */
  readonly path?: string;
  readonly pathBase64?: string;
  readonly role?: string;
  readonly error?: string;
  readonly errno?: number;
}

/** An entry of a `--list-only` run. */
export interface SyncListed extends SyncEntry {
  readonly type: 'listed';
}

export interface SyncSummary extends SyncStatistics {
  readonly type: 'summary';
}

/** The last event. */
export interface SyncFinished {
  readonly type: 'finished';
  readonly exitCode: number;
  /** rsync's words for the code; empty for 0. */
  readonly text: string;
}

export type SyncEvent =
  | SyncNegotiated
  | SyncFileList
  | SyncDestinationCreated
  | SyncChange
  | SyncDeletion
  | SyncProgress
  | SyncMessage
  | SyncFileError
  | SyncListed
  | SyncSummary
  | SyncFinished;
