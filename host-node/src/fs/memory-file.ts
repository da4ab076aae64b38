// An open file of a file system in memory. Lives on when its last name is gone. Part of memory-filesystem.
import { errorOfCode } from './errno.ts';
import { type FileStat, FilesystemError, type OpenFile } from './filesystem.ts';
import { type Inode, isDirectoryInode, type MemoryVolume, Refusal, statOfInode } from './memory-inode.ts';

const COPY_BYTES = 1 << 20;

export class MemoryFile implements OpenFile {
  readonly #volume: MemoryVolume;
  readonly #inode: Inode;
  readonly #name: string;
  readonly #writable: boolean;
  #open = true;

  constructor(volume: MemoryVolume, inode: Inode, name: string, writable: boolean) {
    this.#volume = volume;
    this.#inode = inode;
    this.#name = name;
    this.#writable = writable;
    inode.openCount++;
  }

  stat(): FileStat {
    return this.#call('fstat', () => statOfInode(this.#inode));
  }

  read(into: Uint8Array, position: number): number {
    return this.#call('read', () => {
      if (isDirectoryInode(this.#inode)) throw new Refusal('EISDIR');
      return this.#inode.data?.read(into, position) ?? 0;
    });
  }

  write(from: Uint8Array, position: number): void {
    this.#call('write', () => {
      if (!this.#writable) throw new Refusal('EBADF');
      this.#inode.data?.write(from, position);
      if (from.length > 0) this.#inode.mtime = this.#volume.now();
    });
  }

  truncate(lengthBytes: number): void {
    this.#call('ftruncate', () => {
      if (!this.#writable || this.#inode.data === undefined) throw new Refusal('EINVAL');
      this.#inode.data.truncate(lengthBytes);
      this.#inode.mtime = this.#volume.now();
    });
  }

  /** Room is taken page by page when it is written. */
  allocate(): void {
    throw errorOfCode('EOPNOTSUPP', 'fallocate', this.#name);
  }

  punchHole(position: number, lengthBytes: number): void {
    this.#call('fallocate', () => {
      if (!this.#writable || this.#inode.data === undefined) throw new Refusal('EBADF');
      this.#inode.data.clear(position, lengthBytes);
      this.#inode.mtime = this.#volume.now();
    });
  }

  /** What is in memory is as safe as it will get. */
  sync(): void {}

  /** See Root.copyData: here "the kernel" is this room. 0 and undefined mean the same to callers: read and write. */
  copyTo(to: MemoryFile, position: number, lengthBytes: number): number | undefined {
    const piece = new Uint8Array(Math.min(lengthBytes, COPY_BYTES));
    const count = this.read(piece, position);
    if (count === 0) return undefined;
    try {
      to.write(piece.subarray(0, count), position);
    } catch (error) {
      // As from a kernel: the write that the caller does instead tells why.
      if (error instanceof FilesystemError) return undefined;
      throw error;
    }
    return count;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#inode.openCount--;
    this.#volume.reclaim(this.#inode);
  }

  #call<T>(call: string, run: () => T): T {
    try {
      if (!this.#open) throw new Refusal('EBADF');
      return run();
    } catch (error) {
      if (error instanceof Refusal) throw errorOfCode(error.code, call, this.#name);
      throw error;
    }
  }
}
