// The sender's disk work: answers transfer records with the file's contents (docs/protocol/04-transfer.md §5, §6, §8).
import { digestBytes } from '@ocrsync/core/checksum-kinds';
import { WholeFileHash } from '@ocrsync/core/checksum';
import { isDevice } from '@ocrsync/core/file-type';
import { MAX_BLOCKS } from '@ocrsync/core/delta-sums';
import type { SumHeadLimits } from '@ocrsync/core/wire-reader';
import { DeltaMatcher, type DeltaSink } from '@ocrsync/core/delta';
import { deviceSizeBytes } from '../flist/device-size.ts';
import type { FileStat, OpenFile } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import type { Channel } from '../session/channel.ts';
import type { SessionContext } from '../session/context.ts';
import { BASIS_FNAME, BASIS_PARTIAL_DIR, type Item, type SumHead } from '../session/item.ts';
import { intPayload, MSG_NO_SEND } from '../session/messages.ts';
import type { Entry, SourceFiles, WireShare } from '../session/ports.ts';
import { RunError } from '../session/run-error.ts';
import { requireMemory } from './memory-limit.ts';
import { answerXattrs } from '../session/sender.ts';
import { type Task, WAIT_TURN } from '../session/wait.ts';
import { type LocalData, streamBytes, tokenBytes } from './local-data.ts';
import { hashHits, MatchVoice, tellFileEnd, tellFileStart } from './sender-debug.ts';
import type { SourceFilesOptions } from './source-files-options.ts';
import { IO_ERROR_GENERAL, IO_ERROR_VANISHED } from '../session/io-errors.ts';

/** What upstream keeps of each block sum. */
const SUM_BYTES = 24;

/** What went out for a file. */
interface SentData {
  readonly literalBytes: number;
  readonly matchedBytes: number;
  readonly wire: WireShare;
}

interface Opened {
  readonly file: OpenFile;
  readonly stat: FileStat;
}

export class TreeSourceFiles implements SourceFiles {
  readonly #options: SourceFilesOptions;
  readonly #context: SessionContext;
  readonly #matcher: DeltaMatcher;
  readonly #hash: WholeFileHash;
  readonly #headLimits: SumHeadLimits;
  #matches = 0;
  #hashHits = 0;
  #falseAlarms = 0;
  /** Where the answer's bytes begin, and those of the sums before it. */
  #dataFrom = 0;
  #sumsFrom = 0;

