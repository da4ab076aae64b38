// A directory tree over synchronous calls of node:fs: names are bytes, every failure is a FilesystemError.
// Part of local-node, for machines without the native helper. Which way a name takes is decided in node-paths.ts.
import * as fs from 'node:fs';
import { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_PATH, O_RDONLY, O_RDWR } from './directory-calls.ts';
import { errorOfCode, translated } from './errno.ts';
import { type FileStat, FilesystemError, type OpenFile, type Root, type SetTimes } from './filesystem.ts';
import { linkTarget } from './link-target.ts';
import { NodeFile } from './node-file.ts';
import type { NodePaths } from './node-paths.ts';
import { fileStat } from './node-stat.ts';
import { openToRead } from './traceless-read.ts';

const TYPE_MASK = 0o170000n;
const SYMLINK = 0o120000n;

export class NodeRoot implements Root {
  readonly path: string;
  readonly #paths: NodePaths;
  readonly #umask: number;
  readonly #hasProc: boolean;

  /** `path` is absolute, latin1; `hasProc`: open files have names in /proc/self/fd. */
  constructor(path: string, paths: NodePaths, umask: number, hasProc: boolean) {
    this.path = path;
    this.#paths = paths;
    this.#umask = umask;
    this.#hasProc = hasProc;
  }

  lstat(name: string): FileStat | undefined {
    return this.#look('lstat', name, (path) => fs.lstatSync(path, { bigint: true, throwIfNoEntry: false }));
  }

