// --copy-as=USER[:GROUP]: the process becomes another user before it touches a file, and stays it
// (docs/protocol/05-options.md §3.3, §7). A remote shell that was started before keeps its rights, as with rsync.
import { userInfo } from 'node:os';
import { systemErrorText } from '../fs/errno.ts';
import type { Filesystem } from '../fs/filesystem.ts';
import { RunError } from '../session/run-error.ts';

type Names = Pick<Filesystem, 'userId' | 'groupId'>;

/** Throws RunErrors with upstream's texts, exit code 1. All threads of the process change. */
export function becomeCopier(copyAs: string, names: Names, role: 'sender' | 'Receiver'): void {
  const colon = copyAs.indexOf(':');
  const user = colon < 0 ? copyAs : copyAs.slice(0, colon);
  const uid = idOf(user, (name) => names.userId(name));
  if (uid === undefined) throw refused(`Invalid copy-as user: ${user}`);
  const group = colon < 0 ? undefined : copyAs.slice(colon + 1);
  const given = group === undefined ? undefined : idOf(group, (name) => names.groupId(name));
  if (group !== undefined && given === undefined) throw refused(`Invalid copy-as group: ${group}`);
  const gid = given ?? primaryGroup(uid, role);
  call('setgid', role, () => process.setgid!(gid));
  call('setgroups', role, () => process.setgroups!([gid]));
  if (given === undefined) call('initgroups', role, () => initgroups(uid, gid));
  call('setuid', role, () => process.setuid!(uid));
}

function idOf(text: string, lookUp: (name: string) => number | undefined): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  return text === '' ? undefined : lookUp(text);
}

/** The system tells the group of the user that we are for a moment. */
function primaryGroup(uid: number, role: string): number {
  const own = process.geteuid!();
  call('setgid', role, () => process.seteuid!(uid));
  try {
    return userInfo().gid;
  } catch {
    throw refused(`rsync: [${role}] getpwuid failed: Success (0)`);
  } finally {
    process.seteuid!(own);
  }
}

/** Missing in the types of Node, which has it wherever it has setgroups. */
function initgroups(uid: number, gid: number): void {
  (process as unknown as { initgroups(user: number, extraGroup: number): void }).initgroups(uid, gid);
}

function call(name: string, role: string, make: () => void): void {
  try {
    make();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw refused(`rsync: [${role}] ${name} failed: ${systemErrorText(error)}`);
  }
}

function refused(text: string): RunError {
  return new RunError('ERR_COPY_AS', text, 1);
}
