// Who this process is on this machine: user, groups, umask, and the names behind ids. Shared by the local file systems.
import { type IdDirectory, IdNames, type NameCalls, serviceGroups, serviceUsers } from './id-names.ts';

export class LocalIdentity {
  readonly #users: IdDirectory;
  readonly #groups: IdDirectory;
  readonly isSuperUser: boolean;
  readonly groups: readonly number[];
  readonly umask: number;

  /** `names`: the machine's name services; without them names are read from /etc. */
  constructor(names?: NameCalls) {
    this.#users = names === undefined ? new IdNames('/etc/passwd') : serviceUsers(names);
    this.#groups = names === undefined ? new IdNames('/etc/group') : serviceGroups(names);
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
