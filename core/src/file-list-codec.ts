// Puts file lists on the wire and takes them off it. The running state (docs/protocol/03-file-list.md §6) lasts for the
// whole session, so a session makes one encoder or one decoder. Id lists and io_error ints around the list are not here.
import type { CoreInstance } from './instance.ts';
import type { FileList } from './file-list.ts';
import { entryError } from './file-list-errors.ts';
import {
  BLOCK,
  CONTEXT,
  CONTEXT_BYTES,
  CONTEXT_NAME_AT,
  type FileListFunctions,
  NO_DIR_END,
  OPTION,
  ROOM,
} from './file-list-layout.ts';
import { latin1Text } from './latin1.ts';
import type { ReceivedBlocks } from './received-blocks.ts';
import { MALFORMED, NEED_MORE, NO_ROOM } from './status.ts';

/** What both ends have agreed on; it decides the bytes of an entry (03 §2.2). */
export interface FileListOptions {
  /** 27-32. */
  protocol: number;
  /** Compat flag 0x80; only with protocol 30 and newer. */
  varintFlags: boolean;
  /** Compat flag 0x08 or protocol 31 and newer. */
  safeList: boolean;
  incremental: boolean;
  preserveUid: boolean;
  preserveGid: boolean;
  preserveDevices: boolean;
  preserveSpecials: boolean;
  preserveLinks: boolean;
  preserveHardLinks: boolean;
  /** Length of a whole-file checksum; 0 without -c. */
  checksumBytes: number;
  /** -U; needs protocol 28. */
  atimes: boolean;
  relative: boolean;
  /** P < 30: whether directories below a top one have their content in the list (03 §7.2). */
  recursive: boolean;
  numericIds: boolean;
  /** Accept entries of mode 0 (--delete-missing-args). */
  missingArgs: boolean;
  /** -A and -X; peers know them since protocol 30. */
  acls: boolean;
  xattrs: boolean;
}

/** What the decoder needs of a WireReader. */
export interface ListWindow {
  readonly dataAt: number;
  readonly dataLength: number;
  readonly byteOffset: number;
  /** Name of this end in error texts; Receiver when empty. */
  readonly role?: string;
  consume(byteCount: number): void;
}

/** What the encoder needs of a WireWriter. */
export interface ListSink {
  bytesAt(at: number, length: number): void;
}

export type BlockKind = keyof typeof BLOCK;

/** Writes literals of ACLs and extended attributes where their place in the stream is. */
export interface ListLiterals {
  write(kind: BlockKind, number: number): void;
}

const BLOCK_KINDS: readonly BlockKind[] = ['access', 'default', 'xattr'];

export interface IdName {
  kind: 'user' | 'group';
  id: number;
  name: string;
}

const OUT_BYTES = 65536;
const NAMES_BYTES = 16384;
/** Larger than any record of a literal. */
const RECORDS_BYTES = 32768;
const FIRST_LEADERS = 64;
const MAX_CHECKSUM_BYTES = 64;

function optionBits(options: FileListOptions): number {
  let bits = 0;
  if (options.preserveUid) bits |= OPTION.uid;
  if (options.preserveGid) bits |= OPTION.gid;
  if (options.preserveDevices) bits |= OPTION.devices;
  if (options.preserveSpecials) bits |= OPTION.specials;
  if (options.preserveLinks) bits |= OPTION.links;
  if (options.preserveHardLinks) bits |= OPTION.hardLinks;
  if (options.atimes) bits |= OPTION.atimes;
  if (options.relative) bits |= OPTION.relative;
  if (options.safeList) bits |= OPTION.safeList;
  if (options.recursive) bits |= OPTION.recursive;
  if (options.missingArgs) bits |= OPTION.missing;
  if (options.acls) bits |= OPTION.acls;
  if (options.xattrs) bits |= OPTION.xattrs;
  return bits;
}

