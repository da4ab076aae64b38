// How a received file lies on the disk: room that is reserved, holes, and its length (docs/protocol/04-transfer.md §9.4 steps 1
// and 5). Data comes through received-data.ts, which knows what it is.
import { FilesystemError, type OpenFile } from '../fs/filesystem.ts';
import { SparseOutput } from './sparse-output.ts';

/** How a file shall lie on the disk. */
export interface FileLayout {
  /** Zeros become holes. */
  readonly sparse: boolean;
  /** What is written in place had so many bytes. */
  readonly existingBytes: number;
  /** Room is reserved before for a file of this length; 0: none is. */
  readonly allocatedBytes: number;
  /** It is brought to the disk before it counts as written. */
  readonly fsync: boolean;
  /** A device: it cannot be cut off. */
  readonly fixedLength: boolean;
}

export interface LaidOutOptions extends FileLayout {
  readonly inPlace: boolean;
  /** Nothing of what is there is referred to: it may go. */
  readonly isNew: boolean;
  /** The room could not be reserved: work goes on without. */
  warn(reason: FilesystemError): void;
}

export class LaidOutFile {
  readonly #output: OpenFile;
  readonly #options: LaidOutOptions;
  readonly #sparse: SparseOutput | undefined;
  #isAllocated = false;

  /** Throws a FilesystemError. */
  constructor(output: OpenFile, options: LaidOutOptions) {
    this.#output = output;
    this.#options = options;
    const { sparse, inPlace, isNew, existingBytes, allocatedBytes, fixedLength } = options;
    if (fixedLength) return;
    if (sparse) {
      if (inPlace && isNew) output.truncate(0);
      this.#sparse = new SparseOutput(output, isNew ? 0 : existingBytes);
    }
    if (allocatedBytes > 0) this.#allocate(allocatedBytes);
  }

  /** Others may write to the file, too: there is nothing to be looked for in the data. */
  get takesAnything(): boolean {
    return this.#sparse === undefined;
  }

  write(bytes: Uint8Array, position: number): void {
    (this.#sparse ?? this.#output).write(bytes, position);
  }

  /** What is in its place already. */
  keep(bytes: Uint8Array, position: number): void {
    this.#sparse?.keep(bytes, position);
  }

  /** All is written: the length, where writing alone does not make it. */
  end(lengthBytes: number): void {
    const { inPlace, fixedLength } = this.#options;
    this.#sparse?.end();
    const isCut = inPlace || this.#sparse !== undefined || this.#isAllocated;
    if (isCut && !fixedLength) this.#output.truncate(lengthBytes);
  }

  /** Not a whole number of blocks, as upstream has it; the file is cut to its length at the end. */
  #allocate(lengthBytes: number): void {
    try {
      this.#output.allocate(lengthBytes % 2 === 0 ? lengthBytes - 1 : lengthBytes + 1);
      this.#isAllocated = true;
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      this.#options.warn(error);
    }
  }
}
