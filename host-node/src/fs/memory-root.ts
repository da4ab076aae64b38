// A directory tree in memory under the contract of filesystem.ts, with Linux's answers. Part of memory-filesystem.
// A name without '..' stays inside by itself; where links may lead is the policy's (memory-names.ts).
import { errorOfCode } from './errno.ts';
import type { FileStat, HeldDirectory, OpenFile, Root, SetTimes, SymlinkPolicy } from './filesystem.ts';
import {
  allowedMode,
  demand,
  demandChown,
  demandOwner,
  demandRemoval,
  MAY_READ,
  MAY_SEARCH,
  MAY_WRITE,
} from './memory-access.ts';
import { MemoryFile } from './memory-file.ts';
import {
  type Inode,
  isDevice,
  isDirectoryInode,
  isNodeType,
  type MemoryIdentity,
  type MemoryVolume,
  type NewInode,
  Refusal,
  S_DIRECTORY,
  S_ISGID,
  S_ISUID,
  S_REGULAR,
  S_SYMLINK,
  statOfInode,
} from './memory-inode.ts';
import { componentsOf, NameWalk, type Place } from './memory-names.ts';
import { dropXattr, listedXattrs, readXattr, writeXattr } from './memory-xattrs.ts';

const GROUP_EXECUTE = 0o010;
const MAX_TARGET_BYTES = 4095;

export interface MemoryRootParts {
  readonly path: string;
  readonly start: Inode;
  readonly volume: MemoryVolume;
  readonly identity: MemoryIdentity;
  readonly umask: number;
  readonly symlinks: SymlinkPolicy;
}

export class MemoryRoot implements Root {
  readonly path: string;
  readonly #parts: MemoryRootParts;
  readonly #walk: NameWalk;

  constructor(parts: MemoryRootParts) {
    this.path = parts.path;
    this.#parts = parts;
    this.#walk = new NameWalk(parts.volume.top, parts.identity, parts.symlinks);
  }

  lstat(name: string): FileStat | undefined {
    return this.#look('lstat', name, false);
  }

  stat(name: string): FileStat | undefined {
    return this.#look('stat', name, true);
  }

