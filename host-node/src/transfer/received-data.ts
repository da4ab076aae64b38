// The data phase of one received file: tokens to bytes, bytes to the output, everything into the whole-file sum
// (docs/protocol/04-transfer.md §8, §9.4, §20). Opens, names and finishes no file. Without an output the record is only
// read to its end.
import { digestBytes } from '@ocrsync/core/checksum-kinds';
import { WholeFileHash } from '@ocrsync/core/checksum';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { TokenInput } from '@ocrsync/core/token-input';
import { TOKEN_END, TOKEN_LITERAL } from '@ocrsync/core/wire-reader';
import type { OpenFile } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import type { Channel } from '../session/channel.ts';
import type { SessionContext } from '../session/context.ts';
import type { SumHead } from '../session/item.ts';
import type { WireShare } from '../session/ports.ts';
import { type Task, WAIT_TURN } from '../session/wait.ts';
import type { OfferedFile } from './local-data.ts';
import { type FileLayout, LaidOutFile } from './laid-out-file.ts';

/** Matched blocks are copied in pieces of at most this; consecutive ones together. */
const COPY_BYTES = 256 * 1024;
/** The kernel copies so much of a local file before others have their turn: signals, progress. */
const KERNEL_COPY_BYTES = 8 << 20;
/** Progress is told at this distance. */
const PROGRESS_BYTES = 1 << 20;

export interface ReceivedFile extends FileLayout {
  /** undefined: nothing is written, the data is thrown away. */
  readonly output: OpenFile | undefined;
  readonly basis: OpenFile | undefined;
  /** The basis had another name, whose turn may have come before this file's: without it the file is asked for once more. */
  readonly basisMayBeGone: boolean;
  /** The output is the basis: blocks that stay where they are need no write. */
  readonly inPlace: boolean;
  /** … and the basis is another file, which stays as it is. */
  readonly basisStays: boolean;
  /** `skip`: only what is appended is summed and written; `verify`: the old part is summed too. */
  readonly append: 'no' | 'skip' | 'verify';
  /** The local sender's open file when its data is not in the stream. */
  readonly offered: OfferedFile | undefined;
  /** Has the kernel copy; undefined where it cannot. */
  copyData(from: OpenFile, to: OpenFile, position: number, lengthBytes: number): number | undefined;
  /** For error texts. */
  readonly fullName: string;
  progress(doneBytes: number): void;
}

/** A write that failed: ends the run. Told apart from errors of other calls. */
export class WriteFailure extends Error {
  readonly reason: FilesystemError;
  readonly what: 'write' | 'fsync';

  constructor(reason: FilesystemError, what: 'write' | 'fsync' = 'write') {
    super(reason.message);
    this.what = what;
    this.reason = reason;
  }
}

export class DataReceiver {
  readonly #context: SessionContext;
  readonly #tokens: TokenInput;
  readonly #hash: WholeFileHash;
  #file!: ReceivedFile;
  #head!: SumHead;
  #buffer = 0;
  #bufferBytes = 0;
  #position = 0;
  #laidOut: LaidOutFile | undefined;
  #told = 0;
  /** Matched blocks that were not copied yet. */
  #runFirst = 0;
  #runCount = 0;
  /** Blocks of a basis that is gone were thrown away. */
  #hasGaps = false;
  literalBytes = 0;
  matchedBytes = 0;
  #wireFrom = 0;
  /** Of the record that was read last (07 §6). */
  wire: WireShare = { dataBytes: 0, sumBytes: 0, digest: undefined };
  /** The words of the error when a local copy's file could not be read. */
  failure: string | undefined;

  constructor(context: SessionContext, tokens: TokenInput) {
    const { negotiated, channel } = context;
    this.#context = context;
    this.#tokens = tokens;
    this.#hash = new WholeFileHash(channel.core, negotiated.transferChecksum, negotiated.seed);
  }

  /**
   * Reads tokens and digest of the record whose head was read last. True: the digest is right; always false when nothing was
   * written.
   */
  *receive(file: ReceivedFile, channel: Channel): Task<boolean> {
    this.#file = file;
    this.literalBytes = this.matchedBytes = this.#position = this.#told = this.#runCount = 0;
    this.failure = undefined;
    this.#hasGaps = false;
    this.#layOut();
    if (file.offered !== undefined) return yield* this.#takeOver(file.offered);
    this.#hash.begin();
    if (file.append !== 'no') this.#skipOldPart();
    this.#tokens.begin();
    let fresh = true;
    for (;;) {
      while (!this.#tokens.tryToken()) {
        this.#copyRun();
        yield* channel.more();
      }
      const { tokenKind } = this.#tokens;
      if (tokenKind === TOKEN_END) break;
      if (fresh) file.progress(this.#position);
      fresh = false;
      if (tokenKind === TOKEN_LITERAL) this.#literal();
      else this.#match();
    }
    this.#copyRun();
    this.#endOutput();
    return yield* this.#verify(channel);
  }

  /** Blocks of a basis that the record read last may refer to. */
  get blockCount(): number {
    return this.#head.count;
  }

  /** The sum head, with which a record's data begins. */
  *readHead(channel: Channel): Task {
    const { protocol, negotiated } = this.#context;
    const { reader } = channel;
    this.#wireFrom = reader.dataBytesRead;
    const limits = { protocol, digestBytes: digestBytes(negotiated.transferChecksum), role: 'receiver' };
    while (!reader.trySumHead(limits)) yield* channel.more();
    this.#head = {
      count: reader.sumCount,
      blockLength: reader.blockLength,
      s2Length: reader.s2Length,
      remainder: reader.remainder,
    };
  }

