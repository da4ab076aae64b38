// A directory tree over synchronous calls of node:fs: names are bytes, every failure is a FilesystemError.
// Part of local-node. Confines names lexically (no '..', nothing absolute); symlinked parents are not examined here.
import * as fs from 'node:fs';
import type { NativeHelper } from '@ocrsync/native/load';
import { omitTime } from '@ocrsync/native/load';
import { errorOfCode, errorOfNumber, translated } from './errno.ts';
import type { FileStat, HeldDirectory, OpenFile, Root, SetTimes } from './filesystem.ts';
import { type FileHelper, NodeFile } from './node-file.ts';
import { fileStat, recordedStat, statRecord } from './node-stat.ts';

const ENOENT = 2;
const ENOTDIR = 20;
const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = fs.constants;

/** Calls of the helper that this room uses; an older helper may lack all but the first. */
export type NodeHelper = Pick<NativeHelper, 'utimensat'> & Partial<NativeHelper>;

export class NodeRoot implements Root {
  readonly path: string;
  readonly #prefix: string;
  readonly #helper: NodeHelper | undefined;
  readonly #fileHelper: FileHelper | undefined;
  readonly #umask: number;

  /** `path` is absolute, latin1, without a slash at the end (except '/'). */
  constructor(path: string, helper: NodeHelper | undefined, umask: number) {
    this.path = path;
    this.#prefix = path === '/' ? '/' : `${path}/`;
    this.#helper = helper;
    const { fstat, copyRange } = helper ?? {};
    this.#fileHelper = fstat && copyRange ? { fstat, copyRange } : undefined;
    this.#umask = umask;
  }

  lstat(name: string): FileStat | undefined {
    return this.#look(name, false);
  }

  stat(name: string): FileStat | undefined {
    return this.#look(name, true);
  }

  list(name: string): string[] {
    return this.#call('opendir', name, (path) => fs.readdirSync(path, { encoding: 'latin1' }));
  }

