// The one door: every name that a peer may have chosen is resolved here to a held descriptor of its parent and one last
// component, without passing a symlink that leads out of the tree (docs/protocol/09-rsync-3.5.md §2.4, §2.5).
// Does no work on the objects themselves. A held descriptor stays with its directory: if somebody moves that directory
// elsewhere, work goes on in it until it is let go (docs/architecture.md, "The one door").
import {
  type DirectoryCalls,
  EACCES,
  ELOOP,
  EMFILE,
  ENFILE,
  ENOTDIR,
  ESTALE,
  EXDEV,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
} from './directory-calls.ts';
import type { DirectoryPool, Held, HeldDirectoryOwner } from './directory-pool.ts';
import type { SymlinkPolicy } from './filesystem.ts';

const SLASH = 0x2f;

export class SafeRoot implements HeldDirectoryOwner {
  readonly policy: SymlinkPolicy;
  readonly #path: string;
  readonly #calls: DirectoryCalls;
  readonly #pool: DirectoryPool;
  readonly #held = new Map<string, Held>();
  #identity: string | undefined;
  /** Parent of the last name: the next one is mostly its neighbour. */
  #last: Held | undefined;
  #linkedCount = 0;
  /** Last component of the name given to {@link parent}, and that name without needless dots and slashes. */
  leaf = '';
  name = '';

  /** `path` is absolute. {@link open} comes next. */
  constructor(path: string, policy: SymlinkPolicy, calls: DirectoryCalls, pool: DirectoryPool) {
    this.#path = path;
    this.policy = policy;
    this.#calls = calls;
    this.#pool = pool;
  }

  /** Opens the root itself; 0 or the negative errno. */
  open(): number {
    const root = this.#root();
    return typeof root === 'number' ? root : 0;
  }

  /** Descriptor of the directory that `name` lies in, valid until the next call; or the negative errno. Sets `leaf`. */
  parent(name: string): number {
    const slash = name.lastIndexOf('/');
    const last = this.#last;
    if (last !== undefined && slash === last.slashAt && name.startsWith(last.name)) {
      const leaf = slash < 0 ? name : name.slice(slash + 1);
      if (leaf.length > 2 || (leaf !== '' && leaf !== '.' && leaf !== '..')) {
        this.leaf = leaf;
        this.name = name;
        return last.descriptor;
      }
    }
    return this.#otherParent(name);
  }

  /** The directory of this name, kept open; valid until the next call unless it is pinned. Or the negative errno. */
  directory(name: string): Held | number {
    const clean = cleanName(name);
    if (typeof clean === 'number') return clean;
    const held = this.#directory(clean);
    if (typeof held !== 'number') this.#last = held;
    return held;
  }

  /** Opens what the name leads to, following its last component only inside the tree. */
  openBeneath(name: string, flags: number): number {
    const clean = cleanName(name);
    if (typeof clean === 'number') return clean;
    const root = this.#root();
    if (typeof root === 'number') return root;
    return this.#retried(root, () => this.#calls.openBeneath(root.descriptor, clean || '.', flags));
  }

  /** To be called when the object of this name was removed, renamed, or another was renamed over it. */
  forget(name: string): void {
    this.forgetLinked();
    for (const held of this.#held.values()) {
      const { name: key } = held;
      if (key.length < name.length || !key.startsWith(name)) continue;
      if (key.length === name.length || key.charCodeAt(name.length) === SLASH) this.#pool.drop(held);
    }
  }

