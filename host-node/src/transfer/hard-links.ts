// Groups of hard-linked entries at the generator: who waits for whom, who leads, who is linked when
// (docs/protocol/04-transfer.md §11, 03-file-list.md §13.2). Pure bookkeeping: touches no disk and no stream.
// A group may span the sub-lists of incremental recursion; of freed lists only names are kept.
import { ndxAt } from '@ocrsync/core/file-list-numbers';
import { type FileList, FLIST_HLINKED } from '@ocrsync/core/file-list';
import type { Entry } from '../session/ports.ts';

/**
 * `passed`: nothing there, a later member may have it. `waiting`: an earlier one is being transferred. `elsewhere`: left to an
 * alternate directory, unless a later one is made here.
 */
export type MemberState = 'unseen' | 'passed' | 'waiting' | 'asked' | 'elsewhere' | 'skipped' | 'done';

export interface Member {
  readonly entry: Entry;
  readonly group: Group;
  state: MemberState;
  /** The last one of its group that is known; it is asked for if no earlier one was found. */
  isLast: boolean;
}

export interface Group {
  /** Of the member that was known first. */
  readonly firstNdx: number;
  /** Name of a finished member. */
  leader: string | undefined;
  /** Members that still have something to come, in list order. */
  members: Member[];
}

export class HardLinks {
  readonly #groups = new Map<string, Group>();
  readonly #byList = new Map<FileList, Map<number, Member>>();
  readonly #known: () => Iterable<FileList>;

  /** `known`: the lists that have arrived and were not freed, oldest first. A group's last member is the last one of them. */
  constructor(known: () => Iterable<FileList>) {
    this.#known = known;
  }

  /** The member behind an entry; undefined when the entry is no hard link. */
  member({ list, row }: Entry): Member | undefined {
    if ((list.flags(row) & FLIST_HLINKED) === 0) return undefined;
    for (const known of this.#known()) {
      if (!this.#byList.has(known)) this.#byList.set(known, this.#scan(known));
    }
    return this.#byList.get(list)?.get(row);
  }

  /** The nearest member before this one that was not skipped. */
  previous(member: Member): Member | undefined {
    const { members } = member.group;
    for (let index = members.indexOf(member) - 1; index >= 0; index--) {
      if (members[index]!.state !== 'skipped') return members[index];
    }
    return undefined;
  }

  /**
   * A member is in place under this name; returns those to be linked to it in upstream's order: first the ones after it,
   * then the ones before it, from the nearest back.
   */
  finish(member: Member, name: string): Member[] {
    const { group } = member;
    member.state = 'done';
    group.leader ??= name;
    const at = group.members.indexOf(member);
    const pending = group.members.filter((other) => isPending(other) || other.state === 'elsewhere');
    const isBefore = (other: Member): boolean => group.members.indexOf(other) < at;
    return [...pending.filter((other) => !isBefore(other)), ...pending.filter(isBefore).reverse()];
  }

  /**
   * A member will not be made here (left out, or its transfer failed; or an alternate directory has it). Returns the member that
   * must be asked for instead, if others wait and nobody else is under way.
   */
  skip(member: Member, how: 'skipped' | 'elsewhere'): Member | undefined {
    const { group } = member;
    const wasExpected = member.isLast || member.state === 'asked';
    member.state = how;
    if (!wasExpected || group.leader !== undefined) return undefined;
    if (group.members.some((other) => other.state === 'asked' || other.state === 'unseen')) return undefined;
    const next = group.members.filter(isPending).at(-1);
    if (next !== undefined) next.isLast = true;
    return next;
  }

  /** The list is freed: its members are forgotten, the group's leader name stays. */
  forget(list: FileList): void {
    const members = this.#byList.get(list);
    if (members === undefined) return;
    this.#byList.delete(list);
    for (const { group } of members.values()) {
      group.members = group.members.filter((member) => member.entry.list !== list);
    }
  }

  #scan(list: FileList): Map<number, Member> {
    const members = new Map<number, Member>();
    for (let position = 0; position < list.count; position++) {
      const row = list.rowAt(position);
      if (!list.isActive(row) || (list.flags(row) & FLIST_HLINKED) === 0) continue;
      const key = groupKey(list, row);
      let group = this.#groups.get(key);
      if (group === undefined) {
        group = { firstNdx: ndxAt(list, position), leader: undefined, members: [] };
        this.#groups.set(key, group);
      }
      const entry = { list, row, ndx: ndxAt(list, position) };
      const before = group.members.at(-1);
      if (before !== undefined) before.isLast = false;
      const member: Member = { entry, group, state: 'unseen', isLast: true };
      group.members.push(member);
      members.set(row, member);
    }
    return members;
  }
}

function groupKey(list: FileList, row: number): string {
  const number = list.linkGroup(row);
  return number >= 0 ? `${number}` : `${list.linkDev(row)}:${list.linkIno(row)}`;
}

/** Has been counted as in progress. */
export function isPending({ state }: Member): boolean {
  return state === 'passed' || state === 'waiting';
}
