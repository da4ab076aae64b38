// Sessions with made-up lists and no disk: what the engine says and refuses, byte by byte.
import { digestBytes } from '@ocrsync/core/checksum-kinds';
import type { FileList } from '@ocrsync/core/file-list';
import { latin1Text } from '@ocrsync/core/latin1';
import { TOKEN_END } from '@ocrsync/core/wire-reader';
import type { Channel } from '@ocrsync/node/session/channel';
import type { SessionConfig } from '@ocrsync/node/session/config';
import type { SessionContext } from '@ocrsync/node/session/context';
import { EMPTY_SUM_HEAD, ITEM_IS_NEW, type Item } from '@ocrsync/node/session/item';
import { CHECKSUM_NAMES } from '@ocrsync/node/session/negotiation';
import type * as ports from '@ocrsync/node/session/ports';
import { Session } from '@ocrsync/node/session/session';
import type { Task } from '@ocrsync/node/session/wait';

const REGULAR = 0o100000;
const TYPE_MASK = 0o170000;

export function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
}

export function int(value: number): Buffer {
  const four = Buffer.alloc(4);
  four.writeInt32LE(value);
  return four;
}

/** One frame; code 0 is data. */
export function frame(code: number, payload: Uint8Array | string): Buffer {
  const body = typeof payload === 'string' ? bytes(payload) : Buffer.from(payload);
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = 7 + code;
  return Buffer.concat([head, body]);
}

export function data(hex: string): Buffer {
  return frame(0, hex);
}

/** A client that pushes protocol 32 with a given checksum and nothing else; change what the test is about. */
export function config(changes: Partial<SessionConfig> = {}): SessionConfig {
  const server = changes.role === 'server';
  return {
    role: 'client',
    side: 'sender',
    ownProtocol: 32,
    greeting: undefined,
    local: false,
    capabilities: '.LsfxCIvu',
    incrementalAllowed: false,
    seed: 1,
    checksumNames: server ? [...CHECKSUM_NAMES, 'none'] : CHECKSUM_NAMES,
    compressNames: ['zlibx', 'zlib'],
    checksumChoice: { transfer: 'md5', list: 'md5' },
    compress: false,
    compressChoice: undefined,
    compressionLevel: undefined,
    forwardedNames: 'none',
    mungesLinks: false,
    charset: undefined,
    filterList: false,
    wishesOf29: [],
    list: {
      recursive: true,
      relative: false,
      links: false,
      hardLinks: false,
      owner: false,
      group: false,
      devices: false,
      specials: false,
      checksum: false,
      numericIds: false,
      atimes: false,
      acls: false,
      xattrs: false,
      missingArgs: false,
    },
    maxAlloc: 2 ** 30,
    dryRun: false,
    batchOnly: false,
    recordsBatch: undefined,
    playedBatch: undefined,
    listOnly: false,
    deletes: false,
    deletesDuring: false,
    deletesLate: 'no',
    deleteExcluded: false,
    delaysUpdates: false,
    reportUnchanged: false,
    statsWanted: false,
    matchSummary: false,
    removeSourceFiles: false,
    removesUnsent: false,
    ignoreErrors: false,
    messagesInBand: false,
    timeoutSeconds: 0,
    ...changes,
  };
}

export interface MadeEntry {
  readonly name: string;
  readonly mode: number;
  readonly sizeBytes?: number;
  /** Number of its set of extended attributes. */
  readonly xattrs?: number;
}

export const FILE_A: MadeEntry = { name: 'a', mode: 0o100644, sizeBytes: 3 };
export const DIRECTORY: MadeEntry = { name: '.', mode: 0o040755 };

export interface World {
  /** Sender: its list. With incremental recursion the first one; sub-lists by directory number. */
  readonly entries?: readonly MadeEntry[];
  readonly subLists?: ReadonlyMap<number, readonly MadeEntry[]>;
  readonly ioError?: number;
  readonly rules?: readonly string[];
  readonly deleted?: readonly [number, number, number, number, number];
  /** Sender: ACLs and extended attributes. */
  readonly blocks?: ports.SourceBlocks;
  /** Receiving side: extended attributes. */
  readonly xattrs?: (context: SessionContext) => ports.TargetXattrs;
  /** Generator: sends a record without transfer, with these flags, for every regular file. */
  readonly tells?: number;
  /** Generator: asks for every regular file. */
  readonly wantsFiles?: boolean;
  /** Generator: what it does first. */
  readonly begin?: () => Task;
  /** Receiver: outcome of each file, in order; then `good`. */
  readonly results?: readonly ports.ReceiveResult[];
}

