// Who may do what in a file system in memory: Linux's permission rules, without ACLs and capabilities. Root may everything.
// Part of memory-filesystem.
import { type Inode, type MemoryIdentity, Refusal, S_ISGID, S_ISVTX } from './memory-inode.ts';

export const MAY_READ = 4;
export const MAY_WRITE = 2;
export const MAY_SEARCH = 1;

function inGroup(who: MemoryIdentity, gid: number): boolean {
  return who.gid === gid || who.groups.includes(gid);
}

/** Refuses with EACCES unless all of `wanted` (4 read, 2 write, 1 search) is allowed. */
export function demand(who: MemoryIdentity, inode: Inode, wanted: number): void {
  if (who.uid === 0) return;
  const shift = who.uid === inode.uid ? 6 : inGroup(who, inode.gid) ? 3 : 0;
  if (((inode.mode >> shift) & wanted) !== wanted) throw new Refusal('EACCES');
}

/** Only the owner changes modes and dates. */
export function demandOwner(who: MemoryIdentity, inode: Inode): void {
  if (who.uid !== 0 && who.uid !== inode.uid) throw new Refusal('EPERM');
}

/** Removing `child` from `parent`, or renaming it away. */
export function demandRemoval(who: MemoryIdentity, parent: Inode, child: Inode): void {
  demand(who, parent, MAY_WRITE | MAY_SEARCH);
  const sticky = (parent.mode & S_ISVTX) !== 0;
  if (sticky && who.uid !== 0 && who.uid !== child.uid && who.uid !== parent.uid) throw new Refusal('EPERM');
}

/** Owners give their files to their own groups; everything else is root's. −1 leaves one as it is. */
export function demandChown(who: MemoryIdentity, inode: Inode, uid: number, gid: number): void {
  if (who.uid === 0) return;
  const ownerStays = uid === -1 || uid === inode.uid;
  const groupAllowed = gid === -1 || gid === inode.gid || inGroup(who, gid);
  if (who.uid !== inode.uid || !ownerStays || !groupAllowed) throw new Refusal('EPERM');
}

/** The mode that chmod really gives: setgid needs membership. */
export function allowedMode(who: MemoryIdentity, inode: Inode, mode: number): number {
  return who.uid === 0 || inGroup(who, inode.gid) ? mode : mode & ~S_ISGID;
}
