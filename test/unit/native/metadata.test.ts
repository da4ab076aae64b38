// Calls of metadata.c: extended attributes below held directories, by every way that kernels offer, and wrong arguments.
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { currentDirectory } from '@ocrsync/native/at-calls';
import { loadNative } from '@ocrsync/native/load';
import { xattrRoom } from '@ocrsync/native/metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const { E2BIG, EBADF, EINVAL, ENAMETOOLONG, ENODATA, ENOENT, ENOTDIR, EPERM, ERANGE } = constants.errno;
const native = loadNative()!;
const value = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

describe.skipIf(native?.setXattr === undefined)('attributes through the native helper', () => {
  const room = Buffer.alloc(xattrRoom);
  let base = '';
  let directory = -1;

  beforeEach(() => {
    mkdirSync('.cache', { recursive: true });
    base = mkdtempSync(path.resolve('.cache/native-metadata-'));
    mkdirSync(path.join(base, 'held'));
    writeFileSync(path.join(base, 'held/file'), '');
    directory = openSync(path.join(base, 'held'), 'r');
  });
  afterEach(() => {
    closeSync(directory);
    rmSync(base, { recursive: true, force: true });
  });

  it('stay with the held directory when its path becomes another one', () => {
    mkdirSync(path.join(base, 'outside'));
    writeFileSync(path.join(base, 'outside/file'), '');
    renameSync(path.join(base, 'held'), path.join(base, 'moved'));
    symlinkSync('outside', path.join(base, 'held'));
    expect(native.setXattr(directory, 'file', 'user.a', value('1'))).toBe(0);
    expect(native.listXattrs(currentDirectory, path.join(base, 'outside/file'), room)).toBe(0);
    expect(native.getXattr(currentDirectory, path.join(base, 'moved/file'), 'user.a', room)).toBe(1);
  });

  it('are those of a symlink, never of its target', () => {
    symlinkSync('file', path.join(base, 'held/link'));
    expect(native.setXattr(directory, 'file', 'user.a', value('1'))).toBe(0);
    expect(native.getXattr(directory, 'link', 'user.a', room)).toBe(-ENODATA);
    expect(native.setXattr(directory, 'link', 'user.a', value('2'))).toBe(-EPERM);
    expect(native.removeXattr(directory, 'link', 'user.a')).toBe(-EPERM);
    expect(native.listXattrs(directory, 'link', room)).toBe(0);
  });

  it('are told with their lengths; too small a room is an error, none asks for the length', () => {
    native.setXattr(directory, 'file', 'user.\xff', value('12345'));
    expect(native.getXattr(directory, 'file', 'user.\xff', new Uint8Array(0))).toBe(5);
    expect(native.getXattr(directory, 'file', 'user.\xff', new Uint8Array(4))).toBe(-ERANGE);
    expect(native.listXattrs(directory, 'file', new Uint8Array(0))).toBe(7);
    expect(native.listXattrs(directory, 'file', new Uint8Array(6))).toBe(-ERANGE);
    expect(native.listXattrs(directory, 'file', room)).toBe(7);
    expect(room.toString('latin1', 0, 7)).toBe('user.\xff\0');
  });

  it('fail with the errno of the system', () => {
    expect(native.listXattrs(directory, 'absent', room)).toBe(-ENOENT);
    expect(native.listXattrs(directory, 'file/below', room)).toBe(-ENOTDIR);
    expect(native.listXattrs(9999, 'file', room)).toBe(-EBADF);
    expect(native.removeXattr(directory, 'file', 'user.absent')).toBe(-ENODATA);
    expect(native.setXattr(directory, 'file', 'user.a', new Uint8Array(xattrRoom + 1))).toBe(-E2BIG);
    expect(native.setXattr(directory, 'file', `user.${'k'.repeat(250)}`, value(''))).toBe(0);
    expect(native.setXattr(directory, 'file', `user.${'k'.repeat(251)}`, value(''))).toBe(-ERANGE);
    expect(native.getXattr(directory, 'x'.repeat(5000), 'user.a', room)).toBe(-ENAMETOOLONG);
  });

  it('are not touched by wrong arguments', () => {
    type Any = (...given: unknown[]) => unknown;
    const [list, get, set, remove] = [
      native.listXattrs,
      native.getXattr,
      native.setXattr,
      native.removeXattr,
    ] as Any[];
    expect(list!()).toBe(-EINVAL);
    expect(list!(directory, 'file')).toBe(-EINVAL);
    expect(list!(directory, 'file', 'room')).toBe(-EINVAL);
    expect(list!(directory, 'fi\0le', room)).toBe(-EINVAL);
    expect(get!(directory, 'file', 7, room)).toBe(-EINVAL);
    expect(get!(directory, 'file', '', room)).toBe(-EINVAL);
    expect(get!(directory, 'file', 'user.a', new Float64Array(4))).toBe(-EINVAL);
    expect(set!('dir', 'file', 'user.a', value(''))).toBe(-EINVAL);
    expect(set!(directory, 'file', 'user.a\0b', value(''))).toBe(-EINVAL);
    expect(remove!(directory, 'file')).toBe(-EINVAL);
    expect(native.listXattrs(directory, 'file', room)).toBe(0);
  });

  it('are no way for names and ids that are none', () => {
    type Any = (...given: unknown[]) => unknown;
    for (const call of [native.userName, native.groupName] as Any[]) {
      for (const wrong of [[], ['0'], [-1], [0.5], [2 ** 32]]) expect(call(...wrong)).toBe(-EINVAL);
    }
    for (const call of [native.userId, native.groupId] as Any[]) {
      for (const wrong of [[], [0], ['a\0b']]) expect(call(...wrong)).toBe(-EINVAL);
      expect(call('')).toBe(-ENOENT);
    }
    expect(native.userName(0)).toBe('root');
    expect(native.groupId('root')).toBe(0);
  });
});
