// `drwxr-xr-x` from st_mode bits (docs/protocol/07-output.md §10).
import type { EntryKind } from './events.ts';

const S_IFMT = 0o170000;
const S_IFBLK = 0o060000;
const S_IFSOCK = 0o140000;

function typeLetter(kind: EntryKind, mode: number): string {
  switch (kind) {
    case 'file':
      return '-';
    case 'directory':
      return 'd';
    case 'symlink':
      return 'l';
    case 'device':
      return (mode & S_IFMT) === S_IFBLK ? 'b' : 'c';
    case 'special':
      return (mode & S_IFMT) === S_IFSOCK ? 's' : 'p';
  }
}

/** Nine characters; setuid, setgid and sticky take the place of `x`. */
export function permissionText(mode: number): string {
  const triple = (shift: number, special: number, letter: string): string => {
    const execute = (mode >> shift) & 1;
    const last = (mode & special) !== 0 ? (execute ? letter : letter.toUpperCase()) : execute ? 'x' : '-';
    return ((mode >> (shift + 2)) & 1 ? 'r' : '-') + ((mode >> (shift + 1)) & 1 ? 'w' : '-') + last;
  };
  return triple(6, 0o4000, 's') + triple(3, 0o2000, 's') + triple(0, 0o1000, 't');
}

/** Ten characters: the type, then the permissions. */
export function modeText(kind: EntryKind, mode: number): string {
  return typeLetter(kind, mode) + permissionText(mode);
}
