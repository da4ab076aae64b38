// Kinds of file-system objects by their mode bits, for every room (docs/protocol/03-file-list.md §5.6).

export const TYPE_MASK = 0o170000;
export const PERMISSION_MASK = 0o7777;

const FIFO = 0o010000;
export const CHARACTER_DEVICE = 0o020000;
export const DIRECTORY = 0o040000;
export const BLOCK_DEVICE = 0o060000;
export const REGULAR = 0o100000;
export const SYMLINK = 0o120000;
const SOCKET = 0o140000;

export function isDirectory(mode: number): boolean {
  return (mode & TYPE_MASK) === DIRECTORY;
}

export function isRegular(mode: number): boolean {
  return (mode & TYPE_MASK) === REGULAR;
}

export function isSymlink(mode: number): boolean {
  return (mode & TYPE_MASK) === SYMLINK;
}

export function isDevice(mode: number): boolean {
  const type = mode & TYPE_MASK;
  return type === CHARACTER_DEVICE || type === BLOCK_DEVICE;
}

export function isSpecial(mode: number): boolean {
  const type = mode & TYPE_MASK;
  return type === FIFO || type === SOCKET;
}
