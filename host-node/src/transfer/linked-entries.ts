// The generator's way with hard-linked entries: who waits for whom, linking, and what happens to a group when one member is
// skipped (docs/protocol/04-transfer.md §11). The groups themselves are kept by hard-links.ts.
import type { FileList } from '@ocrsync/core/file-list';
import { ITEM_LOCAL_CHANGE } from '../session/item.ts';
import type { Entry, GeneratorSink, Visit } from '../session/ports.ts';
import type { Task } from '../session/wait.ts';
import { AlternateLinks, type LinkedBeside, tellLinked } from './alternate-links.ts';
import type { DestinationState } from './destination-state.ts';
import { HardLinks, isPending, type Member } from './hard-links.ts';
import { linkOrCopy } from './full-links.ts';
import { lookAt } from './place.ts';
import { createInPlace, type Hand, newKind } from './replace.ts';
import { report, tellKept, type Visited } from './visit.ts';

/** So many entries are known before the first one is visited (03-file-list.md §13.2). */
const FIRST_ENTRIES = 500;

/** The parts of the decision procedure that a member of a group goes through again. */
export interface EntryVisits {
  look(entry: Entry, name: string, visit: Visit, sink: GeneratorSink): Visited;
  visitKind(visited: Visited): Task;
}

export class LinkedEntries {
  readonly #state: DestinationState;
  readonly #hand: Hand;
  readonly #visits: EntryVisits;
  readonly #links: HardLinks;
  readonly #known: KnownLists;
  readonly #besides: AlternateLinks | undefined;

  constructor(state: DestinationState, hand: Hand, visits: EntryVisits) {
    this.#state = state;
    this.#hand = hand;
    this.#visits = visits;
    this.#besides = state.alternates && new AlternateLinks(state, state.alternates);
    this.#known = new KnownLists(() => state.context.lists.live.map((live) => live.list));
    this.#links = new HardLinks(() => this.#known.lists);
    if (state.options.hardLinks === 0) return;
    state.report.debug?.('hash', 1, () => '[generator] groups of hard links are found by tables of the host');
  }