export interface Made {
  readonly session: Session;
  /** What the session told its host, one line each. */
  readonly told: string[];
}

/** A session in a world that has only lists. */
export function made(changes: Partial<SessionConfig> = {}, world: World = {}): Made {
  const told: string[] = [];
  const session = new Session(config(changes), {
    report: reportTo(told),
    filterRules: () => world.rules ?? [],
    takeFilterRules: (rules) => void told.push(...rules.map((rule) => `rule ${rule}`)),
    makeSender: (context) => ({
      source: new MadeSource(world),
      files: new MadeFiles(context),
      blocks: world.blocks,
    }),
    makeReceiver: (context) => ({
      lists: {
        learnId: (kind, id, name) => void told.push(`${kind} ${id} is ${name}`),
        accept: (list) => void told.push(`list of ${list.count}`),
      },
      generator: new MadeGenerator(world, told),
      receiver: new MadeReceiver(context, world, told),
      xattrs: world.xattrs?.(context),
    }),
  });
  return { session, told };
}

function reportTo(told: string[]): ports.SessionReport {
  const quiet = (): void => undefined;
  return {
    negotiated: quiet,
    listDone: (total) => void told.push(`list done: ${total}`),
    listed: (entry) => void told.push(`listed ${entry.list.name(entry.row)}`),
    item: (entry, item) =>
      void told.push(
        `item ${entry.list.name(entry.row)} ${item.iflags.toString(16)} ${item.xname ?? ''}`.trim(),
      ),
    peerMessage: (code, text) => void told.push(`message ${code} ${text}`),
    peerDeleted: (name, isDirectory) => void told.push(`peer deleted ${name}${isDirectory ? '/' : ''}`),
    deleted: quiet,
    destinationCreated: quiet,
    progress: quiet,
    transferred: quiet,
    message: (severity, text) => void told.push(`${severity}: ${text}`),
  };
}

class MadeSource implements ports.ListSource {
  #ioError: number;
  readonly #world: World;
  readonly #due: number[];

  constructor(world: World) {
    this.#world = world;
    this.#ioError = world.ioError ?? 0;
    this.#due = [...(world.subLists ?? new Map<number, MadeEntry[]>()).keys()];
  }

  takeIoError(): number {
    const taken = this.#ioError;
    this.#ioError = 0;
    return taken;
  }

