// What a safe root needs of the system: opening directories relative to held ones. Three implementations: openat2 and a
// walk over openat (native-directories.ts), and node:fs with /proc/self/fd (proc-directories.ts).
// Every call returns a descriptor (or 0) or the negative errno; none throws.
import { constants } from 'node:fs';
import { openPath } from '@ocrsync/native/at-calls';

export interface DirectoryCalls {
  /** How names are kept inside, for `doctor` and tests. */
  readonly kind: 'openat2' | 'walk' | 'procfs';
  /** A path as the user typed it: symlinks are followed. */
  openPath(path: string, flags: number): number;
  /** One or more components, none of which may be a symlink: −ELOOP or −ENOTDIR then. */
  openPlain(directory: number, name: string, flags: number): number;
  /** Follows symlinks that are relative and stay below `root`, −ELOOP for others. */
  openBeneath(root: number, name: string, flags: number): number;
  /** Follows symlinks anywhere. */
  openFollowing(directory: number, name: string, flags: number): number;
  /** dev and ino of an open directory as one word; undefined when it cannot be told. */
  identity(descriptor: number): string | undefined;
  close(descriptor: number): void;
}

/** Errnos that decide something here (Linux numbers, which the helper and translated errors use alike). */
export const ENOENT = 2;
export const EACCES = 13;
export const EXDEV = 18;
export const ENOTDIR = 20;
export const EINVAL = 22;
export const ENFILE = 23;
export const EMFILE = 24;
export const ENOSYS = 38;
export const ELOOP = 40;
export const ESTALE = 116;

/** Names up to so many bytes go into one call of the system; its limit is 4095. */
export const LONGEST_CALL_BYTES = 4000;

export const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOATIME } =
  constants;

/** Only stands for the object: needs no permission to read it. */
export const O_PATH = openPath;

/** Splits a name into pieces of whole components that fit one call; a component that is too long stays what it is. */
export function pieces(name: string): string[] {
  const parts: string[] = [];
  let rest = name;
  while (rest.length > LONGEST_CALL_BYTES) {
    let slash = rest.lastIndexOf('/', LONGEST_CALL_BYTES);
    if (slash < 0) slash = rest.indexOf('/');
    if (slash < 0) break;
    parts.push(rest.slice(0, slash));
    rest = rest.slice(slash + 1);
  }
  parts.push(rest);
  return parts;
}

/** Opens pieces one below the other and keeps only the last; `open` gets O_DIRECTORY for all but that one. */
export function openPieces(
  start: number,
  parts: readonly string[],
  flags: number,
  open: (directory: number, part: string, flags: number) => number,
  close: (descriptor: number) => void,
): number {
  let at = start;
  for (let index = 0; index < parts.length; index++) {
    const isLast = index === parts.length - 1;
    const next = open(at, parts[index]!, isLast ? flags : O_PATH | O_DIRECTORY);
    if (at !== start) close(at);
    if (next < 0) return next;
    at = next;
  }
  return at;
}
