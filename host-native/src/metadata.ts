// Extended attributes, names of users and groups (metadata.c). None throws; each returns a count or the negative errno.

export interface MetadataCalls {
  /**
   * Attributes are those of `name` itself below the directory (a descriptor, or `currentDirectory` of at-calls.ts): a symlink at
   * the last component is not followed. Names of files and attributes are latin1, a char a byte.
   * Fills `into` with the attributes' names, each closed by a zero, and returns the length; −ERANGE when it is too small.
   * Linux keeps no more than {@link xattrRoom} bytes of names, and of one value.
   */
  listXattrs(directory: number, name: string, into: Uint8Array): number;
  /** The value's length; −ENODATA without such an attribute, −ERANGE when `into` is too small (empty: only asks the length). */
  getXattr(directory: number, name: string, key: string, into: Uint8Array): number;
  /** Makes or replaces. */
  setXattr(directory: number, name: string, key: string, value: Uint8Array): number;
  removeXattr(directory: number, name: string, key: string): number;

  /** As the machine's name services say; −ENOENT for an id that has no name. */
  userName(uid: number): string | number;
  groupName(gid: number): string | number;
  /** −ENOENT for a name that is not known. */
  userId(name: string): number;
  groupId(name: string): number;
}

/** XATTR_LIST_MAX and XATTR_SIZE_MAX of Linux. */
export const xattrRoom = 65536;
