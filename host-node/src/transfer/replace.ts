// Puts new objects where something may be in the way: atomically by a temporary name where that is possible, else after
// making room (docs/protocol/04-transfer.md §3.6.1, §13.8). For symlinks, devices, specials and hard links.
import type { DeletionEmitter, NewKind } from '../delete/emitter.ts';
import type { FileStat } from '../fs/filesystem.ts';
import type { Task } from '../session/wait.ts';
import type { DestinationState } from './destination-state.ts';
import { isDevice, isDirectory, isSpecial, isSymlink } from '@ocrsync/core/file-type';
import { unlinkQuietly } from './place.ts';
import { counterName } from './temp-name.ts';

/** Gives the emitter when something is to be deleted: in a dry run without destination there is none. */
export type Hand = () => DeletionEmitter;

/** Of anything but a directory. */
export function newKind(mode: number): NewKind {
  if (isSymlink(mode)) return 'symlink';
  if (isDevice(mode)) return 'device file';
  return isSpecial(mode) ? 'special file' : 'regular file';
}

/** Removes an obstacle of another kind. False: it stays, and that was told. */
export function* makeRoom(
  state: DestinationState,
  hand: Hand,
  name: string,
  obstacle: FileStat,
  kind: NewKind,
): Task<boolean> {
  const result = yield* hand().remove(name, obstacle, kind);
  if (result === 'done') return true;
  state.report.message('error-xfer', `could not make way for new ${kind}: ${name}`);
  return false;
}

export interface Creation {
  readonly name: string;
  /** What is there now. */
  readonly existing: FileStat | undefined;
  readonly kind: NewKind;
  /** Start of the error text: `symlink PATH -> "TARGET" failed`, `mknod PATH failed`. */
  readonly failure: (at: string) => string;
  /** Makes the object under this name; throws FilesystemError. */
  make(name: string): void;
}

/** Creates the object in place of what is there. False: it failed, and that was told. */
export function* createInPlace(state: DestinationState, hand: Hand, creation: Creation): Task<boolean> {
  const { name, existing, kind } = creation;
  if (state.dryRun && (existing === undefined || !isDirectory(existing.mode))) return true;
  if (existing !== undefined && isDirectory(existing.mode)) {
    if (!(yield* makeRoom(state, hand, name, existing, kind))) return false;
    if (state.dryRun) return true;
  }
  if (existing !== undefined && !isDirectory(existing.mode)) return overwrite(state, creation);
  try {
    creation.make(name);
    return true;
  } catch (error) {
    state.failed('generator', creation.failure(name), error);
    return false;
  }
}

function overwrite(state: DestinationState, { name, failure, make }: Creation): boolean {
  const root = state.tree;
  let temporary: string | undefined;
  try {
    temporary = counterName(root, name, state.temporaryStart);
    if (temporary === undefined) {
      state.report.message('error-xfer', `temporary filename too long: ${name}`);
      return false;
    }
    make(temporary);
  } catch (error) {
    state.failed('generator', failure(temporary ?? name), error);
    return false;
  }
  if (state.backups?.keep(name, 'link', 'generator') === 'failed') {
    unlinkQuietly({ root, name: temporary });
    return false;
  }
  try {
    root.rename(temporary, name);
    return true;
  } catch (error) {
    state.failed('generator', `rename ${state.fullName(temporary)} -> ${state.fullName(name)} failed`, error);
    unlinkQuietly({ root, name: temporary });
    return false;
  }
}
