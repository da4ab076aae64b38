// The receiver's disk work for one transfer record: basis, output, verification, finish (docs/protocol/04-transfer.md §9).
// The data itself goes through received-data.ts. Whatever fails here, the record is read to its end.
import type { TokenInput } from '@ocrsync/core/token-input';
import type { FileStat, OpenFile } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import type { Channel } from '../session/channel.ts';
import type { Item } from '../session/item.ts';
import type { Entry, ReceiveResult, ReceiverFiles } from '../session/ports.ts';
import { RunError } from '../session/run-error.ts';
import type { Task } from '../session/wait.ts';
import { setAttributes } from './attributes.ts';
import { type DestinationState, systemText } from './destination-state.ts';
import { isDirectory } from '@ocrsync/core/file-type';
import { failedVerification } from './failed-verification.ts';
import { LaterInstalls } from './later-installs.ts';
import type { LocalData, OfferedFile } from './local-data.ts';
import { ReceivedBasis } from './received-basis.ts';
import { DataReceiver, WriteFailure } from './received-data.ts';
import { removeQuietly } from './replace.ts';
import { randomSuffix, temporaryPrefix } from './temp-name.ts';

const EXIT_FILE_IO = 11;
const TEMPORARY_TRIES = 100;
const IN_PLACE_MODE = 0o600;

/** A file that is being received. */
interface Target {
  readonly entry: Entry;
  readonly name: string;
  readonly basis: OpenFile | undefined;
  readonly mode: number;
  readonly inPlace: boolean;
  readonly output: OpenFile;
  /** Where the data goes: the name itself in place, else a temporary one. */
  readonly outputName: string;
}

export class TreeReceiverFiles implements ReceiverFiles {
  readonly #state: DestinationState;
  readonly #data: DataReceiver;
  readonly #basis: ReceivedBasis;
  readonly #localData: LocalData | undefined;
  readonly later: LaterInstalls | undefined;
  /** The one that is open now: what to clean up when the run ends early. */
  #open: Target | undefined;

  /** `localData`: of a local copy whose data may leave the stream. */
  constructor(state: DestinationState, tokens: TokenInput, localData?: LocalData) {
    this.#state = state;
    this.#basis = new ReceivedBasis(state);
    this.#localData = localData;
    this.later = localData && new LaterInstalls(state, localData);
    this.#data = new DataReceiver(state.context, tokens);
  }

