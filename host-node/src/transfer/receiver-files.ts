// The receiver's disk work for one transfer record: basis, output, verification, finish (docs/protocol/04-transfer.md §9).
// The data itself goes through received-data.ts. Whatever fails here, the record is read to its end.
import type { TokenInput } from '@ocrsync/core/token-input';
import type { FileStat, OpenFile } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import type { Channel } from '../session/channel.ts';
import { BASIS_FUZZY, type Item } from '../session/item.ts';
import type { Entry, ReceiveResult, ReceiverFiles } from '../session/ports.ts';
import { RunError } from '../session/run-error.ts';
import type { Task } from '../session/wait.ts';
import { type DestinationState, systemText } from './destination-state.ts';
import { failedVerification } from './failed-verification.ts';
import { FinishedFiles } from './finished-files.ts';
import { LaterInstalls } from './later-installs.ts';
import type { LocalData, OfferedFile } from './local-data.ts';
import { ReceivedBasis } from './received-basis.ts';
import type { FileLayout } from './laid-out-file.ts';
import { DataReceiver, WriteFailure } from './received-data.ts';
import { ReceivedOutputs, type Target } from './received-output.ts';

const EXIT_FILE_IO = 11;

export class TreeReceiverFiles implements ReceiverFiles {
  readonly #state: DestinationState;
  readonly #data: DataReceiver;
  readonly #basis: ReceivedBasis;
  readonly #outputs: ReceivedOutputs;
  readonly #finished: FinishedFiles;
  readonly #localData: LocalData | undefined;
  readonly later: LaterInstalls | undefined;
  /** The one that is open now: what to clean up when the run ends early. */
  #open: Target | undefined;

  /** `localData`: of a local copy whose data may leave the stream. */
  constructor(state: DestinationState, tokens: TokenInput, localData?: LocalData) {
    this.#state = state;
    this.#basis = new ReceivedBasis(state);
    this.#outputs = new ReceivedOutputs(state);
    this.#finished = new FinishedFiles(state);
    this.#localData = localData;
    this.later = localData && new LaterInstalls(state, localData);
    this.#data = new DataReceiver(state.context, tokens);
  }

  *receive(entry: Entry, item: Item, channel: Channel, redo: boolean): Task<ReceiveResult | 'pending'> {
    this.#basis.check(entry, item);
    yield* this.#data.readHead(channel);
    const offered = this.#localData?.take(entry.ndx);
    if (offered !== undefined && !redo && this.later?.submit(entry, item, offered)) {
      this.#state.report.item(entry, item);
      return 'pending';
    }
    yield* this.#earlierFiles();
    const name = this.#state.nameOf(entry);
    const found = this.#basis.find(item, name);
    try {
      const target = this.#lacksBasis(name, found.failure)
        ? undefined
        : this.#outputs.open(entry, name, found);
      if (target === undefined) {
        yield* this.#receiveData(entry, item, undefined, offered, redo);
        return 'discarded';
      }
      this.#open = target;
      this.#state.report.item(entry, item);
      const good = yield* this.#receiveData(entry, item, target, offered, redo);
      const written = statOf(target.output);
      this.#closeOutput(target);
      this.#open = undefined;
      if (good) return this.#finished.good(target, written);
      return failedVerification(this.#state, name, this.#finished.bad(target, written), redo);
    } finally {
      found.basis?.close();
      offered?.file.close();
    }
  }

  *skip(entry: Entry, item: Item, channel: Channel): Task {
    this.#basis.check(entry, item);
    yield* this.#data.readHead(channel);
    yield* this.#receiveData(entry, item, undefined, undefined, false);
  }

  /** What is done at once comes after what is under way: outcomes are told in the order of the records. */
  *#earlierFiles(): Task {
    const { later } = this;
    if (later !== undefined && later.pending > 0) yield () => later.pending === 0;
  }

