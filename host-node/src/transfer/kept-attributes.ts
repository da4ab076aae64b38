// Which attributes the options keep, and when two of them count as equal (docs/protocol/04-transfer.md §3.8, §3.14, §10.1).
// Pure: looks at values only.
import { isDirectory, isSymlink, PERMISSION_MASK } from '@ocrsync/core/file-type';
import type { FileStat } from '../fs/filesystem.ts';
import type { Options } from '../options/options.ts';
import type { Entry } from '../session/ports.ts';
import type { DestinationState } from './destination-state.ts';

const EXECUTE_BITS = 0o111;
/** Without the helper times are set by a double of seconds: so far off they may be. */
const INEXACT_NSEC = 1000;

type TimeOptions = Pick<Options, 'times' | 'omitDirTimes' | 'omitLinkTimes'>;

/** Whether an object of that mode gets the entry's mtime. */
export function keepsMtime(options: TimeOptions, mode: number): boolean {
  if (!options.times) return false;
  if (isDirectory(mode)) return !options.omitDirTimes;
  return !(options.omitLinkTimes && isSymlink(mode));
}

type ComparedTimes = Pick<DestinationState, 'options' | 'filesystem'>;

/** The object's mtime is the entry's, by whole seconds, within the window, or to the nanosecond with a negative one. */
export function hasSameMtime(state: ComparedTimes, { list, row }: Entry, stat: FileStat): boolean {
  const { modifyWindow } = state.options;
  const apart = Math.abs(stat.mtimeSec - list.mtimeSec(row));
  if (modifyWindow >= 0) return apart <= modifyWindow;
  return apart === 0 && hasSameNanoseconds(state, list.mtimeNsec(row), stat);
}

/** To the nanosecond, as far as times can be set so here. */
export function hasExactMtime(state: ComparedTimes, { list, row }: Entry, stat: FileStat): boolean {
  return stat.mtimeSec === list.mtimeSec(row) && hasSameNanoseconds(state, list.mtimeNsec(row), stat);
}

function hasSameNanoseconds({ filesystem }: ComparedTimes, wantedNsec: number, stat: FileStat): boolean {
  return Math.abs(stat.mtimeNsec - wantedNsec) <= (filesystem.exactTimes ? 0 : INEXACT_NSEC);
}

/** -u: newer at the destination by more than the window. */
export function isNewerThan({ options }: ComparedTimes, { list, row }: Entry, stat: FileStat): boolean {
  return list.mtimeSec(row) - stat.mtimeSec < options.modifyWindow;
}

/** The permissions differ in what the options keep: all bits, or only whether anybody may execute. */
export function permissionsDiffer(
  options: Pick<Options, 'perms' | 'executability'>,
  existingMode: number,
  wantedMode: number,
): boolean {
  if (options.perms) return ((existingMode ^ wantedMode) & PERMISSION_MASK) !== 0;
  if (!options.executability) return false;
  return ((existingMode & EXECUTE_BITS) !== 0) !== ((wantedMode & EXECUTE_BITS) !== 0);
}
