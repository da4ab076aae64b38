// The receiving side's half of the file list: decode, id lists, sort, remove duplicates, check, take into the queue
// (docs/protocol/03-file-list.md §8, §9, §12, §14.6). The first list and, mixed into the transfer phase, the sub-lists.
import { FileListDecoder } from '@ocrsync/core/file-list-codec';
import { tryReadIdList } from '@ocrsync/core/id-lists';
import type { FileList } from '@ocrsync/core/file-list';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { SessionContext } from './context.ts';
import { sortedNames, tellDuplicates, tellLinks, tellList, tellReceived } from './debug-lines.ts';
import { ownNames } from './own-names.ts';
import type { ListReceiver } from './ports.ts';
import { NDX_FLIST_OFFSET } from './ndx.ts';
import type { Task } from './wait.ts';
import { IO_ERROR_BITS } from './io-errors.ts';

export class ListTaker {
  readonly #context: SessionContext;
  readonly #receiver: ListReceiver;
  readonly #decoder: FileListDecoder;

  constructor(context: SessionContext, receiver: ListReceiver) {
    this.#context = context;
    this.#receiver = receiver;
    this.#decoder = new FileListDecoder(context.channel.core, context.listOptions(), context.blocks);
  }

  /** Reads the first list with all that follows it before the transfer phase. */
  *takeFirst(): Task {
    const { channel, config, lists, negotiated, protocol, report } = this.#context;
    const received = lists.open();
    yield* this.#decode(received);
    const list = ownNames(this.#context, received);
    // A whole list is done before the names of ids come behind it.
    if (!negotiated.incremental) report.listDone(list.count);
    if (!negotiated.incremental && !config.list.numericIds) yield* this.#takeIdLists();
    if (protocol < 30) {
      while (!channel.reader.tryInt()) yield* channel.more();
      this.#addIoError(channel.reader.value);
    }
    this.#accept(list, undefined);
  }

  /** Reads the sub-list that was announced for a directory number. */
  *takeSub(directory: number): Task {
    const { lists } = this.#context;
    const known = lists.directories.count;
    if (directory >= known) this.#refuse(`rsync: refusing invalid dir_ndx ${directory} >= ${known}`);
    if (lists.isServed(directory)) {
      this.#refuse(`rsync: refusing malicious duplicate flist for dir ${directory}`);
    }
    // A directory whose name this end's charset does not have is announced by a sender that knows nothing of that.
    if (!lists.directories.isActive(directory) && this.#context.config.charset === undefined) {
      this.#refuse(`rsync: refusing flist for cleared dir_ndx ${directory}`);
    }
    if (lists.live.length === 0) {
      this.#refuse('rsync: refusing sub-flist after final flist was freed');
    }
    if (lists.complete) this.#refuse(`rsync: refusing a file list after the last one (dir ${directory})`);
    const received = lists.open();
    const { channel, report } = this.#context;
    report.debug?.('flist', 2, () => `[${channel.role}] receiving flist for dir ${directory}`);
    yield* this.#decode(received);
    this.#accept(ownNames(this.#context, received), directory);
  }

  /** The directory number in an announcement; ProtocolError when the index is no announcement. */
  directoryOf(ndx: number): number {
    const { channel, lists } = this.#context;
    const directory = NDX_FLIST_OFFSET - ndx;
    if (directory < 0 || !lists.incremental) {
      const [what, range] = lists.incremental
        ? ['dir', `-1 - ${lists.directories.count - 1}`]
        : ['file', lists.range()];
      this.#refuse(`Invalid ${what} index: ${ndx} (${range}) [${channel.role}]`);
    }
    return directory;
  }

  *#decode(list: FileList): Task {
    const { channel, negotiated, report, statistics } = this.#context;
    const before = this.#decoder.rawBytes;
    while (this.#decoder.decode(channel.reader, list) === 'more') {
      if (!negotiated.incremental) report.listGrown?.(list.count);
      yield* channel.more();
    }
    if (!negotiated.incremental) report.listGrown?.(list.count);
    this.#addIoError(this.#decoder.ioError);
    for (const { kind, id, name } of this.#decoder.takeIdNames()) this.#receiver.learnId(kind, id, name);
    statistics.listBytes += this.#decoder.rawBytes - before;
  }

  *#takeIdLists(): Task {
    const { channel, config, negotiated, protocol } = this.#context;
    for (const kind of ['user', 'group'] as const) {
      const preserved = kind === 'user' ? config.list.owner : config.list.group;
      if (!preserved && !config.list.acls) continue;
      let names;
      while ((names = tryReadIdList(channel.reader, protocol, negotiated.id0Names)) === undefined) {
        yield* channel.more();
      }
      for (const { id, name } of names) this.#receiver.learnId(kind, id, name);
    }
  }

  #accept(list: FileList, directory: number | undefined): void {
    const { channel, lists, protocol, report, statistics } = this.#context;
    // Both halves of upstream's receiving side read the lists that come after they have split.
    const halves = channel.role === 'Receiver' ? ['Receiver'] : ['receiver', 'generator'];
    if (report.debug !== undefined) {
      tellReceived(report.debug, list);
      tellLinks(report.debug, list, halves);
    }
    list.sort(protocol);
    const name = directory === undefined ? undefined : lists.directories.name(directory);
    this.#receiver.accept(list, name);
    // What stands there twice is counted twice (observed).
    statistics.countList(list);
    const names = report.debug === undefined ? [] : sortedNames(list);
    list.clean(protocol);
    if (report.debug !== undefined) for (const _half of halves) tellDuplicates(report.debug, list, names);
    if (report.debug !== undefined) tellList(report.debug, list, channel.role);
    report.debug?.('flist', 2, () => 'recv_file_list done');
    this.#receiver.prune?.(list);
    lists.add(list, directory).ioError = this.#context.ioError;
  }

  #addIoError(bits: number): void {
    if (!this.#context.config.ignoreErrors) this.#context.ioError |= bits & IO_ERROR_BITS;
  }

  #refuse(text: string): never {
    throw new ProtocolError('ERR_SUB_LIST', text, 2, this.#context.channel.reader.byteOffset);
  }
}
