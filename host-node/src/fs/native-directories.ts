// Directories opened through the native helper: openat2, which lets the kernel keep a name beneath its root, and a walk
// over openat for kernels before 5.6 and sandboxes that forbid it.
import {
  type AtCalls,
  currentDirectory,
  resolveBeneath,
  resolveNoMagicLinks,
  resolveNoSymlinks,
} from '@ocrsync/native/at-calls';
import type { FileCalls } from '@ocrsync/native/files';
import { statFields } from '@ocrsync/native/load';
import type { NameCalls } from './id-names.ts';
import type { XattrCalls } from './metadata/xattrs.ts';
import { walkBeneath, type WalkCalls } from './beneath-walk.ts';
import {
  type DirectoryCalls,
  ELOOP,
  ENOSYS,
  EXDEV,
  LONGEST_CALL_BYTES,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  openPieces,
  pieces,
} from './directory-calls.ts';

const EPERM = 1;
const EAGAIN = 11;
/** A rename somewhere in the system can disturb openat2 on its way through '..'; then the walk does it. */
const TRIES = 4;
const record = new Float64Array(statFields);

/** The calls of the helper that the file system of this machine is made of. */
export type NativeFileCalls = AtCalls & FileCalls & XattrCalls & NameCalls;

/** openat2 where the system has it, unless `kind` says otherwise. */
export function nativeDirectories(native: NativeFileCalls, kind?: 'openat2' | 'walk'): DirectoryCalls {
  const chosen = kind ?? (hasOpenat2(native) ? 'openat2' : 'walk');
  return chosen === 'openat2' ? new Openat2Directories(native) : new WalkDirectories(native);
}

function hasOpenat2(native: NativeFileCalls): boolean {
  const opened = native.openat2(currentDirectory, '/', O_DIRECTORY, 0, resolveNoMagicLinks);
  if (opened >= 0) native.close(opened);
  return opened !== -ENOSYS && opened !== -EPERM;
}

class WalkDirectories implements DirectoryCalls {
  readonly kind: 'openat2' | 'walk' = 'walk';
  protected readonly native: NativeFileCalls;
  readonly #walk: WalkCalls;

  constructor(native: NativeFileCalls) {
    this.native = native;
    this.#walk = {
      openComponent: (directory, leaf, flags) => native.openat(directory, leaf, flags, 0),
      readlink: (directory, leaf) => native.readlinkat(directory, leaf),
      close: (descriptor) => void native.close(descriptor),
    };
  }

  openPath(path: string, flags: number): number {
    return this.native.openat(currentDirectory, path, flags, 0);
  }

  openPlain(directory: number, name: string, flags: number): number {
    if (!name.includes('/')) return this.native.openat(directory, name, flags | O_NOFOLLOW, 0);
    return openPieces(
      directory,
      name.split('/'),
      flags,
      (at, part, how) => this.native.openat(at, part, how | O_NOFOLLOW, 0),
      (descriptor) => this.close(descriptor),
    );
  }

  openBeneath(root: number, name: string, flags: number): number {
    return walkBeneath(this.#walk, root, name, flags, O_PATH);
  }

  openFollowing(directory: number, name: string, flags: number): number {
    if (name.length <= LONGEST_CALL_BYTES) return this.native.openat(directory, name, flags, 0);
    return openPieces(
      directory,
      pieces(name),
      flags,
      (at, part, how) => this.native.openat(at, part, how, 0),
      (descriptor) => this.close(descriptor),
    );
  }

  identity(descriptor: number): string | undefined {
    return this.native.fstat(descriptor, record) === 0 ? `${record[8]} ${record[9]}` : undefined;
  }

  close(descriptor: number): void {
    this.native.close(descriptor);
  }
}

class Openat2Directories extends WalkDirectories {
  override readonly kind = 'openat2';

  override openPlain(directory: number, name: string, flags: number): number {
    if (!name.includes('/')) return this.native.openat(directory, name, flags | O_NOFOLLOW, 0);
    const { native } = this;
    const open = (at: number, part: string, how: number): number =>
      native.openat2(at, part, how, 0, resolveBeneath | resolveNoSymlinks);
    if (name.length <= LONGEST_CALL_BYTES) return open(directory, name, flags);
    return openPieces(directory, pieces(name), flags, open, (descriptor) => this.close(descriptor));
  }

  override openBeneath(root: number, name: string, flags: number): number {
    if (name.length > LONGEST_CALL_BYTES) return super.openBeneath(root, name, flags);
    for (let left = TRIES; left > 0; left--) {
      const opened = this.native.openat2(root, name, flags, 0, resolveBeneath | resolveNoMagicLinks);
      if (opened === -EXDEV) return -ELOOP;
      if (opened !== -EAGAIN) return opened;
    }
    return super.openBeneath(root, name, flags);
  }
}