/** A context record with the options in it; the caller frees it. */
function openContext(core: CoreInstance, options: FileListOptions): number {
  const { protocol, checksumBytes } = options;
  if (protocol < 27 || protocol > 32) throw new RangeError(`file lists of protocol ${protocol}`);
  if (options.varintFlags && protocol < 30) throw new RangeError(`varint flags with protocol ${protocol}`);
  if (options.atimes && protocol < 28) throw new RangeError(`access times with protocol ${protocol}`);
  if (checksumBytes < 0 || checksumBytes > MAX_CHECKSUM_BYTES)
    throw new RangeError(`checksums of ${checksumBytes} bytes`);
  const at = core.alloc(CONTEXT_BYTES);
  const fields = core.u32.subarray(at >>> 2);
  fields[CONTEXT.protocol] = protocol;
  fields[CONTEXT.options] = optionBits(options);
  fields[CONTEXT.sumBytes] = checksumBytes;
  fields[CONTEXT.form] = options.varintFlags ? 2 : protocol < 28 ? 0 : 1;
  return at;
}

/** The sending direction of a session's file lists. */
export class FileListEncoder {
  readonly #core: CoreInstance;
  readonly #functions: FileListFunctions;
  readonly #context: number;
  readonly #out: number;
  readonly #safe: boolean;

