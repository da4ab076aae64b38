// Gives an object the attributes of its list entry, in upstream's order (docs/protocol/04-transfer.md §10.1):
// owner and group, extended attributes, times, ACLs, mode.
import { FLIST_SKIP_GROUP } from '@ocrsync/core/file-list';
import { type FileStat, FilesystemError } from '../fs/filesystem.ts';
import { localTime } from '../report/times.ts';
import type { Entry } from '../session/ports.ts';
import type { DestinationState, Role } from './destination-state.ts';
import type { Place } from './place.ts';
import { isDirectory, isSymlink, PERMISSION_MASK, REGULAR } from '@ocrsync/core/file-type';
import { hasExactMtime, hasSameMtime, keepsMtime } from './kept-attributes.ts';
import { directoryName } from './kept-dirlinks.ts';
import { AclFailure } from './target-acls.ts';

const SET_ID_BITS = 0o6000;
const NO_ID = 0xffffffff;

export interface AttributeRequest {
  readonly role: Role;
  /** Where the object is now: the final name, or a temporary one. */
  readonly name: string;
  readonly entry: Entry;
  /** Type and permission bits the object shall have. */
  readonly mode: number;
  /** Its state now; undefined: looked up. */
  readonly stat: FileStat | undefined;
  /** `window`: as the quick check compares. `exact`: to the nanosecond. `none`: not touched. */
  readonly times: 'window' | 'exact' | 'none';
  /** Extended attributes are set too; long values may come from this file. Left out: they are not this call's matter. */
  readonly xattrsFrom?: Place;
}

/** `failed`, which was told: nothing else of the object is touched (observed). */
export type Outcome = 'same' | 'changed' | 'failed';

/** Applies what differs; tells failures. Without extended attributes and ACLs, whose failures stop nothing. */
export function setAttributes(state: DestinationState, request: AttributeRequest): Outcome {
  if (state.dryRun) return 'same';
  const { role, name } = request;
  let stat = request.stat;
  try {
    stat ??= state.tree.lstat(name);
  } catch (error) {
    state.failed(role, `stat ${state.fullName(name)} failed`, error);
    return 'failed';
  }
  if (stat === undefined) {
    state.report.message(
      'error-xfer',
      `rsync: [${role}] stat ${state.fullName(name)} failed: No such file or directory (2)`,
    );
    return 'failed';
  }
  const owner = setOwner(state, request, stat);
  if (owner === 'failed') return owner;
  if (owner === 'changed' && stat.mode & SET_ID_BITS) stat = afterChown(state, name, stat);
  keepShown(state, request);
  const { entry, xattrsFrom } = request;
  const xattrs = xattrsFrom !== undefined && state.xattrs?.apply(entry, name, xattrsFrom) === true;
  const times = setTimes(state, request, stat);
  if (times === 'failed') return times;
  const acls = setAcls(state, request, stat);
  const mode = setMode(state, request, stat);
  if (mode === 'failed') return mode;
  return [owner, times, mode].includes('changed') || xattrs || acls ? 'changed' : 'same';
}

function setOwner(state: DestinationState, { role, name, entry }: AttributeRequest, stat: FileStat): Outcome {
  const { options, filesystem } = state;
  const { list, row } = entry;
  const skipGroup = (list.flags(row) & FLIST_SKIP_GROUP) !== 0;
  const changeUid =
    filesystem.isSuperUser && options.owner && isSettable(state, name, 'uid', list.uid(row), stat.uid);
  const changeGid = options.group && !skipGroup && isSettable(state, name, 'gid', list.gid(row), stat.gid);
  if (!changeUid && !changeGid) return 'same';
  tellOwner(state, name, stat, changeUid ? list.uid(row) : undefined, changeGid ? list.gid(row) : undefined);
  try {
    state.tree.chown(name, changeUid ? list.uid(row) : -1, changeGid ? list.gid(row) : -1);
    return 'changed';
  } catch (error) {
    state.failed(role, `${changeUid ? 'chown' : 'chgrp'} ${state.fullName(name)} failed`, error);
    return 'failed';
  }
}

/** False: it is so already, or it is the number by which the system means "leave it", which is told. */
function isSettable(
  state: DestinationState,
  name: string,
  what: 'uid' | 'gid',
  wanted: number,
  existing: number,
): boolean {
  if (wanted === existing) return false;
  if (wanted !== NO_ID) return true;
  const text = `${what} ${NO_ID} (-1) is impossible to set on ${state.fullName(name)}`;
  state.report.message('error-xfer', text);
  return false;
}

/** Changing owners may take the setuid and setgid bits away: where nobody can look it is taken as done, and the mode is set. */
function afterChown(state: DestinationState, name: string, stat: FileStat): FileStat {
  try {
    return state.tree.lstat(name) ?? stat;
  } catch (error) {
    if (error instanceof FilesystemError) return { ...stat, mode: stat.mode & ~SET_ID_BITS };
    throw error;
  }
}

