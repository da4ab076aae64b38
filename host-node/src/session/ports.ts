// What the sans-IO engine asks of the world: the file system side of each role. Implemented in flist/ (lists) and
// transfer/ (files); the engine never sees a path, a descriptor or a clock. All names are latin1 byte strings.
import type { BlockKind } from '@ocrsync/core/file-list-codec';
import type { LiteralSink } from '@ocrsync/core/literal-sink';
import type { FileList } from '@ocrsync/core/file-list';
import type { Channel } from './channel.ts';
import type { DebugVoice } from './debug.ts';
import type { Item } from './item.ts';
import type { Negotiated } from './negotiated.ts';
import type { Task } from './wait.ts';

/** An entry of a live list: its list, the row in it, and the number it has on the wire. */
export interface Entry {
  readonly list: FileList;
  readonly row: number;
  readonly ndx: number;
}

/** Builds what the sender announces (docs/protocol/03-file-list.md §3, §12.6, §14). Implemented by flist/. */
export interface ListSource {
  /** Fills the first list: everything, or with incremental recursion only its first level. Gives turns. */
  fillFirst(list: FileList): Task;
  /** Incremental: takes the sorted list's directories into the directory table, in sorted order. */
  registerDirectories(list: FileList, parentDirectory: number): void;
  /** Incremental: number of the next directory whose sub-list is due (depth-first); undefined when none is left. */
  nextDirectory(): number | undefined;
  /** Incremental: fills the sub-list of that directory. */
  fillSub(directory: number, list: FileList): Task;
  /** Nothing more will be asked for: what was read ahead is given up. */
  end(): void;
  /** io_error bits (1 general, 2 vanished) that have come since it was asked last. */
  takeIoError(): number;
  /** ids met that have a local name, for the id lists of a session without incremental recursion. */
  idNames(kind: 'user' | 'group'): readonly { readonly id: number; readonly name: string }[];
}

/** The sender's ACLs and extended attributes. Implemented by flist/. */
export interface SourceBlocks {
  /** Writes the literal with that number. */
  writeLiteral(kind: BlockKind, number: number, sink: LiteralSink): void;
  /** The entry's attribute with that number (from 1) exists and travels only when asked for. */
  hasLongXattr(entry: Entry, number: number): boolean;
  /** Its value as it is now; empty (and reported) when it cannot be read. */
  readXattr(entry: Entry, number: number): Uint8Array;
}

/** The receiving side's extended attributes. Implemented by transfer/. */
export interface TargetXattrs {
  /** Numbers of the values that have to be asked for, for the entry that was just compared; they count as asked for then. */
  wanted(entry: Entry): readonly number[];
  /** Sets the attributes of an entry whose record came back without data. */
  applyLate(entry: Entry): void;
}

/** Reads source files and sends their contents. Implemented by transfer/. */
export interface SourceFiles {
  /**
   * Answers one transfer record whose sum head is the next thing to read from the channel: reads head and sums, opens the
   * file, reports the item, and writes echo, head, tokens and digest. When the file cannot be opened: reports that instead,
   * writes MSG_NO_SEND (protocol ≥ 30), echoes nothing. Returns the io_error bits to add.
   */
  send(entry: Entry, item: Item, channel: Channel, redo: boolean): Task<number>;
  /** With the directory of its argument, as --debug shows names. */
  shownName?(entry: Entry): string;
  /** A record has come for it, with data or not: --debug=CHDIR tells the directory of its argument. */
  entered?(entry: Entry): void;
  /** Totals of the matcher over all files sent, for -vv: `matches=… hash_hits=… …` (07 §12.1). */
  matchSummary(): string;
  /** MSG_SUCCESS of the receiving side (only with --remove-source-files). */
  success(entry: Entry): void;
}

/** How the generator looks at an entry. */
export type Visit = 'full' | 'early-directory' | 'redo';

