// The client's report: what the roles tell becomes typed events (report/events.ts), in the order in which it happens.
import type { EventSink, Severity } from '../report/events.ts';
import { type DebugVoice, debugVoice } from '../session/debug.ts';
import { type Item, ITEM_LOCAL_CHANGE, ITEM_TRANSFER } from '../session/item.ts';
import type { DebugLevels } from '../options/debug-flags.ts';
import * as messages from '../session/messages.ts';
import type { Negotiated } from '../session/negotiated.ts';
import type { Entry, ProgressPlace, SessionReport, WireShare } from '../session/ports.ts';
import type { Statistics } from '../session/statistics.ts';
import { digestText, entryDigest } from './digest-text.ts';
import { entryInfo } from './entry-info.ts';
import type { LocalData } from './local-data.ts';

/** The growth of a list is told at this distance. */
const GROWTH = 100;

export interface ClientReportOptions {
  readonly sink: EventSink;
  readonly side: 'sender' | 'receiver';
  readonly local: boolean;
  readonly preserveOwner: boolean;
  readonly preserveGroup: boolean;
  /** --checksum: the list has digests. */
  readonly checksum?: boolean;
  /** Sums of transferred data are told. */
  readonly digests?: boolean;
  /** Absent: nothing of --debug. */
  readonly debug?: DebugLevels;
  nowMs(): number;
  /** With the directory of the source argument, for %f; undefined on a receiver. */
  longName?(entry: Entry): string;
}

/** An item, and what its events say of the entry; undefined where nobody listens to them. */
interface Told {
  readonly item: Item;
  readonly info: ReturnType<typeof entryInfo> | undefined;
  /** --checksum: what the list says. */
  readonly digestHex: string | undefined;
}

export class ClientReport implements SessionReport {
  readonly #options: ClientReportOptions;
  readonly #sink: EventSink;
  readonly #tellsChanges: boolean;
  readonly #tellsProgress: boolean;
  #negotiated: Negotiated | undefined;
  #last: Told | undefined;
  #doneBytes = 0;
  #grownTo = -GROWTH;
  /** A whole list that is being built: whatever is told meanwhile comes behind its count. */
  #growing: { readonly count: number } | undefined;
  /** Set by whoever made the session, once it has a context. */
  statistics: Statistics | undefined;
  /** Of a local copy: while files are under way, what follows them waits for its place in the order. */
  localData: LocalData | undefined;
  #later: Told[] = [];
  /** Positions in the lists, for `to-chk=`; known once the session has lists. */
  positionOf: (entry: Entry) => ProgressPlace = () => ({ position: 0, total: 0, complete: true });
  transferErrors = false;
  readonly debug: DebugVoice | undefined;
  readonly decided: SessionReport['decided'];

  constructor(options: ClientReportOptions) {
    this.#options = options;
    this.#sink = options.sink;
    this.decided = decisionsTo(options.sink);
    this.debug = options.debug && debugVoice(options.debug, (text) => this.message('info', text));
    this.#tellsChanges = options.sink.ignores?.includes('change') !== true;
    this.#tellsProgress = options.sink.ignores?.includes('progress') !== true;
  }

