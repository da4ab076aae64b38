// Finds the object of an alternate directory that is nearest to an entry (docs/protocol/04-transfer.md §3.10, "Match levels").
// Looks only; what becomes of a match is decided by alternate-files.ts and the visitors.
import { isRegular } from '@ocrsync/core/file-type';
import type { FileStat } from '../fs/filesystem.ts';
import {
  ITEM_REPORT_ACL,
  ITEM_REPORT_CRTIME,
  ITEM_REPORT_GROUP,
  ITEM_REPORT_OWNER,
  ITEM_REPORT_PERMS,
  ITEM_REPORT_TIME,
  ITEM_REPORT_XATTR,
} from '../session/item.ts';
import type { Task } from '../session/wait.ts';
import type { AlternateDirectories } from './alternate-directories.ts';
import type { DestinationState } from './destination-state.ts';
import { itemFlags } from './item-flags.ts';
import { lookAt, type Place } from './place.ts';
import type { QuickCheck } from './quick-check.ts';
import type { Visited } from './visit.ts';

/** §3.9: what an object has that is kept must be as in the list. */
const ATTRIBUTES =
  ITEM_REPORT_TIME |
  ITEM_REPORT_PERMS |
  ITEM_REPORT_OWNER |
  ITEM_REPORT_GROUP |
  ITEM_REPORT_ACL |
  ITEM_REPORT_XATTR |
  ITEM_REPORT_CRTIME;

/** `kind`: same kind of object. `content`: and up to date, the same target or device. `all`: and the same attributes. */
export type MatchLevel = 'kind' | 'content' | 'all';

export interface AlternateMatch {
  /** Its number among the alternate directories, which is its basis type on the wire. */
  readonly index: number;
  readonly place: Place;
  readonly stat: FileStat;
  readonly level: MatchLevel;
}

const RANKS: Readonly<Record<MatchLevel, number>> = { kind: 1, content: 2, all: 3 };

/** The first of the best for a regular file. */
export function* findRegular(
  state: DestinationState,
  alternates: AlternateDirectories,
  quickCheck: QuickCheck,
  visited: Visited,
): Task<AlternateMatch | undefined> {
  const { entry, redo } = visited;
  let best: AlternateMatch | undefined;
  for (const found of objects(state, alternates, visited)) {
    if (!isRegular(found.stat.mode)) continue;
    const same = yield* quickCheck.isUpToDate(entry, found.place, found.stat, redo);
    best = better(best, { ...found, level: levelOf(state, visited, found, same) });
    if (best.level === 'all') break;
  }
  return best;
}

/** How near another kind of object comes: undefined is another kind, false another target or device. */
export type NodeComparison = (place: Place, stat: FileStat) => boolean | undefined;

/** The first of the best for anything else. */
export function findNode(
  state: DestinationState,
  visited: Visited,
  compare: NodeComparison,
): AlternateMatch | undefined {
  const { alternates } = state;
  if (alternates === undefined) return undefined;
  let best: AlternateMatch | undefined;
  for (const found of objects(state, alternates, visited)) {
    const same = compare(found.place, found.stat);
    if (same === undefined) continue;
    best = better(best, { ...found, level: levelOf(state, visited, found, same) });
    if (best.level === 'all') break;
  }
  return best;
}

type Found = Omit<AlternateMatch, 'level'>;

function* objects(
  state: DestinationState,
  alternates: AlternateDirectories,
  { entry }: Visited,
): Generator<Found> {
  const name = state.nameOf(entry);
  for (let index = 0; index < alternates.count; index++) {
    const root = alternates.root(index);
    const place = root && { root, name };
    const stat = place && lookAt(place);
    if (place !== undefined && stat !== undefined) yield { index, place, stat };
  }
}

function levelOf(
  state: DestinationState,
  { entry, mode }: Visited,
  { place, stat }: Found,
  same: boolean,
): MatchLevel {
  if (!same) return 'kind';
  const flags = itemFlags(state, { entry, mode, existing: stat, flags: 0, place });
  return (flags & ATTRIBUTES) === 0 ? 'all' : 'content';
}

function better(best: AlternateMatch | undefined, other: AlternateMatch): AlternateMatch {
  return best === undefined || RANKS[other.level] > RANKS[best.level] ? other : best;
}
