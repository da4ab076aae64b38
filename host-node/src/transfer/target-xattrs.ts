// Extended attributes at the destination: what the list says against what is there, which long values have to be asked
// for, and setting them (docs/protocol/03-file-list.md §11.2, §11.3). Attributes are set by the receiver half alone, when
// a record comes back, for then the values are there (04-transfer.md §9.1, §10.1).
import { KIND_MD5 } from '@ocrsync/core/checksum-kinds';
import { WholeFileHash } from '@ocrsync/core/checksum';
import type { FileList } from '@ocrsync/core/file-list';
import type { ReceivedXattr } from '@ocrsync/core/received-blocks';
import { diskName, isCompared, isOutOfReach, type XattrRights } from '../flist/xattr-names.ts';
import { FilesystemError, type Root } from '../fs/filesystem.ts';
import type { Entry, TargetXattrs } from '../session/ports.ts';
import type { DestinationState } from './destination-state.ts';
import { setMode } from './attributes.ts';
import { keepsMtime } from './kept-attributes.ts';
import type { Place } from './place.ts';
import { isDirectory, isSymlink } from '@ocrsync/core/file-type';

const OWNER_WRITE = 0o200;
const OWNER_ALL = 0o700;
const NO_NAMES: ReadonlySet<string> = new Set();

/** A received attribute under its name on this disk, and its number on the wire. */
interface Wanted {
  readonly attribute: ReceivedXattr;
  readonly number: number;
}

export class TreeTargetXattrs implements TargetXattrs {
  readonly #state: DestinationState;
  readonly #rights: XattrRights;
  readonly #md5: WholeFileHash;
  /** Sets of the list by their names on this disk; the same for all entries that share one. */
  readonly #sets = new Map<readonly ReceivedXattr[], ReadonlyMap<string, Wanted>>();
  #compared:
    { readonly list: FileList; readonly row: number; readonly lacking: readonly Wanted[] } | undefined;

  constructor(state: DestinationState, rights: XattrRights) {
    this.#state = state;
    this.#rights = rights;
    this.#md5 = new WholeFileHash(state.context.channel.core, KIND_MD5);
  }

