// --prune-empty-dirs at the receiver: directories without a file anywhere below them leave the list, and with it the transfer
// (docs/protocol/03-file-list.md §12.5). Positions stay: what leaves is emptied in place.
import type { FileList } from '@ocrsync/core/file-list';

/** A directory of the chain that leads to the row looked at. */
interface Open {
  readonly row: number;
  readonly depth: number;
  isFilled: boolean;
}

/** `isKept`: rules of the receiver's side keep a directory, empty or not. */
export function pruneEmptyDirectories(list: FileList, isKept: (directory: string) => boolean): void {
  const chain: Open[] = [];
  const close = (depth: number): void => {
    for (let last = chain.at(-1); last !== undefined && last.depth >= depth; last = chain.at(-1)) {
      if (!last.isFilled) list.empty(last.row);
      chain.pop();
    }
  };
  const end = endOfActive(list);
  for (let place = 0; place < end; place++) {
    const row = list.rowAt(place);
    const name = list.name(row);
    // What a duplicate has left behind counts as a file for upstream.
    const isDirectory = list.isActive(row) && list.isDirectory(row);
    if (isDirectory && name === '.') continue;
    if (isDirectory) {
      const depth = depthOf(name);
      close(depth);
      chain.push({ row, depth, isFilled: false });
      if (!isKept(name)) continue;
    }
    for (const open of chain) open.isFilled = true;
  }
  close(0);
}

/** The place behind the last one that is not emptied. */
function endOfActive(list: FileList): number {
  let end = list.count;
  while (end > 0 && !list.isActive(list.rowAt(end - 1))) end--;
  return end;
}

function depthOf(name: string): number {
  return name.split('/').length;
}
