// Copies the data of one file to another that is open for writing: by the kernel where it can, else in pieces.
// For files that cannot be moved because they lie on different file systems.
import { type OpenFile } from '../fs/filesystem.ts';
import type { Place } from './place.ts';

const PIECE_BYTES = 1 << 20;

/** Closes the copy. Throws what reading, writing and closing throw; the copy is closed then, too. */
export function copyContents(original: Place, copy: OpenFile): void {
  let isWhole = false;
  try {
    const source = original.root.openRead(original.name, false);
    try {
      copyAll(original, source, copy);
      isWhole = true;
    } finally {
      source.close();
    }
  } finally {
    if (isWhole) copy.close();
    else closeQuietly(copy);
  }
}

function copyAll({ root }: Place, source: OpenFile, copy: OpenFile): void {
  let piece: Uint8Array | undefined;
  for (let position = 0; ;) {
    const copied = root.copyData(source, copy, position, PIECE_BYTES);
    if (copied !== undefined && copied > 0) {
      position += copied;
      continue;
    }
    piece ??= new Uint8Array(PIECE_BYTES);
    const count = source.read(piece, position);
    if (count === 0) return;
    copy.write(piece.subarray(0, count), position);
    position += count;
  }
}

/** What went wrong before is on its way. */
function closeQuietly(file: OpenFile): void {
  try {
    file.close();
  } catch {
    // Told by what failed first.
  }
}