  stat(name: string): FileStat | undefined {
    return this.#look('stat', name, (path) => {
      const opened = this.#paths.openBeneath(name, O_PATH, 'stat');
      if (opened === undefined) return fs.statSync(path, { bigint: true, throwIfNoEntry: false });
      try {
        return fs.fstatSync(opened, { bigint: true });
      } finally {
        fs.closeSync(opened);
      }
    });
  }

  list(name: string): string[] {
    const path = this.#paths.directory(name, 'opendir');
    return this.#translated('opendir', name, () => fs.readdirSync(path, { encoding: 'latin1' }));
  }

  openRead(name: string, follow: boolean, keepAtime = false): OpenFile {
    return openToRead(keepAtime, (flags) => this.#openRead(name, follow, flags));
  }

  createExclusive(name: string, mode: number): OpenFile {
    const file = this.#open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    if (mode & this.#umask) file.chmod(mode);
    return file;
  }

  openWrite(name: string, mode: number): OpenFile {
    const flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK;
    try {
      return this.#open(name, flags | O_CREAT, mode);
    } catch (error) {
      // Linux's protected_regular refuses O_CREAT on foreign files in sticky directories (04 §9.2).
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
      return this.#open(name, flags, mode);
    }
  }

  mkdir(name: string, mode: number): void {
    this.#call('mkdir', name, (path) => fs.mkdirSync(path, { mode }));
  }

  rmdir(name: string): void {
    this.#call('rmdir', name, (path) => fs.rmdirSync(path));
    this.#paths.forget(name);
  }

  unlink(name: string): void {
    this.#call('unlink', name, (path) => fs.unlinkSync(path));
    this.#paths.forget(name);
  }

  rename(from: string, to: string): void {
    const source = this.#paths.path(from, 'rename');
    this.#call('rename', to, (path) => fs.renameSync(source, path));
    this.#paths.forget(from);
    this.#paths.forget(to);
  }

  link(existing: string, name: string): void {
    const source = this.#paths.path(existing, 'link');
    this.#call('link', name, (path) => fs.linkSync(source, path));
  }

  renameFrom(from: Root, existing: string, name: string): void {
    const paths = this.#pathsOfTwo(from, existing, name, 'rename');
    this.#translated('rename', existing, () => fs.renameSync(...paths));
    this.#paths.forget(name);
    if (from instanceof NodeRoot) from.#paths.forget(existing);
  }

  linkFrom(from: Root, existing: string, name: string): void {
    const paths = this.#pathsOfTwo(from, existing, name, 'link');
    this.#translated('link', name, () => fs.linkSync(...paths));
  }

  symlink(target: string, name: string): void {
    this.#call('symlink', name, (path) => fs.symlinkSync(Buffer.from(target, 'latin1'), path));
  }

  readlink(name: string): string {
    return this.#call('readlink', name, (path) => linkTarget(path));
  }

  mknod(name: string): void {
    throw errorOfCode('ENOSYS', 'mknod', name);
  }

  chmod(name: string, mode: number): void {
    this.#opening('chmod', name, (path) =>
      this.#hasProc ? chmodHeld(path, mode) : fs.chmodSync(path, mode & 0o7777),
    );
  }

  chown(name: string, uid: number, gid: number): void {
    this.#call('lchown', name, (path) => fs.lchownSync(path, uid, gid));
  }

  setTimes(name: string, times: SetTimes): void {
    const old = times.atimeSec === undefined ? this.lstat(name) : undefined;
    const atime = times.atimeSec ?? old?.atimeSec ?? times.mtimeSec;
    const atimeGiven = nodeTime(atime, times.atimeNsec ?? old?.atimeNsec ?? 0);
    const mtimeGiven = nodeTime(times.mtimeSec, times.mtimeNsec);
    this.#call('lutimes', name, (path) => fs.lutimesSync(path, atimeGiven, mtimeGiven));
  }

  /** Node has no calls for extended attributes. */
  listXattrs(name: string): string[] {
    throw errorOfCode('ENOSYS', 'llistxattr', name);
  }

  getXattr(name: string): Uint8Array | undefined {
    throw errorOfCode('ENOSYS', 'lgetxattr', name);
  }

  setXattr(name: string): void {
    throw errorOfCode('ENOSYS', 'lsetxattr', name);
  }

  removeXattr(name: string): void {
    throw errorOfCode('ENOSYS', 'lremovexattr', name);
  }

  /** Node has no such call for open files. */
  copyData(): undefined {
    return undefined;
  }

  /** The helper's calls are what a directory is held for. */
  hold(): undefined {
    return undefined;
  }

  /** Of a name in another root and of one in this; the directories of both are held when the second is asked for again. */
  #pathsOfTwo(from: Root, existing: string, name: string, call: string): [Buffer, Buffer] {
    if (!(from instanceof NodeRoot)) throw errorOfCode('EXDEV', call, existing);
    this.#paths.path(name, call);
    const source = from.#paths.path(existing, call);
    return [source, this.#paths.path(name, call)];
  }

  #openRead(name: string, follow: boolean, extra: number): OpenFile {
    const flags = O_RDONLY | O_NONBLOCK | extra;
    const opened = follow ? this.#paths.openBeneath(name, flags, 'open') : undefined;
    if (opened !== undefined) return new NodeFile(opened, name);
    return this.#open(name, follow ? flags : flags | O_NOFOLLOW, 0);
  }

  #open(name: string, flags: number, mode: number): NodeFile {
    return this.#opening('open', name, (path) => new NodeFile(fs.openSync(path, flags, mode), name));
  }

  /** A call on one name that needs a descriptor: tried once more when some could be given up for it. */
  #opening<T>(call: string, name: string, run: (path: Buffer) => T): T {
    try {
      return this.#call(call, name, run);
    } catch (error) {
      if (!(error instanceof FilesystemError) || !this.#paths.makeRoom(error.errno)) throw error;
      return this.#call(call, name, run);
    }
  }

  #look(
    call: string,
    name: string,
    look: (path: Buffer) => fs.BigIntStats | undefined,
  ): FileStat | undefined {
    try {
      const stats = this.#call(call, name, look);
      return stats === undefined ? undefined : fileStat(stats);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  #call<T>(call: string, name: string, run: (path: Buffer) => T): T {
    const path = this.#paths.path(name, call);
    return this.#translated(call, name, () => run(path));
  }

  #translated<T>(call: string, name: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw translated(error, call, name);
    }
  }
}

/** chmod follows symlinks: the object itself is opened, and changed through its name in /proc. */
function chmodHeld(path: Buffer, mode: number): void {
  const opened = fs.openSync(path, O_PATH | O_NOFOLLOW);
  try {
    const isLink = (fs.fstatSync(opened, { bigint: true }).mode & TYPE_MASK) === SYMLINK;
    if (isLink) throw errorOfCode('ELOOP', 'chmod', path.toString('latin1'));
    fs.chmodSync(`/proc/self/fd/${opened}`, mode & 0o7777);
  } finally {
    fs.closeSync(opened);
  }
}

/** A double may be rounded up by some 200 ns: never into the next second. */
const LAST_SAFE_NSEC = 999_999_000;

/** A time for node:fs, which takes negative numbers for "now" but not negative dates. */
function nodeTime(seconds: number, nanoseconds: number): number | Date {
  if (seconds < 0) return new Date(seconds * 1000 + Math.floor(nanoseconds / 1e6));
  return seconds + Math.min(nanoseconds, LAST_SAFE_NSEC) / 1e9;
}