  constructor(core: CoreInstance, options: FileListOptions) {
    this.#core = core;
    this.#functions = core.functions<FileListFunctions>();
    this.#context = openContext(core, options);
    core.u32[(this.#context >>> 2) + CONTEXT.dirEnd] = NO_DIR_END;
    this.#out = core.alloc(OUT_BYTES);
    this.#safe = options.safeList;
  }

  /**
   * Encodes rows fromRow up to but not including toRow, in order of transmission. `literals` write to the same stream; they
   * are needed with ACLs or extended attributes.
   */
  encode(list: FileList, fromRow: number, toRow: number, sink: ListSink, literals?: ListLiterals): void {
    let row = fromRow;
    while (row < toRow) {
      const done = this.#functions.flist_encode(
        this.#context,
        list.at,
        list.dirs.at,
        row,
        toRow,
        this.#out,
        OUT_BYTES,
      );
      const kind = this.#core.u32[(this.#context >>> 2) + CONTEXT.literal]!;
      if (done < 0 || (done === 0 && kind === 0)) {
        throw new Error(
          `a row from ${row} on lacks a hard-link identity, link target, checksum or attributes`,
        );
      }
      sink.bytesAt(this.#out, this.#core.u32[(this.#context >>> 2) + CONTEXT.used]!);
      row += done;
      if (kind !== 0) this.#literal(kind, literals);
    }
  }

  #literal(kind: number, literals: ListLiterals | undefined): void {
    if (literals === undefined) throw new Error('a list with attribute blocks needs their literals');
    const { u32 } = this.#core;
    const context = this.#context >>> 2;
    u32[context + CONTEXT.literal] = 0;
    literals.write(BLOCK_KINDS[kind - 1]!, u32[context + CONTEXT.counts + kind - 1]!);
  }

  /** The end marker; `ioError` 0 when none is to be told (03 §8.1). */
  end(sink: ListSink, ioError: number): void {
    const bytes = this.#functions.flist_encode_end(this.#context, ioError, this.#safe ? 1 : 0, this.#out);
    sink.bytesAt(this.#out, bytes);
  }

  free(): void {
    this.#core.free(this.#out);
    this.#core.free(this.#context);
  }
}

/** The receiving direction of a session's file lists. */
export class FileListDecoder {
  readonly #core: CoreInstance;
  readonly #functions: FileListFunctions;
  readonly #context: number;
  readonly #names: number;
  readonly #records: number;
  readonly #checksumBytes: number;
  readonly #blocks: ReceivedBlocks | undefined;
  #announced: IdName[] = [];
  #rawBytes = 0;

  /** `blocks`: where literals of ACLs and extended attributes go. */
  constructor(core: CoreInstance, options: FileListOptions, blocks?: ReceivedBlocks) {
    this.#core = core;
    this.#blocks = blocks;
    this.#functions = core.functions<FileListFunctions>();
    this.#context = openContext(core, options);
    this.#checksumBytes = options.checksumBytes;
    this.#names = core.alloc(NAMES_BYTES);
    this.#set('names', this.#names);
    this.#set('namesCapacity', NAMES_BYTES);
    this.#records = options.acls || options.xattrs ? core.alloc(RECORDS_BYTES) : 0;
    this.#set('records', this.#records);
    this.#set('recordsCapacity', this.#records === 0 ? 0 : RECORDS_BYTES);
    this.#growLeaders();
  }

  /** The sender's io_error bits (1, 2, 4), after decode() answered 'end'. */
  get ioError(): number {
    return this.#get('ioError');
  }

  /** Bytes of entries and end markers decoded so far. */
  get rawBytes(): number {
    return this.#rawBytes;
  }

  /**
   * Appends to the list as many entries as the window holds: 'end' behind the end marker, 'more' when the next item is not
   * wholly there (nothing of it is consumed). Throws a ProtocolError as docs/protocol/03-file-list.md §16 says.
   */
  decode(window: ListWindow, list: FileList): 'more' | 'end' {
    if (this.#checksumBytes > 0) list.useChecksumBytes(this.#checksumBytes);
    list.changed();
    for (;;) {
      const status = this.#functions.flist_decode(
        this.#context,
        list.at,
        list.dirs.at,
        window.dataAt,
        window.dataLength,
      );
      const used = this.#get('used');
      this.#rawBytes += used;
      window.consume(used);
      if (this.#get('namesUsed') > 0) this.#takeNames();
      if (this.#get('recordsUsed') > 0) this.#takeRecords();
      if (status === MALFORMED) throw this.#error(window);
      if (status === NEED_MORE) return 'more';
      if (status !== NO_ROOM) return 'end';
      this.#makeRoom(list);
    }
  }

  /** User and group names that entries announced since the last call (03 §9.1). */
  takeIdNames(): IdName[] {
    const names = this.#announced;
    this.#announced = [];
    return names;
  }

  free(): void {
    this.#core.free(this.#get('leaders'));
    this.#core.free(this.#names);
    if (this.#records !== 0) this.#core.free(this.#records);
    this.#core.free(this.#context);
  }

  #makeRoom(list: FileList): void {
    const bytes = this.#get('roomBytes');
    switch (this.#get('roomKind')) {
      case ROOM.rows:
        return list.reserveRows(1);
      case ROOM.arena:
        return list.reserveArena(bytes);
      case ROOM.dirs:
        return list.dirs.reserve(bytes);
      case ROOM.leaders:
        return this.#growLeaders();
      case ROOM.names:
      case ROOM.records:
        return;
      default:
        throw new Error('the core asked for a region that is not known');
    }
  }

  #growLeaders(): void {
    const count = this.#get('leadersCount');
    const capacity = Math.max(FIRST_LEADERS, count * 2);
    this.#set('leaders', this.#core.resize(this.#get('leaders'), count * 4, capacity * 4));
    this.#set('leadersCapacity', capacity);
  }

  #takeNames(): void {
    const { u8 } = this.#core;
    const view = new DataView(u8.buffer);
    const end = this.#names + this.#get('namesUsed');
    for (let at = this.#names; at < end;) {
      const length = u8[at + 1]!;
      const kind = u8[at] === 0 ? 'user' : 'group';
      this.#announced.push({ kind, id: view.getUint32(at + 2, true), name: latin1Text(u8, at + 6, length) });
      at += 6 + length;
    }
    this.#set('namesUsed', 0);
  }

  #takeRecords(): void {
    this.#blocks?.take(this.#core.u8, this.#records, this.#records + this.#get('recordsUsed'));
    this.#set('recordsUsed', 0);
  }

  #error(window: ListWindow): Error {
    const { u8 } = this.#core;
    const nameAt = this.#context + CONTEXT_NAME_AT;
    const l1 = this.#get('entryL1');
    const l2 = this.#get('entryL2');
    return entryError(
      {
        fault: this.#get('error'),
        a: this.#get('errorA'),
        b: this.#get('errorB'),
        xflags: this.#get('entryXflags'),
        l1,
        l2,
        name: l1 + l2 < 4096 ? latin1Text(u8, nameAt, l1 + l2) : '',
        lastName: latin1Text(u8, nameAt, this.#get('nameLength')),
        who: window.role || 'Receiver',
        block: this.#get('block'),
      },
      window.byteOffset,
    );
  }

  #get(field: keyof typeof CONTEXT): number {
    return this.#core.u32[(this.#context >>> 2) + CONTEXT[field]]!;
  }

  #set(field: keyof typeof CONTEXT, value: number): void {
    this.#core.u32[(this.#context >>> 2) + CONTEXT[field]] = value;
  }
}
