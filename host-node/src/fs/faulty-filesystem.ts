// Wraps any file system: lets chosen calls fail, cuts reads short, writes a journal, counts what is open. Without options it
// changes nothing, so it keeps the contract of filesystem.ts as well as what it wraps.
import { FaultPlan, type FaultyOptions } from './faulty-plan.ts';
import type {
  FileStat,
  Filesystem,
  HeldDirectory,
  OpenFile,
  Root,
  SetTimes,
  SymlinkPolicy,
} from './filesystem.ts';
import { errorOfCode } from './errno.ts';

/** Files and directories that are open through one wrapper. */
class OpenCount {
  files = 0;
  directories = 0;
}

export class FaultyFilesystem implements Filesystem {
  readonly #inner: Filesystem;
  readonly #open = new OpenCount();
  /** What was called, what failed. */
  readonly plan: FaultPlan;

  constructor(inner: Filesystem, options: FaultyOptions = {}) {
    this.#inner = inner;
    this.plan = new FaultPlan(options);
  }

  /** Files that were opened and not closed. */
  get openFiles(): number {
    return this.#open.files;
  }

  /** Directories that were held and not released. */
  get heldDirectories(): number {
    return this.#open.directories;
  }

  root(path: string, symlinks?: SymlinkPolicy): Root {
    this.plan.pass('root', path);
    return new FaultyRoot(this.#inner.root(path, symlinks), this.plan, this.#open);
  }

  release(): void {
    this.#inner.release();
  }

  get exactTimes(): boolean {
    return this.#inner.exactTimes;
  }

  get canXattrs(): boolean {
    return this.#inner.canXattrs;
  }

  get canMakeNodes(): boolean {
    return this.#inner.canMakeNodes;
  }

  get isSuperUser(): boolean {
    return this.#inner.isSuperUser;
  }

  get groups(): readonly number[] {
    return this.#inner.groups;
  }

  get umask(): number {
    return this.#inner.umask;
  }

  userName(uid: number): string | undefined {
    return this.#inner.userName(uid);
  }

  groupName(gid: number): string | undefined {
    return this.#inner.groupName(gid);
  }

  userId(name: string): number | undefined {
    return this.#inner.userId(name);
  }

  groupId(name: string): number | undefined {
    return this.#inner.groupId(name);
  }
}

class FaultyRoot implements Root {
  readonly #inner: Root;
  readonly #plan: FaultPlan;
  readonly #open: OpenCount;

  constructor(inner: Root, plan: FaultPlan, open: OpenCount) {
    this.#inner = inner;
    this.#plan = plan;
    this.#open = open;
  }

  get path(): string {
    return this.#inner.path;
  }

  lstat(name: string): FileStat | undefined {
    this.#plan.pass('lstat', name);
    return this.#inner.lstat(name);
  }

  stat(name: string): FileStat | undefined {
    this.#plan.pass('stat', name);
    return this.#inner.stat(name);
  }

  list(name: string): string[] {
    this.#plan.pass('list', name);
    return this.#inner.list(name);
  }

  openRead(name: string, follow: boolean, keepAtime?: boolean): OpenFile {
    this.#plan.pass('openRead', name);
    return this.#file(this.#inner.openRead(name, follow, keepAtime), name, false);
  }

  createExclusive(name: string, mode: number): OpenFile {
    this.#plan.pass('createExclusive', name);
    return this.#file(this.#inner.createExclusive(name, mode), name, true);
  }

  openWrite(name: string, mode: number): OpenFile {
    this.#plan.pass('openWrite', name);
    return this.#file(this.#inner.openWrite(name, mode), name, true);
  }

  mkdir(name: string, mode: number): void {
    this.#plan.pass('mkdir', name);
    this.#inner.mkdir(name, mode);
  }

  rmdir(name: string): void {
    this.#plan.pass('rmdir', name);
    this.#inner.rmdir(name);
  }

  unlink(name: string): void {
    this.#plan.pass('unlink', name);
    this.#inner.unlink(name);
  }

  rename(from: string, to: string): void {
    this.#plan.pass('rename', `${from} -> ${to}`);
    this.#inner.rename(from, to);
  }

  link(existing: string, name: string): void {
    this.#plan.pass('link', `${existing} -> ${name}`);
    this.#inner.link(existing, name);
  }

  renameFrom(from: Root, existing: string, name: string): void {
    this.#plan.pass('rename', `${existing} -> ${name}`);
    this.#inner.renameFrom(from instanceof FaultyRoot ? from.#inner : from, existing, name);
  }

  linkFrom(from: Root, existing: string, name: string): void {
    this.#plan.pass('link', `${existing} -> ${name}`);
    this.#inner.linkFrom(from instanceof FaultyRoot ? from.#inner : from, existing, name);
  }

  symlink(target: string, name: string): void {
    this.#plan.pass('symlink', name);
    this.#inner.symlink(target, name);
  }

