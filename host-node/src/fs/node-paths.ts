// How plain Node reaches a name of a tree: relative to held directories through /proc, or by its whole path where there is
// no /proc (macOS, Windows, some containers). Gives paths for node:fs; does nothing with the objects.
import { errorOfCode, errorOfNumber } from './errno.ts';
import { procPath } from './proc-directories.ts';
import { cleanName, type SafeRoot } from './safe-root.ts';

export interface NodePaths {
  /** Path of the name itself. That of one name before stays valid with it, not longer. Throws FilesystemError. */
  path(name: string, call: string): Buffer;
  /** Path of the directory itself, for listing it. */
  directory(name: string, call: string): Buffer;
  /** Opens what the name leads to inside the tree; undefined where the root has no such rule, or cannot keep it. */
  openBeneath(name: string, flags: number, call: string): number | undefined;
  /** A call failed with this errno: true when descriptors were given up, and it may be tried again from {@link path} on. */
  makeRoom(errno: number): boolean;
  /** This name was removed, renamed, or got another object. */
  forget(name: string): void;
}

/** Over a safe root. */
export class HeldPaths implements NodePaths {
  readonly #safe: SafeRoot;

  constructor(safe: SafeRoot) {
    this.#safe = safe;
  }

  path(name: string, call: string): Buffer {
    refuseNul(name, call);
    const at = this.#safe.parent(name);
    if (at < 0) throw errorOfNumber(-at, call, name);
    return procPath(at, this.#safe.leaf);
  }

  directory(name: string, call: string): Buffer {
    refuseNul(name, call);
    const held = this.#safe.directory(name);
    if (typeof held === 'number') throw errorOfNumber(-held, call, name);
    return procPath(held.descriptor, '.');
  }

  openBeneath(name: string, flags: number, call: string): number | undefined {
    if (this.#safe.policy !== 'beneath') return undefined;
    refuseNul(name, call);
    const opened = this.#safe.openBeneath(name, flags);
    if (opened < 0) throw errorOfNumber(-opened, call, name);
    return opened;
  }

  makeRoom(errno: number): boolean {
    return this.#safe.makeRoom(-errno);
  }

  forget(name: string): void {
    const clean = cleanName(name);
    if (typeof clean === 'string') this.#safe.forget(clean);
  }
}

/** By whole paths: a symlink in place of a directory of the tree is followed, wherever it leads. */
export class LexicalPaths implements NodePaths {
  readonly #prefix: string;

  /** `root` is absolute. */
  constructor(root: string) {
    this.#prefix = root === '/' ? '/' : `${root}/`;
  }

  path(name: string, call: string): Buffer {
    refuseNul(name, call);
    const clean = cleanName(name);
    if (typeof clean === 'number') throw errorOfNumber(-clean, call, name);
    // With the dot: a root that is a symlink to a directory is that directory, never the link.
    return Buffer.from(this.#prefix + (clean || '.'), 'latin1');
  }

  directory(name: string, call: string): Buffer {
    return this.path(name, call);
  }

  openBeneath(): undefined {
    return undefined;
  }

  makeRoom(): boolean {
    return false;
  }

  forget(): void {}
}

function refuseNul(name: string, call: string): void {
  if (name.includes('\0')) throw errorOfCode('EINVAL', call, name);
}
