// An open file over synchronous calls of node:fs. Part of local-node; made by its root only.
import { closeSync, fchmodSync, fstatSync, fsyncSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import { errorOfCode, translated } from './errno.ts';
import type { FileStat, OpenFile } from './filesystem.ts';
import { fileStat } from './node-stat.ts';

export class NodeFile implements OpenFile {
  readonly #descriptor: number;
  readonly #name: string;
  #open = true;
  /** Something was written: only then a close can lose anything. */
  #changed = false;

  constructor(descriptor: number, name: string) {
    this.#descriptor = descriptor;
    this.#name = name;
  }

  stat(): FileStat {
    return this.#call('fstat', () => fileStat(fstatSync(this.#descriptor, { bigint: true })));
  }

  read(into: Uint8Array, position: number): number {
    try {
      return readSync(this.#descriptor, into, 0, into.length, position);
    } catch (error) {
      throw translated(error, 'read', this.#name);
    }
  }

  write(from: Uint8Array, position: number): void {
    this.#changed = true;
    try {
      for (let done = 0; done < from.length;) {
        done += writeSync(this.#descriptor, from, done, from.length - done, position + done);
      }
    } catch (error) {
      throw translated(error, 'write', this.#name);
    }
  }

  truncate(lengthBytes: number): void {
    this.#changed = true;
    this.#call('ftruncate', () => ftruncateSync(this.#descriptor, lengthBytes));
  }

  /** Node has no call for the room of a file. */
  allocate(): void {
    throw errorOfCode('ENOSYS', 'fallocate', this.#name);
  }

  punchHole(): void {
    throw errorOfCode('ENOSYS', 'fallocate', this.#name);
  }

  sync(): void {
    this.#call('fsync', () => fsyncSync(this.#descriptor));
  }

  /** Used when the umask took bits from the mode of a new file. */
  chmod(mode: number): void {
    this.#call('fchmod', () => fchmodSync(this.#descriptor, mode));
  }

  detach(): number | undefined {
    if (!this.#open) return undefined;
    this.#open = false;
    return this.#descriptor;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      closeSync(this.#descriptor);
    } catch (error) {
      if (this.#changed) throw translated(error, 'close', this.#name);
    }
  }

  #call<T>(call: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw translated(error, call, this.#name);
    }
  }
}
