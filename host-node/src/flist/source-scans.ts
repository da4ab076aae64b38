// Directories of the source trees as they are read, the next ones ahead of their turn (docs/protocol/03-file-list.md §3.5).
// Makes nothing of what is read.
import { type DirectoryScan, ScanAhead } from '../fs/directory-scan.ts';
import { FilesystemError, type Root } from '../fs/filesystem.ts';
import type { SourceErrors } from './source-errors.ts';

export class SourceScans {
  readonly #errors: SourceErrors;
  readonly #ahead = new ScanAhead();

  constructor(errors: SourceErrors) {
    this.#errors = errors;
  }

  /** A directory that will be opened soon; false: it makes no sense to name more now. */
  expect(root: Root, at: string): boolean {
    return this.#ahead.begin(root, at);
  }

  isExpected(root: Root, at: string): boolean {
    return this.#ahead.hasBegun(root, at);
  }

  /** Nothing more is read. */
  end(): void {
    this.#ahead.end();
  }

  /** Begins to read a directory; undefined (and reported) when it cannot be read. */
  open(root: Root, at: string): DirectoryScan | undefined {
    try {
      return this.#ahead.open(root, at);
    } catch (error) {
      this.#errors.unreadable(root, at, error);
      return undefined;
    }
  }

  /** Fills the buffer with the next records; 0 at the end, or (reported) where it cannot be read on. */
  read(scan: DirectoryScan, root: Root, at: string, into: Uint8Array): number {
    try {
      return scan.read(into);
    } catch (error) {
      this.#errors.unreadable(root, at, error);
      return 0;
    }
  }

  /** Device of a directory that is about to be read; undefined when it is gone, as reading it will tell. */
  deviceOf(root: Root, at: string): number | undefined {
    try {
      return root.stat(at)?.dev;
    } catch (error) {
      if (error instanceof FilesystemError) return undefined;
      throw error;
    }
  }
}