  /** HLINK 2: where a group that another member has begun stands (docs/protocol/07-output.md §12.2). */
  #tellGroup({ entry, name, member }: Visited): void {
    const { group } = member!;
    if (entry.ndx === group.firstNdx) return;
    this.#state.report.debug?.('hlink', 2, () => {
      const isNumbered = this.#state.context.lists.incremental;
      const who = `hlink for ${entry.ndx} (${name},${isNumbered ? entry.list.linkGroup(entry.row) : -1})`;
      if (group.leader === undefined) return `${who}: looking for a leader`;
      const { leader } = group;
      const leading = group.members.find((each) => this.#state.nameOf(each.entry) === leader);
      if (leading === undefined) return `${who}: leader is -1 (${leader})`;
      return [`${who}: found flist match (alt -1)`, `${who}: leader is ${leading.entry.ndx} (${leader})`];
    });
  }

  /** The entry's place in its group; undefined without -H or for a file of one link. */
  member(entry: Entry): Member | undefined {
    if (this.#state.options.hardLinks === 0) return undefined;
    this.#known.reach(entry.list);
    return this.#links.member(entry);
  }

  forget(list: FileList): void {
    this.#links.forget(list);
  }

  /** The receiver is through with a file that was asked for. */
  *settle(entry: Entry, success: boolean, sink: GeneratorSink): Task {
    const member = this.member(entry);
    if (member === undefined) return;
    if (success) yield* this.linkFollowers(member, sink);
    else yield* this.skip(entry, sink);
  }

  /** True: an earlier member of the group is done or under way, and this one was linked to it or waits. */
  *followsAnother(visited: Visited): Task<boolean> {
    const { member, sink, entry } = visited;
    const { leader } = member!.group;
    this.#tellGroup(visited);
    if (leader !== undefined) {
      const beside = this.#besides && (yield* this.#besides.find(visited, leader));
      member!.state = 'done';
      yield* this.#link(visited, leader, beside);
      return true;
    }
    const previous = this.#links.previous(member!);
    if (previous?.state !== 'asked' && previous?.state !== 'waiting') return false;
    member!.state = 'waiting';
    sink.waiting(entry.ndx);
    return true;
  }

  /** Links all that waited for this member, which is in place now. */
  *linkFollowers(member: Member, sink: GeneratorSink): Task {
    const leader = this.#state.nameOf(member.entry);
    for (const follower of this.#links.finish(member, leader)) {
      const wasCounted = isPending(follower);
      follower.state = 'done';
      const { entry, group } = follower;
      const visited = this.#visits.look(entry, this.#state.nameOf(entry), 'full', sink);
      yield* this.#link(visited, group.leader ?? leader);
      if (wasCounted) sink.settled(entry.ndx);
    }
  }

  /** §11.4. */
  *#link(visited: Visited, leader: string, beside?: LinkedBeside): Task {
    const state = this.#state;
    const { name, existing, sink, entry } = visited;
    if (existing !== undefined) {
      // Where it is gone or out of reach, linking to it tells that.
      const target = lookAt({ root: state.tree, name: leader });
      if (existing.dev === target?.dev && existing.ino === target.ino) {
        yield* report(state, visited, existing, ITEM_LOCAL_CHANGE, '');
        tellKept(state, name, false);
        sink.success(entry.ndx);
        return;
      }
    }
    let isCopy = false;
    const made = yield* createInPlace(state, this.#hand, {
      name,
      existing,
      kind: newKind(visited.mode),
      failure: () => `link ${state.fullName(name)} => ${leader} failed`,
      make: (at) => {
        isCopy = linkOrCopy(state, visited, leader, at) === 'copy';
      },
    });
    if (!made) return;
    if (isCopy) {
      visited.member!.group.leader = name;
      yield* report(state, visited, existing, ITEM_LOCAL_CHANGE);
      sink.success(entry.ndx);
      return;
    }
    if (beside !== undefined) {
      yield* tellLinked(state, visited, leader, beside);
      sink.success(entry.ndx);
      return;
    }
    yield* report(state, visited, existing, ITEM_LOCAL_CHANGE, leader);
    state.announce(`${name} => ${leader}`);
    sink.success(entry.ndx);
  }

  /** §11.5: an entry that will not be made; another member may have to be asked for instead. */
  skip(entry: Entry, sink: GeneratorSink): Task {
    return this.#pass(entry, 'skipped', sink);
  }

  /** An alternate directory has this one, and it is not to be here; others of its group may not be there. */
  leaveElsewhere(entry: Entry, sink: GeneratorSink): Task {
    return this.#pass(entry, 'elsewhere', sink);
  }

  *#pass(entry: Entry, how: 'skipped' | 'elsewhere', sink: GeneratorSink): Task {
    const member = this.member(entry);
    if (member === undefined) return;
    const next = this.#links.skip(member, how);
    if (next === undefined) return;
    sink.settled(next.entry.ndx);
    yield* this.#visits.visitKind(
      this.#visits.look(next.entry, this.#state.nameOf(next.entry), 'full', sink),
    );
  }
}

/**
 * The lists that the generator has come to know, as upstream's does: before the first entry is visited enough of them for 500 entries,
 * then one more whenever it gets there. Which member is the last of its group, and so the one that is asked for, depends on it.
 */
class KnownLists {
  readonly #live: () => FileList[];
  #upTo = -1;

  constructor(live: () => FileList[]) {
    this.#live = live;
  }

  get lists(): FileList[] {
    return this.#live().filter((list) => list.start <= this.#upTo);
  }

  reach(list: FileList): void {
    if (list.start <= this.#upTo) return;
    if (this.#upTo < 0) this.#begin();
    this.#upTo = Math.max(this.#upTo, list.start);
  }

  #begin(): void {
    let entries = 0;
    for (const list of this.#live()) {
      this.#upTo = list.start;
      entries += list.count;
      if (entries >= FIRST_ENTRIES) return;
    }
  }
}