/** Under fake-super an object that shows the right owner and mode may really have them; symlinks have modes. */
function keepShown(state: DestinationState, { role, name, mode }: AttributeRequest): void {
  try {
    state.tree.keepShown?.(name, mode);
  } catch (error) {
    state.failed(role, `stat ${state.fullName(name)} failed`, error);
  }
}

function setTimes(state: DestinationState, request: AttributeRequest, stat: FileStat): Outcome {
  const { role, name } = request;
  const mtime = newMtime(state, request, stat);
  const atimeSec = newAtime(state, request, stat);
  if (mtime === undefined && atimeSec === undefined) return 'same';
  const { mtimeSec, mtimeNsec } = mtime ?? stat;
  const atime = atimeSec === undefined ? {} : { atimeSec, atimeNsec: 0 };
  try {
    tellTimes(state, name, mtimeSec, atimeSec ?? stat.atimeSec);
    state.tree.setTimes(name, { mtimeSec, mtimeNsec, ...atime });
    return 'changed';
  } catch (error) {
    state.failed(role, `failed to set times on ${state.fullName(name)}`, error);
    return 'failed';
  }
}

/** undefined: it stays. */
function newMtime(
  state: DestinationState,
  { entry, times, stat: known }: AttributeRequest,
  stat: FileStat,
): Pick<FileStat, 'mtimeSec' | 'mtimeNsec'> | undefined {
  const { options } = state;
  // A new symlink that fake-super stores counts as the file that it is: --omit-link-times is not for it (observed).
  const mode =
    known === undefined && options.privileges === 'fake' && isSymlink(stat.mode) ? REGULAR : stat.mode;
  if (times === 'none' || !keepsMtime(options, mode)) return undefined;
  const isSame = times === 'window' ? hasSameMtime(state, entry, stat) : hasExactMtime(state, entry, stat);
  if (isSame) return undefined;
  const { list, row } = entry;
  return { mtimeSec: list.mtimeSec(row), mtimeNsec: list.mtimeNsec(row) };
}

/** Whole seconds, which is all that travels (§10.2a). After a transfer it is set whatever it is: data was read. */
function newAtime(
  { options }: DestinationState,
  { entry: { list, row }, times }: AttributeRequest,
  stat: FileStat,
): number | undefined {
  if (options.atimes === 0 || isDirectory(stat.mode)) return undefined;
  const atimeSec = list.atimeSec(row);
  return times !== 'exact' && stat.atimeSec === atimeSec ? undefined : atimeSec;
}

function setAcls(state: DestinationState, request: AttributeRequest, stat: FileStat): boolean {
  const { role, name, entry, mode } = request;
  if (state.acls === undefined || isSymlink(stat.mode)) return false;
  try {
    return state.acls.apply(state.tree, ownName(state, name, stat), entry, mode, stat.mode);
  } catch (error) {
    if (!(error instanceof AclFailure)) throw error;
    state.failed(role, error.message, error.reason);
    return false;
  }
}

/** The mode alone, in the steps of `setAttributes`. */
export function setMode(
  state: DestinationState,
  { role, name, mode }: Pick<AttributeRequest, 'role' | 'name' | 'mode'>,
  stat: FileStat,
): Outcome {
  if (isSymlink(stat.mode) || ((stat.mode ^ mode) & PERMISSION_MASK) === 0) return 'same';
  try {
    state.tree.chmod(ownName(state, name, stat), mode & PERMISSION_MASK);
    return 'changed';
  } catch (error) {
    if (!state.options.perms && !state.options.executability) return 'same';
    state.failed(role, `failed to set permissions on ${state.fullName(name)}`, error);
    return 'failed';
  }
}

/** Permissions go to the directory behind a kept symlink; owner and time are the symlink's own (observed). */
function ownName({ options, tree }: DestinationState, name: string, stat: FileStat): string {
  return options.keepDirlinks && isDirectory(stat.mode) ? directoryName(tree, name) : name;
}

/** A directory that the kernel gave setgid on creation keeps it unless permissions are preserved (§10.1 step 1). */
export function createdDirectoryMode(mode: number, created: FileStat): number {
  return isDirectory(created.mode) ? mode | (created.mode & 0o2000) : mode;
}

/** --debug=OWN. undefined: stays. */
export function tellOwner(
  state: DestinationState,
  name: string,
  stat: Pick<FileStat, 'uid' | 'gid'>,
  uid: number | undefined,
  gid: number | undefined,
): void {
  state.report.debug?.('own', 1, () => [
    ...(uid === undefined ? [] : [`set uid of ${name} from ${stat.uid} to ${uid}`]),
    ...(gid === undefined ? [] : [`set gid of ${name} from ${stat.gid} to ${gid}`]),
  ]);
}

/** --debug=TIME. */
export function tellTimes(state: DestinationState, name: string, mtimeSec: number, atimeSec: number): void {
  const moment = (seconds: number): string => `(${seconds}) ${localTime(seconds)}`;
  state.report.debug?.(
    'time',
    1,
    () => `set modtime, atime of ${name} to ${moment(mtimeSec)}, ${moment(atimeSec)}`,
  );
}