/** The disk work of the generator (docs/protocol/04-transfer.md §3). Implemented by transfer/. */
export interface GeneratorFiles {
  /**
   * Called once when the first list (and, incremental, one more when it had a single entry) is there:
   * finds or makes the destination root (03 §4.6). Throws with exit code 3 or 11.
   */
  openRoot(first: FileList, totalEntries: number): void;
  /** Instead of {@link openRoot} where the list is only shown. */
  openNothing(): void;
  /**
   * The first position from there on that {@link visit} must be asked for, the list's count when there is none. The ones before
   * it are in place, and nothing is to be said of them.
   */
  nextToVisit(list: FileList, position: number): number;
  /** The decision procedure of §3.3 for one entry; says what is to be said through the sink. */
  visit(entry: Entry, visit: Visit, sink: GeneratorSink): Task;
  /** The walk begins. `list`: the whole one, for deletions of the pass before everything else (§13.1). */
  begin(list: FileList | undefined): Task;
  /**
   * The directory that the list describes was entered (§13.3): deletions "during" happen, those of "delay" are found.
   * `ioError`: bits of both ends that were known when the list had come.
   */
  deleteIn(directory: Entry, contents: FileList, ioError: number): Task;
  /** Everything was transferred: deletions of "delay" and "after" (§14.1). `list`: the whole list, if there is one. */
  deleteLate(list: FileList | undefined): Task;
  /** Called for hard-link leaders and list accounting when the receiver finished or lost a file (§11.5). */
  finished(entry: Entry, success: boolean, sink: GeneratorSink): Task;
  /** §10.4 for the directories of one closed list (incremental), or of the whole list at the end. */
  touchUp(list: FileList, directory: Entry | undefined): Task;
  /** Gone with the list: forget what was kept for it. */
  forget(list: FileList): void;
  /** Pure totals for statistics: deleted regular files, directories, symlinks, devices, specials. */
  readonly deleted: readonly [number, number, number, number, number];
}

/** Where the generator's decisions go. Implemented by session/generator.ts. */
export interface GeneratorSink {
  readonly channel: Channel;
  /** A record without transfer. Applies the "sent or not" rule of §3.14. */
  item(ndx: number, iflags: number, xname?: string): Task;
  /**
   * The beginning of a transfer record: ndx, iflags, basis type, xname. The caller then writes the sum head and the sums
   * to the channel's writer itself (nothing in a dry run), waiting with `channel.room()` between pieces.
   */
  request(ndx: number, iflags: number, basisType: number, xname: string | undefined): Task;
  /** A hard-linked entry that waits for another member of its group counts as in progress (§11.2). */
  waiting(ndx: number): void;
  /** … and no longer does. */
  settled(ndx: number): void;
  /** An item that the generator finished itself, for --remove-source-files. `asSent`: it counts for --remove-sent-files, too. */
  success(ndx: number, asSent?: boolean): void;
}

/** The outcome of one received file (§9.5). */
/** `delayed`: it is right, and gets its name at {@link ReceiverFiles.endOfTransfers}, which tells its end. */
export type ReceiveResult = 'good' | 'redo' | 'failed' | 'discarded' | 'delayed';

/** The disk work of the receiver (docs/protocol/04-transfer.md §9). Implemented by transfer/. */
export interface ReceiverFiles {
  /**
   * Reads sum head, tokens and digest of one transfer record from the channel and puts the file in place. Whatever
   * fails locally, the stream is read to the end of the record. Throws only for faults that end the run. Tells the item as soon
   * as there is something to write to: an item without it has no line (observed).
   * `pending`: the data will be put in place while the session goes on; {@link later} tells how that ended.
   */
  receive(entry: Entry, item: Item, channel: Channel, redo: boolean): Task<ReceiveResult | 'pending'>;
  /** Reads such a record to its end and writes nothing. */
  skip(entry: Entry, item: Item, channel: Channel): Task;
  /** After the last file: what was delayed gets its name, in the order of the list. */
  endOfTransfers?(tell: (entry: Entry, result: ReceiveResult) => void): void;
  /** Called when the run ends early: removes or keeps temporary files (§9.3). */
  abandon(): void;
  /** Absent: nothing is ever pending. */
  readonly later?: LaterFiles | undefined;
}

/** Received files that are put in place behind the session's back. */
export interface LaterFiles {
  /** Files whose outcome was not told yet. */
  readonly pending: number;
  /** Tells outcomes that have come since the last call, in the order of the records. Throws as `receive` does. */
  settle(tell: (entry: Entry, result: ReceiveResult) => void): void;
  /** Sleeps until there is much to tell, or so long. Only for a driver that has nothing else to do. */
  wait(waitMs: number): void;
  /** The run is over, or ends early: what is pending then is put in place or given up, and nothing is told. */
  close(): void;
}

