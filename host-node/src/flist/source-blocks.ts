// The sender's ACLs and extended attributes: reads them off the disk, strips what says nothing, numbers them for the list,
// and reads long values again when they are asked for (docs/protocol/03-file-list.md §10.2, §11.1-§11.3).
import { ACL_ABSENT, type Acl, EMPTY_ACL } from '@ocrsync/core/acl';
import { AclIndex, type AnnounceId } from '@ocrsync/core/acl-index';
import { KIND_MD5 } from '@ocrsync/core/checksum-kinds';
import { WholeFileHash } from '@ocrsync/core/checksum';
import type { BlockKind } from '@ocrsync/core/file-list-codec';
import { isDevice, isDirectory, isSpecial, isSymlink } from '@ocrsync/core/file-type';
import type { CoreInstance } from '@ocrsync/core/instance';
import type { LiteralSink } from '@ocrsync/core/literal-sink';
import { LONGEST_SHORT_VALUE, type SentXattr, XattrIndex } from '@ocrsync/core/xattr-index';
import { type Filesystem, FilesystemError, type Root } from '../fs/filesystem.ts';
import { readAcl } from '../fs/metadata/posix-acl.ts';
import type { Entry, SessionReport, SourceBlocks } from '../session/ports.ts';
import { wireName, type XattrRights } from './xattr-names.ts';

/** As many as the system follows. */
const MOST_LINKS = 40;

export interface SourceBlocksOptions {
  readonly core: CoreInstance;
  readonly acls: boolean;
  /** With -L: ACLs are those of what a symlink leads to. Its attributes stay its own, as upstream has it. */
  readonly followFrom: Filesystem | undefined;
  /** undefined without -X. */
  readonly xattrs: XattrRights | undefined;
  readonly report: Pick<SessionReport, 'message'>;
  /** The receiver is to make objects of these types; the ACLs of others are sent as empty. */
  readonly devices: boolean;
  readonly specials: boolean;
  sourcePath(entry: Entry): { readonly root: Root; readonly name: string };
  /** Quoted absolute name, for messages. */
  fullName(entry: Entry): string;
}

/** What one file has, before it is known whether it gets into the list. */
export interface FileBlocks {
  readonly access: Acl | undefined;
  readonly inherited: Acl | undefined;
  readonly xattrs: readonly SentXattr[] | undefined;
}

/** Why a file cannot be sent. */
export class BlockError extends Error {
  readonly #call: (full: string) => string;
  readonly #reason: FilesystemError;

  /** `call`: what failed, in rsync's words; `full` is the quoted absolute name. */
  constructor(call: (full: string) => string, reason: FilesystemError) {
    super(reason.message);
    this.#call = call;
    this.#reason = reason;
  }

  /** For the user. */
  text(full: string): string {
    const { strerror, errno } = this.#reason;
    return `rsync: [sender] ${this.#call(full)}: ${strerror} (${errno})`;
  }
}

export class TreeSourceBlocks implements SourceBlocks {
  readonly #options: SourceBlocksOptions;
  readonly #access = new AclIndex();
  readonly #inherited = new AclIndex();
  readonly #xattrs = new XattrIndex();
  readonly #md5: WholeFileHash;

  constructor(options: SourceBlocksOptions) {
    this.#options = options;
    this.#md5 = new WholeFileHash(options.core, KIND_MD5);
  }

  /** Reads what travels with a file. Throws a {@link BlockError}. */
  read(root: Root, name: string, mode: number): FileBlocks {
    const acls = this.#options.acls && !isSymlink(mode);
    const { followFrom, xattrs } = this.#options;
    if (mode === 0) return nothingOf({ acls, xattrs: xattrs !== undefined });
    const at = acls && followFrom !== undefined ? aclPlace(followFrom, root, name) : { root, name };
    return {
      access: acls ? this.#accessAcl(at.root, at.name, mode) : undefined,
      inherited: acls && isDirectory(mode) ? aclOf(at.root, at.name, 'default', mode) : undefined,
      xattrs: xattrs === undefined ? undefined : this.#attributes(root, name),
    };
  }

