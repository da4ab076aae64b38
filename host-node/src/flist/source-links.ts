// Which stat a source file is sent with: a symlink's own, or that of what it leads to (docs/protocol/03-file-list.md §4.1).
import { isDirectory, isSymlink } from '@ocrsync/core/file-type';
import { type FileStat, FilesystemError, type Root } from '../fs/filesystem.ts';
import type { Options } from '../options/options.ts';
import { isUnsafeLink } from './unsafe-link.ts';

/** The options that make a sender look behind symlinks. */
export type LinkOptions = Pick<Options, 'copyLinks' | 'copyDirlinks' | 'copyUnsafeLinks'>;

/** Some symlinks are sent as what they lead to: then their way may leave the tree. */
export function looksBehindLinks({ copyLinks, copyDirlinks, copyUnsafeLinks }: LinkOptions): boolean {
  return copyLinks || copyDirlinks || copyUnsafeLinks;
}

/**
 * The stat of `at` (below the root) as it is sent; undefined when there is nothing, or nothing behind a link. `name`: in the
 * transfer. `tellUnsafe` hears of links that are sent as what they lead to because they are unsafe. Throws FilesystemErrors,
 * ENOTDIR among them.
 */
export function statAsSent(
  root: Root,
  at: string,
  name: string,
  options: LinkOptions,
  tellUnsafe: (name: string, target: string) => void,
): FileStat | undefined {
  if (options.copyLinks) return root.stat(at) ?? nothing(root, at);
  const own = root.lstat(at);
  if (own === undefined) return nothing(root, at);
  if (!isSymlink(own.mode)) return own;
  if (options.copyDirlinks) {
    const behind = statOrNothing(root, at);
    if (behind !== undefined && isDirectory(behind.mode)) return behind;
  }
  if (!options.copyUnsafeLinks) return own;
  const target = root.readlink(at);
  if (!isUnsafeLink(target, name)) return own;
  tellUnsafe(name, target);
  return root.stat(at) ?? nothing(root, at);
}

/** A way through something that is no directory is an error of its own, which stats do not tell apart from nothing at all. */
function nothing(root: Root, at: string): undefined {
  try {
    root.openRead(at, true).close();
  } catch (error) {
    if (!(error instanceof FilesystemError) || error.code === 'ENOTDIR') throw error;
  }
}

/** A link that cannot be followed leads to no directory. */
export function statOrNothing(root: Root, at: string): FileStat | undefined {
  try {
    return root.stat(at);
  } catch {
    return undefined;
  }
}
