// A file that is read once from its beginning to its end: it may be a pipe, a FIFO or standard input.
// For files that the user named on the command line; nothing of a peer's choosing comes here.
import { closeSync, readSync } from 'node:fs';
import { openOperatorFile } from './operator-file.ts';

const STANDARD_INPUT = 0;
const PIECE_BYTES = 65536;
/** Between two looks at a descriptor that somebody has made non-blocking. */
const LOOK_AGAIN_MS = 5;

export class InputFile {
  readonly #descriptor: number;
  readonly #piece = Buffer.alloc(PIECE_BYTES);
  #isOpen = true;

  /** `path`: latin1, `-` is standard input. Throws a FilesystemError. */
  constructor(path: string, insecureLinks: boolean) {
    this.#descriptor = path === '-' ? STANDARD_INPUT : openOperatorFile(path, 'read', insecureLinks);
  }

  /** The next bytes as latin1; '' at the end, or where it cannot be read on, which closes the file. */
  read(): string {
    while (this.#isOpen) {
      const count = this.#readSome();
      if (count === undefined) continue;
      if (count === 0) this.close();
      return this.#piece.toString('latin1', 0, count);
    }
    return '';
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#descriptor !== STANDARD_INPUT) closeSync(this.#descriptor);
  }

  /** undefined: nothing is there yet. */
  #readSome(): number | undefined {
    try {
      return readSync(this.#descriptor, this.#piece, 0, PIECE_BYTES, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return 0;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_AGAIN_MS);
      return undefined;
    }
  }
}
