// A tree in which an ordinary user keeps what only root could set: owners, special bits, devices and symlinks live in an
// attribute beside a plain file of his own (docs/protocol/03 §11.5). A layer over any root; nothing here is privileged.
import { DIRECTORY, REGULAR, SYMLINK, TYPE_MASK } from '@ocrsync/core/file-type';
import type { FileStat, HeldDirectory, OpenFile, Root, SetTimes } from '../filesystem.ts';
import { FilesystemError } from '../filesystem.ts';
import {
  type FakeStat,
  formatFakeStat,
  isSameFake,
  parseFakeStat,
  shownStat,
  STAT_KEY,
} from './fake-stat.ts';
import { FakeSuperAcls } from './fake-super-acls.ts';
import type { AclStore } from './posix-acl.ts';

const OWN_FILE_BITS = 0o600;
const OWN_DIRECTORY_BITS = 0o700;
const LONGEST_TARGET_BYTES = 4095;

export interface FakeSuperReport {
  /** An attribute could not be read: the text says which; the real stat counts. */
  failed(text: string): void;
  /** An attribute makes no sense: the error that ends the run. */
  corrupt(text: string): Error;
}

export interface FakeSuperTree {
  /** The user's own files. */
  readonly inner: Root;
  readonly report: FakeSuperReport;
  /** Real symlinks are to be replaced by files that can carry attributes: their targets are not told (the receiving side). */
  readonly replacesSymlinks: boolean;
}

export class FakeSuperRoot implements Root {
  readonly acls: AclStore;
  readonly #inner: Root;
  readonly #tree: FakeSuperTree;
  #lastTold = '';

  constructor(tree: FakeSuperTree) {
    this.#inner = tree.inner;
    this.#tree = tree;
    this.acls = new FakeSuperAcls(tree.inner);
  }

  get path(): string {
    return this.#inner.path;
  }

  lstat(name: string): FileStat | undefined {
    const real = this.#inner.lstat(name);
    return real && this.#shown(name, real);
  }

  /** A symlink that is kept in a file is shown as what it is: it leads nowhere here. */
  stat(name: string): FileStat | undefined {
    const real = this.#inner.lstat(name);
    if (real === undefined) return undefined;
    return typeOf(real.mode) === SYMLINK ? this.#inner.stat(name) : this.#shown(name, real);
  }

  list(name: string): string[] {
    return this.#inner.list(name);
  }

  openRead(name: string, follow: boolean, keepAtime?: boolean): OpenFile {
    return this.#inner.openRead(name, follow, keepAtime);
  }

  createExclusive(name: string, mode: number): OpenFile {
    return this.#inner.createExclusive(name, mode | OWN_FILE_BITS);
  }

  openWrite(name: string, mode: number): OpenFile {
    return this.#inner.openWrite(name, mode | OWN_FILE_BITS);
  }

  mkdir(name: string, mode: number): void {
    this.#inner.mkdir(name, mode | OWN_DIRECTORY_BITS);
  }

  rmdir(name: string): void {
    this.#inner.rmdir(name);
  }

  unlink(name: string): void {
    this.#inner.unlink(name);
  }

  rename(from: string, to: string): void {
    this.#inner.rename(from, to);
  }

  link(existing: string, name: string): void {
    this.#inner.link(existing, name);
  }

  renameFrom(from: Root, existing: string, name: string): void {
    this.#inner.renameFrom(from instanceof FakeSuperRoot ? from.#inner : from, existing, name);
  }

  linkFrom(from: Root, existing: string, name: string): void {
    this.#inner.linkFrom(from instanceof FakeSuperRoot ? from.#inner : from, existing, name);
  }

  symlink(target: string, name: string): void {
    this.#standIn(name, { mode: SYMLINK | 0o777, rdevMajor: 0, rdevMinor: 0 }, target);
  }