  /** A whole file of a local copy. What cannot be read becomes zeros, and the file is as bad as one with a wrong digest. */
  *#takeOver(offered: OfferedFile): Task<boolean> {
    const { output } = this.#file;
    const { sizeBytes } = offered;
    while (output !== undefined && this.#position < sizeBytes) {
      this.failure ??= this.#copyPiece(offered, output);
      if (this.failure !== undefined) this.#putZeros(sizeBytes - this.#position);
      offered.progress(this.#position);
      this.#progress();
      if (this.#position < sizeBytes) yield WAIT_TURN;
    }
    this.literalBytes = sizeBytes;
    this.#endOutput();
    offered.file.close();
    return this.failure === undefined && output !== undefined;
  }

  /** Copies the next piece; the words of the error when it cannot be read. */
  #copyPiece({ file, sizeBytes }: OfferedFile, output: OpenFile): string | undefined {
    const left = sizeBytes - this.#position;
    const size = Math.min(left, COPY_BYTES);
    const pieceBytes = Math.min(left, KERNEL_COPY_BYTES);
    const copied = this.#laidOut!.takesAnything
      ? this.#write(() => this.#file.copyData(file, output, this.#position, pieceBytes))
      : undefined;
    if (copied !== undefined) {
      this.#position += copied;
      this.literalBytes += copied;
      return undefined;
    }
    this.#reserve(COPY_BYTES);
    const piece = this.#context.channel.core.u8.subarray(this.#buffer, this.#buffer + size);
    let count: number;
    try {
      count = file.read(piece, this.#position);
    } catch (error) {
      if (error instanceof FilesystemError) return `${error.strerror} (${error.errno})`;
      throw error;
    }
    if (count === 0) return 'No data available (61)';
    // Before it is written: that may end the run, and what was written then is kept or not by this count.
    this.literalBytes += count;
    this.#put(piece.subarray(0, count));
    return undefined;
  }

  #putZeros(lengthBytes: number): void {
    const size = Math.min(lengthBytes, COPY_BYTES);
    this.#reserve(COPY_BYTES);
    const zeros = this.#context.channel.core.u8.subarray(this.#buffer, this.#buffer + size).fill(0);
    this.literalBytes += size;
    this.#put(zeros);
  }

