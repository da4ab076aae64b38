// POSIX ACLs of names in a tree: the kernel's bytes in `system.posix_acl_*` attributes (linux/posix_acl_xattr.h, version 2),
// or wherever else the root keeps them (fake-super). What is compared and when is decided elsewhere (docs/protocol/03 §10).
import { ACL_ABSENT, type Acl, EMPTY_ACL, type NamedAcl } from '@ocrsync/core/acl';
import { errorOfCode } from '../errno.ts';
import { FilesystemError, type Root } from '../filesystem.ts';

export type AclKind = 'access' | 'default';

/** Where ACLs are kept in another form than the system's. Both throw a FilesystemError. */
export interface AclStore {
  /** As {@link readAcl}. */
  read(name: string, kind: AclKind, mode: number): Acl;
  /** As {@link writeAcl}. */
  write(name: string, kind: AclKind, acl: Acl, mode: number): void;
}

const VERSION = 2;
const HEADER_BYTES = 4;
const ENTRY_BYTES = 8;
const TAG_USER_OBJ = 0x01;
const TAG_USER = 0x02;
const TAG_GROUP_OBJ = 0x04;
const TAG_GROUP = 0x08;
const TAG_MASK = 0x10;
const TAG_OTHER = 0x20;
/** The id of entries that name nobody. */
const NO_ID = 0xffffffff;

const keyOf = (kind: AclKind): string => `system.posix_acl_${kind}`;

/**
 * The ACL of a name (not a symlink). Without an access ACL, or where the file system has none, what `mode` says: user, group
 * and other, no mask; without a default ACL {@link EMPTY_ACL}. Named entries are in the order of {@link Acl}.
 */
export function readAcl(root: Root, name: string, kind: AclKind, mode: number): Acl {
  if (root.acls !== undefined) return root.acls.read(name, kind, mode);
  let bytes: Uint8Array | undefined;
  try {
    bytes = root.getXattr(name, keyOf(kind));
  } catch (error) {
    if (!isUnsupported(error)) throw error;
  }
  if (bytes === undefined) return kind === 'access' ? aclOfMode(mode) : EMPTY_ACL;
  return decodeAcl(bytes) ?? fail('EINVAL', 'lgetxattr', name);
}

/**
 * Sets the ACL of a name. Access: user and other permissions and the mask are those of `mode`, and an absent group too; one
 * that says no more than the mode removes what was there, and needs no ACLs of the file system. Default: without a user
 * permission ({@link EMPTY_ACL}) it is removed.
 */
export function writeAcl(root: Root, name: string, kind: AclKind, acl: Acl, mode: number): void {
  if (root.acls !== undefined) return root.acls.write(name, kind, acl, mode);
  if (kind === 'default' && acl.user === ACL_ABSENT) return removeAcl(root, name, kind);
  const whole = kind === 'access' ? withMode(acl, mode) : withoutGaps(acl);
  const isPlain = kind === 'access' && whole.mask === ACL_ABSENT;
  try {
    // The kernel keeps nothing of an ACL that a mode can say, and sets the permission bits with it.
    root.setXattr(name, keyOf(kind), encodeAcl(whole));
  } catch (error) {
    if (!isPlain || !isUnsupported(error)) throw error;
  }
}

/** What permission bits alone say. */
export function aclOfMode(mode: number): Acl {
  return { user: (mode >> 6) & 7, group: (mode >> 3) & 7, mask: ACL_ABSENT, other: mode & 7, named: [] };
}

function removeAcl(root: Root, name: string, kind: AclKind): void {
  try {
    root.removeXattr(name, keyOf(kind));
  } catch (error) {
    if (!(error instanceof FilesystemError && error.code === 'ENODATA') && !isUnsupported(error)) throw error;
  }
}

function withMode(acl: Acl, mode: number): Acl {
  const { user, group, other } = aclOfMode(mode);
  const hasMask = acl.mask !== ACL_ABSENT || acl.named.length > 0;
  return {
    user,
    group: acl.group === ACL_ABSENT ? group : acl.group,
    mask: hasMask ? group : ACL_ABSENT,
    other,
    named: acl.named,
  };
}

/** The kernel takes only whole ACLs: what is not there is nobody's. */
function withoutGaps(acl: Acl): Acl {
  const group = acl.group === ACL_ABSENT ? 0 : acl.group;
  const allNamed = acl.named.reduce((all, { access }) => all | access, group);
  return {
    user: acl.user,
    group,
    mask: acl.mask === ACL_ABSENT && acl.named.length > 0 ? allNamed : acl.mask,
    other: acl.other === ACL_ABSENT ? 0 : acl.other,
    named: acl.named,
  };
}

/** Users by ascending id, then groups by ascending id. */
export function sortNamed(named: readonly NamedAcl[]): NamedAcl[] {
  return [...named].sort((a, b) => (a.kind === b.kind ? a.id - b.id : a.kind === 'user' ? -1 : 1));
}

function encodeAcl(acl: Acl): Uint8Array {
  const entries: [tag: number, access: number, id: number][] = [[TAG_USER_OBJ, acl.user, NO_ID]];
  const named = sortNamed(acl.named);
  for (const { kind, id, access } of named) if (kind === 'user') entries.push([TAG_USER, access, id]);
  entries.push([TAG_GROUP_OBJ, acl.group, NO_ID]);
  for (const { kind, id, access } of named) if (kind === 'group') entries.push([TAG_GROUP, access, id]);
  if (acl.mask !== ACL_ABSENT) entries.push([TAG_MASK, acl.mask, NO_ID]);
  entries.push([TAG_OTHER, acl.other, NO_ID]);
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + entries.length * ENTRY_BYTES));
  view.setUint32(0, VERSION, true);
  let at = HEADER_BYTES;
  for (const [tag, access, id] of entries) {
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, access, true);
    view.setUint32(at + 4, id, true);
    at += ENTRY_BYTES;
  }
  return new Uint8Array(view.buffer);
}

/** undefined: not the kernel's form. */
function decodeAcl(bytes: Uint8Array): Acl | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || (bytes.length - HEADER_BYTES) % ENTRY_BYTES !== 0) return undefined;
  if (view.getUint32(0, true) !== VERSION) return undefined;
  let [user, group, mask, other] = [ACL_ABSENT, ACL_ABSENT, ACL_ABSENT, ACL_ABSENT];
  const named: NamedAcl[] = [];
  for (let at = HEADER_BYTES; at < bytes.length; at += ENTRY_BYTES) {
    const access = view.getUint16(at + 2, true);
    const id = view.getUint32(at + 4, true);
    if (access > 7) return undefined;
    switch (view.getUint16(at, true)) {
      case TAG_USER_OBJ:
        user = access;
        break;
      case TAG_GROUP_OBJ:
        group = access;
        break;
      case TAG_MASK:
        mask = access;
        break;
      case TAG_OTHER:
        other = access;
        break;
      case TAG_USER:
        named.push({ kind: 'user', id, access });
        break;
      case TAG_GROUP:
        named.push({ kind: 'group', id, access });
        break;
      default:
        return undefined;
    }
  }
  return { user, group, mask, other, named: sortNamed(named) };
}

function isUnsupported(error: unknown): boolean {
  return error instanceof FilesystemError && (error.code === 'EOPNOTSUPP' || error.code === 'ENOSYS');
}

function fail(code: string, call: string, name: string): never {
  throw errorOfCode(code, call, name);
}
