// What the sender puts into a file list, and its variable part as bytes. Order and form of the extras are those of
// core/assembly/codec/flist-layout.ts.
import type { CoreInstance } from './instance.ts';
import { putLatin1 } from './latin1.ts';
import { EXTRA } from './file-list-layout.ts';

const FLAG_HLINKED = 0x08;
const FLAG_HLINK_FIRST = 0x10;
const MAX_TARGET_BYTES = 4095;
const MAX_ID_NAME_BYTES = 255;

/** Identity of a file with several links. P < 30 needs dev and ino; P ≥ 30 `first`, or the `group` that the first one opened. */
export interface HardLink {
  /** A number, or a decimal or '0x…' text when it is above 2^53. */
  dev: number | string;
  ino: number | string;
  /** start of the first member's list + its row. Left out for the first member. */
  group?: number;
  first?: boolean;
}

/** Names and link targets are bytes as latin1 text. */
export interface NewEntry {
  name: string;
  mode: number;
  sizeBytes: number;
  mtimeSec: number;
  mtimeNsec: number;
  uid: number;
  gid: number;
  rdevMajor?: number;
  rdevMinor?: number;
  linkTarget?: string;
  /** FLIST_ bits. */
  flags: number;
  checksum?: Uint8Array;
  hardLink?: HardLink;
  /** Only when to be announced with this entry (incremental recursion, first use of the id). */
  userName?: string;
  groupName?: string;
  root?: number;
  atimeSec?: number;
  /** Numbers in the sender's tables, from 1; the default ACL of a non-directory is 0 (03 §10, §11). */
  accessAcl?: number;
  defaultAcl?: number;
  xattrs?: number;
}

function asBigInt(value: number | string): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

/** Writes the extras of an entry at `at`; `number` is start + row of the entry. */
export function entryExtras(
  core: CoreInstance,
  at: number,
  entry: NewEntry,
  number: number,
): { flags: number; lengthBytes: number } {
  const view = new DataView(core.u8.buffer);
  let flags = 0;
  let to = at;
  if (entry.rdevMajor !== undefined || entry.rdevMinor !== undefined) {
    flags |= EXTRA.rdev;
    view.setUint32(to, entry.rdevMajor ?? 0, true);
    view.setUint32(to + 4, entry.rdevMinor ?? 0, true);
    to += 8;
  }
  if (entry.hardLink !== undefined) {
    const { dev, ino, first, group } = entry.hardLink;
    flags |= EXTRA.devIno | FLAG_HLINKED;
    if (first === true || group !== undefined) {
      flags |= EXTRA.group | (first === true ? FLAG_HLINK_FIRST : 0);
      view.setInt32(to, first === true ? number : group!, true);
      to += 4;
    }
    view.setBigUint64(to, asBigInt(dev), true);
    view.setBigUint64(to + 8, asBigInt(ino), true);
    to += 16;
  }
  if (entry.atimeSec !== undefined) {
    flags |= EXTRA.atime;
    view.setFloat64(to, entry.atimeSec, true);
    to += 8;
  }
  if (entry.root !== undefined) {
    flags |= EXTRA.root;
    view.setInt32(to, entry.root, true);
    to += 4;
  }
  const texts = textExtras(core.u8, to, entry);
  return { flags: flags | texts.flags, lengthBytes: texts.to - at };
}

/** Writes the length and the name; returns the end. */
function putIdName(bytes: Uint8Array, at: number, name: string): number {
  if (name.length > MAX_ID_NAME_BYTES) throw new RangeError(`user or group name of ${name.length} bytes`);
  bytes[at] = name.length;
  putLatin1(bytes, at + 1, name, 0, name.length);
  return at + 1 + name.length;
}

function textExtras(bytes: Uint8Array, at: number, entry: NewEntry): { flags: number; to: number } {
  let flags = 0;
  let to = at;
  if (entry.userName !== undefined) {
    flags |= EXTRA.userName;
    to = putIdName(bytes, to, entry.userName);
  }
  if (entry.groupName !== undefined) {
    flags |= EXTRA.groupName;
    to = putIdName(bytes, to, entry.groupName);
  }
  if (entry.checksum !== undefined) {
    flags |= EXTRA.sum;
    bytes.set(entry.checksum, to);
    to += entry.checksum.length;
  }
  if (entry.linkTarget !== undefined) {
    const length = entry.linkTarget.length;
    if (length > MAX_TARGET_BYTES) throw new RangeError(`link target of ${length} bytes`);
    flags |= EXTRA.target;
    bytes[to] = length & 0xff;
    bytes[to + 1] = length >>> 8;
    putLatin1(bytes, to + 2, entry.linkTarget, 0, length);
    to += 2 + length;
  }
  const blocks = blockExtras(bytes, to, entry);
  return { flags: flags | blocks.flags, to: blocks.to };
}

function blockExtras(bytes: Uint8Array, at: number, entry: NewEntry): { flags: number; to: number } {
  const view = new DataView(bytes.buffer);
  let flags = 0;
  let to = at;
  if (entry.accessAcl !== undefined) {
    flags |= EXTRA.acl;
    view.setUint32(to, entry.accessAcl, true);
    view.setUint32(to + 4, entry.defaultAcl ?? 0, true);
    to += 8;
  }
  if (entry.xattrs !== undefined) {
    flags |= EXTRA.xattr;
    view.setUint32(to, entry.xattrs, true);
    to += 4;
  }
  return { flags, to };
}
