// The receiver half of the receiving side: reads whatever the sender writes, in its order, and never waits for the
// generator half (docs/protocol/04-transfer.md §9, §14; 01-session.md §10, §11). Touches no disk: see ports.ts.
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { SessionContext } from './context.ts';
import type { LiveList } from './file-lists.ts';
import { readDeleteStatistics } from './delete-statistics.ts';
import { type Item, ITEM_LOCAL_CHANGE, ITEM_TRANSFER, ITEM_XNAME_FOLLOWS, itemRead } from './item.ts';
import { NDX_DEL_STATS, NDX_DONE, NDX_FLIST_EOF } from './ndx.ts';
import type { Entry, LaterFiles, ReceiverFiles, TargetXattrs } from './ports.ts';
import type { PlayedRequests, WantedEntry } from './played-requests.ts';
import type { ListTaker } from './receive-list.ts';
import type { ReceivingState } from './receiving-state.ts';
import { type Task, WAIT_TURN } from './wait.ts';
import { carriesXattrList, readXattrAnswer } from './xattr-lists.ts';

/** A name that the generator linked: its attributes are those of the other name. */
const LOCAL_LINK = ITEM_LOCAL_CHANGE | ITEM_XNAME_FOLLOWS;

/** Plays the receiver half after the first list was taken, to the sender's last byte that matters. */
export function* receiveAll(
  context: SessionContext,
  taker: ListTaker,
  files: ReceiverFiles,
  state: ReceivingState,
  xattrs?: TargetXattrs,
): Task {
  const role = new ReceiverRole(context, taker, files, state, xattrs);
  yield* role.run();
  if (context.config.role === 'client') yield* context.statistics.read(context.channel, context.protocol);
  if (context.protocol >= 31) yield* role.readFarewell();
  state.receiverDone = true;
}

class ReceiverRole {
  readonly #context: SessionContext;
  readonly #taker: ListTaker;
  readonly #files: ReceiverFiles;
  readonly #state: ReceivingState;
  readonly #xattrs: TargetXattrs | undefined;

  constructor(
    context: SessionContext,
    taker: ListTaker,
    files: ReceiverFiles,
    state: ReceivingState,
    xattrs: TargetXattrs | undefined,
  ) {
    this.#xattrs = xattrs;
    this.#context = context;
    this.#taker = taker;
    this.#files = files;
    this.#state = state;
  }

  *run(): Task {
    const { lists, maxPhase, report } = this.#context;
    report.debug?.('recv', 1, () => `recv_files(${lists.totalEntries}) starting`);
    while (this.#state.phasesDone <= maxPhase) {
      const ndx = yield* this.#readIndex();
      if (ndx === NDX_DONE) yield* this.#endOfListOrPhase();
      else if (ndx === NDX_FLIST_EOF && this.#context.lists.incremental) this.#context.lists.complete = true;
      else if (ndx < 0) yield* this.#taker.takeSub(this.#taker.directoryOf(ndx));
      else yield* this.#take(ndx);
    }
  }

  /** P ≥ 31: the sender's answer to the late-deletion NDX_DONE; counters may come first. */
  *readFarewell(): Task {
    const { channel } = this.#context;
    const ndx = yield* this.#readIndex();
    if (ndx !== NDX_DONE) {
      throw new ProtocolError(
        'ERR_GOODBYE',
        `Invalid packet at end of run (${ndx}) [${channel.role}]`,
        2,
        channel.reader.byteOffset,
      );
    }
    this.#state.phasesDone++;
  }

  /** The next index that is not a counter record or a keep-alive of protocol 29. */
  *#readIndex(): Task<number> {
    const { channel, lists, protocol, statistics } = this.#context;
    for (;;) {
      while (!channel.reader.tryItem(protocol)) yield* channel.more();
      const { value: ndx, iflags } = channel.reader;
      if (ndx === NDX_DONE) yield* this.#endPlayed();
      if (lists.isKeepAlive(protocol, ndx, iflags)) continue;
      if (ndx === NDX_DONE) this.#countDone();
      if (ndx !== NDX_DEL_STATS || protocol < 31) return ndx;
      statistics.deleted = yield* readDeleteStatistics(channel);
    }
  }

