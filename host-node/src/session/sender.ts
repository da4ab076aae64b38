// The sender's walk through the transfer phase: one record in, the same record out, file data where it is wanted
// (docs/protocol/04-transfer.md §5, §14; 01-session.md §10). Touches no disk: see ports.ts.
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { SessionContext } from './context.ts';
import { readDeleteStatistics, writeDeleteStatistics } from './delete-statistics.ts';
import { ITEM_TRANSFER, type Item, itemRead } from './item.ts';
import { NDX_DEL_STATS, NDX_DONE } from './ndx.ts';
import type { Entry, ListSource, SourceBlocks, SourceFiles } from './ports.ts';
import { ListSender } from './send-list.ts';
import { type Task, WAIT_TURN } from './wait.ts';
import { carriesXattrList, readXattrRequest, writeXattrAnswer } from './xattr-lists.ts';

/** Plays the sender from its first list to its last byte. */
export function* sendAll(
  context: SessionContext,
  source: ListSource,
  files: SourceFiles,
  blocks?: SourceBlocks,
): Task {
  try {
    const listSender = new ListSender(context, source, blocks);
    const count = yield* listSender.sendFirst();
    context.report.listDone(context.lists.totalEntries);
    if (count === 0 && context.config.role === 'server') return;
    context.report.debug?.('send', 1, () => 'send_files starting');
    const role = new SenderRole(context, listSender, files, blocks);
    yield* role.run();
    if (context.config.matchSummary) context.report.message('info', files.matchSummary());
    listSender.sendLateIoError();
    yield* goodbye(context);
  } finally {
    source.end();
  }
}

class SenderRole {
  readonly #context: SessionContext;
  readonly #lists: ListSender;
  readonly #files: SourceFiles;
  readonly #blocks: SourceBlocks | undefined;
  #phase = 0;
  #currentNdx = -1;

  constructor(
    context: SessionContext,
    lists: ListSender,
    files: SourceFiles,
    blocks: SourceBlocks | undefined,
  ) {
    this.#blocks = blocks;
    this.#context = context;
    this.#lists = lists;
    this.#files = files;
  }

