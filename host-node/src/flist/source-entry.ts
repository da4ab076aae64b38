// A file of the source tree to what the file list says about it: stat, link target, ids, hard-link group, checksum
// (docs/protocol/03-file-list.md §3.6, §4.1, §5, §9.1, §13.1).
import { digestBytes } from '@ocrsync/core/checksum-kinds';
import { WholeFileHash } from '@ocrsync/core/checksum';
import type { FileList } from '@ocrsync/core/file-list';
import { isDevice, isDirectory, isRegular, isSymlink } from '@ocrsync/core/file-type';
import type { HardLink, NewEntry } from '@ocrsync/core/file-list-entry';
import type { CoreInstance } from '@ocrsync/core/instance';
import { applyChmod, type ModeChange } from '../options/chmod.ts';
import { type FileStat, type Filesystem, FilesystemError, type Root } from '../fs/filesystem.ts';
import type { TreeSourceBlocks } from './source-blocks.ts';

const PIECE_BYTES = 256 * 1024;

export interface SourceEntryOptions {
  readonly core: CoreInstance;
  readonly filesystem: Filesystem;
  readonly protocol: number;
  readonly incremental: boolean;
  readonly owner: boolean;
  readonly group: boolean;
  readonly numericIds: boolean;
  readonly links: boolean;
  readonly hardLinks: boolean;
  readonly atimes: boolean;
  /** Reading for checksums leaves access times alone. */
  readonly keepAtime: boolean;
  readonly chmod: readonly ModeChange[] | undefined;
  /** With -A or -X. */
  readonly blocks: TreeSourceBlocks | undefined;
  /** Kind (core/src/checksum-kinds.ts) of whole-file checksums; undefined without -c. */
  readonly checksum: { readonly kind: number; readonly seed: number } | undefined;
}

/** Makes entries of one session: what was announced or seen before decides what a later entry says. */
export class SourceEntries {
  readonly #options: SourceEntryOptions;
  readonly #users = new Map<number, string | undefined>();
  readonly #groups = new Map<number, string | undefined>();
  /** dev → ino → group number. */
  readonly #linkGroups = new Map<number, Map<number, number>>();
  readonly #hash: WholeFileHash | undefined;
  readonly #pieceAt: number;

  constructor(options: SourceEntryOptions) {
    this.#options = options;
    const { checksum, core } = options;
    this.#hash = checksum === undefined ? undefined : new WholeFileHash(core, checksum.kind, checksum.seed);
    this.#pieceAt = checksum === undefined ? 0 : core.alloc(PIECE_BYTES);
  }

  /** Ids that were met and have a name here, the last one first. */
  idNames(kind: 'user' | 'group'): { id: number; name: string }[] {
    const met = kind === 'user' ? this.#users : this.#groups;
    const named: { id: number; name: string }[] = [];
    for (const [id, name] of met) if (name !== undefined) named.push({ id, name });
    return named.reverse();
  }

  /**
   * Appends an entry. `at`: the file's name below the root; `target`: of a symlink. Returns its row. Throws a BlockError,
   * and adds nothing, when its ACL or extended attributes cannot be read.
   */
  add(
    list: FileList,
    from: { root: Root; number: number; at: string },
    name: string,
    stat: FileStat,
    flags: number,
    target: string | undefined,
  ): number {
    const { mode } = stat;
    const { blocks } = this.#options;
    const read = blocks?.read(from.root, from.at, mode);
    const entry: NewEntry = {
      name,
      mode: this.#changed(mode),
      sizeBytes: isRegular(mode) || isSymlink(mode) || isDirectory(mode) ? stat.sizeBytes : 0,
      mtimeSec: stat.mtimeSec,
      mtimeNsec: stat.mtimeNsec,
      uid: stat.uid,
      gid: stat.gid,
      flags,
      root: from.number,
    };
    this.#addNames(entry);
    if (isDevice(mode)) {
      entry.rdevMajor = stat.rdevMajor;
      entry.rdevMinor = stat.rdevMinor;
    }
    if (this.#options.atimes && !isDirectory(mode)) entry.atimeSec = stat.atimeSec;
    if (target !== undefined && this.#options.links) entry.linkTarget = target;
    const hardLink = this.#hardLink(stat, list);
    if (hardLink !== undefined) entry.hardLink = hardLink;
    if (this.#hash !== undefined && isRegular(mode)) entry.checksum = this.#checksum(from.root, from.at);
    if (read !== undefined) Object.assign(entry, blocks!.number(read, this.#announce));
    return list.add(entry);
  }

  /** --chmod: of everything that has permissions of its own. */
  #changed(mode: number): number {
    const { chmod, filesystem } = this.#options;
    if (chmod === undefined || mode === 0 || isSymlink(mode)) return mode;
    return applyChmod(mode, isDirectory(mode), chmod, filesystem.umask);
  }

  #addNames(entry: NewEntry): void {
    const { group, owner } = this.#options;
    const userName = owner ? this.#announce('user', entry.uid) : undefined;
    if (userName !== undefined) entry.userName = userName;
    const groupName = group ? this.#announce('group', entry.gid) : undefined;
    if (groupName !== undefined) entry.groupName = groupName;
  }

  /** Notes an id; its name when it is to be sent with this first mention. */
  readonly #announce = (kind: 'user' | 'group', id: number): string | undefined => {
    const { filesystem, incremental, numericIds } = this.#options;
    const met = kind === 'user' ? this.#users : this.#groups;
    if (numericIds || met.has(id)) return undefined;
    const name = kind === 'user' ? filesystem.userName(id) : filesystem.groupName(id);
    met.set(id, name);
    return incremental ? name : undefined;
  };

  #hardLink(stat: FileStat, list: FileList): HardLink | undefined {
    const { hardLinks, protocol } = this.#options;
    if (!hardLinks || isDirectory(stat.mode)) return undefined;
    const { dev, ino } = stat;
    if (protocol < 28) return isRegular(stat.mode) ? { dev, ino } : undefined;
    if (stat.linkCount <= 1) return undefined;
    if (protocol < 30) return { dev, ino };
    let inodes = this.#linkGroups.get(dev);
    if (inodes === undefined) this.#linkGroups.set(dev, (inodes = new Map()));
    const group = inodes.get(ino);
    if (group !== undefined) return { dev, ino, group };
    inodes.set(ino, list.start + list.count);
    return { dev, ino, first: true };
  }

  /** The file's digest; zeros when it cannot be read (03 §5.9). */
  #checksum(root: Root, at: string): Uint8Array {
    const hash = this.#hash!;
    const { core } = this.#options;
    hash.begin();
    try {
      const file = root.openRead(at, true, this.#options.keepAtime);
      try {
        for (let position = 0; ;) {
          const piece = core.u8.subarray(this.#pieceAt, this.#pieceAt + PIECE_BYTES);
          const count = file.read(piece, position);
          if (count === 0) return hash.final();
          hash.update(this.#pieceAt, count);
          position += count;
        }
      } finally {
        file.close();
      }
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      return new Uint8Array(digestBytes(hash.kind));
    }
  }
}