  abandon(): void {
    this.later?.close();
    this.#localData?.abandon();
    const target = this.#open;
    this.#open = undefined;
    if (target === undefined) return;
    target.basis?.close();
    try {
      target.output.close();
    } catch (error) {
      // What is to be told about this run was told.
      if (!(error instanceof FilesystemError)) throw error;
    }
    this.#finished.interrupted(target, this.#data.literalBytes > 0);
  }

  endOfTransfers(tell: (entry: Entry, result: ReceiveResult) => void): void {
    this.#finished.applyDelayed(tell);
    if (this.#state.options.fsync) this.#finished.syncDirectories();
  }

  // ---- basis (§2.2, §9.1) ----------------------------------------------------------------------------------------------

  /** The data may refer to a basis that is there and cannot be read now: then nothing can be made of it, and that is told. */
  #lacksBasis(name: string, failure: FilesystemError | undefined): boolean {
    if (failure === undefined || this.#data.blockCount === 0) return false;
    this.#state.failed('receiver', `open ${this.#state.fullName(name)} failed`, failure);
    return true;
  }

  // ---- data ------------------------------------------------------------------------------------------------------------

  *#receiveData(
    entry: Entry,
    item: Item,
    target: Target | undefined,
    offered: OfferedFile | undefined,
    redo: boolean,
  ): Task<boolean> {
    const { options, context, report } = this.#state;
    const append = redo || options.append === 0 ? 'no' : this.#appendKind();
    const data = this.#data;
    const name = this.#state.nameOf(entry);
    const fullName = this.#state.fullName(name);
    try {
      const good = yield* data.receive(
        {
          output: target?.output,
          basis: target?.basis,
          basisMayBeGone: item.basisType >= BASIS_FUZZY,
          inPlace: target !== undefined && target.way !== 'temporary',
          basisStays: target?.basisElsewhere !== undefined,
          append,
          ...this.#layout(entry, target),
          offered,
          copyData: (from, to, position, lengthBytes) =>
            this.#state.tree.copyData(from, to, position, lengthBytes),
          fullName,
          progress: (doneBytes) => report.progress(entry, doneBytes),
        },
        context.channel,
      );
      if (offered !== undefined) this.#localData?.settle(offered, data.failure);
      context.statistics.literalBytes += data.literalBytes;
      context.statistics.matchedBytes += data.matchedBytes;
      report.transferred(entry, data.literalBytes, data.matchedBytes, data.wire);
      return good;
    } catch (error) {
      if (!(error instanceof WriteFailure)) throw error;
      const text = systemText('receiver', `${error.what} failed on ${fullName}`, error.reason);
      throw new RunError('ERR_WRITE', text, EXIT_FILE_IO);
    }
  }

  #appendKind(): 'skip' | 'verify' {
    return this.#state.options.append === 2 || this.#state.context.protocol < 30 ? 'verify' : 'skip';
  }

  /** How the output is laid out on the disk; a device is as it is. */
  #layout(entry: Entry, target: Target | undefined): FileLayout {
    const { sparse, preallocate, fsync } = this.#state.options;
    if (target === undefined || target.isDevice) {
      return { sparse: false, existingBytes: 0, allocatedBytes: 0, fsync, fixedLength: true };
    }
    const sizeBytes = entry.list.sizeBytes(entry.row);
    const { existingBytes } = target;
    const grows = target.way === 'temporary' || existingBytes < sizeBytes;
    return {
      sparse,
      existingBytes,
      allocatedBytes: preallocate && grows ? sizeBytes : 0,
      fsync,
      fixedLength: false,
    };
  }

  /** Closing may be the moment when a file system says that it could not keep the data: as bad as a failed write. */
  #closeOutput({ output, name }: Target): void {
    try {
      output.close();
    } catch (error) {
      const text = systemText('receiver', `close failed on ${this.#state.fullName(name)}`, error);
      throw new RunError('ERR_WRITE', text, EXIT_FILE_IO);
    }
  }
}

/** The state of a written file before it is closed: cheaper than by its name. undefined: to be looked up. */
function statOf(file: OpenFile): FileStat | undefined {
  try {
    return file.stat();
  } catch (error) {
    if (error instanceof FilesystemError) return undefined;
    throw error;
  }
}
