// The receiver half of the receiving side: reads whatever the sender writes, in its order, and never waits for the
// generator half (docs/protocol/04-transfer.md §9, §14; 01-session.md §10, §11). Touches no disk: see ports.ts.
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { SessionContext } from './context.ts';
import { readDeleteStatistics } from './delete-statistics.ts';
import { ITEM_LOCAL_CHANGE, ITEM_TRANSFER, ITEM_XNAME_FOLLOWS, itemRead } from './item.ts';
import { NDX_DEL_STATS, NDX_DONE, NDX_FLIST_EOF } from './ndx.ts';
import type { LaterFiles, ReceiverFiles, TargetXattrs } from './ports.ts';
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
    const { maxPhase } = this.#context;
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
      if (lists.isKeepAlive(protocol, ndx, iflags)) continue;
      if (ndx === NDX_DONE) this.#countDone();
      if (ndx !== NDX_DEL_STATS || protocol < 31) return ndx;
      statistics.deleted = yield* readDeleteStatistics(channel);
    }
  }

  /** A list that the generator half still walks must not be closed, nor a phase that it has not ended. */
  #countDone(): void {
    const { channel } = this.#context;
    if (++this.#state.donesRead <= this.#state.donesWritten) return;
    const text = `NDX_DONE without a request for it [${channel.role}]`;
    throw new ProtocolError('ERR_EARLY_DONE', text, 2, channel.reader.byteOffset);
  }

  *#endOfListOrPhase(): Task {
    const { lists } = this.#context;
    if (lists.incremental && this.#state.phasesDone === 0) {
      lists.dropOldest();
      if (lists.live.length > 0) return;
    }
    const { later } = this.#files;
    if (later !== undefined && later.pending > 0) yield () => later.pending === 0;
    this.#state.phasesDone++;
  }

  *#take(ndx: number): Task {
    const { channel, config, lists, report, statistics } = this.#context;
    const { reader } = channel;
    const item = itemRead(reader, ndx, this.#context.protocol);
    const { live, entry, isListDirectory } = lists.require(ndx, channel.role, reader.byteOffset);
    statistics.countItem(entry, item.iflags);
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
    report.item(entry, item);
    if (config.dryRun) return;
    if (!live.takeRequest(entry.row)) {
      const text = `rsync: refusing a file that was not asked for: ${ndx} [${channel.role}]`;
      throw new ProtocolError('ERR_NOT_REQUESTED', text, 2, reader.byteOffset);
    }
    const redo = live.isMarked(entry.row);
    const result = yield* this.#files.receive(entry, item, channel, redo);
    if (result !== 'pending') this.#state.take(live, entry, result);
    yield WAIT_TURN;
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