  readlink(name: string): string {
    this.#plan.pass('readlink', name);
    return this.#inner.readlink(name);
  }

  mknod(name: string, mode: number, rdevMajor: number, rdevMinor: number): void {
    this.#plan.pass('mknod', name);
    this.#inner.mknod(name, mode, rdevMajor, rdevMinor);
  }

  chmod(name: string, mode: number): void {
    this.#plan.pass('chmod', name);
    this.#inner.chmod(name, mode);
  }

  chown(name: string, uid: number, gid: number): void {
    this.#plan.pass('chown', name);
    this.#inner.chown(name, uid, gid);
  }

  setTimes(name: string, times: SetTimes): void {
    this.#plan.pass('setTimes', name);
    this.#inner.setTimes(name, times);
  }

  listXattrs(name: string): string[] {
    this.#plan.pass('listXattrs', name);
    return this.#inner.listXattrs(name);
  }

  getXattr(name: string, key: string): Uint8Array | undefined {
    this.#plan.pass('getXattr', `${name} ${key}`);
    return this.#inner.getXattr(name, key);
  }

  setXattr(name: string, key: string, value: Uint8Array): void {
    this.#plan.pass('setXattr', `${name} ${key}`);
    this.#inner.setXattr(name, key, value);
  }

  removeXattr(name: string, key: string): void {
    this.#plan.pass('removeXattr', `${name} ${key}`);
    this.#inner.removeXattr(name, key);
  }

  /** A fault means "cannot be done here", as the contract has it. */
  copyData(from: OpenFile, to: OpenFile, position: number, lengthBytes: number): number | undefined {
    if (this.#plan.next('copyData', '') !== undefined) return undefined;
    if (!(from instanceof FaultyFile) || !(to instanceof FaultyFile)) return undefined;
    return this.#inner.copyData(from.inner, to.inner, position, lengthBytes);
  }

  hold(directory: string): HeldDirectory | undefined {
    this.#plan.pass('hold', directory);
    const held = this.#inner.hold(directory);
    if (held === undefined) return undefined;
    this.#open.directories++;
    const release = (): void => {
      this.#open.directories--;
      held.release();
    };
    return { descriptor: held.descriptor, release };
  }

  #file(inner: OpenFile, name: string, writable: boolean): OpenFile {
    return new FaultyFile({ inner, name, writable, plan: this.#plan, count: this.#open });
  }
}

interface FaultyFileParts {
  readonly inner: OpenFile;
  readonly name: string;
  readonly writable: boolean;
  readonly plan: FaultPlan;
  readonly count: OpenCount;
}

class FaultyFile implements OpenFile {
  readonly inner: OpenFile;
  readonly #name: string;
  readonly #writable: boolean;
  readonly #plan: FaultPlan;
  readonly #count: OpenCount;
  #open = true;

  constructor({ inner, name, writable, plan, count }: FaultyFileParts) {
    this.inner = inner;
    this.#name = name;
    this.#writable = writable;
    this.#plan = plan;
    this.#count = count;
    count.files++;
  }

  stat(): FileStat {
    this.#plan.pass('file.stat', this.#name);
    return this.inner.stat();
  }

  read(into: Uint8Array, position: number): number {
    this.#plan.pass('file.read', this.#name);
    const limit = this.#plan.options.longestReadBytes ?? into.length;
    return this.inner.read(into.subarray(0, limit), position);
  }

  /** A write that fails has written the first half, as a full disk does. */
  write(from: Uint8Array, position: number): void {
    const code = this.#plan.next('file.write', this.#name);
    if (code === undefined) return this.inner.write(from, position);
    this.inner.write(from.subarray(0, from.length >> 1), position);
    throw errorOfCode(code, 'write', this.#name);
  }

  truncate(lengthBytes: number): void {
    this.#plan.pass('file.truncate', this.#name);
    this.inner.truncate(lengthBytes);
  }

  allocate(lengthBytes: number): void {
    this.#plan.pass('file.allocate', this.#name);
    this.inner.allocate(lengthBytes);
  }

  punchHole(position: number, lengthBytes: number): void {
    this.#plan.pass('file.punchHole', this.#name);
    this.inner.punchHole(position, lengthBytes);
  }

  sync(): void {
    this.#plan.pass('file.sync', this.#name);
    this.inner.sync();
  }

  /** A close that fails has closed the file all the same. Of a file that was only read none fails. */
  close(): void {
    if (!this.#open) return this.inner.close();
    this.#open = false;
    this.#count.files--;
    this.inner.close();
    if (this.#writable) this.#plan.pass('file.close', this.#name);
  }

  /** What is done with the descriptor from there on is not watched. */
  detach(): number | undefined {
    const descriptor = this.inner.detach?.();
    if (descriptor === undefined) return undefined;
    this.#open = false;
    this.#count.files--;
    return descriptor;
  }
}