/** Checks and maps what a peer's list says (03 §9.3, §16). Implemented by flist/. */
export interface ListReceiver {
  /** An id that the sender announced by name; undefined name in an id list of a receiver that ignores names. */
  learnId(kind: 'user' | 'group', id: number, name: string): void;
  /**
   * Called for every received list after it was sorted and before duplicates are removed: refuses names that were not asked for,
   * excluded ones and wrong parents (`directory` = name of the sub-list's directory, undefined for a first list), and maps ids.
   */
  accept(list: FileList, directory: string | undefined): void;
  /** Called when the list was counted: empties what is in it and not to be made. Absent: nothing is. */
  readonly prune?: ((list: FileList) => void) | undefined;
}

/** What a filter rule has decided about a name of one side. */
export interface NameDecision {
  readonly side: 'sender' | 'receiver';
  readonly name: string;
  readonly isDirectory: boolean;
  readonly verdict: 'include' | 'exclude';
  /** In short form, such as `- *.o`. */
  readonly rule: string;
  /** `<rule from FILE line N>`; absent for rules of the command line. */
  readonly origin?: string;
}

/** What one transferred file took on the wire (07 §6: %b, %c, %C). No headers of frames, no messages. */
export interface WireShare {
  /** Sender: its record and data, written. Receiver: sum head, data and digest, read. */
  readonly dataBytes: number;
  /** Sender: sum head and block sums that came with the request. Receiver: 0. */
  readonly sumBytes: number;
  /** The file's digest as this end computed it, in wire order; undefined where it was not needed. */
  readonly digest: Uint8Array | undefined;
}

/** A place among all entries that are known. */
export interface ProgressPlace {
  readonly position: number;
  readonly total: number;
  /** `total` will not grow any more. */
  readonly complete: boolean;
}

/** What the roles tell about (client: printed; server: sent or written to stderr). Implemented by report/ and transfer/. */
export interface SessionReport {
  /** The lines of --debug; undefined when none are wanted. They are messages of severity info. */
  readonly debug?: DebugVoice | undefined;
  /** Hears of names that a filter rule decides, for --explain. */
  readonly decided?: ((decision: NameDecision) => void) | undefined;
  /** The handshake is over and lists are about to travel. */
  negotiated(negotiated: Negotiated): void;
  /** The first list is complete (and, incremental, what belongs to it): so many entries are known. */
  listDone(totalEntries: number): void;
  /** A whole list is going to be built in here, until {@link listDone}. */
  listGrows?(list: { readonly count: number }): void;
  /** So many entries of a whole list (without incremental recursion) are there by now. */
  listGrown?(entries: number): void;
  /** --list-only: one entry to be printed. */
  listed(entry: Entry): void;
  /** A record handled by the sender or the receiver of the client. Called before the data moves, as upstream logs it. */
  item(entry: Entry, item: Item): void;
  /** MSG_INFO, MSG_WARNING, MSG_ERROR… text from the peer (client only), as bytes in latin1, newline included. */
  peerMessage(code: number, text: string): void;
  /** MSG_DELETED from the peer. */
  peerDeleted(name: string, isDirectory: boolean): void;
  /** This end deleted something (client receiver: printed; server: MSG_DELETED). */
  deleted(name: string, isDirectory: boolean, mode: number): void;
  /** Of a pass of deletions: so many names of a directory were looked at; at its end `done`. Absent: nobody wants to know. */
  deletionScan?(entries: number | 'done'): void;
  /** The destination directory had to be made (04 §10.3). `path` as typed, without trailing slash. */
  destinationCreated(path: string): void;
  /** So much of the entry's new content has passed; called for every piece. */
  progress(entry: Entry, doneBytes: number): void;
  /** A list, or a phase, is over. The place is the end of the list that is worked on. Absent: nobody wants to know. */
  listEnded?(place: ProgressPlace): void;
  /** A transfer of this entry ended; used for progress and counters. */
  transferred(entry: Entry, literalBytes: number, matchedBytes: number, wire?: WireShare): void;
  /**
   * A message of this end; severity decides stream and exit code (01 §13). `text` has no newline. `client`: not for a server's
   * own log.
   */
  message(severity: 'info' | 'warning' | 'error' | 'error-xfer', text: string, audience?: 'client'): void;
}
