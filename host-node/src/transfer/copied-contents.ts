// Copies the data of one file to another that is open for writing: by the kernel where it can, else in pieces.
// For files that cannot be moved because they lie on different file systems, or are to stay where they are.
import type { OpenFile, Root } from '../fs/filesystem.ts';
import { type Task, WAIT_TURN } from '../session/wait.ts';
import type { Place } from './place.ts';

const PIECE_BYTES = 256 * 1024;
/** The kernel copies so much before others have their turn. */
const KERNEL_PIECE_BYTES = 8 << 20;

/** Closes the copy. Throws what reading, writing and closing throw; the copy is closed then, too. */
export function copyContents(original: Place, copy: OpenFile): void {
  let isWhole = false;
  try {
    const source = original.root.openRead(original.name, false);
    try {
      const task = copyData(original.root, source, copy, Infinity);
      while (task.next().done !== true);
      isWhole = true;
    } finally {
      source.close();
    }
  } finally {
    if (isWhole) copy.close();
    else closeQuietly(copy);
  }
}

/** Copies up to the end of the source, at most `mostBytes`. Throws what reading and writing throw. */
export function* copyData(root: Root, source: OpenFile, copy: OpenFile, mostBytes: number): Task {
  let piece: Uint8Array | undefined;
  for (let position = 0; position < mostBytes;) {
    const left = mostBytes - position;
    const copied = root.copyData(source, copy, position, Math.min(left, KERNEL_PIECE_BYTES));
    if (copied !== undefined && copied > 0) {
      position += copied;
    } else {
      piece ??= new Uint8Array(PIECE_BYTES);
      const count = source.read(piece.subarray(0, Math.min(left, PIECE_BYTES)), position);
      if (count === 0) return;
      copy.write(piece.subarray(0, count), position);
      position += count;
    }
    if (position < mostBytes) yield WAIT_TURN;
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