  list(name: string): string[] {
    return this.#call('opendir', name, () => {
      const inode = this.#existing(name, true).inode;
      if (!isDirectoryInode(inode)) throw new Refusal('ENOTDIR');
      demand(this.#parts.identity, inode, MAY_READ);
      return [...inode.entries.keys()];
    });
  }

  openRead(name: string, follow: boolean): OpenFile {
    return this.#call('open', name, () => {
      const { inode } = this.#existing(name, follow);
      if (inode.target) throw new Refusal('ELOOP');
      demand(this.#parts.identity, inode, MAY_READ);
      return new MemoryFile(this.#parts.volume, inode, name, false);
    });
  }

  createExclusive(name: string, mode: number): OpenFile {
    return this.#call('open', name, () => this.#opened(this.#make(name, S_REGULAR | (mode & 0o7777)), name));
  }

  openWrite(name: string, mode: number): OpenFile {
    return this.#call('open', name, () => {
      const { inode, leaf } = this.#find(name, false);
      if (inode === undefined) {
        return this.#opened(this.#make(name, S_REGULAR | (mode & 0o7777 & ~this.#parts.umask)), name);
      }
      if (inode.target) throw new Refusal('ELOOP');
      if (leaf === '' || isDirectoryInode(inode)) throw new Refusal('EISDIR');
      demand(this.#parts.identity, inode, MAY_READ | MAY_WRITE);
      return this.#opened(inode, name);
    });
  }

  mkdir(name: string, mode: number): void {
    this.#call('mkdir', name, () => {
      const { parent } = this.#find(name, false);
      const inode = this.#make(name, S_DIRECTORY | (mode & 0o1777 & ~this.#parts.umask));
      inode.linkCount = 2;
      inode.parent = parent;
      inode.mode |= parent.mode & S_ISGID;
      parent.linkCount++;
    });
  }

  rmdir(name: string): void {
    this.#call('rmdir', name, () => {
      const { parent, leaf, inode } = this.#existing(name, false);
      if (leaf === '') throw new Refusal('EINVAL');
      if (!isDirectoryInode(inode)) throw new Refusal('ENOTDIR');
      demandRemoval(this.#parts.identity, parent, inode);
      if (inode.entries.size > 0) throw new Refusal('ENOTEMPTY');
      this.#detach(parent, leaf, inode);
    });
  }

  unlink(name: string): void {
    this.#call('unlink', name, () => {
      const { parent, leaf, inode } = this.#existing(name, false);
      if (leaf === '' || isDirectoryInode(inode)) throw new Refusal('EISDIR');
      demandRemoval(this.#parts.identity, parent, inode);
      this.#detach(parent, leaf, inode);
    });
  }

  rename(from: string, to: string): void {
    this.renameFrom(this, from, to);
  }

  renameFrom(from: Root, existing: string, to: string): void {
    this.#call('rename', existing, () => {
      const source = this.#ofVolume(from).#existing(existing, false);
      const target = this.#find(to, false);
      if (source.leaf === '' || target.leaf === '') throw new Refusal('EBUSY');
      const { inode } = source;
      if (isDirectoryInode(inode)) refuseOwnSubtree(inode, target.parent);
      demandRemoval(this.#parts.identity, source.parent, inode);
      if (target.inode === inode) return;
      if (target.inode === undefined) demand(this.#parts.identity, target.parent, MAY_WRITE | MAY_SEARCH);
      else this.#makeWay(target.parent, target.leaf, target.inode, inode);
      source.parent.entries.delete(source.leaf);
      target.parent.entries.set(target.leaf, inode);
      if (isDirectoryInode(inode)) {
        source.parent.linkCount--;
        target.parent.linkCount++;
        inode.parent = target.parent;
      }
      this.#touch(source.parent);
      this.#touch(target.parent);
    });
  }

  link(existing: string, name: string): void {
    this.linkFrom(this, existing, name);
  }

  linkFrom(from: Root, existing: string, name: string): void {
    this.#call('link', name, () => {
      const source = this.#ofVolume(from).#existing(existing, false);
      if (isDirectoryInode(source.inode)) throw new Refusal('EPERM');
      const target = this.#free(name);
      this.#attach(target, source.inode);
    });
  }

  symlink(target: string, name: string): void {
    this.#call('symlink', name, () => {
      if (target === '') throw new Refusal('ENOENT');
      if (target.length > MAX_TARGET_BYTES) throw new Refusal('ENAMETOOLONG');
      if (target.includes('\0')) throw new Refusal('EINVAL');
      this.#make(name, S_SYMLINK | 0o777, { target });
    });
  }

  readlink(name: string): string {
    return this.#call('readlink', name, () => {
      const { inode } = this.#existing(name, false);
      if (!inode.target) throw new Refusal('EINVAL');
      return inode.target;
    });
  }

  mknod(name: string, mode: number, rdevMajor: number, rdevMinor: number): void {
    this.#call('mknod', name, () => {
      if (!isNodeType(mode)) throw new Refusal('EINVAL');
      if (isDevice(mode) && this.#parts.identity.uid !== 0) throw new Refusal('EPERM');
      this.#make(name, mode, { rdevMajor, rdevMinor });
    });
  }

  chmod(name: string, mode: number): void {
    this.#call('chmod', name, () => {
      const { inode } = this.#existing(name, true);
      const { identity } = this.#parts;
      demandOwner(identity, inode);
      inode.mode = (inode.mode & ~0o7777) | allowedMode(identity, inode, mode & 0o7777);
    });
  }

  chown(name: string, uid: number, gid: number): void {
    this.#call('lchown', name, () => {
      const { inode } = this.#existing(name, false);
      demandChown(this.#parts.identity, inode, uid, gid);
      if (uid !== -1) inode.uid = uid;
      if (gid !== -1) inode.gid = gid;
      if (inode.data === undefined) return;
      inode.mode &= inode.mode & GROUP_EXECUTE ? ~(S_ISUID | S_ISGID) : ~S_ISUID;
    });
  }

  setTimes(name: string, times: SetTimes): void {
    this.#call('utimensat', name, () => {
      const { inode } = this.#existing(name, false);
      demandOwner(this.#parts.identity, inode);
      inode.mtime = { sec: times.mtimeSec, nsec: times.mtimeNsec };
      if (times.atimeSec !== undefined) inode.atime = { sec: times.atimeSec, nsec: times.atimeNsec ?? 0 };
    });
  }

  listXattrs(name: string): string[] {
    return this.#ofItself('llistxattr', name, listedXattrs);
  }

  getXattr(name: string, key: string): Uint8Array | undefined {
    return this.#ofItself('lgetxattr', name, (who, inode) => readXattr(who, inode, key));
  }

  setXattr(name: string, key: string, value: Uint8Array): void {
    this.#ofItself('lsetxattr', name, (who, inode) => writeXattr(who, inode, key, value));
  }

  removeXattr(name: string, key: string): void {
    this.#ofItself('lremovexattr', name, (who, inode) => dropXattr(who, inode, key));
  }

  copyData(from: OpenFile, to: OpenFile, position: number, lengthBytes: number): number | undefined {
    if (!(from instanceof MemoryFile) || !(to instanceof MemoryFile)) return undefined;
    return from.copyTo(to, position, lengthBytes);
  }

  /** There are no descriptors. */
  hold(): HeldDirectory | undefined {
    return undefined;
  }

  // ---- names -----------------------------------------------------------------------------------------------------------

  #look(call: string, name: string, follow: boolean): FileStat | undefined {
    return this.#call(call, name, () => {
      try {
        return statOfInode(this.#existing(name, follow).inode);
      } catch (error) {
        if (error instanceof Refusal && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
          return undefined;
        throw error;
      }
    });
  }

  #ofItself<T>(call: string, name: string, run: (who: MemoryIdentity, inode: Inode) => T): T {
    return this.#call(call, name, () => run(this.#parts.identity, this.#existing(name, false).inode));
  }

  #ofVolume(other: Root): MemoryRoot {
    if (!(other instanceof MemoryRoot) || other.#parts.volume !== this.#parts.volume)
      throw new Refusal('EXDEV');
    return other;
  }

  #find(name: string, follow: boolean): Place {
    if (name.includes('\0')) throw new Refusal('EINVAL');
    if (name.startsWith('/') || name.split('/').includes('..')) throw new Refusal('EXDEV');
    return this.#walk.find(this.#parts.start, componentsOf(name), follow || name.endsWith('/'));
  }

  #existing(name: string, follow: boolean): Place & { readonly inode: Inode } {
    const place = this.#find(name, follow);
    const { inode } = place;
    if (inode === undefined) throw new Refusal('ENOENT');
    if (name.endsWith('/') && !isDirectoryInode(inode)) throw new Refusal('ENOTDIR');
    return { ...place, inode };
  }

  /** A place where nothing is, in a directory that may be written to. */
  #free(name: string): Place {
    const place = this.#find(name, false);
    if (place.inode !== undefined) throw new Refusal('EEXIST');
    demand(this.#parts.identity, place.parent, MAY_WRITE | MAY_SEARCH);
    return place;
  }

  // ---- entries ---------------------------------------------------------------------------------------------------------

  #make(name: string, mode: number, more: Pick<NewInode, 'target' | 'rdevMajor' | 'rdevMinor'> = {}): Inode {
    const place = this.#free(name);
    const { volume, identity } = this.#parts;
    const gid = place.parent.mode & S_ISGID ? place.parent.gid : identity.gid;
    const inode = volume.create({ mode, uid: identity.uid, gid, ...more });
    this.#attach(place, inode);
    return inode;
  }

  #opened(inode: Inode, name: string): MemoryFile {
    return new MemoryFile(this.#parts.volume, inode, name, true);
  }

  #attach({ parent, leaf }: Place, inode: Inode): void {
    parent.entries.set(leaf, inode);
    inode.linkCount++;
    this.#touch(parent);
  }

  #detach(parent: Place['parent'], leaf: string, inode: Inode): void {
    parent.entries.delete(leaf);
    this.#lost(parent, inode);
    this.#touch(parent);
  }

  /** A name of `inode` in `parent` is gone. */
  #lost(parent: Inode, inode: Inode): void {
    inode.linkCount--;
    if (!isDirectoryInode(inode)) return this.#parts.volume.reclaim(inode);
    inode.linkCount = 0;
    parent.linkCount--;
  }

  /** Removes what a rename replaces. */
  #makeWay(parent: Place['parent'], leaf: string, obstacle: Inode, mover: Inode): void {
    demandRemoval(this.#parts.identity, parent, obstacle);
    if (isDirectoryInode(obstacle)) {
      if (!isDirectoryInode(mover)) throw new Refusal('EISDIR');
      if (obstacle.entries.size > 0) throw new Refusal('ENOTEMPTY');
    } else if (isDirectoryInode(mover)) throw new Refusal('ENOTDIR');
    parent.entries.delete(leaf);
    this.#lost(parent, obstacle);
  }

  #touch(directory: Inode): void {
    directory.mtime = this.#parts.volume.now();
  }

  #call<T>(call: string, name: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof Refusal) throw errorOfCode(error.code, call, name);
      throw error;
    }
  }
}

function refuseOwnSubtree(directory: Inode, target: Inode): void {
  for (let here = target; ; here = here.parent!) {
    if (here === directory) throw new Refusal('EINVAL');
    if (here === here.parent) return;
  }
}
