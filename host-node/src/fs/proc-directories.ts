// Directories held by plain Node: `/proc/self/fd/N/leaf` is a name relative to the open directory N, as openat would see
// it (docs/protocol/08-hostile-peers.md §6). Linux only; where /proc is missing names can only be looked at.
import * as fs from 'node:fs';
import { constants } from 'node:os';
import { linkTarget } from './link-target.ts';
import { walkBeneath, type WalkCalls } from './beneath-walk.ts';
import {
  type DirectoryCalls,
  EINVAL,
  LONGEST_CALL_BYTES,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  openPieces,
  pieces,
} from './directory-calls.ts';

const EIO = 5;

/** Path of a name relative to a held directory. */
export function procPath(directory: number, leaf: string): Buffer {
  return Buffer.from(`/proc/self/fd/${directory}/${leaf}`, 'latin1');
}

/** Whether the trick works here: it is tried on the root directory. */
export function hasProcDirectories(): boolean {
  let opened: number | undefined;
  try {
    opened = fs.openSync('/', O_DIRECTORY);
    const [real, seen] = [fs.fstatSync(opened), fs.statSync(procPath(opened, '.'))];
    return real.ino === seen.ino && real.dev === seen.dev;
  } catch {
    return false;
  } finally {
    if (opened !== undefined) fs.closeSync(opened);
  }
}

export class ProcDirectories implements DirectoryCalls {
  readonly kind = 'procfs';
  readonly #walk: WalkCalls = {
    openComponent: openAt,
    readlink: (directory, leaf) => attempt(() => linkTarget(procPath(directory, leaf))),
    close: (descriptor) => fs.closeSync(descriptor),
  };

  openPath(path: string, flags: number): number {
    return attempt(() => fs.openSync(Buffer.from(path, 'latin1'), flags));
  }

  openPlain(directory: number, name: string, flags: number): number {
    if (!name.includes('/')) return openAt(directory, name, flags | O_NOFOLLOW);
    return openPieces(
      directory,
      name.split('/'),
      flags,
      (at, part, how) => openAt(at, part, how | O_NOFOLLOW),
      (descriptor) => this.close(descriptor),
    );
  }

  openBeneath(root: number, name: string, flags: number): number {
    return walkBeneath(this.#walk, root, name, flags, O_PATH);
  }

  openFollowing(directory: number, name: string, flags: number): number {
    if (name.length <= LONGEST_CALL_BYTES) return openAt(directory, name, flags);
    return openPieces(directory, pieces(name), flags, openAt, (descriptor) => this.close(descriptor));
  }

  identity(descriptor: number): string | undefined {
    const stat = attempt(() => fs.fstatSync(descriptor, { bigint: true }));
    return typeof stat === 'number' ? undefined : `${stat.dev} ${stat.ino}`;
  }

  close(descriptor: number): void {
    fs.closeSync(descriptor);
  }
}

function openAt(directory: number, leaf: string, flags: number): number {
  return attempt(() => fs.openSync(procPath(directory, leaf), flags));
}

/** The result, or the negative errno of what failed. */
function attempt<T>(run: () => T): T | number {
  try {
    return run();
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException;
    if (code === 'ERR_INVALID_ARG_VALUE') return -EINVAL; // A NUL in the name.
    if (code === undefined) throw error;
    const known = (constants.errno as Readonly<Record<string, number>>)[code];
    return -(known ?? Math.abs(errno ?? EIO));
  }
}
