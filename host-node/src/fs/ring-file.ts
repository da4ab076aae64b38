// A file whose whole content was read ahead: what its reader sees is what it would have seen on opening it then.
import { errorOfCode } from './errno.ts';
import type { FileStat, OpenFile } from './filesystem.ts';

export class RingFile implements OpenFile {
  readonly #content: Uint8Array;
  readonly #stat: FileStat;

  constructor(content: Uint8Array, stat: FileStat) {
    this.#content = content;
    this.#stat = stat;
  }

  stat(): FileStat {
    return this.#stat;
  }

  read(into: Uint8Array, position: number): number {
    const part = this.#content.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }

  write(): never {
    throw errorOfCode('EBADF', 'write', '');
  }

  truncate(): never {
    throw errorOfCode('EBADF', 'ftruncate', '');
  }

  allocate(): never {
    throw errorOfCode('EBADF', 'fallocate', '');
  }

  punchHole(): never {
    throw errorOfCode('EBADF', 'fallocate', '');
  }

  sync(): never {
    throw errorOfCode('EBADF', 'fsync', '');
  }

  close(): void {
    // Its descriptor was closed when it was read.
  }
}
