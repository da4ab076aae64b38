// The sender's half of the file list: the first list, the sub-lists of incremental recursion, id lists, end marks
// (docs/protocol/03-file-list.md §2, §8, §9, §14).
import { FileListEncoder, type ListLiterals } from '@ocrsync/core/file-list-codec';
import { writeIdList } from '@ocrsync/core/id-lists';
import type { FileList } from '@ocrsync/core/file-list';
import { copyRows, wireNames } from './charset.ts';
import type { SessionContext } from './context.ts';
import { tellLinks, tellList, tellMade } from './debug-lines.ts';
import { LOOKAHEAD_ENTRIES } from './limits.ts';
import { intPayload, MSG_IO_ERROR } from './messages.ts';
import { NDX_FLIST_EOF, NDX_FLIST_OFFSET } from './ndx.ts';
import { RunError } from './run-error.ts';
import type { ListSource, SourceBlocks } from './ports.ts';
import type { Task } from './wait.ts';

/** Rows encoded between two looks at the outgoing queue. */
const ROWS_PER_TURN = 512;

export class ListSender {
  readonly #context: SessionContext;
  readonly #source: ListSource;
  readonly #encoder: FileListEncoder;
  readonly #literals: ListLiterals;
  #ioError = 0;
  #sentIoError = 0;

  constructor(context: SessionContext, source: ListSource, blocks: SourceBlocks | undefined) {
    this.#context = context;
    this.#source = source;
    this.#encoder = new FileListEncoder(context.channel.core, context.listOptions());
    const { writer } = context.channel;
    this.#literals = { write: (kind, number) => blocks?.writeLiteral(kind, number, writer) };
  }

  /** Sends the first list and what belongs to it. Ends with the number of its entries. */
  *sendFirst(): Task<number> {
    const { channel, config, lists, negotiated, protocol, report } = this.#context;
    const list = lists.open();
    yield* this.#fillFirst(list);
    yield* this.#encode(list);
    if (!negotiated.incremental && !config.list.numericIds) this.#sendIdLists();
    if (protocol < 30) channel.writer.int(this.#ioError);
    this.#take(list, undefined);
    if (negotiated.incremental) {
      if (lists.totalEntries === 1) {
        while (!lists.complete && lists.totalEntries === 1) yield* this.#sendNext();
      }
      if (list.count === 0) this.#finish();
    }
    report.debug?.('flist', 2, () => 'send_file_list done');
    report.debug?.('flist', 3, () => 'file list sent');
    return list.count;
  }

  /** Tells how the list grows where it is built as a whole. */
  *#fillFirst(list: FileList): Task {
    const { negotiated, report } = this.#context;
    if (!negotiated.incremental) report.listGrows?.(list);
    const filling = this.#source.fillFirst(list);
    for (let step = filling.next(); step.done !== true; step = filling.next()) {
      if (!negotiated.incremental) report.listGrown?.(list.count);
      yield step.value;
    }
    if (!negotiated.incremental) report.listGrown?.(list.count);
  }

  /** Sends sub-lists until enough entries are ahead of what the peer works on (03 §14.4). */
  *sendAhead(currentNdx: number): Task {
    const { lists } = this.#context;
    while (!lists.complete && lists.entriesAfter(currentNdx) < LOOKAHEAD_ENTRIES) yield* this.#sendNext();
  }

  *#sendNext(): Task {
    const { channel, lists, protocol } = this.#context;
    const directory = this.#source.nextDirectory();
    if (directory === undefined) {
      this.#finish();
      return;
    }
    const list = lists.open();
    channel.writer.ndx(protocol, NDX_FLIST_OFFSET - directory);
    yield* this.#source.fillSub(directory, list);
    const ioError = yield* this.#encode(list);
    if (ioError !== 0) this.#refuseUnsafeDeletion();
    this.#take(list, directory);
  }

  #finish(): void {
    const { channel, lists, protocol, report } = this.#context;
    lists.complete = true;
    channel.writer.ndx(protocol, NDX_FLIST_EOF);
    report.debug?.('flist', 3, () => '[sender] flist_eof=1');
  }

  #take(list: FileList, directory: number | undefined): void {
    const { lists, negotiated, protocol, report, statistics } = this.#context;
    if (report.debug !== undefined) {
      tellMade(report.debug, list, directory === undefined);
      tellLinks(report.debug, list, ['sender']);
    }
    list.sort(protocol);
    if (report.debug !== undefined) tellList(report.debug, list, 'sender');
    statistics.countList(list);
    lists.add(list, directory);
    if (negotiated.incremental) this.#source.registerDirectories(list, directory ?? -1);
  }

  /** Ends with the io_error bits that have come with this list. */
  *#encode(list: FileList): Task<number> {
    const { channel, config, negotiated, protocol, statistics } = this.#context;
    const before = channel.writer.rawBytesMade;
    const wire = this.#asOnWire(list);
    for (let row = 0; row < wire.count; row += ROWS_PER_TURN) {
      const end = Math.min(wire.count, row + ROWS_PER_TURN);
      this.#encoder.encode(wire, row, end, channel.writer, this.#literals);
      yield* channel.room();
    }
    if (wire !== list) wire.free();
    const fresh = config.ignoreErrors ? 0 : this.#source.takeIoError();
    this.#ioError |= fresh;
    const changed = this.#ioError !== this.#sentIoError;
    this.#encoder.end(channel.writer, negotiated.safeFileList && changed ? this.#ioError : 0);
    if (changed && protocol === 30) this.#sendIoError(this.#ioError);
    this.#sentIoError = this.#ioError;
    this.#context.ioError |= this.#ioError;
    statistics.listBytes += channel.writer.rawBytesMade - before;
    return fresh;
  }

  /** A receiver that hears of errors by messages alone may have deleted by then what the list lacks: no further (03 §8.2). */
  #refuseUnsafeDeletion(): void {
    const { config, negotiated } = this.#context;
    if (config.role !== 'client' || negotiated.safeFileList || !config.deletesDuring) return;
    const moment = config.deletesLate === 'delay' ? 'delay' : 'during';
    throw new RunError(
      'ERR_UNSAFE_DELETION',
      `FATAL I/O ERROR: dying to avoid a --delete-${moment} issue with a pre-3.0.7 receiver.`,
      4,
    );
  }

  /** The list itself, or with --iconv a copy with the names that travel. */
  #asOnWire(list: FileList): FileList {
    const { config, lists, linkTargetsConverted } = this.#context;
    const { charset } = config;
    if (charset === undefined) return list;
    const wire = lists.open();
    copyRows(list, wire, (row) => wireNames(list, row, charset, linkTargetsConverted));
    return wire;
  }

  #sendIoError(ioError: number): void {
    const { channel } = this.#context;
    if (channel.outputMux) channel.writer.message(MSG_IO_ERROR, intPayload(ioError));
  }

  /** MSG_IO_ERROR at the end of the transfer, if something new happened since the lists (01 §10.1). */
  sendLateIoError(): void {
    const { ioError, protocol } = this.#context;
    if (protocol >= 30 && ioError !== this.#sentIoError) this.#sendIoError(ioError);
  }

  #sendIdLists(): void {
    const { channel, config, negotiated, protocol } = this.#context;
    if (config.list.owner || config.list.acls) {
      writeIdList(channel.writer, protocol, this.#source.idNames('user'), negotiated.id0Names);
    }
    if (config.list.group || config.list.acls) {
      writeIdList(channel.writer, protocol, this.#source.idNames('group'), negotiated.id0Names);
    }
  }
}
