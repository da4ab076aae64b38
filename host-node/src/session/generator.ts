// The generator half of the receiving side: walks the lists, asks the sender, closes lists, ends the phases
// (docs/protocol/04-transfer.md §3.2, §13, §14; 01-session.md §10). Decides nothing about files: see ports.ts.
import { ndxAt } from '@ocrsync/core/file-list-numbers';
import type { FileList } from '@ocrsync/core/file-list';
import type { SessionContext } from './context.ts';
import { writeDeleteStatistics } from './delete-statistics.ts';
import type { LiveList } from './file-lists.ts';
import {
  BASIS_FNAME,
  ITEM_BASIS_TYPE_FOLLOWS,
  ITEM_SIGNIFICANT,
  ITEM_TRANSFER,
  ITEM_XNAME_FOLLOWS,
} from './item.ts';
import { intPayload, MSG_SUCCESS } from './messages.ts';
import { NDX_DONE } from './ndx.ts';
import type { Entry, GeneratorFiles, GeneratorSink, TargetXattrs } from './ports.ts';
import { InFlight } from './in-flight.ts';
import type { ReceivingState } from './receiving-state.ts';
import { type Task, WAIT_PEER_TASK, WAIT_TURN } from './wait.ts';
import { carriesXattrList, writeXattrRequest } from './xattr-lists.ts';

/** With hard links the generator lets so many entries arrive before it begins (03 §14.5). */
const HARD_LINK_LOOKAHEAD = 500;

/** With -H a walk does not listen to the receiver half before so many have come, or it must wait: as upstream's. */
const MANY_OUTCOMES = 1000;

/** Plays the generator half to its goodbye. */
export function* generateAll(
  context: SessionContext,
  files: GeneratorFiles,
  state: ReceivingState,
  xattrs?: TargetXattrs,
): Task {
  const role = new GeneratorRole(context, files, state, xattrs);
  yield* role.run();
}

class GeneratorRole implements GeneratorSink {
  readonly #context: SessionContext;
  readonly #files: GeneratorFiles;
  readonly #state: ReceivingState;
  readonly #xattrs: TargetXattrs | undefined;
  readonly #redo: Entry[] = [];
  #askedAgain = false;
  readonly #inFlight: InFlight;
  /** The sender has been told that no more files will be asked for. */
  #requestsClosed = false;
  #current: LiveList | undefined;
  /** io_error bits of lists that had come before the walk began. */
  #ioErrorAhead = 0;

  constructor(
    context: SessionContext,
    files: GeneratorFiles,
    state: ReceivingState,
    xattrs: TargetXattrs | undefined,
  ) {
    this.#xattrs = xattrs;
    this.#context = context;
    this.#files = files;
    this.#state = state;
    this.#inFlight = new InFlight(state, (ndx) => this.success(ndx, true));
  }

  get channel(): SessionContext['channel'] {
    return this.#context.channel;
  }

  *run(): Task {
    const { lists } = this.#context;
    const { config } = this.#context;
    if (!config.listOnly) yield* this.#files.begin(lists.incremental ? undefined : lists.live[0]?.list);
    if (lists.incremental) yield* this.#walkLists();
    else yield* this.#walkWhole();
    this.#tellPhase('phase=1');
    yield* this.#waitForPhase(1);
    this.#tellPhase('phase=2');
    this.#done();
    this.#requestsClosed = true;
    // Links to a file that was asked for again are told before the sender goes to its goodbye, where it takes no records.
    if (this.#askedAgain && this.#context.config.list.hardLinks) yield* this.#waitForPhase(2);
    yield* this.#endPhases();
    yield* this.#touchUpAll();
    yield* this.#waitUntil(() => this.#state.receiverDone);
    this.#done();
    this.#tellPhase('finished');
  }

  #tellPhase(what: string): void {
    this.#context.report.debug?.('genr', 1, () => `generate_files ${what}`);
  }

