// The machine's own files over node:fs alone, plus the native helper for exact times and nodes where it is built.
// Implements the contract of filesystem.ts; the same tests run with and without the helper.
import { statSync } from 'node:fs';
import { loadNative } from '@ocrsync/native/load';
import { errorOfCode, translated } from './errno.ts';
import type { Filesystem, Root } from './filesystem.ts';
import { IdNames } from './id-names.ts';
import { type NodeHelper, NodeRoot } from './node-root.ts';

export class LocalNodeFilesystem implements Filesystem {
  readonly #helper: NodeHelper | undefined;
  readonly #users = new IdNames('/etc/passwd');
  readonly #groups = new IdNames('/etc/group');
  readonly exactTimes: boolean;
  readonly canMakeNodes: boolean;
  readonly isSuperUser: boolean;
  readonly groups: readonly number[];
  readonly umask: number;

  /** `helper` null: work without the native helper, as where it is not built. */
  constructor(helper: NodeHelper | undefined | null = loadNative()) {
    this.#helper = helper ?? undefined;
    this.exactTimes = this.#helper !== undefined;
    this.canMakeNodes = this.#helper?.mknod !== undefined;
    this.isSuperUser = process.geteuid?.() === 0;
    const primary = process.getegid?.() ?? 0;
    this.groups = [...new Set([primary, ...(process.getgroups?.() ?? [])])];
    this.umask = process.umask();
  }

  root(path: string): Root {
    const absolute = absolutePath(path);
    try {
      const isDirectory = statSync(Buffer.from(absolute, 'latin1')).isDirectory();
      if (!isDirectory) throw errorOfCode('ENOTDIR', 'chdir', absolute);
    } catch (error) {
      throw translated(error, 'chdir', absolute);
    }
    return new NodeRoot(absolute, this.#helper, this.umask);
  }

  release(): void {}

  userName(uid: number): string | undefined {
    return this.#users.name(uid);
  }

  groupName(gid: number): string | undefined {
    return this.#groups.name(gid);
  }

  userId(name: string): number | undefined {
    return this.#users.id(name);
  }

  groupId(name: string): number | undefined {
    return this.#groups.id(name);
  }
}

/** Absolute form of a latin1 path, cleaned of '.', empty components and slashes at the end; '..' stays what it is. */
export function absolutePath(path: string): string {
  const start = Buffer.from(process.cwd(), 'utf8').toString('latin1');
  const whole = path.startsWith('/') ? path : `${start}/${path}`;
  const parts = whole.split('/').filter((part) => part !== '' && part !== '.');
  return `/${parts.join('/')}`;
}