  /** Whether the object must get other attributes. `exists` false: whether it must get any. `root`: of an alternate directory. */
  differ(entry: Entry, name: string, exists: boolean, root?: Root): boolean {
    const set = this.#setOf(entry);
    const all = exists ? this.#namesAt(name, 'generator', root) : [];
    const there = this.#comparedOf(all);
    let differ =
      [...there].some((key) => !set.has(key)) || all.some((key) => isOutOfReach(key, this.#rights));
    const lacking: Wanted[] = [];
    for (const [key, wanted] of set) {
      if (there.has(key) && this.#isEqual(wanted.attribute, this.#valueAt(name, key, root))) continue;
      differ = true;
      if (wanted.attribute.value === undefined) lacking.push(wanted);
    }
    this.#compared = { list: entry.list, row: entry.row, lacking };
    return differ;
  }

  wanted({ list, row }: Entry): readonly number[] {
    const compared = this.#compared;
    if (compared?.list !== list || compared.row !== row) return [];
    const due = compared.lacking.filter(({ attribute }) => !attribute.asked);
    for (const { attribute } of due) attribute.asked = true;
    return due.map(({ number }) => number);
  }

  /**
   * What was changed gets its time again (where none below a second travel, in protocol 30, that is to be seen), and the whole
   * mode of the list, without -p too (04-transfer.md §9.1).
   */
  applyLate(entry: Entry): void {
    const state = this.#state;
    if (state.dryRun) return;
    const name = state.nameOf(entry);
    const { list, row } = entry;
    const isChanged = this.apply(entry, name, { root: state.tree, name });
    if (isChanged && keepsMtime(state.options, list.mode(row))) {
      try {
        state.tree.setTimes(name, { mtimeSec: list.mtimeSec(row), mtimeNsec: list.mtimeNsec(row) });
      } catch (error) {
        state.failed('receiver', `failed to set times on ${state.fullName(name)}`, error);
      }
    }
    if (!state.options.perms) this.#setListedMode(name, list.mode(row));
  }

  /** Not what would lock this user out of a directory while files are still on the way into it. */
  #setListedMode(name: string, mode: number): void {
    const state = this.#state;
    const isLockedOut = isDirectory(mode) && (mode & OWNER_ALL) !== OWNER_ALL;
    if (isLockedOut && !state.filesystem.isSuperUser) return;
    try {
      const stat = state.lstat(name);
      if (stat !== undefined) setMode(state, { role: 'receiver', name, mode }, stat);
    } catch (error) {
      state.failed('receiver', `stat ${state.fullName(name)} failed`, error);
    }
  }

  /**
   * Gives the object at `name` the entry's attributes and no others; tells failures. A long value that was not asked for,
   * because the file at `from` has it, is taken from there. Returns whether anything was changed.
   */
  apply(entry: Entry, name: string, from: Place): boolean {
    const set = this.#setOf(entry);
    const there = this.#comparedOf(this.#namesAt(name, 'receiver'));
    let changed = false;
    for (const [key, { attribute }] of set) {
      const value = attribute.value ?? this.#valueFrom(attribute, from, key);
      if (value === undefined) {
        const text = `Missing abbreviated xattr value, ${attribute.name}, for ${this.#state.fullName(name)}`;
        this.#state.report.message('error-xfer', text);
        continue;
      }
      if (there.has(key) && sameBytes(this.#valueAt(name, key), value)) continue;
      const call = `rsync_xal_set: lsetxattr(${this.#state.fullName(name)},"${key}") failed`;
      if (this.#change(name, call, () => this.#state.tree.setXattr(name, key, value))) changed = true;
    }
    for (const key of there) {
      if (set.has(key)) continue;
      const call = `rsync_xal_set: lremovexattr(${this.#state.fullName(name)},"${key}") failed`;
      if (this.#change(name, call, () => this.#state.tree.removeXattr(name, key))) changed = true;
    }
    return changed;
  }

  /** The attributes of an object of an alternate directory, for the copy of it at `name`; tells failures. */
  copy(source: Root, from: string, name: string): void {
    for (const key of this.#comparedOf(this.#namesAt(from, 'generator', source))) {
      const value = this.#valueAt(from, key, source);
      if (value === undefined) continue;
      const call = `rsync_xal_set: lsetxattr(${this.#state.fullName(name)},"${key}") failed`;
      this.#change(name, call, () => this.#state.tree.setXattr(name, key, value));
    }
  }

  /** The first of attributes that get the same name counts. */
  #setOf({ list, row }: Entry): ReadonlyMap<string, Wanted> {
    const received = this.#state.context.blocks.xattrs(list.xattrs(row));
    const known = this.#sets.get(received);
    if (known !== undefined) return known;
    const set = new Map<string, Wanted>();
    for (const [position, attribute] of received.entries()) {
      const key = diskName(attribute.name, this.#rights);
      if (key !== undefined && !set.has(key)) set.set(key, { attribute, number: position + 1 });
    }
    this.#sets.set(received, set);
    return set;
  }

  /** Names of the attributes that are ours to compare. */
  #comparedOf(names: readonly string[]): ReadonlySet<string> {
    return names.length === 0 ? NO_NAMES : new Set(names.filter((key) => isCompared(key, this.#rights)));
  }

  #namesAt(name: string, role: 'generator' | 'receiver', root = this.#state.tree): readonly string[] {
    try {
      return root.listXattrs(name);
    } catch (error) {
      if (!(error instanceof FilesystemError) || error.code !== 'EOPNOTSUPP') {
        const text = `get_xattr_names: llistxattr(${this.#state.fullName(name)},1024) failed`;
        this.#state.failed(role, text, error);
      }
      return [];
    }
  }

  #valueAt(name: string, key: string, root = this.#state.tree): Uint8Array | undefined {
    try {
      return root.getXattr(name, key);
    } catch (error) {
      if (error instanceof FilesystemError) return undefined;
      throw error;
    }
  }

  #valueFrom(attribute: ReceivedXattr, { root, name }: Place, key: string): Uint8Array | undefined {
    const value = this.#valueAt(name, key, root);
    return this.#isEqual(attribute, value) ? value : undefined;
  }

  #isEqual({ lengthBytes, value, digest }: ReceivedXattr, local: Uint8Array | undefined): boolean {
    if (local === undefined) return false;
    if (value !== undefined) return sameBytes(local, value);
    if (local.length !== lengthBytes) return false;
    this.#md5.begin();
    this.#md5.updateBytes(local);
    return sameBytes(this.#md5.final(), digest);
  }

  /** A file without write permission gets it for the moment. False: it failed, which was told. */
  #change(name: string, failure: string, change: () => void): boolean {
    try {
      try {
        change();
      } catch (error) {
        if (!(error instanceof FilesystemError) || error.code !== 'EACCES') throw error;
        this.#whileWritable(name, error, change);
      }
      return true;
    } catch (error) {
      this.#state.failed('receiver', failure, error);
      return false;
    }
  }

  #whileWritable(name: string, refused: FilesystemError, change: () => void): void {
    const { tree } = this.#state;
    const mode = tree.lstat(name)?.mode;
    if (mode === undefined || isSymlink(mode) || (mode & OWNER_WRITE) !== 0) throw refused;
    tree.chmod(name, (mode | OWNER_WRITE) & 0o7777);
    try {
      change();
    } finally {
      tree.chmod(name, mode & 0o7777);
    }
  }
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}
