// A hard link to a file that has as many links as its file system allows. rsync gives such names up (EMLINK, code 23); here they
// become copies, which is told, and the names behind them are linked to the copy (docs/protocol/04-transfer.md §11.4).
import { isRegular, isSymlink } from '@ocrsync/core/file-type';
import { FilesystemError } from '../fs/filesystem.ts';
import { setAttributes } from './attributes.ts';
import { copyContents } from './copied-contents.ts';
import type { DestinationState } from './destination-state.ts';
import type { Visited } from './visit.ts';

/** Makes the entry under the name `at`, which is free. Throws FilesystemErrors. */
export function linkOrCopy(
  state: DestinationState,
  visited: Visited,
  leader: string,
  at: string,
): 'link' | 'copy' {
  try {
    state.tree.link(leader, at);
    return 'link';
  } catch (error) {
    if (!(error instanceof FilesystemError) || error.code !== 'EMLINK') throw error;
  }
  state.report.message('warning', `too many links to "${leader}": "${visited.name}" becomes a copy`);
  makeAnew(state, visited, leader, at);
  const { entry, mode } = visited;
  setAttributes(state, { role: 'generator', name: at, entry, mode, stat: undefined, times: 'exact' });
  return 'copy';
}

function makeAnew(
  { tree, xattrs }: DestinationState,
  { entry: { list, row }, mode }: Visited,
  leader: string,
  at: string,
): void {
  if (isSymlink(mode)) tree.symlink(list.linkTarget(row), at);
  else if (!isRegular(mode)) tree.mknod(at, mode, list.rdevMajor(row), list.rdevMinor(row));
  else copyContents({ root: tree, name: leader }, tree.createExclusive(at, (mode | 0o200) & 0o700));
  xattrs?.copy(tree, leader, at);
}
