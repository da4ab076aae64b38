// Writes the sum head and the block sums of a basis after a request (docs/protocol/04-transfer.md §4, §3.7 step 14).
// Reads the basis straight into the core's memory and gives turns; what the basis is was decided before.
import { digestBytes } from '@ocrsync/core/checksum-kinds';
import { BlockSigner } from '@ocrsync/core/signature';
import { chooseSumHead } from '@ocrsync/core/sum-head';
import type { OpenFile } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import type { SessionContext } from '../session/context.ts';
import { EMPTY_SUM_HEAD, type SumHead } from '../session/item.ts';
import { type Task, WAIT_TURN } from '../session/wait.ts';

export interface BasisSums {
  readonly file: OpenFile;
  readonly sizeBytes: number;
  /** Full strong sums. */
  readonly redo: boolean;
  /** Append mode: the head alone travels. */
  readonly headOnly: boolean;
}

export class BlockSumWriter {
  readonly #context: SessionContext;
  readonly #signer: BlockSigner;
  /** `--block-size`, 0 = chosen by length. */
  readonly #blockLength: number;

  constructor(context: SessionContext, blockLength: number) {
    this.#context = context;
    this.#signer = new BlockSigner(context.channel.core);
    this.#blockLength = blockLength;
  }

  /** A request without basis. */
  writeEmpty(): void {
    this.#head(EMPTY_SUM_HEAD);
  }

  /** Head and sums of a basis. False: it has too many blocks, and an empty head was written. */
  *write(basis: BasisSums): Task<boolean> {
    const { negotiated, protocol } = this.#context;
    const head = chooseSumHead(basis.sizeBytes, {
      protocol,
      digestBytes: digestBytes(negotiated.transferChecksum),
      blockLength: this.#blockLength,
      redo: basis.redo,
    });
    this.#context.report.debug?.('deltasum', 2, () => headText(head ?? EMPTY_SUM_HEAD, basis.sizeBytes));
    this.#head(head ?? EMPTY_SUM_HEAD);
    if (head !== undefined && head.count > 0 && !basis.headOnly) yield* this.#sums(head, basis.file);
    return head !== undefined;
  }

  *#sums(head: SumHead, file: OpenFile): Task {
    const { channel, negotiated } = this.#context;
    const signer = this.#signer;
    signer.open(head, negotiated.transferChecksum, negotiated.seed);
    let position = 0;
    while (!signer.done) {
      const count = readSome(file, signer.window(), position);
      position += count;
      signer.feed(count, (address, lengthBytes) => channel.writer.bytesAt(address, lengthBytes));
      yield* channel.room();
      if (!signer.done) yield WAIT_TURN;
    }
  }

  #head({ count, blockLength, s2Length, remainder }: SumHead): void {
    this.#context.channel.writer.sumHead(count, blockLength, s2Length, remainder);
  }
}

/** A basis that cannot be read counts as ended: its blocks then match nothing, or the whole-file sum finds out. */
function readSome(file: OpenFile, into: Uint8Array, position: number): number {
  try {
    return file.read(into, position);
  } catch (error) {
    if (error instanceof FilesystemError) return 0;
    throw error;
  }
}

/** As --debug=DELTASUM2 shows it. */
function headText({ count, remainder, blockLength, s2Length }: SumHead, sizeBytes: number): string {
  return `count=${count} rem=${remainder} blength=${blockLength} s2length=${s2Length} flength=${sizeBytes}`;
}
