// Ids of the peer to ids of this system (docs/protocol/03-file-list.md §9.3). Knows of the file system only names.
import type { Filesystem } from '../fs/filesystem.ts';

export type IdKind = 'user' | 'group';

export type IdSystem = Pick<Filesystem, 'userId' | 'groupId' | 'isSuperUser' | 'groups'>;

export class IdMap {
  readonly #system: IdSystem;
  readonly #numericIds: boolean;
  readonly #users = new Map<number, number>();
  readonly #groups = new Map<number, number>();
  readonly #ownGroups: ReadonlySet<number>;

  constructor(system: IdSystem, numericIds: boolean) {
    this.#system = system;
    this.#numericIds = numericIds;
    this.#ownGroups = new Set(system.groups);
  }

  /** The peer's name of an id. The first announcement counts; id 0 is never mapped by name. */
  learn(kind: IdKind, id: number, name: string): void {
    const known = kind === 'user' ? this.#users : this.#groups;
    if (known.has(id) || this.#numericIds) return;
    const local = id === 0 || name === '' ? undefined : this.#lookUp(kind, name);
    known.set(id, local ?? id);
  }

  userId(id: number): number {
    return this.#users.get(id) ?? id;
  }

  groupId(id: number): number {
    return this.#groups.get(id) ?? id;
  }

  /** Whether this process may give files to a (local) group. */
  mayUseGroup(localGroup: number): boolean {
    return this.#system.isSuperUser || this.#ownGroups.has(localGroup);
  }

  #lookUp(kind: IdKind, name: string): number | undefined {
    return kind === 'user' ? this.#system.userId(name) : this.#system.groupId(name);
  }
}
