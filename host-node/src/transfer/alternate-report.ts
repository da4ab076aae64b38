// The records about objects that were compared with one of an alternate directory (docs/protocol/04-transfer.md §3.10, §3.14).
import type { Task } from '../session/wait.ts';
import type { AlternateMatch } from './alternate-match.ts';
import type { DestinationState } from './destination-state.ts';
import { itemFlags } from './item-flags.ts';
import type { Visited } from './visit.ts';

/** The object has been made here, or is to be: the record tells what differed from the one over there. */
export function* reportCompared(
  state: DestinationState,
  visited: Visited,
  { stat, place }: AlternateMatch,
  flags: number,
): Task {
  const { entry, mode, sink } = visited;
  const all = itemFlags(state, { entry, mode, existing: stat, flags, place });
  yield* state.emitItem(sink, entry, all, undefined);
}

/** Nothing differed: that travels only where somebody sees it. `linked`: it is the same object. */
export function* reportSame(
  state: DestinationState,
  { entry, sink }: Visited,
  flags: number,
  linked: boolean,
): Task {
  const { info, showUnchanged, formatHasItemize } = state.options;
  if (!showUnchanged && !(info.name >= 2 && formatHasItemize)) return;
  yield* state.emitItem(sink, entry, flags, linked ? '' : undefined);
}
