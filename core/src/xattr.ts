// An extended attribute as it is on a disk (docs/protocol/03-file-list.md §11). Bytes of the wire are
// core/assembly/codec/xattr.ts.

export interface Xattr {
  /** latin1 text of the name's bytes, as on this machine's disk: 'user.x'. */
  readonly name: string;
  readonly value: Uint8Array;
}