  /** To be called when a name was removed that cannot be a directory: it may have been a symlink on the way to one. */
  forgetLinked(): void {
    if (this.#linkedCount === 0) return;
    for (const held of [...this.#held.values()]) if (held.linked) this.#pool.drop(held);
  }

  /** No descriptors are left: gives up what can be spared. True: one more try from {@link parent} on is worth it. */
  makeRoom(status: number): boolean {
    return (status === -EMFILE || status === -ENFILE) && this.#pool.shrink();
  }

  /** Opens a directory anew by its name, which needs no right to pass through it; −ESTALE when another one stands there now. */
  openAgain(held: Held): number {
    const root = this.#root();
    if (typeof root === 'number') return root;
    const opened = this.#calls.openBeneath(
      root.descriptor,
      held.name === '' ? '.' : held.name,
      O_RDONLY | O_DIRECTORY,
    );
    if (opened < 0 || this.#calls.identity(opened) === this.#calls.identity(held.descriptor)) return opened;
    this.#calls.close(opened);
    return -ESTALE;
  }

  pin(held: Held): void {
    this.#pool.pin(held);
  }

  unpin(held: Held): void {
    this.#pool.unpin(held);
  }

  dropped(held: Held): void {
    if (this.#held.get(held.name) === held) this.#held.delete(held.name);
    if (this.#last === held) this.#last = undefined;
    if (held.linked) this.#linkedCount--;
  }

  #otherParent(name: string): number {
    const clean = cleanName(name);
    if (typeof clean === 'number') return clean;
    const slash = clean.lastIndexOf('/');
    const held = this.#directory(slash < 0 ? '' : clean.slice(0, slash));
    if (typeof held === 'number') return held;
    this.#last = held;
    this.leaf = clean === '' ? '.' : clean.slice(slash + 1);
    this.name = clean;
    return held.descriptor;
  }

  #directory(name: string): Held | number {
    if (name === '') return this.#root();
    const known = this.#held.get(name);
    if (known !== undefined) {
      this.#pool.touch(known);
      return known;
    }
    let held = this.#open(name, O_RDONLY);
    // Without the permission to list it, it can still be passed through.
    if (held === -EACCES) held = this.#open(name, O_PATH);
    return held;
  }

  #open(name: string, flags: number): Held | number {
    const root = this.#root();
    if (typeof root === 'number') return root;
    const how = flags | O_DIRECTORY;
    const calls = this.#calls;
    if (this.policy === 'follow') {
      const opened = this.#retried(root, () => calls.openFollowing(root.descriptor, name, how));
      return opened < 0 ? opened : this.#keep(name, opened, flags, true);
    }
    const slash = name.lastIndexOf('/');
    const base = (slash < 0 ? undefined : this.#held.get(name.slice(0, slash))) ?? root;
    if (base !== root) this.#pool.touch(base);
    const rest = base === root ? name : name.slice(slash + 1);
    let linked = base.linked;
    let opened = this.#retried(base, () => calls.openPlain(base.descriptor, rest, how));
    if (opened === -ELOOP || opened === -ENOTDIR) {
      opened = this.#retried(root, () => calls.openBeneath(root.descriptor, name, how));
      linked = true;
    }
    return opened < 0 ? opened : this.#keep(name, opened, flags, linked);
  }

  #root(): Held | number {
    const known = this.#held.get('');
    if (known !== undefined) {
      this.#pool.touch(known);
      return known;
    }
    let flags = O_RDONLY;
    let opened = this.#retried(undefined, () => this.#calls.openPath(this.#path, O_RDONLY | O_DIRECTORY));
    if (opened === -EACCES) {
      flags = O_PATH;
      opened = this.#retried(undefined, () => this.#calls.openPath(this.#path, O_PATH | O_DIRECTORY));
    }
    if (opened < 0) return opened;
    const identity = this.#calls.identity(opened);
    this.#identity ??= identity;
    if (identity === undefined || identity !== this.#identity) {
      this.#calls.close(opened);
      return -ESTALE;
    }
    return this.#keep('', opened, flags, false);
  }

  #keep(name: string, descriptor: number, flags: number, linked: boolean): Held {
    const slashAt = name === '' ? -1 : name.length;
    const readable = flags === O_RDONLY;
    const held = {
      owner: this,
      name,
      slashAt,
      descriptor,
      readable,
      linked,
      pins: 0,
      listed: false,
      isDropped: false,
    };
    if (linked) this.#linkedCount++;
    this.#held.set(name, held);
    this.#pool.add(held, this.#last);
    return held;
  }

  #retried(base: Held | undefined, open: () => number): number {
    const opened = open();
    if (opened !== -EMFILE && opened !== -ENFILE) return opened;
    return this.#pool.shrink(base, this.#last) ? open() : opened;
  }
}

/** Components joined by single slashes, '' for the root; −EXDEV for what would leave it whatever it leads to. */
export function cleanName(name: string): string | number {
  if (name.startsWith('/')) return -EXDEV;
  if (isClean(name)) return name === '.' ? '' : name;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? -EXDEV : parts.join('/');
}

/** No empty component, and none that begins with a dot and may be '.' or '..'. */
function isClean(name: string): boolean {
  return name === '.' || !/(?:^|\/)(?:\.{0,2})(?:\/|$)/.test(name);
}
