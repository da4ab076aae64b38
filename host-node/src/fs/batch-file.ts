// The files of a batch: written and read in one go by the process itself (docs/protocol/04-transfer.md §17). They are the
// operator's, never a peer's. What they hold is none of this file's business.
import { closeSync, fstatSync, readSync, writeSync } from 'node:fs';
import { translated } from './errno.ts';
import { openOperatorFile } from './operator-file.ts';

export const BATCH_MODE = 0o600;
export const BATCH_SCRIPT_MODE = 0o700;

/** A batch, or its script, that is being written. All calls throw a FilesystemError. */
export class BatchOutput {
  readonly #path: string;
  #descriptor: number;

  /** @param path latin1, as typed. */
  constructor(path: string, mode: number, insecureLinks: boolean) {
    this.#path = path;
    this.#descriptor = openOperatorFile(path, 'write', insecureLinks, mode);
  }

  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      from += told(this.#path, 'write', () => writeSync(this.#descriptor, bytes, from));
    }
  }

  close(): void {
    if (this.#descriptor < 0) return;
    const descriptor = this.#descriptor;
    this.#descriptor = -1;
    told(this.#path, 'close', () => closeSync(descriptor));
  }
}

/** What a batch was to be read from is a directory or a device. */
export class NotAFile extends Error {}

/** A batch that is being played. `-` is standard input; anything else has to be a regular file or a FIFO. */
export class BatchInput {
  readonly #path: string;
  readonly #descriptor: number;

  constructor(path: string, insecureLinks: boolean) {
    this.#path = path;
    this.#descriptor = path === '-' ? 0 : openOperatorFile(path, 'read', insecureLinks);
    if (path === '-') return;
    const stat = fstatSync(this.#descriptor);
    if (stat.isFile() || stat.isFIFO()) return;
    this.close();
    throw new NotAFile(path);
  }

  /** 0 at the end. */
  read(into: Uint8Array): number {
    return told(this.#path, 'read', () => readSync(this.#descriptor, into));
  }

  close(): void {
    if (this.#path !== '-') closeSync(this.#descriptor);
  }
}

function told<T>(path: string, call: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw translated(error, call, path);
  }
}
