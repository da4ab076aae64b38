// Extended attributes of inodes in memory, with Linux's rules for namespaces and sizes; no ACLs (`system.`) and no capabilities.
// Part of memory-filesystem.
import { demand, MAY_READ, MAY_WRITE } from './memory-access.ts';
import { type Inode, type MemoryIdentity, Refusal } from './memory-inode.ts';

const LONGEST_KEY_BYTES = 255;
const LARGEST_VALUE_BYTES = 65536;

/** Names that this identity sees. */
export function listedXattrs(who: MemoryIdentity, inode: Inode): string[] {
  return [...inode.xattrs.keys()].filter((key) => who.uid === 0 || !key.startsWith('trusted.'));
}

/** A copy. */
export function readXattr(who: MemoryIdentity, inode: Inode, key: string): Uint8Array | undefined {
  const isUsable = allowed(who, inode, key, MAY_READ);
  return isUsable ? inode.xattrs.get(key)?.slice() : undefined;
}

export function writeXattr(who: MemoryIdentity, inode: Inode, key: string, value: Uint8Array): void {
  if (value.length > LARGEST_VALUE_BYTES) throw new Refusal('E2BIG');
  if (!allowed(who, inode, key, MAY_WRITE)) throw new Refusal('EPERM');
  inode.xattrs.set(key, value.slice());
}

export function dropXattr(who: MemoryIdentity, inode: Inode, key: string): void {
  if (!allowed(who, inode, key, MAY_WRITE)) throw new Refusal('EPERM');
  if (!inode.xattrs.delete(key)) throw new Refusal('ENODATA');
}

/** False: there can be none of this name here, or it is not his. */
function allowed(who: MemoryIdentity, inode: Inode, key: string, wanted: number): boolean {
  if (key.includes('\0')) throw new Refusal('EINVAL');
  if (key.length === 0 || key.length > LONGEST_KEY_BYTES) throw new Refusal('ERANGE');
  const space = key.slice(0, key.indexOf('.') + 1);
  if (space === 'trusted.') return who.uid === 0;
  if (space === 'security.') return wanted === MAY_READ || who.uid === 0;
  if (space !== 'user.') throw new Refusal('EOPNOTSUPP');
  if (inode.entries === undefined && inode.data === undefined) return false;
  demand(who, inode, wanted);
  return true;
}
