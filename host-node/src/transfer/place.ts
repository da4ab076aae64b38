// A name in one of the trees that a receiving side writes: the destination, or a directory that the operator named
// (--temp-dir, --partial-dir, --backup-dir). Moves and links between them; decides nothing.
import type { FileStat, Root } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import { quotedBelow } from '../fs/path-text.ts';

export interface Place {
  readonly root: Root;
  readonly name: string;
}

/** Quoted absolute path for messages. */
export function quotedPath({ root, name }: Place): string {
  return quotedBelow(root.path, name);
}

/** Replaces what is at `to`. EXDEV where the two are on different file systems. */
export function moveTo(from: Place, to: Place): void {
  if (from.root === to.root) to.root.rename(from.name, to.name);
  else to.root.renameFrom(from.root, from.name, to.name);
}

/** EEXIST when something is there. */
export function linkTo(from: Place, to: Place): void {
  if (from.root === to.root) to.root.link(from.name, to.name);
  else to.root.linkFrom(from.root, from.name, to.name);
}

/** undefined when nothing is there or it cannot be looked at. */
export function lookAt({ root, name }: Place): FileStat | undefined {
  try {
    return root.lstat(name);
  } catch (error) {
    if (error instanceof FilesystemError) return undefined;
    throw error;
  }
}

/** What is left of a failure that was told, or was never needed. False: it stays. */
export function unlinkQuietly({ root, name }: Place): boolean {
  try {
    root.unlink(name);
    return true;
  } catch (error) {
    if (error instanceof FilesystemError) return false;
    throw error;
  }
}
