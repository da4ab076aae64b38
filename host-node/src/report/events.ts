// The one stream of events of a run: the engine makes them, renderers (text, JSON lines, a library user) read them.
// Types only. Names are latin1 byte strings as they travelled; sizes are numbers of bytes; times are seconds since the epoch.
import type { NameDecision } from '../session/ports.ts';

/** Kind of a file-list entry, as the itemize string's second character distinguishes them. */
export type EntryKind = 'file' | 'directory' | 'symlink' | 'device' | 'special';

/** What the formats of 07-output.md §6 need to know of an entry. */
export interface EntryInfo {
  /** Transfer-relative name without trailing slash; the root is `.`. */
  readonly name: string;
  /** Sender: with the directory of the source argument, for %f; elsewhere the same as `name`. */
  readonly longName: string;
  readonly kind: EntryKind;
  /** Type and permission bits (st_mode). */
  readonly mode: number;
  readonly lengthBytes: number;
  readonly mtimeSeconds: number;
  /** Only with -U, and not of directories. */
  readonly atimeSeconds?: number | undefined;
  /** undefined: not transferred. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Symlinks: the target. */
  readonly linkTarget: string | undefined;
}

/** The session's facts, once the handshake is over. Comes first. */
export interface NegotiatedEvent {
  readonly type: 'negotiated';
  readonly protocol: number;
  readonly incremental: boolean;
  readonly checksum: string;
  /** The receiving side can set the times of symlinks. */
  readonly symlinkTimes: boolean;
  readonly compression: string;
}

/** The file list begins or ends. `count` = entries so far. */
export interface FileListEvent {
  readonly type: 'file-list';
  readonly state: 'start' | 'progress' | 'done';
  readonly direction: 'send' | 'receive';
  readonly incremental: boolean;
  readonly count: number;
}

/** A directory was read by a pass of deletions before or after the transfer, or the pass is over. Only where counts are shown. */
export interface DeletionScanEvent {
  readonly type: 'deletion-scan';
  /** Names of one directory that are not protected. */
  readonly entries: number | 'done';
}

/** The destination directory had to be made (05 §11). */
export interface DestinationCreatedEvent {
  readonly type: 'destination-created';
  /** As typed, without trailing slash. */
  readonly path: string;
  /** Whether the options of the end that made it ask for a line; left out where they are those of who shows it. */
  readonly isShown?: boolean;
}

/** An item record as sender or receiver saw it. `before` the data moves, and `after` with the counters filled. */
export interface ChangeEvent {
  readonly type: 'change';
  readonly stage: 'before' | 'after';
  readonly ndx: number;
  /** Item flags (session/item.ts). */
  readonly iflags: number;
  readonly entry: EntryInfo;
  /** We are the sender of this file (`<` on a remote push). */
  readonly direction: 'send' | 'receive';
  /** Both ends are local: a transfer shows as `>`. */
  readonly local: boolean;
  /** Hard link: the name linked to; empty string: the link is already there. */
  readonly hardLinkTo: string | undefined;
  /** Stage after: bytes of file data on the wire (%b), of block sums (%c), and the hex digest (%C). */
  readonly dataBytes: number;
  readonly sumBytes: number;
  readonly digestHex: string | undefined;
}

export interface DeletedEvent {
  readonly type: 'deleted';
  readonly name: string;
  readonly isDirectory: boolean;
  /** Absent where another process has deleted it. */
  readonly mode?: number;
}

/** How far the whole run is. */
export interface RunProgress {
  /** Regular files transferred so far, a file that has just been finished included. */
  readonly transferred: number;
  /** Position of the entry, or of the end of a list, and number of entries known so far. */
  readonly position: number;
  readonly total: number;
  /** All lists are complete (`to-chk`, else `ir-chk`). */
  readonly listComplete: boolean;
  /** For progress2: bytes of files done, and total size of the list so far. */
  readonly totalBytesDone: number;
  readonly totalBytes: number;
  /** Monotonic clock of the host. */
  readonly nowMs: number;
}

/** State of one file's transfer, reported as often as the engine likes; the renderer decides what to print. */
export interface ProgressEvent extends RunProgress {
  readonly type: 'progress';
  readonly name: string;
  readonly fileBytes: number;
  readonly fileLengthBytes: number;
  readonly finished: boolean;
}

/** A list or a phase is over: progress2 shows where the run stands. */
export interface ListProgressEvent extends RunProgress {
  readonly type: 'list-progress';
}

/** Where a message goes: info → stdout (silenced by -q); the rest → stderr. `transfer-error` makes the run end with 23. */
export type Severity = 'info' | 'warning' | 'error' | 'transfer-error';

export interface MessageEvent {
  readonly type: 'message';
  readonly severity: Severity;
  /** One line, without the newline: a control character inside is printed escaped. latin1. */
  readonly text: string;
  /** The peer said it. */
  readonly fromPeer: boolean;
  /** Not for a log file: how the server is called, and what the receiving half of a local copy says on its own stderr. */
  readonly unlogged?: boolean;
}

/** Files of each kind, in the order rsync prints them. */
export interface KindCounts {
  readonly regular: number;
  readonly directories: number;
  readonly symlinks: number;
  readonly devices: number;
  readonly specials: number;
}

/** Totals of a run (07 §8). */
export interface RunStatistics {
  readonly protocol: number;
  readonly files: KindCounts;
  readonly created: KindCounts;
  readonly deleted: KindCounts;
  readonly transferredFiles: number;
  readonly totalSizeBytes: number;
  readonly totalTransferredSizeBytes: number;
  readonly literalBytes: number;
  readonly matchedBytes: number;
  readonly fileListSizeBytes: number;
  /** 0 = not known: the two time lines are left out. */
  readonly fileListBuildMs: number;
  readonly fileListTransferMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Whole seconds between start and end of the run, as the rate is computed from. */
  readonly elapsedWholeSeconds: number;
}

/** The run came to its end (also after per-file errors). */
export interface SummaryEvent {
  readonly type: 'summary';
  readonly statistics: RunStatistics;
}

/** An entry of a --list-only run. */
export interface ListedEvent {
  readonly type: 'listed';
  readonly entry: EntryInfo;
}

/** A filter rule has decided about a name. Only for sinks that ask for it. */
export interface DecisionEvent {
  readonly type: 'decision';
  readonly decision: NameDecision;
}

/** The very last event. */
export interface FinishedEvent {
  readonly type: 'finished';
  readonly exitCode: number;
}

export type RunEvent =
  | NegotiatedEvent
  | FileListEvent
  | DeletionScanEvent
  | DestinationCreatedEvent
  | ChangeEvent
  | DeletedEvent
  | ProgressEvent
  | ListProgressEvent
  | MessageEvent
  | ListedEvent
  | SummaryEvent
  | DecisionEvent
  | FinishedEvent;

/** Takes the events of a run, in order, synchronously. */
export interface EventSink {
  event(event: RunEvent): void;
  /** Kinds that this sink does nothing with: the two that come for every file are then not made at all. */
  readonly ignores?: readonly ('change' | 'progress')[];
  /** Wants to hear what filter rules decide. */
  readonly decisions?: boolean;
}
