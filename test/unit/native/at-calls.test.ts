import * as fs from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  currentDirectory,
  exchange,
  noReplace,
  removeDirectory,
  resolveBeneath,
  resolveNoMagicLinks,
  resolveNoSymlinks,
} from '@ocrsync/native/at-calls';
import { loadNative, omitTime, statFields, type NativeHelper } from '@ocrsync/native/load';

const native = loadNative() as NativeHelper;
const { EEXIST, EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, ENOTEMPTY, EXDEV, EBADF } = constants.errno;
const { O_DIRECTORY, O_RDONLY, O_WRONLY, O_CREAT, O_EXCL } = fs.constants;

describe.skipIf(loadNative() === undefined)('calls relative to a held directory', () => {
  let base = '';
  let held = -1;
  const at = (name: string): string => path.join(base, name);
  const times = (name: string): bigint => fs.lstatSync(at(name), { bigint: true }).mtimeNs;

  beforeEach(() => {
    base = fs.mkdtempSync(path.join(tmpdir(), 'ocrsync-at-'));
    held = fs.openSync(base, O_RDONLY | O_DIRECTORY);
    fs.writeFileSync(at('f'), 'x');
    fs.mkdirSync(at('d'));
    fs.symlinkSync('f', at('l'));
  });
  afterEach(() => {
    fs.closeSync(held);
    fs.rmSync(base, { recursive: true });
  });

  it('open, and close on exec', () => {
    const opened = native.openat(held, 'new', O_WRONLY | O_CREAT | O_EXCL, 0o600);
    expect(opened).toBeGreaterThan(2);
    const flags = /flags:\s+(\d+)/.exec(fs.readFileSync(`/proc/self/fdinfo/${opened}`, 'latin1'))![1]!;
    expect(Number.parseInt(flags, 8) & 0o2000000).toBe(0o2000000);
    native.close(opened);
    expect(native.openat(held, 'new', O_WRONLY | O_CREAT | O_EXCL, 0o600)).toBe(-EEXIST);
    expect(native.openat(held, 'f', O_DIRECTORY, 0)).toBe(-ENOTDIR);
  });

  it('keep openat2 beneath the directory when asked to', () => {
    fs.symlinkSync('..', at('up'));
    fs.symlinkSync('../f', at('d/inside'));
    const open = (name: string, resolve: number): number => {
      const opened = native.openat2(held, name, O_RDONLY, 0, resolve);
      if (opened >= 0) native.close(opened);
      return Math.min(opened, 0);
    };
    expect(open('up/.', resolveBeneath)).toBe(-EXDEV);
    expect(open('../x', resolveBeneath | resolveNoMagicLinks)).toBe(-EXDEV);
    expect(open('d/inside', resolveBeneath)).toBe(0);
    expect(open('d/inside', resolveBeneath | resolveNoSymlinks)).toBe(-ELOOP);
  });

  it('fill a record with what lstat says, or stat with follow', () => {
    const record = new Float64Array(statFields);
    for (const [follow, look] of [
      [false, fs.lstatSync],
      [true, fs.statSync],
    ] as const) {
      expect(native.statat(held, 'l', follow, record)).toBe(0);
      const { mode, size, uid, gid, dev, ino, nlink, mtimeNs } = look(at('l'), { bigint: true });
      const [gotMode, gotSize, sec, nsec, , , ...rest] = record;
      expect([gotMode, gotSize, ...rest.slice(0, 5)]).toEqual(
        [mode, size, uid, gid, dev, ino, nlink].map(Number),
      );
      expect(BigInt(sec!) * 1_000_000_000n + BigInt(nsec!)).toBe(mtimeNs);
    }
    expect(native.statat(held, 'none', false, record)).toBe(-ENOENT);
    expect(native.statat(held, 'f', false, new Float64Array(statFields - 1))).toBe(-EINVAL);
  });

  it('tell when an object was made', () => {
    const record = new Float64Array(2);
    const status = native.birthtimeat(held, 'f', record);
    const { birthtimeNs } = fs.lstatSync(at('f'), { bigint: true });
    if (status === 0) expect(BigInt(record[0]!) * 1_000_000_000n + BigInt(record[1]!)).toBe(birthtimeNs);
    else expect(status).toBe(-constants.errno.ENODATA);
    expect(native.birthtimeat(held, 'none', record)).toBe(-ENOENT);
  });

  it('set both times to the nanosecond, also before 1970, of a symlink itself', () => {
    expect(native.utimensat(held, 'f', 1_000_000_001, 123_456_789, 1_700_000_000, 987_654_321)).toBe(0);
    const stat = fs.statSync(at('f'), { bigint: true });
    expect(stat.atimeNs).toBe(1_000_000_001_123_456_789n);
    expect(stat.mtimeNs).toBe(1_700_000_000_987_654_321n);
    expect(native.utimensat(held, 'l', 0, omitTime, -86_400, 1)).toBe(0);
    expect(times('l')).toBe(-86_399_999_999_999n);
    expect(times('f')).toBe(1_700_000_000_987_654_321n);
    expect(native.utimensat(held, 'f', 0, omitTime, 42, 7)).toBe(0);
    expect(fs.statSync(at('f'), { bigint: true }).atimeNs).toBe(1_000_000_001_123_456_789n);
    expect(native.utimensat(held, 'f', 0, 0, 1, 1e9)).toBe(-EINVAL);
    expect(native.utimensat(held, 'f', 0, 0, Infinity, 0)).toBe(-EINVAL);
  });

  it('change modes, but not through a symlink', () => {
    expect(native.fchmodat(held, 'f', 0o4751)).toBe(0);
    expect(fs.statSync(at('f')).mode & 0o7777).toBe(0o4751);
    expect(native.fchmodat(held, 'l', 0o600)).toBe(-ELOOP);
    expect(native.fchmodat(held, 'd', 0)).toBe(0);
    expect(native.fchmodat(held, 'd', 0o700)).toBe(0);
    expect(native.fchmodat(held, 'f', 0o10000)).toBe(-EINVAL);
  });

  it('change owners, and leave those that are −1', () => {
    expect(native.fchownat(held, 'f', -1, -1)).toBe(0);
    expect(native.fchownat(held, 'f', process.getuid!(), process.getgid!())).toBe(0);
    expect(native.fchownat(held, 'f', -2, 0)).toBe(-EINVAL);
    expect(native.fchownat(held, 'f', 2 ** 32, 0)).toBe(-EINVAL);
  });

  it('make, rename, link and remove', () => {
    expect(native.mkdirat(held, 'm', 0o755)).toBe(0);
    expect(native.symlinkat('anywhere', held, 'm/s')).toBe(0);
    expect(native.readlinkat(held, 'm/s')).toBe('anywhere');
    expect(native.readlinkat(held, 'f')).toBe(-EINVAL);
    expect(native.linkat(held, 'l', held, 'm/hard')).toBe(0);
    expect(native.readlinkat(held, 'm/hard')).toBe('f');
    expect(native.mknodat(held, 'm/fifo', 0o010600, 0, 0)).toBe(0);
    expect(fs.statSync(at('m/fifo')).isFIFO()).toBe(true);
    expect(native.renameat2(held, 'f', held, 'm/s', noReplace)).toBe(-EEXIST);
    expect(native.renameat2(held, 'f', held, 'm/s', exchange)).toBe(0);
    expect(fs.readlinkSync(at('f'))).toBe('anywhere');
    expect(native.renameat2(held, 'm/s', held, 'f', 0)).toBe(0);
    expect(fs.readFileSync(at('f'), 'latin1')).toBe('x');
    expect(native.unlinkat(held, 'm', removeDirectory)).toBe(-ENOTEMPTY);
    expect(native.unlinkat(held, 'm/fifo', 0)).toBe(0);
    expect(native.unlinkat(held, 'm/hard', 0)).toBe(0);
    expect(native.unlinkat(held, 'm', removeDirectory)).toBe(0);
  });

  it('list all names as bytes, again and again', () => {
    for (let i = 0; i < 3000; i++) fs.writeFileSync(Buffer.from(at(`d/${i}\xff`), 'latin1'), '');
    const inside = native.openat(held, 'd', O_DIRECTORY, 0);
    const first = native.getdents(inside) as string[];
    expect(new Set(first)).toEqual(new Set(Array.from({ length: 3000 }, (_, i) => `${i}\xff`)));
    expect(native.getdents(inside)).toEqual(first);
    native.close(inside);
    expect(native.getdents(inside)).toBe(-EBADF);
  });

  it('answer wrong arguments with an errno and never throw', () => {
    const call = native.openat as (...values: unknown[]) => number;
    expect(call()).toBe(-EINVAL);
    expect(call(held, Buffer.from('f'), 0, 0)).toBe(-EINVAL);
    expect(call(held, 'f', '0', 0)).toBe(-EINVAL);
    expect(native.openat(held, 'a\0b', 0, 0)).toBe(-EINVAL);
    expect(native.openat(held, '', 0, 0)).toBe(-ENOENT);
    expect(native.openat(held, 'x'.repeat(5000), 0, 0)).toBe(-ENAMETOOLONG);
    expect(native.openat(currentDirectory, `${base}/f`, 0, -1)).toBe(-EINVAL);
  });
});