  constructor(options: SourceFilesOptions) {
    this.#options = options;
    this.#context = options.context;
    const { negotiated, channel } = this.#context;
    this.#matcher = new DeltaMatcher(channel.core);
    this.#hash = new WholeFileHash(channel.core, negotiated.transferChecksum, negotiated.seed);
    this.#headLimits = {
      protocol: negotiated.protocol,
      digestBytes: digestBytes(negotiated.transferChecksum),
      maxCount: MAX_BLOCKS,
      role: channel.role,
    };
  }

  *send(entry: Entry, item: Item, channel: Channel, redo: boolean): Task<number> {
    const append = redo ? 0 : this.#options.append;
    this.#sumsFrom = channel.reader.dataBytesRead;
    const head = yield* this.#readHead(channel);
    const inPlace = this.#isOverwritten(item, redo);
    if (head.count > 0) yield* this.#readSums(channel, inPlace, head, append);
    const { localData } = this.#options;
    if (localData !== undefined && !localData.hasRoom) yield () => localData.hasRoom;
    const opened = this.#open(entry);
    if (opened instanceof FilesystemError) {
      yield* this.#unsettled(0);
      return this.#notOpened(entry, opened);
    }
    let handedOver = false;
    try {
      if (
        append === 0 &&
        localData?.isWorthwhile(opened.stat.sizeBytes, head.count) &&
        !isDevice(opened.stat.mode)
      ) {
        this.#answerItem(entry, item);
        if (item.xattrs !== undefined) {
          yield* answerXattrs(this.#context, entry, item, this.#options.blocks);
        }
        this.#writeHead(head);
        handedOver = true;
        this.#handOver(entry, opened, localData);
        if (localData.room() === 1) yield* this.#unsettled(0);
        return 0;
      }
      if (head.count === 0) yield* this.#readSums(channel, inPlace, head, append);
      if (localData !== undefined) yield* this.#unsettled(0);
      return yield* this.#sendOpen(entry, item, channel, opened, head, append);
    } finally {
      if (!handedOver) opened.file.close();
    }
  }

  /** Waits until so few files of a local copy are under way: none when something else is to be told in its order. */
  *#unsettled(most: number): Task {
    const { localData } = this.#options;
    if (localData === undefined || localData.unsettled <= most) return;
    yield () => localData.unsettled <= most;
  }

  shownName(entry: Entry): string {
    return this.#options.shownName?.(entry) ?? entry.list.name(entry.row);
  }

  entered(entry: Entry): void {
    this.#options.sourcePath(entry);
  }

  matchSummary(): string {
    const { literalBytes } = this.#context.statistics;
    return `total: matches=${this.#matches}  hash_hits=${this.#hashHits}  false_alarms=${this.#falseAlarms} data=${literalBytes}`;
  }

  success(entry: Entry): void {
    this.#options.removal?.remove(entry);
  }

  *#readHead(channel: Channel): Task<SumHead> {
    const { reader } = channel;
    while (!reader.trySumHead(this.#headLimits)) yield* channel.more();
    requireMemory('sender', reader.sumCount, SUM_BYTES, this.#options.maxAlloc);
    return {
      count: reader.sumCount,
      blockLength: reader.blockLength,
      s2Length: reader.s2Length,
      remainder: reader.remainder,
    };
  }

  /** The receiver reads blocks from the file that it writes (§6.3); before protocol 29 no record says when they are a backup's. */
  #isOverwritten({ basisType }: Item, redo: boolean): boolean {
    const { inplace, backup } = this.#options;
    const { negotiated, protocol } = this.#context;
    if (basisType === BASIS_PARTIAL_DIR) return negotiated.inplacePartialDir;
    return inplace && basisType === BASIS_FNAME && (protocol >= 29 || !backup || redo);
  }

  /** Makes the matcher ready for the sums that follow the head; without any it finds nothing. */
  *#readSums(channel: Channel, inPlace: boolean, head: SumHead, append: 0 | 1 | 2): Task {
    const { reader } = channel;
    const { negotiated, protocol } = this.#context;
    const appendMode =
      append === 0 ? {} : { append: append === 2 || protocol < 30 ? ('verify' as const) : ('skip' as const) };
    this.#matcher.open(head, {
      kind: negotiated.transferChecksum,
      seed: negotiated.seed,
      inPlace,
      ...appendMode,
    });
    const { sums } = this.#matcher;
    while (sums.missing > 0) {
      const taken = sums.take(reader.dataAt, reader.dataLength);
      if (taken > 0) reader.consume(taken);
      else yield* channel.more();
    }
  }

  #open(entry: Entry): Opened | FilesystemError {
    const { root, name } = this.#options.sourcePath(entry);
    let file: OpenFile | undefined;
    try {
      file =
        this.#options.readAhead?.take(entry) ??
        root.openRead(name, this.#options.followLinks, this.#options.keepAtime);
      return { file, stat: withSize(file) };
    } catch (error) {
      file?.close();
      if (error instanceof FilesystemError) return error;
      throw error;
    }
  }

  /** Tells this end's user and the peer; the io_error bit that says why there is no file. */
  #notOpened(entry: Entry, error: FilesystemError): number {
    const { report } = this.#context;
    const full = this.#options.fullName(entry);
    const vanished = error.code === 'ENOENT';
    const text = `send_files failed to open ${full}: ${error.strerror} (${error.errno})`;
    if (vanished) report.message('warning', `file has vanished: ${full}`);
    else report.message('error-xfer', `rsync: [sender] ${text}`);
    this.#noSend(entry.ndx);
    return vanished ? IO_ERROR_VANISHED : IO_ERROR_GENERAL;
  }

  #noSend(ndx: number): void {
    const { channel, protocol } = this.#context;
    if (protocol < 30) return;
    channel.writer.message(MSG_NO_SEND, intPayload(ndx));
  }

  *#sendOpen(
    entry: Entry,
    item: Item,
    channel: Channel,
    opened: Opened,
    head: SumHead,
    append: 0 | 1 | 2,
  ): Task<number> {
    const { report } = this.#context;
    const { file, stat } = opened;
    if (isDevice(stat.mode) && !this.#options.copyDevices) {
      throw new RunError('ERR_DEVICE', 'attempt to copy device contents without --copy-devices', 2);
    }
    if (append !== 0 && stat.sizeBytes < entry.list.sizeBytes(entry.row)) {
      report.message('warning', `skipped diminished file: ${this.#options.fullName(entry)}`);
      this.#noSend(entry.ndx);
      return 0;
    }
    const sumBytes = channel.reader.dataBytesRead - this.#sumsFrom;
    this.#answerItem(entry, item);
    yield* answerXattrs(this.#context, entry, item, this.#options.blocks);
    this.#writeHead(head);
    const { debug } = report;
    const before = this.#matches;
    if (debug !== undefined) tellFileStart(debug, this.shownName(entry), stat.sizeBytes, head);
    const failure = yield* this.#sendData(entry, channel, file, stat.sizeBytes, head);
    const digest = this.#hash.final();
    const { dataWriter } = this.#context;
    dataWriter.bytes(failure === undefined ? digest : falsified(digest));
    if (dataWriter !== channel.writer) dataWriter.flush();
    const wire = { dataBytes: channel.writer.dataBytesMade - this.#dataFrom, sumBytes, digest };
    this.#hashHits += hashHits(this.#matcher, this.#matches - before);
    this.#falseAlarms += this.#matcher.falseAlarms;
    if (debug !== undefined) {
      tellFileEnd(debug, this.shownName(entry), {
        matcher: this.#matcher,
        matches: this.#matches - before,
        head,
      });
    }
    const { literalBytes, matchedBytes } = this.#matcher;
    return this.#sent(entry, { literalBytes, matchedBytes, wire }, failure);
  }

  /** Tells the item here, too: there is something to send. */
  #answerItem(entry: Entry, item: Item): void {
    const { channel, protocol, report } = this.#context;
    const { ndx, iflags, basisType, xname } = item;
    report.item(entry, item);
    this.#dataFrom = channel.writer.dataBytesMade;
    channel.writer.item(protocol, ndx, iflags, basisType === BASIS_FNAME ? undefined : basisType, xname);
  }

  #writeHead({ count, blockLength, s2Length, remainder }: SumHead): void {
    const { channel, dataWriter } = this.#context;
    // What goes into a batch alone comes behind what it shares with the stream.
    if (dataWriter !== channel.writer) channel.writer.flush();
    dataWriter.sumHead(count, blockLength, s2Length, remainder);
  }

  /** The io_error bits of a file whose data is out. */
  #sent(entry: Entry, { literalBytes, matchedBytes, wire }: SentData, failure: string | undefined): number {
    const { report, statistics } = this.#context;
    statistics.literalBytes += literalBytes;
    statistics.matchedBytes += matchedBytes;
    report.transferred(entry, literalBytes, matchedBytes, wire);
    if (failure === undefined) return 0;
    report.message(
      'error-xfer',
      `rsync: [sender] read errors mapping ${this.#options.fullName(entry)}: ${failure}`,
    );
    return IO_ERROR_GENERAL;
  }

  /** Leaves the data to the receiver of the same process. */
  #handOver(entry: Entry, { file, stat }: Opened, localData: LocalData): void {
    const { report, statistics, negotiated } = this.#context;
    const { sizeBytes } = stat;
    const { reader, writer } = this.#context.channel;
    const digest = digestBytes(negotiated.transferChecksum);
    const inStream = streamBytes(sizeBytes, digest);
    const wire = {
      dataBytes: writer.dataBytesMade - this.#dataFrom + tokenBytes(sizeBytes, digest),
      sumBytes: reader.dataBytesRead - this.#sumsFrom,
      digest: undefined,
    };
    localData.offer({
      ndx: entry.ndx,
      file,
      sizeBytes,
      progress: (doneBytes) => report.progress(entry, doneBytes),
      settle: (failure) => {
        statistics.bypassedBytes += inStream;
        this.#context.ioError |= this.#sent(
          entry,
          { literalBytes: sizeBytes, matchedBytes: 0, wire },
          failure,
        );
      },
    });
  }

  /** Sends the tokens; ends with the words of a read error. What could not be read is sent as zeros (§5). */
  *#sendData(
    entry: Entry,
    channel: Channel,
    file: OpenFile,
    sizeBytes: number,
    head: SumHead,
  ): Task<string | undefined> {
    const matcher = this.#matcher;
    const { tokens } = this.#options;
    this.#hash.begin();
    tokens.begin();
    matcher.start();
    const { debug } = this.#context.report;
    const voice = debug && head.count > 0 ? new MatchVoice(debug, head.blockLength) : undefined;
    const sink: DeltaSink = {
      literal: (address, lengthBytes) => {
        voice?.literal(lengthBytes);
        tokens.literal(address, lengthBytes);
      },
      match: (first, count, address, lengthBytes) => {
        this.#matches += count;
        voice?.match(first, count, lengthBytes);
        tokens.match(first, count, address, lengthBytes, head.blockLength);
      },
      consumed: (address, lengthBytes) => this.#hash.update(address, lengthBytes),
    };
    let failure: string | undefined;
    let position = Math.min(matcher.readFrom, sizeBytes);
    while (!matcher.done) {
      const window = matcher.window();
      const wanted = Math.min(window.length, sizeBytes - position);
      let count = 0;
      if (wanted > 0 && failure === undefined) {
        const read = readSome(file, window.subarray(0, wanted), position);
        if (typeof read === 'number' && read > 0) count = read;
        else failure = typeof read === 'string' ? read : 'No data available (61)';
      }
      if (failure !== undefined && wanted > 0) {
        window.fill(0, 0, wanted);
        count = wanted;
      }
      position += count;
      matcher.feed(count, position >= sizeBytes, sink);
      // An empty file has the line of its end only.
      if (position > 0) this.#context.report.progress(entry, position);
      yield* channel.room();
      if (!matcher.done) yield WAIT_TURN;
    }
    tokens.end();
    return failure;
  }
}

/** A device has a size only for --copy-devices; nobody else gets to it. */
function withSize(file: OpenFile): FileStat {
  const stat = file.stat();
  if (!isDevice(stat.mode) || stat.sizeBytes > 0) return stat;
  return { ...stat, sizeBytes: deviceSizeBytes(file, stat.mode) };
}

/** Bytes read, or the words of the error. */
function readSome(file: OpenFile, into: Uint8Array, position: number): number | string {
  try {
    return file.read(into, position);
  } catch (error) {
    if (error instanceof FilesystemError) return `${error.strerror} (${error.errno})`;
    throw error;
  }
}

/** A digest that surely differs from the right one (04 §8). */
function falsified(digest: Uint8Array): Uint8Array {
  const wrong = new Uint8Array(digest.length);
  if (digest.every((byte) => byte === 0)) wrong[wrong.length - 1] = 1;
  return wrong;
}
