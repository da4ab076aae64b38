import * as fs from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepSize, punchHole } from '@ocrsync/native/files';
import { loadNative, omitTime, statFields, type NativeHelper } from '@ocrsync/native/load';

const native = loadNative() as NativeHelper;
const { EAGAIN, EBADF, EINVAL, ENXIO, EOPNOTSUPP, EXDEV, ENOTTY } = constants.errno;
const MEBIBYTE = 1 << 20;

describe.skipIf(loadNative() === undefined)('calls on open descriptors', () => {
  let base = '';
  let file = -1;
  const record = new Float64Array(statFields);
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
  const open = (name: string): number => fs.openSync(path.join(base, name), 'w+');
  const text = (name: string): string => fs.readFileSync(path.join(base, name), 'latin1');

  beforeEach(() => {
    base = fs.mkdtempSync(path.join(tmpdir(), 'ocrsync-files-'));
    file = open('f');
  });
  afterEach(() => {
    fs.closeSync(file);
    fs.rmSync(base, { recursive: true });
  });

  it('read and write at positions, whatever was read before', () => {
    expect(native.pwrite(file, bytes('abcdef'), 2)).toBe(6);
    const into = new Uint8Array(10);
    expect(native.pread(file, into, 4)).toBe(4);
    expect(Buffer.from(into.subarray(0, 4)).toString()).toBe('cdef');
    expect(native.pread(file, into, 8)).toBe(0);
    expect(native.pwrite(file, new Uint8Array(0), 0)).toBe(0);
    expect(native.pread(file, into, -1)).toBe(-EINVAL);
    expect(native.pread(file, into, 0.5)).toBe(-EINVAL);
  });

  it('read and write in order', () => {
    expect(native.write(file, bytes('one'))).toBe(3);
    expect(native.write(file, bytes('two'))).toBe(3);
    expect(native.read(file, new Uint8Array(4))).toBe(0);
    expect(text('f')).toBe('onetwo');
  });

  it('see the memory of a view, not that around it', () => {
    const memory = new ArrayBuffer(200);
    const view = new Uint8Array(memory, 100, 3);
    native.pwrite(file, bytes('xyzw'), 0);
    expect(native.pread(file, view, 0)).toBe(3);
    expect(new Uint8Array(memory)[103]).toBe(0);
    structuredClone(memory, { transfer: [memory] });
    expect(native.pread(file, view, 0)).toBe(0);
  });

  it('tell state, and change mode, owner, times and length', () => {
    native.pwrite(file, bytes('abc'), 0);
    expect(native.fchmod(file, 0o640)).toBe(0);
    expect(native.fchown(file, -1, process.getgid!())).toBe(0);
    expect(native.futimens(file, 0, omitTime, -5, 999_999_999)).toBe(0);
    expect(native.fstat(file, record)).toBe(0);
    expect([...record.subarray(0, 4)]).toEqual([0o100640, 3, -5, 999_999_999]);
    expect(native.ftruncate(file, 1)).toBe(0);
    expect(text('f')).toBe('a');
    expect(native.fsync(file)).toBe(0);
  });

  it('copy a range between files, and say 0 at the end', () => {
    const to = open('to');
    native.pwrite(file, bytes('abcdefgh'), 0);
    expect(native.copyRange(file, to, 2, 4)).toBe(4);
    expect(text('to')).toBe('\0\0cdef');
    expect(native.copyRange(file, to, 8, 4)).toBe(0);
    fs.closeSync(to);
    expect(native.copyRange(file, to, 0, 1)).toBe(-EBADF);
  });

  it('share whole files where the file system can, and name the errno where not', () => {
    const to = open('to');
    native.pwrite(file, bytes('shared'), 0);
    for (const status of [native.clone(file, to), native.cloneRange(file, to, 0, 0, 0)]) {
      if (status === 0) expect(text('to')).toBe('shared');
      else expect([-EOPNOTSUPP, -EXDEV, -EINVAL, -ENOTTY]).toContain(status);
    }
    fs.closeSync(to);
    expect(native.clone(file, to)).toBe(-EBADF);
  });

  it('reserve room, free it, and find data and holes', () => {
    expect(native.fallocate(file, keepSize, 0, MEBIBYTE)).toBe(0);
    native.fstat(file, record);
    expect(record[1]).toBe(0);
    native.ftruncate(file, 0);
    native.pwrite(file, bytes('x'), 2 * MEBIBYTE);
    expect(native.seekData(file, 0)).toBe(2 * MEBIBYTE);
    expect(native.seekHole(file, 0)).toBe(0);
    expect(native.seekData(file, 3 * MEBIBYTE)).toBe(-ENXIO);
    native.pwrite(file, Buffer.alloc(MEBIBYTE, 1), 0);
    expect(native.seekHole(file, 0)).toBe(MEBIBYTE);
    expect(native.fallocate(file, punchHole, 0, MEBIBYTE)).toBe(0);
    expect(native.seekData(file, 0)).toBe(2 * MEBIBYTE);
  });

  it('answer an error as a number and never throw', () => {
    expect(native.close(-1)).toBe(-EBADF);
    expect(native.read(-1, new Uint8Array(1))).toBe(-EBADF);
    const call = native.pread as (...values: unknown[]) => number;
    expect(call()).toBe(-EINVAL);
    expect(call(file, 'text', 0)).toBe(-EINVAL);
    expect(call(file, new Uint16Array(4), 0)).toBe(-EINVAL);
    expect(call(file, new DataView(new ArrayBuffer(4)), 0)).toBe(-EINVAL);
    const fifo = path.join(base, 'fifo');
    native.mknodat(-100, fifo, 0o010600, 0, 0);
    const reader = fs.openSync(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const writer = fs.openSync(fifo, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
    expect(native.read(reader, new Uint8Array(1))).toBe(-EAGAIN);
    fs.closeSync(writer);
    fs.closeSync(reader);
  });
});