  readlink(name: string): string {
    const real = this.#inner.lstat(name);
    if (real === undefined || typeOf(real.mode) !== REGULAR) {
      if (this.#tree.replacesSymlinks)
        throw new FilesystemError('EINVAL', 22, 'Invalid argument', 'readlink', name);
      return this.#inner.readlink(name);
    }
    const file = this.#inner.openRead(name, false);
    try {
      const target = Buffer.alloc(LONGEST_TARGET_BYTES);
      let length = 0;
      for (;;) {
        const count = file.read(target.subarray(length), length);
        if (count === 0) return target.toString('latin1', 0, length);
        length += count;
        if (length === target.length) return target.toString('latin1');
      }
    } finally {
      file.close();
    }
  }

  mknod(name: string, mode: number, rdevMajor: number, rdevMinor: number): void {
    this.#standIn(name, { mode, rdevMajor, rdevMinor }, '');
  }

  chmod(name: string, mode: number): void {
    this.#change(name, (shown) => ({ ...shown, mode: typeOf(shown.mode) | (mode & 0o7777) }));
  }

  chown(name: string, uid: number, gid: number): void {
    this.#change(name, (shown) => ({
      ...shown,
      uid: uid === -1 ? shown.uid : uid,
      gid: gid === -1 ? shown.gid : gid,
    }));
  }

  keepShown(name: string, mode: number): void {
    this.chmod(name, mode);
  }

  setTimes(name: string, times: SetTimes): void {
    this.#inner.setTimes(name, times);
  }

  listXattrs(name: string): string[] {
    return this.#inner.listXattrs(name);
  }

  getXattr(name: string, key: string): Uint8Array | undefined {
    return this.#inner.getXattr(name, key);
  }

  setXattr(name: string, key: string, value: Uint8Array): void {
    this.#inner.setXattr(name, key, value);
  }

  removeXattr(name: string, key: string): void {
    this.#inner.removeXattr(name, key);
  }

  copyData(from: OpenFile, to: OpenFile, position: number, lengthBytes: number): number | undefined {
    return this.#inner.copyData(from, to, position, lengthBytes);
  }

  /** Calls on descriptors would see the real files. */
  hold(): HeldDirectory | undefined {
    return undefined;
  }

  /**
   * A plain file in place of something else. It goes again when it cannot say what it stands for. Like all that a super-user
   * makes it is root's until somebody gives it away (rsync without --owner; upstream's test devices-fake).
   */
  #standIn(name: string, what: Pick<FakeStat, 'mode' | 'rdevMajor' | 'rdevMinor'>, content: string): void {
    const file = this.#inner.createExclusive(name, OWN_FILE_BITS);
    try {
      try {
        file.write(Buffer.from(content, 'latin1'), 0);
      } finally {
        file.close();
      }
      this.#change(name, (shown) => ({ ...shown, uid: 0, gid: 0, ...what }));
    } catch (error) {
      this.#inner.unlink(name);
      throw error;
    }
  }

  #change(name: string, changed: (shown: FileStat) => FakeStat): void {
    const real = this.#inner.lstat(name);
    if (real === undefined)
      throw new FilesystemError('ENOENT', 2, 'No such file or directory', 'lstat', name);
    // rsync looks again before it changes something, and tells again what it cannot read.
    this.tellAgain();
    const before = this.#fake(name, real);
    const wanted = changed(before === undefined ? real : shownStat(real, before));
    const own = typeOf(real.mode) === DIRECTORY ? OWN_DIRECTORY_BITS : OWN_FILE_BITS;
    const bits = (wanted.mode & 0o777) | own;
    if (typeOf(real.mode) !== SYMLINK && (real.mode & 0o7777) !== bits) this.#inner.chmod(name, bits);
    const plain = { ...real, mode: typeOf(real.mode) | bits };
    if (isSameFake(wanted, plain)) {
      if (before !== undefined) this.#inner.removeXattr(name, STAT_KEY);
    } else if (before === undefined || !isSameFake(wanted, before)) {
      if (canCarry(real.mode)) this.#store(name, wanted);
      else this.#storeInVain(name, wanted);
    }
  }

  /** A real device or FIFO that was here before: told, and its times and permissions are set all the same, as rsync does. */
  #storeInVain(name: string, fake: FakeStat): void {
    try {
      this.#store(name, fake);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      this.#tree.report.failed(`${error.told}: ${error.strerror} (${error.errno})`);
    }
  }

  #store(name: string, fake: FakeStat): void {
    try {
      this.#inner.setXattr(name, STAT_KEY, Buffer.from(formatFakeStat(fake), 'latin1'));
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      const text = `failed to write xattr ${STAT_KEY} for ${this.#full(name)}`;
      throw new FilesystemError(error.code, error.errno, error.strerror, 'lsetxattr', name, text);
    }
  }

  #shown(name: string, real: FileStat): FileStat {
    const fake = this.#fake(name, real);
    return fake === undefined ? real : shownStat(real, fake);
  }

  /** What the attribute says; undefined without one. */
  #fake(name: string, real: FileStat): FakeStat | undefined {
    if (!canCarry(real.mode)) return undefined;
    let bytes: Uint8Array | undefined;
    try {
      bytes = this.#inner.getXattr(name, STAT_KEY);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      if (error.code === 'EOPNOTSUPP') return undefined;
      this.#tellOnce(
        `failed to read xattr ${STAT_KEY} for ${this.#full(name)}: ${error.strerror} (${error.errno})`,
      );
      return undefined;
    }
    if (bytes === undefined) return undefined;
    const text = Buffer.from(bytes).toString('latin1');
    const fake = parseFakeStat(text);
    if (fake === undefined) {
      throw this.#tree.report.corrupt(`Corrupt ${STAT_KEY} xattr attached to ${this.#full(name)}: "${text}"`);
    }
    return fake;
  }

  tellAgain(): void {
    this.#lastTold = '';
  }

  /** A file is looked at several times in a row. */
  #tellOnce(text: string): void {
    if (text === this.#lastTold) return;
    this.#lastTold = text;
    this.#tree.report.failed(text);
  }

  #full(name: string): string {
    const { path } = this;
    return name === '' || name === '.' ? `"${path}"` : `"${path === '/' ? '' : path}/${name}"`;
  }
}

/** Linux keeps `user.` attributes of files and directories only. */
function canCarry(mode: number): boolean {
  return typeOf(mode) === REGULAR || typeOf(mode) === DIRECTORY;
}

function typeOf(mode: number): number {
  return mode & TYPE_MASK;
}
