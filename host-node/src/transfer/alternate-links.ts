// Members of a hard-linked group that an alternate directory has as well: linking them is no news there
// (docs/protocol/04-transfer.md §11.4).
import { isRegular, TYPE_MASK } from '@ocrsync/core/file-type';
import type { FileStat, Root } from '../fs/filesystem.ts';
import { ITEM_LOCAL_CHANGE } from '../session/item.ts';
import type { Task } from '../session/wait.ts';
import type { AlternateDirectories } from './alternate-directories.ts';
import type { DestinationState } from './destination-state.ts';
import { itemFlags } from './item-flags.ts';
import { lookAt, type Place } from './place.ts';
import { QuickCheck } from './quick-check.ts';
import { tellKept, type Visited } from './visit.ts';

export interface LinkedBeside {
  readonly place: Place;
  readonly stat: FileStat;
  /** It is the leader itself under another name. */
  readonly isSame: boolean;
}

export class AlternateLinks {
  readonly #state: DestinationState;
  readonly #alternates: AlternateDirectories;
  readonly #quickCheck: QuickCheck;

  constructor(state: DestinationState, alternates: AlternateDirectories) {
    this.#state = state;
    this.#alternates = alternates;
    this.#quickCheck = new QuickCheck(state);
  }

  /** For a name where nothing is: with --link-dest the same object as the leader, else one of the same content. */
  *find(visited: Visited, leader: string): Task<LinkedBeside | undefined> {
    if (visited.existing !== undefined) return undefined;
    const { kind, count } = this.#alternates;
    const wanted = kind === 'link' ? this.#leaderAt(leader) : undefined;
    if (kind === 'link' && wanted === undefined) return undefined;
    for (let index = 0; index < count; index++) {
      const root = this.#alternates.root(index);
      const place = root && { root, name: visited.name };
      const stat = place && lookAt(place);
      if (place === undefined || stat === undefined) continue;
      if (wanted !== undefined) {
        if (stat.dev === wanted.dev && stat.ino === wanted.ino) return { place, stat, isSame: true };
      } else if (yield* this.#isAlike(visited, place, stat)) return { place, stat, isSame: false };
    }
    return undefined;
  }

  /** In a dry run the leader is not here yet. */
  #leaderAt(leader: string): FileStat | undefined {
    const { root, dryRun } = this.#state;
    const here = root && lookAt({ root, name: leader });
    if (here !== undefined || !dryRun) return here;
    for (let index = 0; index < this.#alternates.count; index++) {
      const beside: Root | undefined = this.#alternates.root(index);
      const stat = beside && lookAt({ root: beside, name: leader });
      if (stat !== undefined && isRegular(stat.mode)) return stat;
    }
    return undefined;
  }

  *#isAlike({ entry, mode }: Visited, place: Place, stat: FileStat): Task<boolean> {
    if ((stat.mode & TYPE_MASK) !== (mode & TYPE_MASK)) return false;
    return !isRegular(mode) || (yield* this.#quickCheck.isUpToDate(entry, place, stat, false));
  }
}

/** The record of a name that was linked to its leader. */
export function* tellLinked(
  state: DestinationState,
  { entry, mode, sink, name }: Visited,
  leader: string,
  { stat, place, isSame }: LinkedBeside,
): Task {
  const { info, showUnchanged, formatHasItemize } = state.options;
  if (isSame) tellKept(state, name, false);
  if (isSame && !showUnchanged && !(info.name >= 2 && formatHasItemize)) return;
  const flags = itemFlags(state, {
    entry,
    mode,
    existing: stat,
    flags: ITEM_LOCAL_CHANGE,
    place,
    xname: leader,
  });
  yield* state.emitItem(sink, entry, flags, leader);
  if (!isSame) state.announce(`${name} => ${leader}`);
}
