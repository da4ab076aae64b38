// A whole file system in memory: for tests, simulations and callers that want no disk. Implements the contract of
// filesystem.ts with inodes, links, permissions, an injected clock and a bounded size. Nothing of it touches the machine.
import { errorOfCode } from './errno.ts';
import type { Filesystem, Root, SymlinkPolicy } from './filesystem.ts';
import {
  isDirectoryInode,
  type MemoryIdentity,
  type MemoryTime,
  MemoryVolume,
  Refusal,
} from './memory-inode.ts';
import { componentsOf, NameWalk } from './memory-names.ts';
import { MemoryRoot } from './memory-root.ts';

export interface MemoryFilesystemOptions {
  /** Who works here; uid 0 may everything. Default: root. */
  readonly identity?: MemoryIdentity;
  readonly umask?: number;
  /** The clock behind the times of files. Default: the machine's, in milliseconds. */
  readonly now?: () => MemoryTime;
  /** Room for data in pages of 4096 bytes; beyond it writes are ENOSPC. Default: unbounded. */
  readonly capacityBytes?: number;
  /** Names of ids. */
  readonly users?: ReadonlyMap<number, string>;
  readonly userGroups?: ReadonlyMap<number, string>;
}

const ROOT_IDENTITY: MemoryIdentity = { uid: 0, gid: 0, groups: [] };

export class MemoryFilesystem implements Filesystem {
  readonly #volume: MemoryVolume;
  readonly #options: MemoryFilesystemOptions;
  readonly #identity: MemoryIdentity;
  readonly exactTimes = true;
  readonly canMakeNodes = true;
  readonly canXattrs = true;
  readonly isSuperUser: boolean;
  readonly groups: readonly number[];
  readonly umask: number;

  /** `volume`: of another file system in memory, seen with other eyes; without it a new empty one. */
  constructor(options: MemoryFilesystemOptions = {}, volume?: MemoryVolume) {
    this.#options = options;
    this.#identity = options.identity ?? ROOT_IDENTITY;
    this.#volume =
      volume ??
      new MemoryVolume({
        now: options.now ?? machineTime,
        capacityBytes: options.capacityBytes ?? Number.MAX_SAFE_INTEGER,
      });
    this.isSuperUser = this.#identity.uid === 0;
    this.groups = [...new Set([this.#identity.gid, ...this.#identity.groups])];
    this.umask = options.umask ?? 0o022;
  }

  /** The same files for somebody else. */
  as(identity: MemoryIdentity): MemoryFilesystem {
    return new MemoryFilesystem({ ...this.#options, identity }, this.#volume);
  }

  /** What the data of all files takes, in whole pages. */
  get usedBytes(): number {
    return this.#volume.usedBytes;
  }

  /** The start directory of relative paths is '/'. */
  root(path: string, symlinks: SymlinkPolicy = 'tree'): Root {
    try {
      const walk = new NameWalk(this.#volume.top, this.#identity, 'follow');
      const { inode } = walk.find(this.#volume.top, componentsOf(path), true);
      if (inode === undefined) throw new Refusal('ENOENT');
      if (!isDirectoryInode(inode)) throw new Refusal('ENOTDIR');
      return new MemoryRoot({
        path: `/${componentsOf(path).join('/')}`,
        start: inode,
        volume: this.#volume,
        identity: this.#identity,
        umask: this.umask,
        symlinks,
      });
    } catch (error) {
      if (error instanceof Refusal) throw errorOfCode(error.code, 'chdir', path);
      throw error;
    }
  }

  /** Nothing is kept open. */
  release(): void {}

  userName(uid: number): string | undefined {
    return this.#options.users?.get(uid);
  }

  groupName(gid: number): string | undefined {
    return this.#options.userGroups?.get(gid);
  }

  userId(name: string): number | undefined {
    return idOf(this.#options.users, name);
  }

  groupId(name: string): number | undefined {
    return idOf(this.#options.userGroups, name);
  }
}

function idOf(names: ReadonlyMap<number, string> | undefined, wanted: string): number | undefined {
  for (const [id, name] of names ?? []) if (name === wanted) return id;
  return undefined;
}

function machineTime(): MemoryTime {
  const nowMs = Date.now();
  return { sec: Math.floor(nowMs / 1000), nsec: (nowMs % 1000) * 1_000_000 };
}
