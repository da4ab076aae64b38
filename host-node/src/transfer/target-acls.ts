// ACLs at the destination: what the list says against what is there, and setting it (docs/protocol/03-file-list.md §10.4, §10.5).
import { ACL_ABSENT, type Acl, EMPTY_ACL, type NamedAcl } from '@ocrsync/core/acl';
import type { ReceivedBlocks } from '@ocrsync/core/received-blocks';
import type { IdMap } from '../flist/id-map.ts';
import { FilesystemError, type Root } from '../fs/filesystem.ts';
import { readAcl, writeAcl } from '../fs/metadata/posix-acl.ts';
import type { Entry } from '../session/ports.ts';
import { isDirectory } from '@ocrsync/core/file-type';

export type AclKind = 'access' | 'default';

/** A call that failed; the message is rsync's text without the system's words. */
export class AclFailure extends Error {
  readonly reason: FilesystemError;

  constructor(call: 'get' | 'set', name: string, kind: AclKind, reason: FilesystemError) {
    super(`${call}_acl: sys_acl_${call}_file(${name}, ACL_TYPE_${kind.toUpperCase()})`);
    this.reason = reason;
  }
}

export class TargetAcls {
  readonly #blocks: ReceivedBlocks;
  readonly #ids: IdMap;
  /** ACLs of the list with ids of this system. */
  readonly #local = new Map<Acl, Acl>();

  constructor(blocks: ReceivedBlocks, ids: IdMap) {
    this.#blocks = blocks;
    this.#ids = ids;
  }

  /** `mode`: what the object will have; `existingMode`: what it has. Not for symlinks. */
  differ(root: Root, name: string, entry: Entry, mode: number, existingMode: number): boolean {
    const access = !isSameAccess(
      this.#wanted(entry, 'access'),
      current(root, name, 'access', existingMode),
      mode,
    );
    if (access || !isDirectory(mode)) return access;
    return !isSame(this.#wanted(entry, 'default'), current(root, name, 'default', existingMode));
  }

  /** Sets what differs; returns whether anything did. Throws an {@link AclFailure}. */
  apply(root: Root, name: string, entry: Entry, mode: number, existingMode: number): boolean {
    let changed = false;
    const access = this.#wanted(entry, 'access');
    if (!isSameAccess(access, current(root, name, 'access', existingMode), mode)) {
      // An ACL that is only kept gives nobody rights.
      const isInForce = root.acls === undefined;
      const safe = isInForce && losesRights(mode, existingMode) ? mode & ~0o077 : mode;
      write(root, name, 'access', completed(access, mode, safe), safe);
      changed = true;
    }
    if (!isDirectory(mode)) return changed;
    const inherited = this.#wanted(entry, 'default');
    if (isSame(inherited, current(root, name, 'default', existingMode))) return changed;
    write(root, name, 'default', inherited.user === ACL_ABSENT ? EMPTY_ACL : inherited, mode);
    return true;
  }

  #wanted({ list, row }: Entry, kind: AclKind): Acl {
    const acl =
      kind === 'access'
        ? this.#blocks.accessAcl(list.accessAcl(row))
        : this.#blocks.defaultAcl(list.defaultAcl(row));
    if (acl.named.length === 0) return acl;
    let local = this.#local.get(acl);
    if (local === undefined) this.#local.set(acl, (local = { ...acl, named: this.#mapped(acl.named) }));
    return local;
  }

  /** Two ids may become one: the first entry counts. */
  #mapped(named: readonly NamedAcl[]): NamedAcl[] {
    const entries = new Map<string, NamedAcl>();
    for (const { kind, id, access } of named) {
      const local = kind === 'user' ? this.#ids.userId(id) : this.#ids.groupId(id);
      const key = `${kind}${local}`;
      if (!entries.has(key)) entries.set(key, { kind, id: local, access });
    }
    return sorted([...entries.values()]);
  }
}

function sorted(named: readonly NamedAcl[]): NamedAcl[] {
  return [...named].sort((a, b) => (a.kind === b.kind ? a.id - b.id : a.kind === 'user' ? -1 : 1));
}

/** Where there are no ACLs the mode says everything. */
function current(root: Root, name: string, kind: AclKind, mode: number): Acl {
  try {
    const acl = readAcl(root, name, kind, mode);
    return { ...acl, named: sorted(acl.named) };
  } catch (error) {
    if (error instanceof FilesystemError && error.code === 'EOPNOTSUPP') return EMPTY_ACL;
    if (error instanceof FilesystemError) throw new AclFailure('get', name, kind, error);
    throw error;
  }
}

function write(root: Root, name: string, kind: AclKind, acl: Acl, mode: number): void {
  try {
    writeAcl(root, name, kind, acl, mode);
  } catch (error) {
    throw error instanceof FilesystemError ? new AclFailure('set', name, kind, error) : error;
  }
}

/** Equal enough: what the mode says is not compared. */
function isSameAccess(wanted: Acl, have: Acl, mode: number): boolean {
  if ((wanted.mask === ACL_ABSENT) !== (have.mask === ACL_ABSENT)) return false;
  if (wanted.mask !== ACL_ABSENT && groupOf(wanted, mode) !== have.group) return false;
  return isSameNamed(wanted.named, have.named);
}

function isSame(wanted: Acl, have: Acl): boolean {
  const equal = (['user', 'group', 'mask', 'other'] as const).every((part) => wanted[part] === have[part]);
  return equal && isSameNamed(wanted.named, have.named);
}

function isSameNamed(a: readonly NamedAcl[], b: readonly NamedAcl[]): boolean {
  return (
    a.length === b.length &&
    a.every((entry, i) => {
      const other = b[i]!;
      return entry.kind === other.kind && entry.id === other.id && entry.access === other.access;
    })
  );
}

function groupOf(acl: Acl, mode: number): number {
  return acl.group === ACL_ABSENT ? (mode >> 3) & 7 : acl.group;
}

/**
 * With the parts that did not travel because the mode has them. For the moment the rights are those of `safe`; changing the
 * mode afterwards gives the full ones, but the group's only where there is no mask.
 */
function completed(acl: Acl, mode: number, safe: number): Acl {
  const groupBits = (safe >> 3) & 7;
  const masked = acl.mask !== ACL_ABSENT;
  return {
    user: (safe >> 6) & 7,
    group: masked ? groupOf(acl, mode) : groupBits,
    mask: masked ? groupBits : ACL_ABSENT,
    other: safe & 7,
    named: acl.named,
  };
}

/** While a sticky bit is not there yet, or a setid bit still is, nobody else may do anything (§10.4). */
function losesRights(mode: number, existingMode: number): boolean {
  if (isDirectory(mode)) return (mode & ~existingMode & 0o1000) !== 0;
  return (existingMode & ~mode & 0o6000) !== 0;
}