  negotiated(negotiated: Negotiated): void {
    this.#negotiated = negotiated;
    this.#sink.event({
      type: 'negotiated',
      protocol: negotiated.protocol,
      incremental: negotiated.incremental,
      symlinkTimes: negotiated.symlinkTimes,
      checksum: negotiated.transferChecksumName,
      compression: negotiated.compression,
    });
    this.#fileList('start', 0);
  }

  listGrows(list: { readonly count: number }): void {
    this.#growing = list;
  }

  /** A sender counts what is there when one more comes, a receiver what has come (observed). */
  listGrown(entries: number): void {
    if (entries === 0) return;
    const counted = this.#options.side === 'sender' ? entries - 1 : entries;
    for (; this.#grownTo + GROWTH <= counted; this.#grownTo += GROWTH) {
      this.#fileList('progress', this.#grownTo + GROWTH);
    }
  }

  listDone(totalEntries: number): void {
    this.#growing = undefined;
    this.#fileList('done', totalEntries);
  }

  listed(entry: Entry): void {
    this.#sink.event({ type: 'listed', entry: this.#info(entry) });
  }

  item(entry: Entry, item: Item): void {
    // Now: when it is told later, the entry's list may be gone.
    const told = this.#tellsChanges
      ? { item, info: this.#info(entry), digestHex: this.#listed(entry) }
      : { item, info: undefined, digestHex: undefined };
    if (this.#tellsChanges && this.#hasUnsettled()) this.#later.push(told);
    else this.#tell(told);
  }

  #hasUnsettled(): boolean {
    return (this.localData?.unsettled ?? 0) > 0;
  }

  #tell(told: Told): void {
    this.#last = told;
    this.#change('before', told);
    if (!(told.item.iflags & ITEM_TRANSFER)) this.#change('after', told);
  }

  progress(entry: Entry, doneBytes: number): void {
    this.#progress(entry, doneBytes, false);
  }

  listEnded({ position, total, complete }: ProgressPlace): void {
    this.#sink.event({
      type: 'list-progress',
      transferred: this.statistics?.transferredFiles ?? 0,
      position,
      total,
      listComplete: complete,
      totalBytesDone: this.statistics?.transferredBytes ?? 0,
      totalBytes: this.statistics?.totalBytes ?? 0,
      nowMs: this.#options.nowMs(),
    });
  }

  transferred(entry: Entry, literalBytes: number, matchedBytes: number, wire?: WireShare): void {
    this.#doneBytes += entry.list.sizeBytes(entry.row);
    // Files that could not be sent count as well.
    if (!this.#hasUnsettled()) this.#doneBytes = this.statistics?.transferredBytes ?? this.#doneBytes;
    this.#progress(entry, literalBytes + matchedBytes, true);
    if (this.#last?.item.ndx === entry.ndx) this.#change('after', this.#last, wire);
    if (this.#later.length > 0) this.#catchUp();
  }

  /** Tells what has waited, up to the next file that is under way. */
  #catchUp(): void {
    const later = this.#later;
    let count = 0;
    while (count < later.length) {
      const told = later[count++]!;
      this.#tell(told);
      if (told.item.iflags & ITEM_TRANSFER && this.#hasUnsettled()) break;
    }
    this.#later = later.slice(count);
  }

  peerMessage(code: number, text: string): void {
    const severity: Severity =
      code === messages.MSG_INFO
        ? 'info'
        : code === messages.MSG_WARNING
          ? 'warning'
          : code === messages.MSG_ERROR
            ? 'error'
            : 'transfer-error';
    this.#message(severity, text.endsWith('\n') ? text.slice(0, -1) : text, true);
  }

  peerDeleted(name: string, isDirectory: boolean): void {
    this.#sink.event({ type: 'deleted', name, isDirectory });
  }

  deleted(name: string, isDirectory: boolean, mode: number): void {
    this.#sink.event({ type: 'deleted', name, isDirectory, mode });
  }

  deletionScan(entries: number | 'done'): void {
    this.#sink.event({ type: 'deletion-scan', entries });
  }

  destinationCreated(path: string): void {
    this.#sink.event({ type: 'destination-created', path });
  }

  message(severity: 'info' | 'warning' | 'error' | 'error-xfer', text: string, audience?: 'client'): void {
    if (severity === 'error-xfer') this.transferErrors = true;
    if (this.#growing !== undefined) this.listGrown(this.#growing.count);
    const unlogged = audience === 'client' ? { unlogged: true } : {};
    const told = severity === 'error-xfer' ? 'transfer-error' : severity;
    this.#sink.event({ type: 'message', severity: told, text, fromPeer: false, ...unlogged });
  }

  #message(severity: Severity, text: string, fromPeer: boolean): void {
    if (severity === 'transfer-error') this.transferErrors = true;
    this.#sink.event({ type: 'message', severity, text, fromPeer });
  }

  #fileList(state: 'start' | 'progress' | 'done', count: number): void {
    const direction = this.#options.side === 'sender' ? 'send' : 'receive';
    this.#sink.event({
      type: 'file-list',
      state,
      direction,
      incremental: this.#negotiated?.incremental ?? false,
      count,
    });
  }

  #change(stage: 'before' | 'after', { item, info, digestHex }: Told, wire?: WireShare): void {
    if (info === undefined) return;
    this.#sink.event({
      type: 'change',
      stage,
      ndx: item.ndx,
      iflags: item.iflags,
      entry: info,
      direction: this.#options.side === 'sender' ? 'send' : 'receive',
      local: this.#options.local,
      hardLinkTo: item.iflags & ITEM_LOCAL_CHANGE ? item.xname : undefined,
      dataBytes: wire?.dataBytes ?? 0,
      sumBytes: wire?.sumBytes ?? 0,
      digestHex: digestHex ?? this.#digestOf(wire),
    });
  }

  /** rsync prints blanks for the MD4 of protocols before 30 (observed, with --checksum as well). */
  #hasShownDigests(): boolean {
    return this.#negotiated !== undefined && this.#negotiated.protocol >= 30;
  }

  #digestOf(wire: WireShare | undefined): string | undefined {
    if (this.#options.digests !== true || wire?.digest === undefined || !this.#hasShownDigests())
      return undefined;
    return digestText(wire.digest, this.#negotiated?.transferChecksum);
  }

  #progress(entry: Entry, fileBytes: number, finished: boolean): void {
    if (!this.#tellsProgress) return;
    const { position, total, complete } = this.positionOf(entry);
    this.#sink.event({
      type: 'progress',
      name: entry.list.name(entry.row),
      fileBytes,
      fileLengthBytes: entry.list.sizeBytes(entry.row),
      finished,
      transferred: this.statistics?.transferredFiles ?? 0,
      position,
      total,
      listComplete: complete,
      totalBytesDone: this.#doneBytes + (finished ? 0 : fileBytes),
      totalBytes: this.statistics?.totalBytes ?? 0,
      nowMs: this.#options.nowMs(),
    });
  }

  #listed(entry: Entry): string | undefined {
    return this.#options.checksum === true && this.#hasShownDigests()
      ? entryDigest(entry, this.#negotiated?.listChecksum)
      : undefined;
  }

  #info(entry: Entry): ReturnType<typeof entryInfo> {
    const preserve = { owner: this.#options.preserveOwner, group: this.#options.preserveGroup };
    return entryInfo(entry, preserve, this.#options.longName?.(entry));
  }
}

/** Where to tell what filter rules decide; undefined when the sink does not want it. */
export function decisionsTo(sink: EventSink): SessionReport['decided'] {
  if (sink.decisions !== true) return undefined;
  return (decision) => sink.event({ type: 'decision', decision });
}
