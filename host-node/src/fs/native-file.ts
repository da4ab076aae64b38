// An open file over calls of the native helper. Part of local-native; made by its root only.
import { type FileCalls, keepSize, punchHole } from '@ocrsync/native/files';
import { errorOfNumber } from './errno.ts';
import type { FileStat, OpenFile } from './filesystem.ts';
import { recordedStat, statRecord } from './node-stat.ts';

export class NativeFile implements OpenFile {
  readonly #native: FileCalls;
  readonly #descriptor: number;
  readonly #name: string;
  #open = true;
  /** Something was written: only then a close can lose anything. */
  #changed = false;

  constructor(native: FileCalls, descriptor: number, name: string) {
    this.#native = native;
    this.#descriptor = descriptor;
    this.#name = name;
  }

  stat(): FileStat {
    this.#checked('fstat', this.#native.fstat(this.#descriptor, statRecord));
    return recordedStat();
  }

  read(into: Uint8Array, position: number): number {
    return this.#checked('read', this.#native.pread(this.#descriptor, into, position));
  }

  write(from: Uint8Array, position: number): void {
    this.#changed = true;
    this.#checked('write', this.#native.pwrite(this.#descriptor, from, position));
  }

  truncate(lengthBytes: number): void {
    this.#changed = true;
    this.#checked('ftruncate', this.#native.ftruncate(this.#descriptor, lengthBytes));
  }

  allocate(lengthBytes: number): void {
    this.#checked('fallocate', this.#native.fallocate(this.#descriptor, keepSize, 0, lengthBytes));
  }

  punchHole(position: number, lengthBytes: number): void {
    this.#changed = true;
    this.#checked('fallocate', this.#native.fallocate(this.#descriptor, punchHole, position, lengthBytes));
  }

  sync(): void {
    this.#checked('fsync', this.#native.fsync(this.#descriptor));
  }

  /** Used when the umask took bits from the mode of a new file. */
  chmod(mode: number): void {
    this.#checked('fchmod', this.#native.fchmod(this.#descriptor, mode & 0o7777));
  }

  detach(): number | undefined {
    if (!this.#open) return undefined;
    this.#open = false;
    return this.#descriptor;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const result = this.#native.close(this.#descriptor);
    if (this.#changed) this.#checked('close', result);
  }

  /**
   * Shares all blocks of this file with `to`: how many bytes that are. 0: it has more than asked for, or none; undefined:
   * the file systems cannot do it.
   */
  cloneTo(to: NativeFile, lengthBytes: number): number | undefined {
    const { sizeBytes: before } = this.stat();
    if (before > lengthBytes) return 0;
    if (this.#native.clone(this.#descriptor, to.#descriptor) !== 0) return undefined;
    const { sizeBytes } = to.stat();
    // It grew between the two calls.
    if (sizeBytes > lengthBytes) to.truncate(lengthBytes);
    return Math.min(sizeBytes, lengthBytes);
  }

  /** See Root.copyData. Some file systems without the call say 0: only a read tells the end. */
  copyTo(to: NativeFile, position: number, lengthBytes: number): number | undefined {
    to.#changed = true;
    const copied = this.#native.copyRange(this.#descriptor, to.#descriptor, position, lengthBytes);
    return copied > 0 ? copied : undefined;
  }

  #checked(call: string, result: number): number {
    if (result < 0) throw errorOfNumber(-result, call, this.#name);
    return result;
  }
}
