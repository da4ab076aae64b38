// The same files, worked with as if as root or not: --super and --no-super (docs/protocol/05-options.md §3.3).
import type { Filesystem, Root, SymlinkPolicy } from '../filesystem.ts';

export class AssumedRank implements Filesystem {
  protected readonly inner: Filesystem;
  readonly isSuperUser: boolean;

  constructor(inner: Filesystem, isSuperUser: boolean) {
    this.inner = inner;
    this.isSuperUser = isSuperUser;
  }

  root(path: string, symlinks?: SymlinkPolicy): Root {
    return this.inner.root(path, symlinks);
  }

  release(): void {
    this.inner.release();
  }

  get exactTimes(): boolean {
    return this.inner.exactTimes;
  }

  get canMakeNodes(): boolean {
    return this.inner.canMakeNodes;
  }

  get canXattrs(): boolean {
    return this.inner.canXattrs;
  }

  get groups(): readonly number[] {
    return this.inner.groups;
  }

  get umask(): number {
    return this.inner.umask;
  }

  userName(uid: number): string | undefined {
    return this.inner.userName(uid);
  }

  groupName(gid: number): string | undefined {
    return this.inner.groupName(gid);
  }

  userId(name: string): number | undefined {
    return this.inner.userId(name);
  }

  groupId(name: string): number | undefined {
    return this.inner.groupId(name);
  }
}