  /** The numbers for the list's entry. Names of ids that are mentioned for the first time are asked for. */
  number(
    { access, inherited, xattrs }: FileBlocks,
    announce: AnnounceId,
  ): { accessAcl?: number; defaultAcl?: number; xattrs?: number } {
    return {
      ...(access === undefined ? {} : { accessAcl: this.#access.number(access, announce) }),
      ...(inherited === undefined ? {} : { defaultAcl: this.#inherited.number(inherited, announce) }),
      ...(xattrs === undefined ? {} : { xattrs: this.#xattrs.number(xattrs) }),
    };
  }

  // ---- SourceBlocks ----------------------------------------------------------------------------------------------------

  writeLiteral(kind: BlockKind, number: number, sink: LiteralSink): void {
    if (kind === 'xattr') this.#xattrs.write(number, sink);
    else (kind === 'access' ? this.#access : this.#inherited).write(number, sink);
  }

  hasLongXattr({ list, row }: Entry, number: number): boolean {
    return this.#xattrs.longName(list.xattrs(row), number) !== undefined;
  }

  readXattr(entry: Entry, number: number): Uint8Array {
    const { report, xattrs } = this.#options;
    const wire = this.#xattrs.longName(entry.list.xattrs(entry.row), number);
    const { root, name } = this.#options.sourcePath(entry);
    try {
      // Under --fake-super a name on the wire may be that of another one on the disk.
      // That it is none of those left out was found when the list was made.
      const rights = { ...xattrs!, isExcluded: () => false };
      const key = root.listXattrs(name).find((disk) => wireName(disk, rights) === wire);
      const value = key === undefined ? undefined : root.getXattr(name, key);
      if (value !== undefined) return value;
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
    }
    report.message('error-xfer', `failed to re-read xattr ${wire} for ${this.#options.fullName(entry)}`);
    return new Uint8Array(0);
  }

  // ---- the disk --------------------------------------------------------------------------------------------------------

  #accessAcl(root: Root, name: string, mode: number): Acl {
    const { devices, specials } = this.#options;
    if (isDevice(mode) ? !devices : isSpecial(mode) && !specials) return EMPTY_ACL;
    return stripped(aclOf(root, name, 'access', mode), mode);
  }

  #attributes(root: Root, name: string): SentXattr[] {
    const rights = this.#options.xattrs!;
    const set = new Map<string, SentXattr>();
    for (const disk of namesOf(root, name)) {
      const wire = wireName(disk, rights);
      if (wire === undefined || set.has(wire)) continue;
      const value = valueOf(root, name, disk);
      if (value === undefined) continue;
      const shown = value.length > LONGEST_SHORT_VALUE ? this.#digest(value) : value;
      set.set(wire, { name: wire, lengthBytes: value.length, shown });
    }
    return [...set.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #digest(value: Uint8Array): Uint8Array {
    this.#md5.begin();
    this.#md5.updateBytes(value);
    return this.#md5.final();
  }
}

/** An argument that is not there and is to be deleted at the destination (--delete-missing-args): the blocks come, and are empty. */
function nothingOf(wanted: { acls: boolean; xattrs: boolean }): FileBlocks {
  return {
    access: wanted.acls ? EMPTY_ACL : undefined,
    inherited: undefined,
    xattrs: wanted.xattrs ? [] : undefined,
  };
}

function aclPlace(files: Filesystem, root: Root, name: string): { root: Root; name: string } {
  try {
    return referent(files, root, name);
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    throw aclError(name, 'access', error);
  }
}

/** What a name leads to, through any number of symlinks. */
function referent(files: Filesystem, from: Root, fromName: string): { root: Root; name: string } {
  let root = from;
  let name = fromName;
  for (let links = 0; links < MOST_LINKS; links++) {
    const stat = root.lstat(name);
    if (stat === undefined || !isSymlink(stat.mode)) break;
    const target = root.readlink(name);
    const directory = `${root.path}/${name}`.replace(/[^/]*$/, '');
    const path = target.startsWith('/') ? target : directory + target;
    const leaf = /\/([^/]+)$/.exec(path)?.[1] ?? '.';
    const plain = leaf !== '.' && leaf !== '..';
    root = files.root(plain ? path.slice(0, -leaf.length) : path, 'follow');
    name = plain ? leaf : '.';
  }
  return { root, name };
}

/** What the mode says already is left out (§10.2). */
export function stripped(acl: Acl, mode: number): Acl {
  const groupBits = (mode >> 3) & 7;
  const bare = { ...acl, user: ACL_ABSENT, other: ACL_ABSENT };
  if (acl.mask === ACL_ABSENT) return { ...bare, group: ACL_ABSENT };
  return {
    ...bare,
    group: acl.group === groupBits ? ACL_ABSENT : acl.group,
    mask: acl.named.length > 0 && acl.mask === groupBits ? ACL_ABSENT : acl.mask,
  };
}

function aclOf(root: Root, name: string, kind: 'access' | 'default', mode: number): Acl {
  try {
    return readAcl(root, name, kind, mode);
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    if (error.code === 'EOPNOTSUPP') return EMPTY_ACL;
    throw aclError(name, kind, error);
  }
}

function aclError(name: string, kind: 'access' | 'default', reason: FilesystemError): BlockError {
  return new BlockError(() => `get_acl: sys_acl_get_file(${name}, ACL_TYPE_${kind.toUpperCase()})`, reason);
}

function namesOf(root: Root, name: string): readonly string[] {
  try {
    return root.listXattrs(name);
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    if (error.code === 'EOPNOTSUPP') return [];
    throw new BlockError((full) => `get_xattr_names: llistxattr(${full},1024) failed`, error);
  }
}

/** undefined: it is gone. */
function valueOf(root: Root, name: string, key: string): Uint8Array | undefined {
  try {
    return root.getXattr(name, key);
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    throw new BlockError((full) => `get_xattr_data: lgetxattr(${full},"${key}",0) failed`, error);
  }
}