  openRead(name: string, follow: boolean): OpenFile {
    const flags = O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW);
    return this.#call('open', name, (path) => this.#file(fs.openSync(path, flags), name));
  }

  createExclusive(name: string, mode: number): OpenFile {
    const flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    const file = this.#call('open', name, (path) => this.#file(fs.openSync(path, flags, mode), name));
    if (mode & this.#umask) file.chmod(mode);
    return file;
  }

  openWrite(name: string, mode: number): OpenFile {
    const flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK;
    const open = (extra: number): OpenFile =>
      this.#call('open', name, (path) => this.#file(fs.openSync(path, flags | extra, mode), name));
    try {
      return open(O_CREAT);
    } catch (error) {
      // Linux's protected_regular refuses O_CREAT on foreign files in sticky directories (04 §9.2).
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
      return open(0);
    }
  }

  mkdir(name: string, mode: number): void {
    this.#call('mkdir', name, (path) => fs.mkdirSync(path, { mode }));
  }

  rmdir(name: string): void {
    this.#call('rmdir', name, (path) => fs.rmdirSync(path));
  }

  unlink(name: string): void {
    this.#call('unlink', name, (path) => fs.unlinkSync(path));
  }

  rename(from: string, to: string): void {
    const target = this.#bytes(to, 'rename');
    this.#call('rename', from, (path) => fs.renameSync(path, target));
  }

  link(existing: string, name: string): void {
    const source = this.#bytes(existing, 'link');
    this.#call('link', name, (path) => fs.linkSync(source, path));
  }

  symlink(target: string, name: string): void {
    this.#call('symlink', name, (path) => fs.symlinkSync(Buffer.from(target, 'latin1'), path));
  }

  readlink(name: string): string {
    return this.#call('readlink', name, (path) => fs.readlinkSync(path, { encoding: 'latin1' }));
  }

  mknod(name: string, mode: number, rdevMajor: number, rdevMinor: number): void {
    if (this.#helper?.mknod === undefined) throw errorOfCode('ENOSYS', 'mknod', name);
    const result = this.#helper.mknod(this.#bytes(name, 'mknod'), mode, rdevMajor, rdevMinor);
    if (result !== 0) throw errorOfNumber(-result, 'mknod', name);
    if (mode & this.#umask) this.chmod(name, mode & 0o7777);
  }

  chmod(name: string, mode: number): void {
    this.#call('chmod', name, (path) => fs.chmodSync(path, mode & 0o7777));
  }

  chown(name: string, uid: number, gid: number): void {
    this.#call('lchown', name, (path) => fs.lchownSync(path, uid, gid));
  }

  setTimes(name: string, times: SetTimes): void {
    if (this.#helper === undefined) {
      const old = times.atimeSec === undefined ? this.lstat(name) : undefined;
      const atime = times.atimeSec ?? old?.atimeSec ?? times.mtimeSec;
      const atimeGiven = nodeTime(atime, times.atimeNsec ?? old?.atimeNsec ?? 0);
      const mtimeGiven = nodeTime(times.mtimeSec, times.mtimeNsec);
      this.#call('lutimes', name, (path) => fs.lutimesSync(path, atimeGiven, mtimeGiven));
      return;
    }
    const result = this.#helper.utimensat(
      this.#bytes(name, 'utimensat'),
      times.atimeSec ?? 0,
      times.atimeSec === undefined ? omitTime : (times.atimeNsec ?? 0),
      times.mtimeSec,
      times.mtimeNsec,
      true,
    );
    if (result !== 0) throw errorOfNumber(-result, 'utimensat', name);
  }

  copyData(from: OpenFile, to: OpenFile, position: number, lengthBytes: number): number | undefined {
    if (!(from instanceof NodeFile) || !(to instanceof NodeFile)) return undefined;
    return from.copyTo(to, position, lengthBytes);
  }

  hold(directory: string): HeldDirectory | undefined {
    if (this.#fileHelper === undefined) return undefined;
    const descriptor = this.#call('open', directory, (path) => fs.openSync(path, O_RDONLY | O_DIRECTORY));
    return { descriptor, release: () => fs.closeSync(descriptor) };
  }

  #file(descriptor: number, name: string): NodeFile {
    return new NodeFile(descriptor, name, this.#fileHelper);
  }

  #look(name: string, follow: boolean): FileStat | undefined {
    const word = follow ? 'stat' : 'lstat';
    if (this.#helper?.stat !== undefined) {
      const result = this.#helper.stat(this.#text(name, word), follow, statRecord);
      if (result === 0) return recordedStat();
      if (result === -ENOENT || result === -ENOTDIR) return undefined;
      throw errorOfNumber(-result, word, name);
    }
    try {
      const call = follow ? fs.statSync : fs.lstatSync;
      const stats = call(this.#bytes(name, word), { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? undefined : fileStat(stats);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw translated(error, word, name);
    }
  }

  #call<T>(call: string, name: string, run: (path: Buffer) => T): T {
    const path = this.#bytes(name, call);
    try {
      return run(path);
    } catch (error) {
      throw translated(error, call, name);
    }
  }

  #bytes(name: string, call: string): Buffer {
    return Buffer.from(this.#text(name, call), 'latin1');
  }

  /** The absolute path, a char a byte. A name that would leave the root is refused whatever it leads to. */
  #text(name: string, call: string): string {
    // With the dot: a root that is a symlink to a directory is that directory, never the link.
    if (name === '' || name === '.') return `${this.#prefix}.`;
    if (name.includes('\0')) throw errorOfCode('EINVAL', call, name);
    if (name.startsWith('/') || (name.includes('..') && name.split('/').includes('..'))) {
      throw errorOfCode('EXDEV', call, name);
    }
    return this.#prefix + name;
  }
}

/** A double may be rounded up by some 200 ns: never into the next second. */
const LAST_SAFE_NSEC = 999_999_000;

/** A time for node:fs, which takes negative numbers for "now" but not negative dates. */
function nodeTime(seconds: number, nanoseconds: number): number | Date {
  if (seconds < 0) return new Date(seconds * 1000 + Math.floor(nanoseconds / 1e6));
  return seconds + Math.min(nanoseconds, LAST_SAFE_NSEC) / 1e9;
}
