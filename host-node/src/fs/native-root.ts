// A directory tree over calls of the native helper relative to held directories. Every name goes through SafeRoot; every
// failure is a FilesystemError. Part of local-native.
import { removeDirectory } from '@ocrsync/native/at-calls';
import { omitTime } from '@ocrsync/native/load';
import {
  EACCES,
  EMFILE,
  ENFILE,
  ENOENT,
  ENOTDIR,
  EXDEV,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
} from './directory-calls.ts';
import { errorOfNumber } from './errno.ts';
import { type FileStat, type HeldDirectory, type OpenFile, type Root, type SetTimes } from './filesystem.ts';
import { getXattr, listXattrs, removeXattr, setXattr, type XattrPlace } from './metadata/xattrs.ts';
import type { NativeFileCalls } from './native-directories.ts';
import { NativeFile } from './native-file.ts';
import { recordedStat, statRecord } from './node-stat.ts';
import type { Held } from './directory-pool.ts';
import type { SafeRoot } from './safe-root.ts';
import { openToRead } from './traceless-read.ts';

export class NativeRoot implements Root {
  readonly path: string;
  readonly #native: NativeFileCalls;
  readonly #safe: SafeRoot;
  readonly #umask: number;
  #canClone = true;

  constructor(path: string, native: NativeFileCalls, safe: SafeRoot, umask: number) {
    this.path = path;
    this.#native = native;
    this.#safe = safe;
    this.#umask = umask;
  }

  lstat(name: string): FileStat | undefined {
    const at = this.#safe.parent(name);
    const status = at < 0 ? at : this.#native.statat(at, this.#safe.leaf, false, statRecord);
    return lookedUp(status, 'lstat', name);
  }

