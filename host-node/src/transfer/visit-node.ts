// The generator's way with symlinks, devices and special files: compare, keep or make anew
// (docs/protocol/04-transfer.md §3.5, §3.6).
import type { FileStat } from '../fs/filesystem.ts';
import { ITEM_LOCAL_CHANGE, ITEM_REPORT_CHANGE } from '../session/item.ts';
import type { Task } from '../session/wait.ts';
import type { DestinationState } from './destination-state.ts';
import { isDevice, isSpecial, isSymlink, TYPE_MASK } from '@ocrsync/core/file-type';
import { createInPlace, type Creation, type Hand, type NewKind } from './replace.ts';
import { keep, keepAttributes, report, type Visited } from './visit.ts';

/** Symlink by symlink. True: the entry is in place (hard links may follow it). */
export function* visitSymlink(state: DestinationState, hand: Hand, visited: Visited): Task<boolean> {
  const { entry, name, existing } = visited;
  const target = entry.list.linkTarget(entry.row);
  const isLink = existing !== undefined && isSymlink(existing.mode);
  if (isLink && readTarget(state, name) === target) return yield* stay(state, visited, existing);
  const made = yield* make(state, hand, visited, isLink ? existing : undefined, {
    kind: 'symlink',
    failure: `symlink ${state.fullName(name)} -> "${target}" failed`,
    make: (at) => state.tree.symlink(target, at),
  });
  if (made) state.announce(`${name} -> ${target}`);
  return made;
}

/** Devices, FIFOs and sockets. */
export function* visitNode(state: DestinationState, hand: Hand, visited: Visited): Task<boolean> {
  const { entry, name, existing, mode } = visited;
  const { list, row } = entry;
  const sameClass =
    existing !== undefined && (isDevice(mode) ? isDevice(existing.mode) : isSpecial(existing.mode));
  if (sameClass && isIdentical(visited, existing)) return yield* stay(state, visited, existing);
  const kind: NewKind = isDevice(mode) ? 'device file' : 'special file';
  const made = yield* make(state, hand, visited, sameClass ? existing : undefined, {
    kind,
    failure: `mknod ${state.fullName(name)} failed`,
    make: (at) => state.tree.mknod(at, mode, list.rdevMajor(row), list.rdevMinor(row)),
  });
  if (made) state.announce(name);
  return made;
}

function isIdentical({ entry, mode }: Visited, existing: FileStat): boolean {
  if (isSpecial(mode)) return (existing.mode & TYPE_MASK) === (mode & TYPE_MASK);
  const { list, row } = entry;
  return existing.rdevMajor === list.rdevMajor(row) && existing.rdevMinor === list.rdevMinor(row);
}

function readTarget(state: DestinationState, name: string): string | undefined {
  try {
    return state.tree.readlink(name);
  } catch {
    return undefined; // It changed under our hands: it is made anew.
  }
}

function* stay(state: DestinationState, visited: Visited, existing: FileStat): Task<boolean> {
  yield* keep(state, visited, existing, 'window');
  return true;
}

function* make(
  state: DestinationState,
  hand: Hand,
  visited: Visited,
  compared: FileStat | undefined,
  creation: Pick<Creation, 'kind' | 'failure' | 'make'>,
): Task<boolean> {
  const { name, existing } = visited;
  if (!(yield* createInPlace(state, hand, { name, existing, ...creation }))) return false;
  keepAttributes(state, visited, undefined, 'window', false);
  yield* report(state, visited, compared, ITEM_LOCAL_CHANGE | ITEM_REPORT_CHANGE);
  return true;
}
