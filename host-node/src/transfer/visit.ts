// One entry under the generator's eyes, and what the kinds of entries share: reporting, attributes, hard-link groups.
import type { FileStat } from '../fs/filesystem.ts';
import type { FilesystemError } from '../fs/filesystem.ts';
import {
  ITEM_REPORT_ACL,
  ITEM_REPORT_GROUP,
  ITEM_REPORT_OWNER,
  ITEM_REPORT_PERMS,
  ITEM_REPORT_XATTR,
} from '../session/item.ts';
import type { Entry, GeneratorSink } from '../session/ports.ts';
import type { Task } from '../session/wait.ts';
import { type AttributeRequest, type Outcome, setAttributes } from './attributes.ts';
import type { DestinationState } from './destination-state.ts';
import { isDirectory, isSymlink } from '@ocrsync/core/file-type';
import { itemFlags } from './item-flags.ts';
import { keepsMtime, permissionsDiffer } from './kept-attributes.ts';
import type { Member } from './hard-links.ts';

const SPECIAL_BITS = 0o7000;
const SET_USER_BIT = 0o4000;
const SET_ID_BITS = 0o6000;
const GROUP_EXECUTE = 0o010;

/** What is known when an entry is looked at. */
export interface Visited {
  readonly entry: Entry;
  /** Name below the destination's root. */
  readonly name: string;
  /** What is there; undefined: nothing, or it could not be looked at. */
  readonly existing: FileStat | undefined;
  /** Why it could not be looked at. */
  readonly lookError: FilesystemError | undefined;
  /** Type and final permission bits (§10.2 when permissions are not preserved). */
  readonly mode: number;
  readonly redo: boolean;
  readonly sink: GeneratorSink;
  readonly member: Member | undefined;
}

/** Sends the record of an entry without transfer, compared with `existing`. */
export function* report(
  state: DestinationState,
  visited: Visited,
  existing: FileStat | undefined,
  flags: number,
  xname?: string,
): Task {
  const { entry, mode, sink } = visited;
  const all = itemFlags(state, {
    entry,
    mode,
    existing,
    flags,
    ...(xname === undefined ? {} : { xname }),
  });
  yield* state.emitItem(sink, entry, all, xname);
}

/** An object that stays gets its attributes; the record tells what differed before. */
export function* keep(
  state: DestinationState,
  visited: Visited,
  existing: FileStat,
  times: AttributeRequest['times'],
): Task {
  const { entry, mode, sink } = visited;
  let flags = itemFlags(state, { entry, mode, existing, flags: 0 });
  // Setting an ACL of the system sets permissions, which upstream then sees as they are to be.
  const onlyByAcl =
    state.root?.acls === undefined &&
    (flags & ITEM_REPORT_ACL) !== 0 &&
    ((existing.mode ^ mode) & SPECIAL_BITS) === 0;
  if (onlyByAcl && !state.dryRun) flags &= ~ITEM_REPORT_PERMS;
  if (!state.dryRun) flags = asAfterOwner(state, flags, existing.mode, mode);
  keepAttributes(state, visited, existing, times, true);
  yield* state.emitItem(sink, entry, flags, undefined);
}

/**
 * A new owner takes the set-id bits off a file, and upstream then looks at it anew before it tells what differs: the owner
 * does not differ any more, and the permissions are what the kernel left (observed, 04-transfer.md §3.14).
 */
function asAfterOwner(state: DestinationState, flags: number, existing: number, mode: number): number {
  const owners = ITEM_REPORT_OWNER | ITEM_REPORT_GROUP;
  const looksAgain =
    (flags & owners) !== 0 && (existing & SET_ID_BITS) !== 0 && state.root?.acls === undefined;
  if (!looksAgain || isDirectory(existing) || isSymlink(existing)) return flags;
  const dropsGroupBit = (existing & GROUP_EXECUTE) !== 0;
  const left = existing & ~(dropsGroupBit ? SET_ID_BITS : SET_USER_BIT);
  const rest = flags & ~(owners | ITEM_REPORT_PERMS);
  return permissionsDiffer(state.options, left, mode) ? rest | ITEM_REPORT_PERMS : rest;
}

/** Attributes of an object that the generator keeps or made, with the line about unchanged ones at -vv; a failure is all it says. */
export function keepAttributes(
  state: DestinationState,
  visited: Visited,
  stat: FileStat | undefined,
  times: AttributeRequest['times'],
  tell: boolean,
): Outcome {
  const { entry, name, mode } = visited;
  const outcome = setAttributes(state, { role: 'generator', name, entry, mode, stat, times });
  const changed = outcome === 'changed';
  if (tell && outcome !== 'failed')
    tellKept(state, name, changed || (state.dryRun && wouldChange(state, visited, stat, times)));
  return outcome;
}

/** In a dry run: whether attributes would be set. Extended ones are not looked at, as upstream has it. */
export function wouldChange(
  state: DestinationState,
  { entry, mode }: Visited,
  existing: FileStat | undefined,
  times: AttributeRequest['times'],
): boolean {
  if (existing === undefined) return false;
  if ((itemFlags(state, { entry, mode, existing, flags: 0 }) & ~ITEM_REPORT_XATTR) !== 0) return true;
  const isExact = times === 'exact' && state.options.times && state.filesystem.exactTimes;
  return isExact && keepsMtime(state.options, mode) && existing.mtimeNsec !== entry.list.mtimeNsec(entry.row);
}

/** The line at -vv about an object that stays; hard links that are there already have it too, in a dry run as well. */
export function tellKept(state: DestinationState, name: string, changed: boolean): void {
  const { options, report: out } = state;
  if (options.info.name < 2 || state.itemizes) return;
  out.message('info', changed ? name : `${name} is uptodate`, 'client');
}