  *fillFirst(list: Parameters<ports.ListSource['fillFirst']>[0]): Task {
    for (const entry of this.#world.entries ?? []) list.add(newEntry(entry));
  }

  registerDirectories(): void {
    // The world says which sub-lists there are.
  }

  nextDirectory(): number | undefined {
    return this.#due.shift();
  }
  end(): void {
    // Nothing was read ahead.
  }

  *fillSub(directory: number, list: Parameters<ports.ListSource['fillFirst']>[0]): Task {
    for (const entry of this.#world.subLists!.get(directory)!) list.add(newEntry(entry));
  }

  idNames(): [] {
    return [];
  }
}

function newEntry({ name, mode, sizeBytes = 0, xattrs }: MadeEntry) {
  const entry = { name, mode, sizeBytes, mtimeSec: 1700000000, mtimeNsec: 0, uid: 0, gid: 0, flags: 0 };
  return xattrs === undefined ? entry : { ...entry, xattrs };
}

/** Every file holds `abc`; its digest is zeros, which the made receiver does not look at. */
class MadeFiles implements ports.SourceFiles {
  readonly #context: SessionContext;

  constructor(context: SessionContext) {
    this.#context = context;
  }

  *send(entry: ports.Entry, item: Item, channel: Channel): Task<number> {
    const { protocol, negotiated, report } = this.#context;
    const digest = digestBytes(negotiated.transferChecksum);
    while (!channel.reader.trySumHead({ protocol, digestBytes: digest })) yield* channel.more();
    report.item(entry, item);
    const { writer } = channel;
    writer.item(protocol, item.ndx, item.iflags, item.basisType, item.xname);
    writer.sumHead(0, 0, 0, 0);
    writer.int(3);
    writer.latin1('abc');
    writer.int(0);
    writer.bytes(new Uint8Array(digest));
    return 0;
  }

  matchSummary(): string {
    return 'total: matches=0';
  }

  success(): void {
    throw new Error('nobody removes source files');
  }
}

class MadeGenerator implements ports.GeneratorFiles {
  readonly deleted: readonly [number, number, number, number, number];
  readonly #world: World;
  readonly #told: string[];

  constructor(world: World, told: string[]) {
    this.deleted = world.deleted ?? [0, 0, 0, 0, 0];
    this.#world = world;
    this.#told = told;
  }

  openRoot(): void {
    this.#told.push('root opened');
  }
  nextToVisit(_list: FileList, position: number): number {
    return position;
  }

  *visit(entry: ports.Entry, visit: ports.Visit, sink: ports.GeneratorSink): Task {
    const regular = (entry.list.mode(entry.row) & TYPE_MASK) === REGULAR;
    if (this.#world.tells !== undefined && regular) yield* sink.item(entry.ndx, this.#world.tells);
    if (!this.#world.wantsFiles || !regular || visit === 'early-directory') return;
    yield* sink.request(entry.ndx, visit === 'redo' ? 0 : ITEM_IS_NEW, 0x80, undefined);
    const { count, blockLength, s2Length, remainder } = EMPTY_SUM_HEAD;
    sink.channel.writer.sumHead(count, blockLength, s2Length, remainder);
  }

  openNothing(): void {}

  *begin(): Task {
    if (this.#world.begin !== undefined) yield* this.#world.begin();
  }

  *deleteIn(): Task {}

  *deleteLate(): Task {
    this.#told.push('late deletions');
  }

  *finished(entry: ports.Entry, success: boolean): Task {
    this.#told.push(`${success ? 'has' : 'lacks'} ${entry.list.name(entry.row)}`);
  }

  *touchUp(): Task {}

  forget(): void {
    // Nothing was kept.
  }
}

class MadeReceiver implements ports.ReceiverFiles {
  readonly #context: SessionContext;
  readonly #results: ports.ReceiveResult[];
  readonly #told: string[];

  constructor(context: SessionContext, world: World, told: string[]) {
    this.#context = context;
    this.#results = [...(world.results ?? [])];
    this.#told = told;
  }

  skip(): Task {
    throw new Error('nothing is skipped here');
  }

  *receive(entry: ports.Entry, item: Item, channel: Channel): Task<ports.ReceiveResult> {
    this.#context.report.item(entry, item);
    const { reader, core } = channel;
    const { protocol, negotiated } = this.#context;
    const digest = digestBytes(negotiated.transferChecksum);
    while (!reader.trySumHead({ protocol, digestBytes: digest })) yield* channel.more();
    let text = '';
    for (;;) {
      while (!reader.tryPlainToken()) yield* channel.more();
      if (reader.tokenKind === TOKEN_END) break;
      text += latin1Text(core.u8, reader.at, reader.length);
    }
    while (!reader.tryBytes(digest)) yield* channel.more();
    this.#told.push(`received ${entry.list.name(entry.row)}: ${text}`);
    return this.#results.shift() ?? 'good';
  }

  abandon(): void {
    this.#told.push('abandoned');
  }
}

/** Takes all that the session wants to say. */
export function taken(session: Session): Buffer {
  const chunks: Uint8Array[] = [];
  for (let chunk = session.channel.writer.take(); chunk; chunk = session.channel.writer.take())
    chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Puts bytes before the session without letting it work. */
export function put(session: Session, piece: Uint8Array): void {
  const { reader } = session.channel;
  reader.space().set(piece);
  reader.commit(piece.length);
}

/** What a real server says first to the default client: protocol 32, flags 0x1fe, seed 1. */
export const SERVER_HELLO = bytes('20000000 81fe 01000000');
/** What the default client says first. */
export const CLIENT_HELLO = bytes('20000000');

/** A list of one or more plain entries as a server or client of protocol 32 without incremental recursion reads it. */
export function listOf(entries: readonly MadeEntry[], changes: Partial<SessionConfig> = {}): Buffer {
  const { session } = made({ ...changes, side: 'sender' }, { entries });
  const hello = (changes.role ?? 'client') === 'client' ? SERVER_HELLO : CLIENT_HELLO;
  put(session, hello);
  session.run(1);
  const stream = taken(session);
  return stream.subarray((changes.role ?? 'client') === 'client' ? 4 : 10);
}
