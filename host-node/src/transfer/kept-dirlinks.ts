// --keep-dirlinks: a symlink to a directory stands for the directory of the list (docs/protocol/04-transfer.md §3.3 step 4,
// 09-rsync-3.5.md §5). The link is followed once to see what it is; whatever is done below it stays inside the root.
import { isDirectory, isSymlink } from '@ocrsync/core/file-type';
import type { FileStat, Root } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';

/** As many as the system follows. */
const MOST_LINKS = 40;

/** What stands for a directory of the list: the directory behind a symlink, or what was found. */
export function behindDirlink(tree: Root, name: string, found: FileStat): FileStat {
  if (!isSymlink(found.mode)) return found;
  try {
    const target = tree.stat(name);
    return target !== undefined && isDirectory(target.mode) ? target : found;
  } catch (error) {
    if (error instanceof FilesystemError) return found;
    throw error;
  }
}

/**
 * The name of the directory behind a symlink, for calls that never follow one: link by link, and only relative ones that
 * stay in the tree. The name itself where there is no such symlink, or none that may be followed.
 */
export function directoryName(tree: Root, name: string): string {
  let at = name;
  for (let links = 0; links < MOST_LINKS; links++) {
    const target = linkTarget(tree, at);
    if (target === undefined) return at;
    const next = target.startsWith('/') ? undefined : joined(at, target);
    if (next === undefined) return name;
    at = next;
  }
  return name;
}

function linkTarget(tree: Root, name: string): string | undefined {
  const stat = tree.lstat(name);
  return stat !== undefined && isSymlink(stat.mode) ? tree.readlink(name) : undefined;
}

/** undefined: it leaves the tree. A `..` is taken by its text; the call that gets the name looks at every component again. */
function joined(link: string, target: string): string | undefined {
  const parts = link.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/') || '.';
}
