// An open file over synchronous calls of node:fs. Part of local-node; made by its root only.
import { closeSync, fchmodSync, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import type { NativeHelper } from '@ocrsync/native/load';
import { errorOfNumber, translated } from './errno.ts';
import type { FileStat, OpenFile } from './filesystem.ts';
import { fileStat, recordedStat, statRecord } from './node-stat.ts';

/** What the helper can do with open files. */
export type FileHelper = Pick<NativeHelper, 'fstat' | 'copyRange'>;

export class NodeFile implements OpenFile {
  readonly #descriptor: number;
  readonly #name: string;
  readonly #helper: FileHelper | undefined;
  #open = true;

  constructor(descriptor: number, name: string, helper: FileHelper | undefined) {
    this.#descriptor = descriptor;
    this.#name = name;
    this.#helper = helper;
  }

  stat(): FileStat {
    if (this.#helper !== undefined) {
      const result = this.#helper.fstat(this.#descriptor, statRecord);
      if (result < 0) throw errorOfNumber(-result, 'fstat', this.#name);
      return recordedStat();
    }
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
    try {
      for (let done = 0; done < from.length;) {
        done += writeSync(this.#descriptor, from, done, from.length - done, position + done);
      }
    } catch (error) {
      throw translated(error, 'write', this.#name);
    }
  }

  /** See Root.copyData. Some file systems without the call say 0: only a read tells the end. */
  copyTo(to: NodeFile, position: number, lengthBytes: number): number | undefined {
    const result = this.#helper?.copyRange(this.#descriptor, to.#descriptor, position, lengthBytes);
    return result === undefined || result <= 0 ? undefined : result;
  }

  truncate(lengthBytes: number): void {
    this.#call('ftruncate', () => ftruncateSync(this.#descriptor, lengthBytes));
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
    this.#call('close', () => closeSync(this.#descriptor));
  }

  #call<T>(call: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw translated(error, call, this.#name);
    }
  }
}
