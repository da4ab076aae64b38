// What one end brings into a session: its role and the options that change bytes or order. Plain data; made by transfer/
// from the command line's Options, so that the engine depends on no parser.
import type { BatchHead } from './batch-recorder.ts';
import type { NameCharset } from './charset.ts';
import type { CompressionMethod } from './negotiated.ts';

export interface AgreedVersions {
  readonly protocol: number;
  /** The newest that the other end speaks. */
  readonly peerProtocol: number;
}

export interface SessionConfig {
  readonly role: 'client' | 'server';
  readonly side: 'sender' | 'receiver';
  /** Highest protocol this end speaks. */
  readonly ownProtocol: number;
  /** Set when a daemon's greeting already agreed on a protocol: then no 4-byte versions are exchanged. */
  readonly greeting: AgreedVersions | undefined;
  /** Both ends live in this process: no filter list travels, whole files, `>` in items. */
  readonly local: boolean;
  /** The text after the letter `e` of the server's argument list (01 §4); on both ends. Empty: none was sent. */
  readonly capabilities: string;
  /** Result of 01 §4.1 for this side, without the letter. */
  readonly incrementalAllowed: boolean;
  /** Server: `--checksum-seed`, else a value of the host's choice. Ignored on a client. */
  readonly seed: number;
  /** Names acceptable in a negotiation, best first; the server's end in `none`. */
  readonly checksumNames: readonly string[];
  readonly compressNames: readonly CompressionMethod[];
  /** `--checksum-choice`; undefined: negotiate. Each may be `auto`. */
  readonly checksumChoice: { readonly transfer: string; readonly list: string } | undefined;
  readonly compress: boolean;
  readonly compressChoice: CompressionMethod | undefined;
  readonly compressionLevel: number | undefined;
  /** The filter list travels from the client (01 §2.4 step 8). */
  readonly filterList: boolean;
  /** Names of --files-from: come through the connection (sender), go through it (receiving side), or neither. */
  readonly forwardedNames: 'none' | 'received' | 'sent';
  /** Receiving side: symlinks are stored so that they lead nowhere. */
  readonly mungesLinks: boolean;
  /** --iconv: names travel in UTF-8; undefined: as they are. */
  readonly charset: NameCharset | undefined;
  readonly list: ListConfig;
  /** What is wanted and has no place on the wire before protocol 29, as the text of its refusal begins. */
  readonly wishesOf29: readonly string[];
  /** --max-alloc: no piece of memory may be as large; bytes, Infinity = any. */
  readonly maxAlloc: number;
  readonly dryRun: boolean;
  /** --only-write-batch: nothing is changed, and what a sender reads goes into the batch alone. */
  readonly batchOnly: boolean;
  /** Client that records: the stream flags of the batch (04 §17.1). */
  readonly recordsBatch: ((protocol: number) => number) | undefined;
  /** Client that plays a batch: its head stands for the handshake. */
  readonly playedBatch: BatchHead | undefined;
  readonly listOnly: boolean;
  /** A delete option or --force was given. */
  readonly deletes: boolean;
  /** The generator finds what to delete while lists still come: --delete-during, --delete-delay, or --delete with incremental lists. */
  readonly deletesDuring: boolean;
  /** Deletions come after the transfer: --delete-delay and --delete-after. */
  readonly deletesLate: 'no' | 'delay' | 'after';
  /** --delete-excluded: before protocol 29 no rules travel on a push (06 §13.1). */
  readonly deleteExcluded: boolean;
  /** --delay-updates: files are put in place at the end of the transfer. */
  readonly delaysUpdates: boolean;
  /** Unchanged items are reported too: -ii, or NAME ≥ 2 (04 §3.14). */
  readonly reportUnchanged: boolean;
  readonly statsWanted: boolean;
  /** -vv: the sender sums its matches up (07 §12.1). */
  readonly matchSummary: boolean;
  /** The receiving side says what has arrived, so that it can be removed; in either form of the option. */
  readonly removeSourceFiles: boolean;
  /** … and what was there already or was linked: not with the old form, --remove-sent-files. */
  readonly removesUnsent: boolean;
  readonly ignoreErrors: boolean;
  /** Server messages (errors too) travel in frames instead of the server's stderr. */
  readonly messagesInBand: boolean;
  /** 0 = none. */
  readonly timeoutSeconds: number;
}

/** Options that both ends must have alike, since they change the bytes of a list entry (03 §2.2). */
export interface ListConfig {
  readonly recursive: boolean;
  readonly relative: boolean;
  readonly links: boolean;
  readonly hardLinks: boolean;
  readonly owner: boolean;
  readonly group: boolean;
  readonly devices: boolean;
  readonly specials: boolean;
  readonly checksum: boolean;
  readonly numericIds: boolean;
  readonly atimes: boolean;
  readonly acls: boolean;
  readonly xattrs: boolean;
  /** --delete-missing-args: entries of mode 0 stand for arguments that are not there (§4.5). */
  readonly missingArgs: boolean;
}
