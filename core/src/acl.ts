// An access control list as it travels and as it is applied (docs/protocol/03-file-list.md §10): the POSIX model.
// Pure data and its comparison; bytes of the wire are core/assembly/codec/acl.ts, disks are host-node/src/fs/metadata.

/** A permission that the list does not have. */
export const ACL_ABSENT = 0x80;

export interface NamedAcl {
  readonly kind: 'user' | 'group';
  readonly id: number;
  /** 0..7. */
  readonly access: number;
}

/** Permissions are 0..7 or {@link ACL_ABSENT}. `named`: users by ascending id, then groups by ascending id. */
export interface Acl {
  readonly user: number;
  readonly group: number;
  readonly mask: number;
  readonly other: number;
  readonly named: readonly NamedAcl[];
}

/** A list without anything: no default ACL, or an access ACL that says no more than the mode. */
export const EMPTY_ACL: Acl = {
  user: ACL_ABSENT,
  group: ACL_ABSENT,
  mask: ACL_ABSENT,
  other: ACL_ABSENT,
  named: [],
};
