import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { loadNative, omitTime, statFields, type NativeHelper } from '@ocrsync/native/load';

const linuxWithCompiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

describe.skipIf(!linuxWithCompiler)('the native helper', () => {
  let directory = '';
  let native: NativeHelper;

  beforeAll(() => {
    const built = spawnSync(process.execPath, ['scripts/build.mjs', 'native'], { encoding: 'utf8' });
    expect(built.stderr).toBe('');
    native = loadNative() as NativeHelper;
    directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-native-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function fresh(name: string): Buffer {
    const file = Buffer.from(path.join(directory, name), 'latin1');
    writeFileSync(file, 'x');
    return file;
  }

  it('is found by the loader after the build', () => {
    expect(native).toBeTypeOf('object');
    expect(native.utimensat).toBeTypeOf('function');
  });

  it('sets both times to the nanosecond', () => {
    const file = fresh('both');
    expect(native.utimensat(file, 1_000_000_001, 123_456_789, 1_700_000_000, 987_654_321, false)).toBe(0);
    const stat = statSync(file, { bigint: true });
    expect(stat.atimeNs).toBe(1_000_000_001_123_456_789n);
    expect(stat.mtimeNs).toBe(1_700_000_000_987_654_321n);
  });

  it('leaves the access time alone with omitTime', () => {
    const file = fresh('omit');
    native.utimensat(file, 1234, 5, 1, 1, false);
    expect(native.utimensat(file, 0, omitTime, 42, 7, false)).toBe(0);
    const stat = statSync(file, { bigint: true });
    expect(stat.atimeNs).toBe(1_234_000_000_005n);
    expect(stat.mtimeNs).toBe(42_000_000_007n);
  });

  it('sets times before 1970', () => {
    const file = fresh('old');
    expect(native.utimensat(file, 0, omitTime, -86_400, 1, false)).toBe(0);
    expect(statSync(file, { bigint: true }).mtimeNs).toBe(-86_399_999_999_999n);
  });

  it('sets the times of a symlink itself with nofollow, of its target without', () => {
    const target = fresh('target');
    const link = path.join(directory, 'link');
    symlinkSync('target', link);
    native.utimensat(target, 0, omitTime, 100, 0, false);
    expect(native.utimensat(Buffer.from(link), 0, omitTime, 200, 3, true)).toBe(0);
    expect(lstatSync(link, { bigint: true }).mtimeNs).toBe(200_000_000_003n);
    expect(statSync(target, { bigint: true }).mtimeNs).toBe(100_000_000_000n);
    expect(native.utimensat(Buffer.from(link), 0, omitTime, 300, 0, false)).toBe(0);
    expect(statSync(target, { bigint: true }).mtimeNs).toBe(300_000_000_000n);
  });

  it('takes names that are no UTF-8', () => {
    const file = fresh('\xff\xfe\x01');
    expect(native.utimensat(file, 0, omitTime, 77, 0, true)).toBe(0);
    expect(statSync(file, { bigint: true }).mtimeNs).toBe(77_000_000_000n);
  });

  it('answers with the negative errno', () => {
    const absent = Buffer.from(path.join(directory, 'absent'));
    const { ENOENT, ENAMETOOLONG, EINVAL } = constants.errno;
    expect(native.utimensat(absent, 0, 0, 0, 0, true)).toBe(-ENOENT);
    expect(native.utimensat(Buffer.alloc(5000, 'a'), 0, 0, 0, 0, true)).toBe(-ENAMETOOLONG);
    expect(native.utimensat(Buffer.from('a\0b'), 0, 0, 0, 0, true)).toBe(-EINVAL);
    expect(native.utimensat(fresh('nsec'), 0, 1e9, 0, 0, true)).toBe(-EINVAL);
    expect(native.utimensat(fresh('nan'), NaN, 0, 0, 0, true)).toBe(-EINVAL);
  });

  it('returns an error for wrong arguments and does not throw', () => {
    const wrong = native.utimensat as (...values: unknown[]) => number;
    const { EINVAL } = constants.errno;
    expect(wrong()).toBe(-EINVAL);
    expect(wrong('/a/path', 0, 0, 0, 0, true)).toBe(-EINVAL);
    expect(wrong(fresh('types'), 'a', 0, 0, 0, true)).toBe(-EINVAL);
  });

  it('is switched off by OCRSYNC_NATIVE=off', () => {
    process.env['OCRSYNC_NATIVE'] = 'off';
    try {
      expect(loadNative()).toBeUndefined();
    } finally {
      delete process.env['OCRSYNC_NATIVE'];
    }
    expect(loadNative()).toBe(native);
  });

  it('fills a record with what lstat says, or stat with follow', () => {
    const target = fresh('looked-at');
    native.utimensat(target, 11, 22, -5, 999_999_999, false);
    const link = path.join(directory, 'looked-at-link');
    symlinkSync('looked-at', link);
    const record = new Float64Array(statFields);
    for (const [follow, look] of [
      [false, lstatSync],
      [true, statSync],
    ] as const) {
      expect(native.stat(link, follow, record)).toBe(0);
      const { mode, size, uid, gid, dev, ino, nlink, mtimeNs } = look(link, { bigint: true });
      const [gotMode, gotSize, sec, nsec, , , ...rest] = record;
      expect([gotMode, gotSize, ...rest.slice(0, 5)]).toEqual(
        [mode, size, uid, gid, dev, ino, nlink].map(Number),
      );
      expect(BigInt(sec!) * 1_000_000_000n + BigInt(nsec!)).toBe(mtimeNs);
    }
    expect(native.stat(path.join(directory, 'nothing'), false, record)).toBe(-constants.errno.ENOENT);
    expect(native.stat(`${directory}/a\0b`, false, record)).toBe(-constants.errno.EINVAL);
    expect(native.stat(`${directory}/${'x'.repeat(5000)}`, false, record)).toBe(
      -constants.errno.ENAMETOOLONG,
    );
    expect(native.stat(link, false, new Float64Array(3))).toBe(-constants.errno.EINVAL);
  });

  it('copies a range between open files, and says 0 at the end', () => {
    const from = openSync(path.join(directory, 'copy-from'), 'w+');
    const to = openSync(path.join(directory, 'copy-to'), 'w+');
    writeSync(from, 'abcdefgh');
    expect(native.copyRange(from, to, 2, 4)).toBe(4);
    expect(readFileSync(path.join(directory, 'copy-to'), 'latin1')).toBe('\0\0cdef');
    expect(native.copyRange(from, to, 8, 4)).toBe(0);
    const record = new Float64Array(statFields);
    expect(native.fstat(to, record)).toBe(0);
    expect(record[1]).toBe(6);
    closeSync(from);
    closeSync(to);
    expect(native.copyRange(from, to, 0, 1)).toBe(-constants.errno.EBADF);
    expect(native.fstat(from, record)).toBe(-constants.errno.EBADF);
  });
});
