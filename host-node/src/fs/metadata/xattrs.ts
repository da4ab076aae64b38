// Extended attributes through the native helper, for roots over held directories: a root resolves the name, this
// file asks for the attributes of the last component below a held directory and never follows it.
// Which attributes travel is decided elsewhere (docs/protocol/03-file-list.md §11.3).
import type { NativeHelper } from '@ocrsync/native/load';
import { xattrRoom } from '@ocrsync/native/metadata';
import { errorOfNumber } from '../errno.ts';

const ENODATA = 61;

export type XattrCalls = Pick<NativeHelper, 'listXattrs' | 'getXattr' | 'setXattr' | 'removeXattr'>;

/** Where attributes are: `leaf` below `directory` (a descriptor); `name` is for messages. */
export interface XattrPlace {
  readonly calls: XattrCalls;
  readonly directory: number;
  readonly leaf: string;
  readonly name: string;
}

/** Read at once after each call that fills it. */
const room = Buffer.alloc(xattrRoom);

/** All names, in the order of the system. */
export function listXattrs({ calls, directory, leaf, name }: XattrPlace): string[] {
  const length = calls.listXattrs(directory, leaf, room);
  if (length < 0) throw errorOfNumber(-length, 'llistxattr', name);
  return length === 0 ? [] : room.toString('latin1', 0, length - 1).split('\0');
}

/** A copy of the value; undefined when there is no such attribute. */
export function getXattr({ calls, directory, leaf, name }: XattrPlace, key: string): Uint8Array | undefined {
  const length = calls.getXattr(directory, leaf, key, room);
  if (length === -ENODATA) return undefined;
  if (length < 0) throw errorOfNumber(-length, 'lgetxattr', name);
  return new Uint8Array(room.subarray(0, length));
}

export function setXattr({ calls, directory, leaf, name }: XattrPlace, key: string, value: Uint8Array): void {
  const result = calls.setXattr(directory, leaf, key, value);
  if (result < 0) throw errorOfNumber(-result, 'lsetxattr', name);
}

/** ENODATA when there is no such attribute. */
export function removeXattr({ calls, directory, leaf, name }: XattrPlace, key: string): void {
  const result = calls.removeXattr(directory, leaf, key);
  if (result < 0) throw errorOfNumber(-result, 'lremovexattr', name);
}