  stat(name: string): FileStat | undefined {
    if (this.#safe.policy === 'beneath') return this.#statBeneath(name);
    const at = this.#safe.parent(name);
    const status = at < 0 ? at : this.#native.statat(at, this.#safe.leaf, true, statRecord);
    return lookedUp(status, 'stat', name);
  }

  list(name: string): string[] {
    const names = this.#withDirectory(name, (descriptor) => this.#native.getdents(descriptor));
    if (typeof names === 'number') throw errorOfNumber(-names, 'opendir', name);
    return names;
  }

  openRead(name: string, follow: boolean, keepAtime = false): OpenFile {
    return openToRead(keepAtime, (flags) => this.#openRead(name, follow, flags));
  }

  createExclusive(name: string, mode: number): OpenFile {
    const file = this.#file(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    if (mode & this.#umask) file.chmod(mode);
    return file;
  }

  openWrite(name: string, mode: number): OpenFile {
    const flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK;
    let opened = this.#open(name, flags | O_CREAT, mode);
    // Linux's protected_regular refuses O_CREAT on foreign files in sticky directories (04 §9.2).
    if (opened === -EACCES) opened = this.#open(name, flags, 0);
    if (opened < 0) throw errorOfNumber(-opened, 'open', name);
    return new NativeFile(this.#native, opened, name);
  }

  mkdir(name: string, mode: number): void {
    this.#do('mkdir', name, (at, leaf) => this.#native.mkdirat(at, leaf, mode & 0o7777));
  }

  rmdir(name: string): void {
    this.#do('rmdir', name, (at, leaf) => this.#native.unlinkat(at, leaf, removeDirectory));
    this.#safe.forget(this.#safe.name);
  }

  unlink(name: string): void {
    this.#do('unlink', name, (at, leaf) => this.#native.unlinkat(at, leaf, 0));
    this.#safe.forgetLinked();
  }

  rename(from: string, to: string): void {
    const safe = this.#safe;
    const source = this.#parent(from, 'rename', from);
    const { leaf, name } = safe;
    const target = this.#parent(to, 'rename', from);
    const status = this.#native.renameat2(source, leaf, target, safe.leaf, 0);
    if (status < 0) throw errorOfNumber(-status, 'rename', from);
    safe.forget(safe.name);
    safe.forget(name);
  }

  link(existing: string, name: string): void {
    const safe = this.#safe;
    const source = this.#parent(existing, 'link', name);
    const { leaf } = safe;
    const target = this.#parent(name, 'link', name);
    const status = this.#native.linkat(source, leaf, target, safe.leaf);
    if (status < 0) throw errorOfNumber(-status, 'link', name);
  }

  renameFrom(from: Root, existing: string, name: string): void {
    this.#fromOther(from, existing, name, 'rename', (source, leaf, target, own) =>
      this.#native.renameat2(source, leaf, target, own, 0),
    );
    this.#safe.forget(this.#safe.name);
    if (from instanceof NativeRoot) from.#safe.forget(existing);
  }

  linkFrom(from: Root, existing: string, name: string): void {
    this.#fromOther(from, existing, name, 'link', (source, leaf, target, own) =>
      this.#native.linkat(source, leaf, target, own),
    );
  }

  symlink(target: string, name: string): void {
    this.#do('symlink', name, (at, leaf) => this.#native.symlinkat(target, at, leaf));
  }

  readlink(name: string): string {
    const at = this.#parent(name, 'readlink', name);
    const target = this.#native.readlinkat(at, this.#safe.leaf);
    if (typeof target === 'number') throw errorOfNumber(-target, 'readlink', name);
    return target;
  }

  mknod(name: string, mode: number, rdevMajor: number, rdevMinor: number): void {
    this.#do('mknod', name, (at, leaf) => this.#native.mknodat(at, leaf, mode, rdevMajor, rdevMinor));
    if (mode & this.#umask) this.chmod(name, mode);
  }

  chmod(name: string, mode: number): void {
    this.#do('chmod', name, (at, leaf) => this.#native.fchmodat(at, leaf, mode & 0o7777));
  }

  chown(name: string, uid: number, gid: number): void {
    this.#do('lchown', name, (at, leaf) => this.#native.fchownat(at, leaf, uid, gid));
  }

  setTimes(name: string, times: SetTimes): void {
    const { atimeSec, atimeNsec, mtimeSec, mtimeNsec } = times;
    const at = this.#parent(name, 'utimensat', name);
    const omit = atimeSec === undefined;
    const status = this.#native.utimensat(
      at,
      this.#safe.leaf,
      omit ? 0 : atimeSec,
      omit ? omitTime : (atimeNsec ?? 0),
      mtimeSec,
      mtimeNsec,
    );
    if (status < 0) throw errorOfNumber(-status, 'utimensat', name);
  }

  listXattrs(name: string): string[] {
    return listXattrs(this.#xattrs('llistxattr', name));
  }

  getXattr(name: string, key: string): Uint8Array | undefined {
    return getXattr(this.#xattrs('lgetxattr', name), key);
  }

  setXattr(name: string, key: string, value: Uint8Array): void {
    setXattr(this.#xattrs('lsetxattr', name), key, value);
  }

  removeXattr(name: string, key: string): void {
    removeXattr(this.#xattrs('lremovexattr', name), key);
  }

  copyData(from: OpenFile, to: OpenFile, position: number, lengthBytes: number): number | undefined {
    if (!(from instanceof NativeFile) || !(to instanceof NativeFile)) return undefined;
    if (position === 0 && this.#canClone) {
      const cloned = from.cloneTo(to, lengthBytes);
      if (cloned === undefined) this.#canClone = false;
      else if (cloned > 0) return cloned;
    }
    return from.copyTo(to, position, lengthBytes);
  }

  hold(directory: string): HeldDirectory | undefined {
    const safe = this.#safe;
    const held = safe.directory(directory);
    if (typeof held === 'number') return notHeld(held, directory);
    // A reader before may have left it at its end; opened anew it costs less than to ask.
    if (held.pins > 0 || !held.readable || held.listed) return this.#holdAnew(held, directory);
    held.listed = true;
    safe.pin(held);
    return { descriptor: held.descriptor, release: () => safe.unpin(held) };
  }

  #holdAnew(held: Held, directory: string): HeldDirectory | undefined {
    let own = this.#native.openat(held.descriptor, '.', O_RDONLY | O_DIRECTORY, 0);
    if (own === -EACCES && held.readable) own = this.#safe.openAgain(held);
    if (own < 0) return notHeld(own, directory);
    return { descriptor: own, release: () => void this.#native.close(own) };
  }

  #withDirectory<T>(name: string, run: (descriptor: number) => T): T | number {
    const held = this.#safe.directory(name);
    if (typeof held === 'number') return held;
    held.listed = true;
    if (held.readable) return run(held.descriptor);
    const own = this.#native.openat(held.descriptor, '.', O_RDONLY | O_DIRECTORY, 0);
    if (own < 0) return own;
    try {
      return run(own);
    } finally {
      this.#native.close(own);
    }
  }

  #statBeneath(name: string): FileStat | undefined {
    const opened = this.#safe.openBeneath(name, O_PATH);
    if (opened < 0) return lookedUp(opened, 'stat', name);
    const status = this.#native.fstat(opened, statRecord);
    this.#native.close(opened);
    return lookedUp(status, 'stat', name);
  }

  #openRead(name: string, follow: boolean, extra: number): OpenFile {
    const flags = O_RDONLY | O_NONBLOCK | extra;
    if (!follow) return this.#file(name, flags | O_NOFOLLOW, 0);
    if (this.#safe.policy !== 'beneath') return this.#file(name, flags, 0);
    const opened = this.#safe.openBeneath(name, flags);
    if (opened < 0) throw errorOfNumber(-opened, 'open', name);
    return new NativeFile(this.#native, opened, name);
  }

  #file(name: string, flags: number, mode: number): NativeFile {
    const opened = this.#open(name, flags, mode);
    if (opened < 0) throw errorOfNumber(-opened, 'open', name);
    return new NativeFile(this.#native, opened, name);
  }

  #open(name: string, flags: number, mode: number): number {
    const opened = this.#openOnce(name, flags, mode);
    return opened < 0 && this.#safe.makeRoom(opened) ? this.#openOnce(name, flags, mode) : opened;
  }

  #openOnce(name: string, flags: number, mode: number): number {
    const at = this.#safe.parent(name);
    return at < 0 ? at : this.#native.openat(at, this.#safe.leaf, flags, mode & 0o7777);
  }

  #xattrs(call: string, name: string): XattrPlace {
    const directory = this.#parent(name, call, name);
    return { calls: this.#native, directory, leaf: this.#safe.leaf, name };
  }

  /** A call on a name of another root, whose directory stays open meanwhile, and on one of this. */
  #fromOther(
    from: Root,
    existing: string,
    name: string,
    call: string,
    run: (source: number, leaf: string, target: number, own: string) => number,
  ): void {
    const slash = existing.lastIndexOf('/');
    const leaf = existing.slice(slash + 1);
    const isName = leaf !== '' && leaf !== '.' && leaf !== '..';
    if (!(from instanceof NativeRoot) || !isName) throw errorOfNumber(EXDEV, call, existing);
    const held = from.#safe.directory(slash < 0 ? '.' : existing.slice(0, slash));
    if (typeof held === 'number') throw errorOfNumber(-held, call, existing);
    from.#safe.pin(held);
    try {
      const target = this.#parent(name, call, name);
      const status = run(held.descriptor, leaf, target, this.#safe.leaf);
      if (status < 0) throw errorOfNumber(-status, call, existing);
    } finally {
      from.#safe.unpin(held);
    }
  }

  #parent(name: string, call: string, file: string): number {
    const at = this.#safe.parent(name);
    if (at < 0) throw errorOfNumber(-at, call, file);
    return at;
  }

  #do(call: string, name: string, run: (at: number, leaf: string) => number): void {
    const at = this.#safe.parent(name);
    const status = at < 0 ? at : run(at, this.#safe.leaf);
    if (status < 0) throw errorOfNumber(-status, call, name);
  }
}

function lookedUp(status: number, call: string, name: string): FileStat | undefined {
  if (status === 0) return recordedStat();
  if (status === -ENOENT || status === -ENOTDIR) return undefined;
  throw errorOfNumber(-status, call, name);
}

/** Without descriptors left work goes on by names; any other failure is one. */
function notHeld(status: number, directory: string): undefined {
  if (status === -EMFILE || status === -ENFILE) return undefined;
  throw errorOfNumber(-status, 'open', directory);
}
