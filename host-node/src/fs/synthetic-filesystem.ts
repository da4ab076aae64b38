// A read-only tree of any size that nobody stores: for tests and benchmarks of lists and senders with millions of files.
// Implements the contract of filesystem.ts; whatever would change it is EROFS. Names, stats and data: synthetic-tree.ts.
import { errorOfCode } from './errno.ts';
import type { FileStat, Filesystem, HeldDirectory, OpenFile, Root } from './filesystem.ts';
import { type SyntheticNode, type SyntheticShape, SyntheticTree } from './synthetic-tree.ts';

const TOP: SyntheticNode = { kind: 'top' };

export class SyntheticFilesystem implements Filesystem {
  readonly #tree: SyntheticTree;
  readonly exactTimes = true;
  readonly canMakeNodes = false;
  readonly canXattrs = false;
  readonly isSuperUser = true;
  readonly groups: readonly number[] = [0];
  readonly umask = 0o022;

  constructor(shape: SyntheticShape) {
    this.#tree = new SyntheticTree(shape);
  }

  /** The tree is the root directory '/'; directories of it are roots too. */
  root(path: string): Root {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    const node = descend(this.#tree, TOP, parts);
    if (node === undefined) throw errorOfCode('ENOENT', 'chdir', path);
    if (node.kind === 'file') throw errorOfCode('ENOTDIR', 'chdir', path);
    return new SyntheticRoot(this.#tree, node, `/${parts.join('/')}`);
  }

  /** Nothing is kept open. */
  release(): void {}

  userName(uid: number): string | undefined {
    return uid === 0 ? 'root' : undefined;
  }

  groupName(gid: number): string | undefined {
    return gid === 0 ? 'root' : undefined;
  }

  userId(name: string): number | undefined {
    return name === 'root' ? 0 : undefined;
  }

  groupId(name: string): number | undefined {
    return name === 'root' ? 0 : undefined;
  }
}

function descend(
  tree: SyntheticTree,
  start: SyntheticNode,
  parts: readonly string[],
): SyntheticNode | undefined {
  let node: SyntheticNode | undefined = start;
  for (const part of parts) node = node && tree.child(node, part);
  return node;
}

class SyntheticRoot implements Root {
  readonly path: string;
  readonly #tree: SyntheticTree;
  readonly #start: SyntheticNode;

  constructor(tree: SyntheticTree, start: SyntheticNode, path: string) {
    this.#tree = tree;
    this.#start = start;
    this.path = path;
  }

  lstat(name: string): FileStat | undefined {
    const node = this.#find(name, 'lstat');
    return node === undefined ? undefined : this.#tree.stat(node);
  }

  stat(name: string): FileStat | undefined {
    return this.lstat(name);
  }

  list(name: string): string[] {
    const node = this.#existing(name, 'opendir');
    if (node.kind === 'file') throw errorOfCode('ENOTDIR', 'opendir', name);
    return [...this.#tree.names(node)];
  }

  openRead(name: string): OpenFile {
    const node = this.#existing(name, 'open');
    return new SyntheticFile(this.#tree, node, name);
  }

  createExclusive(name: string): OpenFile {
    return this.#refuse('open', name, true);
  }

  openWrite(name: string): OpenFile {
    return this.#refuse('open', name);
  }

  mkdir(name: string): void {
    this.#refuse('mkdir', name, true);
  }

  rmdir(name: string): void {
    this.#existing(name, 'rmdir');
    this.#refuse('rmdir', name);
  }

  unlink(name: string): void {
    this.#existing(name, 'unlink');
    this.#refuse('unlink', name);
  }

  rename(from: string): void {
    this.#existing(from, 'rename');
    this.#refuse('rename', from);
  }

  link(existing: string, name: string): void {
    this.#existing(existing, 'link');
    this.#refuse('link', name, true);
  }

  renameFrom(from: Root, existing: string, name: string): void {
    from.lstat(existing);
    this.#refuse('rename', name);
  }

  linkFrom(from: Root, existing: string, name: string): void {
    from.lstat(existing);
    this.#refuse('link', name, true);
  }

  symlink(_target: string, name: string): void {
    this.#refuse('symlink', name, true);
  }

  readlink(name: string): string {
    this.#existing(name, 'readlink');
    throw errorOfCode('EINVAL', 'readlink', name);
  }

  mknod(name: string): void {
    throw errorOfCode('ENOSYS', 'mknod', name);
  }

  chmod(name: string): void {
    this.#existing(name, 'chmod');
    this.#refuse('chmod', name);
  }

  chown(name: string): void {
    this.#existing(name, 'lchown');
    this.#refuse('lchown', name);
  }

  setTimes(name: string): void {
    this.#existing(name, 'utimensat');
    this.#refuse('utimensat', name);
  }

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

  copyData(): undefined {
    return undefined;
  }

  hold(): HeldDirectory | undefined {
    return undefined;
  }

  /** `fresh`: a name that must not exist yet. */
  #refuse(call: string, name: string, fresh = false): never {
    const exists = fresh && this.#find(name, call) !== undefined;
    throw errorOfCode(exists ? 'EEXIST' : 'EROFS', call, name);
  }

  #find(name: string, call: string): SyntheticNode | undefined {
    const parts = name.split('/');
    if (name.includes('\0')) throw errorOfCode('EINVAL', call, name);
    if (name.startsWith('/') || parts.includes('..')) throw errorOfCode('EXDEV', call, name);
    const wanted = parts.filter((part) => part !== '' && part !== '.');
    return descend(this.#tree, this.#start, wanted);
  }

  #existing(name: string, call: string): SyntheticNode {
    const node = this.#find(name, call);
    if (node === undefined) throw errorOfCode('ENOENT', call, name);
    return node;
  }
}

class SyntheticFile implements OpenFile {
  readonly #tree: SyntheticTree;
  readonly #node: SyntheticNode;
  readonly #name: string;

  constructor(tree: SyntheticTree, node: SyntheticNode, name: string) {
    this.#tree = tree;
    this.#node = node;
    this.#name = name;
  }

  stat(): FileStat {
    return this.#tree.stat(this.#node);
  }

  read(into: Uint8Array, position: number): number {
    if (this.#node.kind !== 'file') throw errorOfCode('EISDIR', 'read', this.#name);
    return this.#tree.read(this.#node, into, position);
  }

  write(): void {
    throw errorOfCode('EBADF', 'write', this.#name);
  }

  truncate(): void {
    throw errorOfCode('EINVAL', 'ftruncate', this.#name);
  }

  allocate(): void {
    throw errorOfCode('EBADF', 'fallocate', this.#name);
  }

  punchHole(): void {
    throw errorOfCode('EBADF', 'fallocate', this.#name);
  }

  sync(): void {}

  close(): void {}
}