  *receive(entry: Entry, item: Item, channel: Channel, redo: boolean): Task<ReceiveResult | 'pending'> {
    this.#basis.check(entry, item);
    yield* this.#data.readHead(channel);
    const offered = this.#localData?.take(entry.ndx);
    if (offered !== undefined && !redo && this.later?.submit(entry, item, offered)) return 'pending';
    yield* this.#earlierFiles();
    const name = this.#state.nameOf(entry);
    const { existing, basis, failure } = this.#basis.find(item, name);
    try {
      const target = this.#lacksBasis(name, failure)
        ? undefined
        : this.#openTarget(entry, name, existing, basis);
      if (target === undefined) {
        yield* this.#receiveData(entry, undefined, offered, redo);
        return 'discarded';
      }
      this.#open = target;
      const good = yield* this.#receiveData(entry, target, offered, redo);
      const written = statOf(target.output);
      this.#closeOutput(target);
      this.#open = undefined;
      return good ? this.#finishGood(target, written) : this.#finishBad(target, written, redo);
    } finally {
      basis?.close();
      offered?.file.close();
    }
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
    if (target.inPlace) return;
    if (this.#state.options.partial && this.#data.literalBytes > 0) this.#keepPartial(target);
    else this.#remove(target.outputName);
  }

  // ---- basis (§2.2, §9.1) ----------------------------------------------------------------------------------------------

  /** The data may refer to a basis that is there and cannot be read now: then nothing can be made of it, and that is told. */
  #lacksBasis(name: string, failure: FilesystemError | undefined): boolean {
    if (failure === undefined || this.#data.blockCount === 0) return false;
    this.#state.failed('receiver', `open ${this.#state.fullName(name)} failed`, failure);
    return true;
  }

  // ---- output (§9.2) ---------------------------------------------------------------------------------------------------

  /** undefined: it cannot be written, which was told. */
  #openTarget(
    entry: Entry,
    name: string,
    existing: FileStat | undefined,
    basis: OpenFile | undefined,
  ): Target | undefined {
    const { options, report } = this.#state;
    if (existing !== undefined && isDirectory(existing.mode)) {
      report.message('error-xfer', `recv_files: ${this.#state.fullName(name)} is a directory`);
      return undefined;
    }
    const mode = this.#state.wantedMode(entry.list.mode(entry.row), existing, name);
    const common = { entry, name, basis, mode, inPlace: options.inplace };
    if (!options.inplace) {
      const temporary = this.#createTemporary(name, mode);
      return temporary === undefined ? undefined : { ...common, ...temporary };
    }
    try {
      return { ...common, output: this.#state.tree.openWrite(name, IN_PLACE_MODE), outputName: name };
    } catch (error) {
      this.#state.failed('receiver', `open ${this.#state.fullName(name)} failed`, error);
      return undefined;
    }
  }

  #createTemporary(
    name: string,
    mode: number,
  ): { readonly output: OpenFile; readonly outputName: string } | undefined {
    const prefix = temporaryPrefix(name);
    if (prefix === undefined) {
      this.#state.report.message('error-xfer', `temporary filename too long: ${name}`);
      return undefined;
    }
    for (let tries = 1; ; tries++) {
      const outputName = prefix + randomSuffix();
      try {
        return { output: this.#state.tree.createExclusive(outputName, (mode | 0o200) & 0o700), outputName };
      } catch (error) {
        const exists = error instanceof FilesystemError && error.code === 'EEXIST';
        if (exists && tries < TEMPORARY_TRIES) continue;
        const shown = exists ? outputName : `${prefix}XXXXXX`;
        this.#state.failed('receiver', `mkstemp ${this.#state.fullName(shown)} failed`, error);
        return undefined;
      }
    }
  }

  // ---- data ------------------------------------------------------------------------------------------------------------

  *#receiveData(
    entry: Entry,
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
          inPlace: target?.inPlace ?? false,
          append,
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
      const text = systemText('receiver', `write failed on ${fullName}`, error.reason);
      throw new RunError('ERR_WRITE', text, EXIT_FILE_IO);
    }
  }

  #appendKind(): 'skip' | 'verify' {
    return this.#state.options.append === 2 || this.#state.context.protocol < 30 ? 'verify' : 'skip';
  }

  // ---- finish (§9.5, §9.6) ---------------------------------------------------------------------------------------------

  #finishGood(target: Target, written: FileStat | undefined): ReceiveResult {
    return this.#putInPlace(target, written, 'exact') ? 'good' : 'failed';
  }

  #finishBad(target: Target, written: FileStat | undefined, redo: boolean): ReceiveResult {
    const kept = target.inPlace || this.#state.options.partial;
    if (kept) this.#putInPlace(target, written, 'none');
    else this.#remove(target.outputName);
    return failedVerification(this.#state, target.name, kept, redo);
  }

  /** Attributes, then the final name. False: it did not get there, which was told. `stat`: what was written, if known. */
  #putInPlace(target: Target, stat: FileStat | undefined, times: 'exact' | 'none'): boolean {
    const { entry, name, mode, outputName, inPlace } = target;
    setAttributes(this.#state, {
      role: 'receiver',
      name: outputName,
      entry,
      mode,
      stat,
      times,
      xattrsFrom: name,
    });
    if (inPlace) return true;
    try {
      this.#state.tree.rename(outputName, name);
      return true;
    } catch (error) {
      const text = `rename ${this.#state.fullName(outputName)} -> "${name}"`;
      this.#state.failed('receiver', text, error);
      this.#remove(outputName);
      return false;
    }
  }

  /** An interrupted file under its final name, with the time 1970 that makes the next run look at it (§9.3). */
  #keepPartial(target: Target): void {
    if (!this.#putInPlace(target, undefined, 'none')) return;
    try {
      this.#state.tree.setTimes(target.name, { mtimeSec: 0, mtimeNsec: 0 });
    } catch (error) {
      this.#state.failed('receiver', `failed to set times on ${this.#state.fullName(target.name)}`, error);
    }
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

  #remove(name: string): void {
    removeQuietly(this.#state.tree, name);
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