  *run(): Task {
    const { channel, protocol } = this.#context;
    for (;;) {
      if (!this.#context.lists.complete) yield* this.#lists.sendAhead(this.#currentNdx);
      if (channel.isFull) yield* channel.room();
      while (!channel.reader.tryItem(protocol)) yield* channel.more();
      const { value: ndx } = channel.reader;
      if (isKeepAlive(this.#context, ndx)) channel.keepAlive();
      else if (ndx >= 0) yield* this.#answer(ndx);
      else if (ndx === NDX_DONE) {
        if (this.#endOfPhase()) return;
      } else if (ndx === NDX_DEL_STATS && protocol >= 31) yield* takeDeleteStatistics(this.#context);
      else throw invalidIndex(this.#context, ndx);
    }
  }

  /** True when the loop is over. */
  #endOfPhase(): boolean {
    const { channel, lists, maxPhase, protocol, report } = this.#context;
    if (lists.currentEnd !== undefined) report.listEnded?.(lists.currentEnd);
    if (lists.incremental && lists.dropOldest() !== undefined && lists.live.length > 0) {
      channel.writer.ndx(protocol, NDX_DONE);
      return false;
    }
    this.#phase++;
    const phase = this.#phase;
    report.debug?.('send', 1, () => (phase > maxPhase ? 'send files finished' : `send_files phase=${phase}`));
    if (phase > maxPhase) return true;
    channel.writer.ndx(protocol, NDX_DONE);
    return false;
  }

  *#withXattrs(entry: Entry, item: Item, blocks: SourceBlocks): Task<Item> {
    if (!carriesXattrList(this.#context, item.iflags)) return item;
    return { ...item, xattrs: yield* readXattrRequest(this.#context, entry, blocks) };
  }

  *#answer(ndx: number): Task {
    const { channel, lists, report, statistics, config } = this.#context;
    const { reader } = channel;
    const head = itemRead(reader, ndx, this.#context.protocol);
    const { live, entry, isListDirectory } = lists.require(ndx, channel.role, reader.byteOffset);
    this.#currentNdx = ndx;
    report.debug?.('chdir', 1, () => {
      this.#files.entered?.(entry);
      return [];
    });
    report.debug?.('send', 1, () => `send_files(${ndx}, ${this.#files.shownName?.(entry) ?? ''})`);
    const item = this.#blocks === undefined ? head : yield* this.#withXattrs(entry, head, this.#blocks);
    if (!(item.iflags & ITEM_TRANSFER)) {
      statistics.countItem(entry, item.iflags);
      report.item(entry, item);
      echo(this.#context, item);
      yield* answerXattrs(this.#context, entry, item, this.#blocks);
      return;
    }
    if (isListDirectory || !entry.list.isRegular(entry.row)) {
      const text = `received request to transfer non-regular file: ${ndx} [${channel.role}]`;
      throw new ProtocolError('ERR_NOT_REGULAR', text, 2, reader.byteOffset);
    }
    if (this.#phase === 2) {
      const text = `got transfer request in phase 2 [${channel.role}]`;
      throw new ProtocolError('ERR_LATE_REQUEST', text, 2, reader.byteOffset);
    }
    const redo = live.isMarked(entry.row);
    statistics.countItem(entry, item.iflags);
    if (config.dryRun) {
      report.item(entry, item);
      echo(this.#context, item);
      return;
    }
    this.#context.ioError |= yield* this.#files.send(entry, item, channel, redo);
    live.mark(entry.row);
    yield WAIT_TURN;
  }
}

/** What of a record stands behind its head: the values that were asked for. */
export function* answerXattrs(
  context: SessionContext,
  entry: Entry,
  { xattrs }: Item,
  blocks: SourceBlocks | undefined,
): Task {
  if (xattrs !== undefined && blocks !== undefined) yield* writeXattrAnswer(context, entry, xattrs, blocks);
}

/** Writes a record as it came. */
export function echo(context: Pick<SessionContext, 'channel' | 'protocol'>, item: Item): void {
  context.channel.writer.item(context.protocol, item.ndx, item.iflags, item.basisType, item.xname);
}

function isKeepAlive({ channel, lists, protocol }: SessionContext, ndx: number): boolean {
  return lists.isKeepAlive(protocol, ndx, channel.reader.iflags);
}

function invalidIndex(context: SessionContext, ndx: number): ProtocolError {
  const { channel, lists } = context;
  const text = `Invalid file index: ${ndx} (${lists.range()}) [${channel.role}]`;
  return new ProtocolError('ERR_FILE_INDEX', text, 2, channel.reader.byteOffset);
}

function* takeDeleteStatistics(context: SessionContext): Task {
  context.statistics.deleted = yield* readDeleteStatistics(context.channel);
  if (context.config.role === 'server') {
    writeDeleteStatistics(context.channel, context.protocol, context.statistics.deleted);
  }
}

/** The sender's end: final NDX_DONE, statistics of a server, then what 01 §10.3 says. */
function* goodbye(context: SessionContext): Task {
  const { channel, config, protocol, statistics } = context;
  channel.writer.ndx(protocol, NDX_DONE);
  statistics.readBytes = channel.reader.rawBytesTaken - context.handshakeReadBytes;
  const written = channel.writer.rawBytesMade - context.handshakeWrittenBytes;
  statistics.writtenBytes = written + statistics.bypassedBytes;
  if (config.role === 'server') statistics.write(channel, protocol);
  else context.recorder?.statistics(context);
  yield* readDone(context);
  if (protocol < 31) return;
  channel.writer.ndx(protocol, NDX_DONE);
  yield* readDone(context);
}

function* readDone(context: SessionContext): Task {
  const { channel, protocol } = context;
  for (;;) {
    while (!channel.reader.tryItem(protocol)) yield* channel.more();
    const { value: ndx } = channel.reader;
    if (ndx === NDX_DONE) return;
    if (isKeepAlive(context, ndx)) continue;
    if (ndx === NDX_DEL_STATS && protocol >= 31) {
      yield* takeDeleteStatistics(context);
      continue;
    }
    throw new ProtocolError(
      'ERR_GOODBYE',
      `Invalid packet at end of run (${ndx}) [${channel.role}]`,
      2,
      channel.reader.byteOffset,
    );
  }
}
