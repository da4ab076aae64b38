// Finds inodes by names: components, symlinks on the way, Linux's limits. Part of memory-filesystem.
import type { SymlinkPolicy } from './filesystem.ts';
import { demand, MAY_SEARCH } from './memory-access.ts';
import { type Inode, isDirectoryInode, type MemoryIdentity, Refusal } from './memory-inode.ts';

const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 4095;
const MAX_LINKS = 40;

/** A directory and the name of something in it that may exist. */
export interface Place {
  readonly parent: Inode & { readonly entries: Map<string, Inode> };
  /** '' when the name led to a directory itself: the root, or by '..' in a link. */
  readonly leaf: string;
  readonly inode: Inode | undefined;
}

/** Components of a name; refuses what is too long. */
export function componentsOf(name: string): string[] {
  if (name.length > MAX_PATH_BYTES) throw new Refusal('ENAMETOOLONG');
  return name.split('/').filter((part) => part !== '' && part !== '.');
}

export class NameWalk {
  readonly #top: Inode;
  readonly #who: MemoryIdentity;

  readonly #symlinks: SymlinkPolicy;

  constructor(top: Inode, who: MemoryIdentity, symlinks: SymlinkPolicy) {
    this.#top = top;
    this.#who = who;
    this.#symlinks = symlinks;
  }

  /**
   * Walks from `start` along `components`. Links on the way are followed as the policy allows; the last component only
   * with `follow`. Refusals: ENOENT, ENOTDIR, ELOOP, EACCES, ENAMETOOLONG.
   */
  find(start: Inode, components: readonly string[], follow: boolean): Place {
    let confined = this.#symlinks !== 'follow';
    let here = start;
    let left = [...components];
    let links = 0;
    while (left.length > 0) {
      const [part, ...rest] = left as [string, ...string[]];
      if (!isDirectoryInode(here)) throw new Refusal('ENOTDIR');
      demand(this.#who, here, MAY_SEARCH);
      if (part.length > MAX_NAME_BYTES) throw new Refusal('ENAMETOOLONG');
      if (part === '..') {
        if (confined && here === start) throw new Refusal('ELOOP');
        here = here.parent!;
        left = rest;
        continue;
      }
      const child = here.entries.get(part);
      const isLast = rest.length === 0;
      if (child?.target && (!isLast || follow)) {
        if (++links > MAX_LINKS) throw new Refusal('ELOOP');
        if (isLast && this.#symlinks === 'tree') confined = false;
        if (child.target.startsWith('/')) {
          if (confined) throw new Refusal('ELOOP');
          here = this.#top;
        }
        left = [...componentsOf(child.target), ...rest];
        continue;
      }
      if (isLast) return { parent: here, leaf: part, inode: child };
      if (child === undefined) throw new Refusal('ENOENT');
      here = child;
      left = rest;
    }
    return this.#itself(here);
  }

  #itself(inode: Inode): Place {
    const parent = inode.parent!;
    if (!isDirectoryInode(parent)) throw new Refusal('ENOTDIR');
    return { parent, leaf: '', inode };
  }
}
