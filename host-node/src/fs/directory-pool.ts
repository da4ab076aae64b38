// Directories kept open, for all roots of one file system: a small number, the least recently used one is closed first, so
// that deep trees sync with few descriptors (`ulimit -n 64`). Knows nothing about names being safe; see safe-root.ts.

/** Enough for the directories between which a transfer goes back and forth. */
const MOST_DIRECTORIES = 8;
/** Roots are opened again by path where there are more (a sender with many arguments). */
const MOST_ROOTS = 4;

export interface HeldDirectoryOwner {
  /** The directory is not to be used any more. */
  dropped(held: Held): void;
}

export interface Held {
  readonly owner: HeldDirectoryOwner;
  /** Below its root; '' is the root. */
  readonly name: string;
  /** Where the slash after its name is in the names of its children: −1 for the root. */
  readonly slashAt: number;
  readonly descriptor: number;
  /** False: may be passed through, but not listed. */
  readonly readable: boolean;
  /** A symlink was on the way: the name may come to mean another directory when one of the tree is renamed. */
  readonly linked: boolean;
  /** Users beyond the pool; closed when nobody is left. */
  pins: number;
  /** Its position in the directory was moved by a user. */
  listed: boolean;
  isDropped: boolean;
}

export class DirectoryPool {
  readonly #close: (descriptor: number) => void;
  /** In the order of use, the longest unused first. */
  readonly #directories = new Set<Held>();
  readonly #roots = new Set<Held>();

  constructor(close: (descriptor: number) => void) {
    this.#close = close;
  }

  /** Takes a new one in, and closes an old one if there are too many; never `keep`. */
  add(held: Held, keep: Held | undefined): void {
    const set = this.#setOf(held);
    set.add(held);
    if (set.size <= (held.name === '' ? MOST_ROOTS : MOST_DIRECTORIES)) return;
    for (const each of set) {
      if (each.pins > 0 || each === keep || each === held) continue;
      this.drop(each);
      return;
    }
  }

  /** It was used just now. */
  touch(held: Held): void {
    const set = this.#setOf(held);
    set.delete(held);
    set.add(held);
  }

  drop(held: Held): void {
    if (held.isDropped) return;
    held.isDropped = true;
    this.#setOf(held).delete(held);
    held.owner.dropped(held);
    if (held.pins === 0) this.#close(held.descriptor);
  }

  pin(held: Held): void {
    held.pins++;
  }

  unpin(held: Held): void {
    if (--held.pins === 0 && held.isDropped) this.#close(held.descriptor);
  }

  /** Closes what can be spared when the system has no more descriptors. False: there was nothing. */
  shrink(...keep: readonly (Held | undefined)[]): boolean {
    let closed = false;
    for (const held of [...this.#directories]) {
      if (held.pins > 0 || keep.includes(held)) continue;
      this.drop(held);
      closed = true;
    }
    return closed;
  }

  clear(): void {
    for (const held of [...this.#directories, ...this.#roots]) this.drop(held);
  }

  #setOf(held: Held): Set<Held> {
    return held.name === '' ? this.#roots : this.#directories;
  }
}
