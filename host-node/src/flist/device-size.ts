// How much data a device holds, for --copy-devices (docs/protocol/03-file-list.md §4.3). Node cannot seek to an end, so the last
// byte that can be read is searched for.
import { BLOCK_DEVICE, TYPE_MASK } from '@ocrsync/core/file-type';
import { type FileStat, FilesystemError, type OpenFile, type Root } from '../fs/filesystem.ts';

/** Larger than any device; what can still be read there has no end. */
const LARGEST_BYTES = 2 ** 50;

/** Bytes; 0 for what is no block device: others have no end that a position could be compared with. */
export function deviceSizeBytes(file: OpenFile, mode: number): number {
  if ((mode & TYPE_MASK) !== BLOCK_DEVICE) return 0;
  const byte = new Uint8Array(1);
  if (!isReadable(file, byte, 0)) return 0;
  let known = 0;
  let end = 1;
  while (isReadable(file, byte, end)) {
    known = end;
    end *= 2;
    if (end > LARGEST_BYTES) return 0;
  }
  while (end - known > 1) {
    const middle = known + Math.floor((end - known) / 2);
    if (isReadable(file, byte, middle)) known = middle;
    else end = middle;
  }
  return end;
}

/** 0 for one that cannot be opened: that is told when its content is asked for. */
export function sizeOfDevice(root: Root, at: string, { mode }: FileStat): number {
  try {
    const file = root.openRead(at, true);
    try {
      return deviceSizeBytes(file, mode);
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof FilesystemError) return 0;
    throw error;
  }
}

function isReadable(file: OpenFile, byte: Uint8Array, position: number): boolean {
  try {
    return file.read(byte, position) === 1;
  } catch (error) {
    if (error instanceof FilesystemError) return false;
    throw error;
  }
}
