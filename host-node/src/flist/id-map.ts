// Ids of the peer to ids of this system (docs/protocol/03-file-list.md §9.3). Knows of the file system only names.
import type { Filesystem } from '../fs/filesystem.ts';
import type { Options } from '../options/options.ts';
import type { IdVoice } from './id-voice.ts';
import { type IdRules, parseIdRules, ruledId } from './id-rules.ts';

export type IdKind = 'user' | 'group';

export type IdSystem = Pick<Filesystem, 'userId' | 'groupId' | 'isSuperUser' | 'groups'>;

/** What the user wants ids to become. */
export interface IdMapRules {
  readonly users: IdRules;
  readonly groups: IdRules;
}

const NO_RULES: IdMapRules = { users: [], groups: [] };

/** The rules of --usermap and --groupmap. Throws RunErrors (exit 1); `warn` hears of targets that do not exist here. */
export function idMapRules(
  options: Pick<Options, 'usermap' | 'groupmap'>,
  system: IdSystem,
  warn: (text: string) => void,
): IdMapRules {
  const users = { option: 'usermap', lookUp: (name: string) => system.userId(name), warn };
  const groups = { option: 'groupmap', lookUp: (name: string) => system.groupId(name), warn };
  return {
    users: options.usermap === null ? [] : parseIdRules(options.usermap, users),
    groups: options.groupmap === null ? [] : parseIdRules(options.groupmap, groups),
  };
}

export class IdMap {
  readonly #system: IdSystem;
  readonly #numericIds: boolean;
  readonly #rules: IdMapRules;
  readonly #users = new Map<number, number>();
  readonly #groups = new Map<number, number>();
  readonly #ownGroups: ReadonlySet<number>;
  /** Hears of each id: --debug=OWN2. */
  voice: IdVoice | undefined;

  constructor(system: IdSystem, numericIds: boolean, rules = NO_RULES) {
    this.#system = system;
    this.#numericIds = numericIds;
    this.#rules = rules;
    this.#ownGroups = new Set(system.groups);
  }

  /** The peer's name of an id. The first announcement counts; id 0 is mapped by name only where a rule says so. */
  learn(kind: IdKind, id: number, name: string): void {
    const known = kind === 'user' ? this.#users : this.#groups;
    if (known.has(id) || this.#numericIds) return;
    const local = this.#mapped(kind, id, name);
    known.set(id, local);
    this.voice?.learned(kind, id, name, local);
  }

  userId(id: number): number {
    return this.#users.get(id) ?? this.#unannounced('user', id);
  }

  groupId(id: number): number {
    return this.#groups.get(id) ?? this.#unannounced('group', id);
  }

  /** Tells that an entry has an id of the peer. What cannot be given is only told of where it has a name. */
  tell(kind: IdKind, id: number): void {
    const known = kind === 'user' ? this.#users : this.#groups;
    const rules = kind === 'user' ? this.#rules.users : this.#rules.groups;
    if (this.#numericIds && rules.length === 0) return;
    if (kind === 'user' && !known.has(id) && !this.#system.isSuperUser) return;
    const local = kind === 'user' ? this.userId(id) : this.groupId(id);
    this.voice?.met(kind, id, id === 0 && rules.length > 0 && !this.#numericIds ? 'root' : '', local);
  }

  /** A peer that cannot tell the name of id 0 means root, where a rule may ask for it. */
  assumeRoot(): void {
    if (this.#rules.users.length > 0) this.learn('user', 0, 'root');
    if (this.#rules.groups.length > 0) this.learn('group', 0, 'root');
  }

  /** A peer that tells no name of id 0 means root. */
  #unannounced(kind: IdKind, id: number): number {
    const known = kind === 'user' ? this.#users : this.#groups;
    const rules = kind === 'user' ? this.#rules.users : this.#rules.groups;
    if (rules.length === 0) return id;
    const local = this.#mapped(kind, id, id === 0 && !this.#numericIds ? 'root' : '');
    known.set(id, local);
    return local;
  }

  #mapped(kind: IdKind, id: number, name: string): number {
    const ruled = ruledId(kind === 'user' ? this.#rules.users : this.#rules.groups, id, name);
    if (ruled !== undefined) return ruled;
    return (id === 0 || name === '' ? undefined : this.#lookUp(kind, name)) ?? id;
  }

  /** Whether this process may give files to a (local) group. */
  mayUseGroup(localGroup: number): boolean {
    return this.#system.isSuperUser || this.#ownGroups.has(localGroup);
  }

  #lookUp(kind: IdKind, name: string): number | undefined {
    return kind === 'user' ? this.#system.userId(name) : this.#system.groupId(name);
  }
}
