// Who this process is on this machine: user, groups, umask, and the names behind ids. Shared by the local file systems.
import { IdNames } from './id-names.ts';

export class LocalIdentity {
  readonly #users = new IdNames('/etc/passwd');
  readonly #groups = new IdNames('/etc/group');
  readonly isSuperUser: boolean;
  readonly groups: readonly number[];
  readonly umask: number;

  constructor() {
    this.isSuperUser = process.geteuid?.() === 0;
    const primary = process.getegid?.() ?? 0;
    this.groups = [...new Set([primary, ...(process.getgroups?.() ?? [])])];
    this.umask = process.umask();
  }

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
