// --prune-empty-dirs at the receiver: directories without a file anywhere below them leave the list, and with it the transfer
// (docs/protocol/03-file-list.md §12.5). Positions stay: what leaves is emptied in place.
import type { FileList } from '@ocrsync/core/file-list';

/** `isKept`: rules of the receiver's side keep a directory, empty or not. */
export function pruneEmptyDirectories(list: FileList, isKept: (directory: string) => boolean): void {
  const filled = new Set<string>();
  const directories: [row: number, name: string][] = [];
  for (let row = 0; row < list.count; row++) {
    const name = list.name(row);
    // What a duplicate has left behind counts as a file for upstream.
    if (!list.isActive(row)) fill(filled, name, false);
    else if (list.isDirectory(row) && !isKept(name)) directories.push([row, name]);
    else fill(filled, name, list.isDirectory(row));
  }
  for (const [row, name] of directories) if (name !== '.' && !filled.has(name)) list.empty(row);
}

/** Everything above a name is not empty. */
function fill(filled: Set<string>, name: string, isDirectory: boolean): void {
  if (isDirectory) filled.add(name);
  for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
    const parent = name.slice(0, slash);
    if (filled.has(parent)) return;
    filled.add(parent);
  }
}