  *#verify(channel: Channel): Task<boolean> {
    const { reader } = channel;
    const digest = this.#hash.final();
    while (!reader.tryBytes(digest.length)) yield* channel.more();
    this.#context.report.debug?.('deltasum', 2, () => 'got file_sum');
    this.wire = { dataBytes: reader.dataBytesRead - this.#wireFrom, sumBytes: 0, digest };
    if (this.#file.output === undefined || this.#hasGaps) return false;
    const { u8 } = channel.core;
    return digest.every((byte, index) => byte === u8[reader.at + index]);
  }

  #literal(): void {
    this.#copyRun();
    const { at, length } = this.#tokens;
    this.literalBytes += length;
    this.#context.report.debug?.('deltasum', 4, () => `data recv ${length} at ${this.#position}`);
    if (this.#file.output === undefined) return;
    this.#hash.update(at, length);
    this.#put(this.#context.channel.core.u8.subarray(at, at + length));
  }

  #match(): void {
    const { block, wantsMatched } = this.#tokens;
    const { count, blockLength } = this.#head;
    if (block < 0 || block >= count) {
      this.#refuse('ERR_BLOCK_INDEX', `Invalid block index ${block} (count=${count}) [receiver]`);
    }
    const { output, basis, basisMayBeGone, fullName } = this.#file;
    // A batch may be played where the file it is about is not.
    const isPlayed = this.#context.config.playedBatch !== undefined;
    if (output === undefined || (basis === undefined && (isPlayed || basisMayBeGone))) {
      this.#hasGaps = true;
      this.#discardBlock(this.#spanBytes(block, 1));
      return;
    }
    if (basis === undefined) {
      this.#refuse('ERR_NO_BASIS', `got a block match with no basis file for ${fullName} [receiver]`);
    }
    const follows = this.#runCount > 0 && block === this.#runFirst + this.#runCount;
    if (!follows) this.#copyRun();
    if (this.#runCount === 0) this.#runFirst = block;
    this.#runCount++;
    if (wantsMatched || this.#runCount * blockLength >= COPY_BYTES) this.#copyRun();
  }

  /** A decoder that wants the block's data gets as many zeros: its window keeps its length, and nobody wants the result. */
  #discardBlock(lengthBytes: number): void {
    this.matchedBytes += lengthBytes;
    if (!this.#tokens.wantsMatched) return;
    this.#reserve(lengthBytes);
    this.#context.channel.core.u8.fill(0, this.#buffer, this.#buffer + lengthBytes);
    this.#tokens.matched(this.#buffer, lengthBytes);
  }

  /** Copies the pending blocks from the basis. */
  #copyRun(): void {
    if (this.#runCount === 0) return;
    const { blockLength } = this.#head;
    const first = this.#runFirst;
    const count = this.#runCount;
    this.#runCount = 0;
    const pieceBytes = this.#tokens.wantsMatched ? Math.max(COPY_BYTES, blockLength) : COPY_BYTES;
    this.#copy(first * blockLength, this.#spanBytes(first, count), pieceBytes);
  }

  #copy(from: number, lengthBytes: number, pieceBytes: number): void {
    const { core } = this.#context.channel;
    const { basis, inPlace, basisStays, output } = this.#file;
    this.#reserve(Math.min(pieceBytes, lengthBytes));
    for (let done = 0; done < lengthBytes;) {
      const size = Math.min(pieceBytes, lengthBytes - done);
      fill(basis!, core.u8.subarray(this.#buffer, this.#buffer + size), from + done);
      this.#hash.update(this.#buffer, size);
      if (this.#tokens.wantsMatched) this.#tokens.matched(this.#buffer, size);
      if (inPlace && !basisStays && from + done === this.#position) this.#stay(size);
      else if (output !== undefined) this.#put(core.u8.subarray(this.#buffer, this.#buffer + size));
      done += size;
    }
    this.matchedBytes += lengthBytes;
    this.#progress();
  }

  /** The piece in the buffer is where it belongs. */
  #stay(lengthBytes: number): void {
    const { u8 } = this.#context.channel.core;
    const piece = u8.subarray(this.#buffer, this.#buffer + lengthBytes);
    this.#write(() => this.#laidOut?.keep(piece, this.#position));
    this.#position += lengthBytes;
  }

  /** Append: what the destination has already stays; its length is the head's. */
  #skipOldPart(): void {
    const { count } = this.#head;
    const lengthBytes = count === 0 ? 0 : this.#spanBytes(0, count);
    const { append, basis, output } = this.#file;
    if (append === 'verify' && basis !== undefined && output !== undefined) {
      const { core } = this.#context.channel;
      this.#reserve(COPY_BYTES);
      for (let done = 0; done < lengthBytes;) {
        const size = Math.min(COPY_BYTES, lengthBytes - done);
        fill(basis, core.u8.subarray(this.#buffer, this.#buffer + size), done);
        this.#hash.update(this.#buffer, size);
        done += size;
      }
    }
    this.#position = lengthBytes;
  }

  #spanBytes(first: number, count: number): number {
    const { blockLength, remainder, count: all } = this.#head;
    const short = first + count === all && remainder !== 0 ? blockLength - remainder : 0;
    return count * blockLength - short;
  }

  #put(bytes: Uint8Array): void {
    this.#write(() => this.#laidOut!.write(bytes, this.#position));
    this.#position += bytes.length;
    this.#progress();
  }

  /** Room and holes (§9.4 step 1). */
  #layOut(): void {
    const { output, append } = this.#file;
    this.#laidOut = undefined;
    if (output === undefined) return;
    const isNew = append === 'no' && this.#head.count === 0;
    this.#laidOut = this.#write(
      () => new LaidOutFile(output, { ...this.#file, isNew, warn: (reason) => this.#unallocated(reason) }),
    );
  }

  #unallocated({ strerror, errno }: FilesystemError): void {
    const text = `do_fallocate ${this.#file.fullName}: ${strerror} (${errno})`;
    this.#context.report.message('warning', `rsync: [receiver] ${text}`);
  }

  #endOutput(): void {
    const { output, fsync } = this.#file;
    this.#write(() => this.#laidOut?.end(this.#position));
    if (fsync) this.#write(() => output?.sync(), 'fsync');
  }

  #write<T>(run: () => T, what: 'write' | 'fsync' = 'write'): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof FilesystemError) throw new WriteFailure(error, what);
      throw error;
    }
  }

  #progress(): void {
    if (this.#position - this.#told < PROGRESS_BYTES) return;
    this.#told = this.#position;
    this.#file.progress(this.#position);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bufferBytes) return;
    this.#bufferBytes = Math.max(bytes, COPY_BYTES);
    this.#buffer = this.#context.channel.core.resize(this.#buffer, 0, this.#bufferBytes);
  }

  #refuse(code: string, text: string): never {
    throw new ProtocolError(code, text, 2, this.#context.channel.reader.byteOffset);
  }
}

/** Reads a whole piece of the basis; what is missing or unreadable becomes zeros, which the digest finds out. */
function fill(basis: OpenFile, into: Uint8Array, position: number): void {
  let done = 0;
  try {
    while (done < into.length) {
      const count = basis.read(into.subarray(done), position + done);
      if (count === 0) break;
      done += count;
    }
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
  }
  into.fill(0, done);
}
