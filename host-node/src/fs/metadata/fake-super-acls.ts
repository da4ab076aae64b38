// ACLs that fake-super keeps in attributes of its own: nothing of them is in force on this machine (docs/protocol/03 §10.7).
import { ACL_ABSENT, type Acl, EMPTY_ACL, type NamedAcl } from '@ocrsync/core/acl';
import { errorOfCode } from '../errno.ts';
import { FilesystemError, type Root } from '../filesystem.ts';
import { type AclKind, aclOfMode, type AclStore, sortNamed } from './posix-acl.ts';

const KEYS: Readonly<Record<AclKind, string>> = { access: 'user.rsync.%aacl', default: 'user.rsync.%dacl' };
const HEADER_BYTES = 16;
const ENTRY_BYTES = 8;
const USER_BIT = 0x80000000;

/** Over the real root, whose `user.` attributes it uses. */
export class FakeSuperAcls implements AclStore {
  readonly #root: Root;

  constructor(root: Root) {
    this.#root = root;
  }

  read(name: string, kind: AclKind, mode: number): Acl {
    const bytes = this.#stored(name, kind);
    if (bytes === undefined) return kind === 'access' ? aclOfMode(mode) : EMPTY_ACL;
    const acl = decode(bytes);
    if (acl === undefined) throw errorOfCode('EINVAL', 'lgetxattr', name);
    return kind === 'access' ? filledFrom(acl, mode) : acl;
  }

  /** A file that may not be read shows no ACL, as it shows its real stat: to rsync that is no failure. */
  #stored(name: string, kind: AclKind): Uint8Array | undefined {
    try {
      return this.#root.getXattr(name, KEYS[kind]);
    } catch (error) {
      if (error instanceof FilesystemError && error.code === 'EACCES') return undefined;
      throw error;
    }
  }

  write(name: string, kind: AclKind, acl: Acl, mode: number): void {
    const isNothing =
      kind === 'access' ? acl.mask === ACL_ABSENT && acl.named.length === 0 : acl.user === ACL_ABSENT;
    if (isNothing) return this.#remove(name, kind);
    const value = encode(kind === 'access' ? bare(acl, mode) : acl);
    this.#changing('lsetxattr', name, kind, () => this.#root.setXattr(name, KEYS[kind], value));
  }

  #remove(name: string, kind: AclKind): void {
    this.#changing('lremovexattr', name, kind, () => this.#root.removeXattr(name, KEYS[kind]));
  }

  /** Failures in rsync's words; that there was nothing to remove is none. */
  #changing(call: string, name: string, kind: AclKind, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      if (error.code === 'ENODATA') return;
      const full = `"${this.#root.path}/${name}"`;
      const told = `${call === 'lsetxattr' ? 'set' : 'del'}_xattr_acl: ${call}(${full},"${KEYS[kind]}") failed`;
      throw new FilesystemError(error.code, error.errno, error.strerror, call, name, told);
    }
  }
}

/** As it travels: without what the mode says. */
function bare(acl: Acl, mode: number): Acl {
  const group = acl.group === ((mode >> 3) & 7) ? ACL_ABSENT : acl.group;
  return { user: ACL_ABSENT, group, mask: acl.mask, other: ACL_ABSENT, named: acl.named };
}

function filledFrom(acl: Acl, mode: number): Acl {
  const { user, group, other } = aclOfMode(mode);
  return {
    user: acl.user === ACL_ABSENT ? user : acl.user,
    group: acl.group === ACL_ABSENT ? group : acl.group,
    mask: acl.mask === ACL_ABSENT && acl.named.length > 0 ? group : acl.mask,
    other: acl.other === ACL_ABSENT ? other : acl.other,
    named: acl.named,
  };
}

function encode({ user, group, mask, other, named }: Acl): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + named.length * ENTRY_BYTES));
  [user, group, mask, other].forEach((access, index) => view.setUint32(index * 4, access, true));
  sortNamed(named).forEach(({ kind, id, access }, index) => {
    const at = HEADER_BYTES + index * ENTRY_BYTES;
    view.setUint32(at, id, true);
    view.setUint32(at + 4, (kind === 'user' ? USER_BIT : 0) + access, true);
  });
  return new Uint8Array(view.buffer);
}

/** undefined: malformed. */
function decode(bytes: Uint8Array): Acl | undefined {
  if (bytes.length < HEADER_BYTES || (bytes.length - HEADER_BYTES) % ENTRY_BYTES !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [user, group, mask, other] = [0, 4, 8, 12].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  if ([user, group, mask, other].some((access) => access > 7 && access !== ACL_ABSENT)) return undefined;
  const named: NamedAcl[] = [];
  for (let at = HEADER_BYTES; at < bytes.length; at += ENTRY_BYTES) {
    const word = view.getUint32(at + 4, true);
    const isUser = word >= USER_BIT;
    const access = isUser ? word - USER_BIT : word;
    if (access > 7) return undefined;
    named.push({ kind: isUser ? 'user' : 'group', id: view.getUint32(at, true), access });
  }
  return { user, group, mask, other, named: sortNamed(named) };
}