  /** A played batch does not wait for the generator half: its end of a list or a phase does. */
  *#endPlayed(): Task {
    const { lists } = this.#context;
    const state = this.#state;
    const { played } = state;
    if (played === undefined) return;
    const closing = lists.incremental && state.phasesDone === 0 ? lists.live[0] : undefined;
    const end = closing === undefined ? Infinity : closing.list.start + closing.list.count;
    if (state.phasesDone === 0) {
      yield () => (closing === undefined ? state.donesWritten > state.donesRead : played.walkedTo >= end);
      // A file that failed may come again after the end of the walk.
      if (closing !== undefined) this.#missed(played.endOf(end));
    } else this.#missed(played.endOf(end));
    yield () => state.donesWritten > state.donesRead;
  }

  #missed(missed: readonly WantedEntry[]): void {
    for (const { live, entry } of missed) this.#state.take(live, entry, 'failed');
  }

  /** A list that the generator half still walks must not be closed, nor a phase that it has not ended. */
  #countDone(): void {
    const { channel } = this.#context;
    if (++this.#state.donesRead <= this.#state.donesWritten) return;
    const text = `NDX_DONE without a request for it [${channel.role}]`;
    throw new ProtocolError('ERR_EARLY_DONE', text, 2, channel.reader.byteOffset);
  }

  *#endOfListOrPhase(): Task {
    const { lists, maxPhase, report } = this.#context;
    if (lists.currentEnd !== undefined) report.listEnded?.(lists.currentEnd);
    if (lists.incremental && this.#state.phasesDone === 0) {
      lists.dropOldest();
      if (lists.live.length > 0) return;
    }
    const { later } = this.#files;
    if (later !== undefined && later.pending > 0) yield () => later.pending === 0;
    if (this.#state.phasesDone === 1) this.#endOfTransfers();
    this.#state.phasesDone++;
    const phase = this.#state.phasesDone;
    const isLast = phase > maxPhase;
    report.debug?.('recv', 1, () => (isLast ? 'recv_files finished' : `recv_files phase=${phase}`));
  }

  #endOfTransfers(): void {
    this.#files.endOfTransfers?.((entry, result) => {
      const found = this.#context.lists.find(entry.ndx);
      if (found !== undefined) this.#state.take(found.live, entry, result);
    });
  }

  *#take(ndx: number): Task {
    const { channel, config, lists, report, statistics } = this.#context;
    const { reader } = channel;
    const item = itemRead(reader, ndx, this.#context.protocol);
    const { live, entry, isListDirectory } = lists.require(ndx, channel.role, reader.byteOffset);
    statistics.countItem(entry, item.iflags);
    report.debug?.('recv', 1, () => `recv_files(${entry.list.name(entry.row)})`);
    const carries = this.#xattrs !== undefined && carriesXattrList(this.#context, item.iflags);
    if (carries) yield* readXattrAnswer(this.#context, entry);
    if (!(item.iflags & ITEM_TRANSFER)) {
      report.item(entry, item);
      if (carries && (item.iflags & LOCAL_LINK) !== LOCAL_LINK) this.#xattrs?.applyLate(entry);
      return;
    }
    if (isListDirectory || !entry.list.isRegular(entry.row)) {
      const text = `received request to transfer non-regular file: ${ndx} [${channel.role}]`;
      throw new ProtocolError('ERR_NOT_REGULAR', text, 2, reader.byteOffset);
    }
    if (this.#state.phasesDone === 2) {
      const text = `got transfer request in phase 2 [${channel.role}]`;
      throw new ProtocolError('ERR_LATE_REQUEST', text, 2, reader.byteOffset);
    }
    if (this.#state.played !== undefined) {
      yield* this.#takePlayed(this.#state.played, { live, entry }, item);
      return;
    }
    if (config.dryRun || config.batchOnly) report.item(entry, item);
    if (config.dryRun) return;
    if (config.batchOnly) {
      // A client records what comes; a server is sent nothing.
      if (config.role === 'client') yield* this.#files.skip(entry, item, channel);
      live.takeRequest(entry.row);
      this.#recorded(live, entry);
      return;
    }
    if (!live.takeRequest(entry.row)) {
      const text = `rsync: refusing a file that was not asked for: ${ndx} [${channel.role}]`;
      throw new ProtocolError('ERR_NOT_REQUESTED', text, 2, reader.byteOffset);
    }
    const redo = live.isMarked(entry.row);
    const result = yield* this.#files.receive(entry, item, channel, redo);
    if (result !== 'pending' && result !== 'delayed') this.#state.take(live, entry, result);
    yield WAIT_TURN;
  }

  /** A record of a batch: for a file that is wanted, or to be passed over. */
  *#takePlayed(played: PlayedRequests, wanted: WantedEntry, item: Item): Task {
    const { channel, config, report } = this.#context;
    const { live, entry } = wanted;
    const isSecond = played.isSecond(entry.ndx);
    if (!isSecond) yield () => played.walkedTo >= entry.ndx;
    const { isWanted, missed } = played.take(entry.ndx);
    this.#missed(missed);
    if (!isWanted) {
      const again = this.#state.phasesDone > 0 ? 'resend of ' : '';
      report.message('info', `(Skipping batched update for ${again}"${entry.list.name(entry.row)}")`);
      yield* this.#files.skip(entry, item, channel);
      return;
    }
    if (config.batchOnly) {
      report.item(entry, item);
      yield* this.#files.skip(entry, item, channel);
      this.#recorded(live, entry);
      return;
    }
    const result = yield* this.#files.receive(entry, item, channel, isSecond);
    if (result === 'redo') played.mayComeAgain(wanted);
    else if (result !== 'pending') this.#state.take(live, entry, result);
    yield WAIT_TURN;
  }

  /** What is for a batch alone ends nowhere. Only incremental lists hear of it, and with them links to it (§3.15). */
  #recorded(live: LiveList, entry: Entry): void {
    if (this.#context.lists.incremental) this.#state.take(live, entry, 'good');
  }
}

/** Takes what has become of files that were put in place meanwhile. True: something has. */
export function settleFiles(context: SessionContext, files: LaterFiles, state: ReceivingState): boolean {
  let any = false;
  files.settle((entry, result) => {
    any = true;
    const found = context.lists.find(entry.ndx);
    if (found !== undefined) state.take(found.live, entry, result);
  });
  return any;
}