  /** From the end of the requests to the sender's last answer (§14.1, steps 4 to 9). */
  *#endPhases(): Task {
    const { config, lists, maxPhase, protocol } = this.#context;
    const late = config.deletesLate !== 'no';
    const delays = config.delaysUpdates;
    if (protocol >= 29 && !delays) this.#done();
    if (!late) this.#endDeletion(!delays);
    yield* this.#waitForPhase(2);
    if (protocol >= 29 && delays) this.#done();
    if (protocol >= 31 && delays && !late) this.#done();
    yield* this.#waitForPhase(maxPhase + 1);
    if (protocol >= 29) this.#tellPhase('phase=3');
    if (!config.listOnly) yield* this.#files.deleteLate(lists.incremental ? undefined : lists.live[0]?.list);
    if (late) this.#endDeletion(true);
    if (protocol >= 31) yield* this.#waitForPhase(4);
    else yield* this.#waitUntil(() => this.#state.receiverDone);
  }

  /** Directories that were not touched up when their list was closed. */
  *#touchUpAll(): Task {
    const { config, lists } = this.#context;
    if (config.dryRun) return;
    if (!lists.incremental) {
      for (const live of lists.live) yield* this.#files.touchUp(live.list, undefined);
    } else if (config.deletesLate !== 'no') {
      const { directories } = lists;
      for (let number = directories.count - 1; number >= 0; number--) {
        if (!directories.isActive(number)) continue;
        yield* this.#files.touchUp(directories, lists.directoryEntry(number, -1));
      }
    }
  }

  // ---- the walk ----------------------------------------------------------------------------------------------------

  *#walkWhole(): Task {
    const live = this.#context.lists.live[0];
    if (live !== undefined) {
      const { list } = live;
      for (let at = this.#due(list, 0); at < list.count; at = this.#due(list, at + 1)) {
        const entry = { list, row: list.rowAt(at), ndx: ndxAt(list, at) };
        if (!list.isActive(entry.row)) continue;
        this.#walked(entry.ndx - 1);
        yield* this.#visit(entry, 'full');
        // Names that old protocols carry as messages overtake all requests but that of the list's first entry (observed).
        if (at === 0 && this.#context.protocol < 29) yield* this.channel.flushed();
        if (list.isDirectory(entry.row)) yield* this.#deleteIn(entry, live);
      }
      this.#walked(list.start + list.count);
    }
    this.#done();
  }

  *#walkLists(): Task {
    const { config, lists } = this.#context;
    this.#current = lists.live[0];
    if (config.list.hardLinks) {
      yield* this.#waitUntil(() => lists.complete || lists.totalEntries >= HARD_LINK_LOOKAHEAD);
      for (const live of lists.live) this.#ioErrorAhead |= live.ioError;
    }
    for (let live: LiveList | undefined = lists.live[0]; live !== undefined; live = yield* this.#next(live)) {
      this.#current = live;
      yield* this.#walkList(live);
    }
    this.#current = undefined;
    yield* this.#waitUntil(() => this.#unclosed() === undefined);
  }

  *#walkList(live: LiveList): Task {
    const { list } = live;
    if (live.directory !== undefined) {
      const directory = this.#context.lists.directoryEntry(live.directory, list.start - 1);
      if (directory.list.isActive(directory.row)) {
        yield* this.#visit(directory, 'full');
        yield* this.#deleteIn(directory, live);
      }
    }
    for (let at = this.#due(list, 0); at < list.count; at = this.#due(list, at + 1)) {
      const row = list.rowAt(at);
      if (!list.isActive(row)) continue;
      const entry = { list, row, ndx: ndxAt(list, at) };
      this.#walked(entry.ndx - 1);
      yield* this.#visit(entry, list.isDirectory(row) ? 'early-directory' : 'full');
      const many = this.#context.config.list.hardLinks ? MANY_OUTCOMES : 1;
      if (this.#state.outcomes.length >= many) this.#inFlight.hear();
      if (this.#inFlight.heard.length > 0 || this.#canCloseOne()) yield* this.#act();
    }
    this.#walked(list.start + list.count);
  }

  #walked(ndx: number): void {
    const { played } = this.#state;
    if (played !== undefined) played.walkedTo = ndx;
  }

  /** The list after this one; waits for it while the sender has not said that there is none. */
  *#next(live: LiveList): Task<LiveList | undefined> {
    const { lists } = this.#context;
    for (;;) {
      const index = lists.live.indexOf(live);
      const next = lists.live[index + 1];
      if (next !== undefined) return next;
      if (lists.complete) return undefined;
      yield* this.#settle();
      yield WAIT_PEER_TASK;
    }
  }

  /** The next position with something to do. */
  #due(list: FileList, position: number): number {
    return this.#context.config.listOnly ? position : this.#files.nextToVisit(list, position);
  }

  *#visit(entry: Entry, how: 'full' | 'early-directory'): Task {
    const { config, report } = this.#context;
    if (config.listOnly) {
      if (how === 'full') report.listed(entry);
      return;
    }
    report.debug?.('genr', 1, () => `recv_generator(${entry.list.name(entry.row)},${entry.ndx})`);
    yield* this.channel.room();
    yield* this.#files.visit(entry, how, this);
  }

  *#deleteIn(directory: Entry, contents: LiveList): Task {
    const { config, ioError, protocol } = this.#context;
    if (config.listOnly) return;
    // Protocol 30 tells errors beside the lists.
    const known = protocol === 30 ? ioError : contents.ioError | this.#ioErrorAhead;
    yield* this.#files.deleteIn(directory, contents.list, known);
  }

  // ---- what the receiver reports, and closing lists (§14.3) ----------------------------------------------------------

  *#settle(): Task {
    do {
      this.#inFlight.hear();
      yield* this.#act();
    } while (this.#state.outcomes.length > 0);
  }

  *#act(): Task {
    const { heard } = this.#inFlight;
    for (let outcome = heard.shift(); outcome !== undefined; outcome = heard.shift()) {
      const { entry, result } = outcome;
      const live = this.#liveOf(entry);
      if (live === undefined) continue;
      live.inProgress--;
      if (result === 'redo') {
        live.toRedo++;
        this.#redo.push(entry);
        continue;
      }
      // A hard link that could be asked for instead of a failed one comes too late then.
      if (result === 'good' || !this.#requestsClosed) {
        yield* this.#files.finished(entry, result === 'good', this);
      }
    }
    yield* this.#closeLists();
  }

  *#redoAll(): Task {
    for (let entry = this.#redo.shift(); entry !== undefined; entry = this.#redo.shift()) {
      this.#askedAgain = true;
      yield* this.channel.room();
      yield* this.#files.visit(entry, 'redo', this);
      const live = this.#liveOf(entry);
      if (live !== undefined) live.toRedo--;
    }
  }

  *#closeLists(): Task {
    const { config, lists } = this.#context;
    if (!lists.incremental) return;
    for (let live = this.#unclosed(); live !== undefined; live = this.#unclosed()) {
      if (this.#state.outcomes.length > 0) return;
      if (live === this.#current || live.inProgress > 0 || live.toRedo > 0) return;
      if (this.#current === undefined && !lists.complete) return;
      live.closed = true;
      this.#done();
      if (!config.dryRun && !config.listOnly && config.deletesLate === 'no') {
        const own =
          live.directory === undefined
            ? undefined
            : lists.directoryEntry(live.directory, live.list.start - 1);
        yield* this.#files.touchUp(live.list, own);
      }
      this.#files.forget(live.list);
    }
  }

  /** Asked for every file: does closing lists have anything to do while one is walked? */
  #canCloseOne(): boolean {
    if (!this.#context.lists.incremental) return false;
    const live = this.#unclosed();
    return live !== undefined && live !== this.#current && live.inProgress === 0 && live.toRedo === 0;
  }

  #unclosed(): LiveList | undefined {
    return this.#context.lists.live.find((live) => !live.closed);
  }

  #liveOf(entry: Entry): LiveList | undefined {
    return this.#context.lists.find(entry.ndx)?.live;
  }

  *#waitForPhase(phase: number): Task {
    yield* this.#waitUntil(() => this.#state.phasesDone >= phase && this.#state.isSettled);
  }

  *#waitUntil(condition: () => boolean): Task {
    for (;;) {
      yield* this.#settle();
      yield* this.#redoAll();
      if (condition()) return;
      yield WAIT_PEER_TASK;
    }
  }

  #done(): void {
    this.#state.donesWritten++;
    this.channel.writer.ndx(this.#context.protocol, NDX_DONE);
  }

  /** The counters, if they are wanted, and the NDX_DONE that ends the deletions. */
  #endDeletion(done: boolean): void {
    const { config, protocol, statistics } = this.#context;
    const [regular, directory, symlink, device, special] = this.#files.deleted;
    statistics.deleted = { regular, directory, symlink, device, special };
    if (protocol < 31) return;
    if (config.statsWanted && config.deletes) {
      writeDeleteStatistics(this.channel, protocol, statistics.deleted);
    }
    if (done) this.#done();
  }

  // ---- GeneratorSink -------------------------------------------------------------------------------------------------

  *item(ndx: number, iflags: number, xname?: string): Task {
    const { config, protocol } = this.#context;
    if (protocol < 29) return;
    const worth = (iflags & ITEM_SIGNIFICANT) !== 0 || config.reportUnchanged || (xname ?? '') !== '';
    if (!worth) return;
    const flags = xname === undefined ? iflags : iflags | ITEM_XNAME_FOLLOWS;
    this.channel.writer.item(protocol, ndx, flags, undefined, xname);
    this.#askForXattrs(ndx, flags);
    yield* this.channel.room();
  }

  *request(ndx: number, iflags: number, basisType: number, xname: string | undefined): Task {
    yield* this.#limitInFlight();
    const found = this.#context.lists.find(ndx);
    // A dry run waits for no answer (observed: 3.4.1 closes its lists at once).
    if (found !== undefined && !this.#context.config.dryRun) {
      found.live.inProgress++;
      this.#inFlight.asked(found.entry);
      found.live.request(found.entry.row);
      this.#state.played?.asked(found);
    }
    let flags = iflags | ITEM_TRANSFER;
    if (basisType !== BASIS_FNAME) flags |= ITEM_BASIS_TYPE_FOLLOWS;
    if (xname !== undefined) flags |= ITEM_XNAME_FOLLOWS;
    yield* this.channel.room();
    this.channel.writer.item(
      this.#context.protocol,
      ndx,
      flags,
      basisType === BASIS_FNAME ? undefined : basisType,
      xname,
    );
    this.#askForXattrs(ndx, flags);
    yield WAIT_TURN;
  }

  /** Sources that are to be removed are not far ahead of what has arrived (§15). What is delayed arrives at the end only. */
  *#limitInFlight(): Task {
    const { batchOnly, delaysUpdates, dryRun, removeSourceFiles } = this.#context.config;
    if (!removeSourceFiles || delaysUpdates || dryRun || batchOnly) return;
    yield* this.#inFlight.limit();
  }

  #askForXattrs(ndx: number, iflags: number): void {
    if (this.#xattrs === undefined || !carriesXattrList(this.#context, iflags)) return;
    const entry = this.#context.lists.find(ndx)?.entry;
    writeXattrRequest(this.channel, entry === undefined ? [] : this.#xattrs.wanted(entry));
  }

  waiting(ndx: number): void {
    const live = this.#context.lists.find(ndx)?.live;
    if (live !== undefined) live.inProgress++;
  }

  settled(ndx: number): void {
    const live = this.#context.lists.find(ndx)?.live;
    if (live !== undefined) live.inProgress--;
  }

  success(ndx: number, asSent = false): void {
    const { batchOnly, dryRun, removeSourceFiles, removesUnsent } = this.#context.config;
    if (!removeSourceFiles || dryRun || batchOnly || (!asSent && !removesUnsent)) return;
    this.channel.writer.message(MSG_SUCCESS, intPayload(ndx));
  }
}
