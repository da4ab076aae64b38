// What the native file system asks of the helper, counted, and its answers to a system that cannot do everything.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadNative, type NativeHelper } from '@ocrsync/native/load';
import type { Root } from '@ocrsync/node/fs/filesystem';
import { LocalNativeFilesystem } from '@ocrsync/node/fs/local-native';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const native = loadNative() as NativeHelper;
const EAGAIN = 11;
const ENOSYS = 38;
const EOPNOTSUPP = 95;

type Call = (...values: unknown[]) => unknown;

/** The helper with some calls replaced; tells which were made. */
function watched(instead: Partial<Record<keyof NativeHelper, Call>> = {}): {
  helper: NativeHelper;
  calls: string[];
} {
  const calls: string[] = [];
  const helper = new Proxy(native, {
    get(target, key: string) {
      const call = (instead as Record<string, Call>)[key] ?? (target as unknown as Record<string, Call>)[key];
      return typeof call !== 'function'
        ? call
        : (...values: unknown[]): unknown => {
            calls.push(key);
            return call(...values);
          };
    },
  });
  return { helper, calls };
}

describe.skipIf(loadNative() === undefined)('the native file system', () => {
  let base = '';
  let open: LocalNativeFilesystem[] = [];

  beforeEach(() => {
    base = fs.mkdtempSync(path.join(tmpdir(), 'ocrsync-calls-'));
    fs.mkdirSync(path.join(base, 'a/b'), { recursive: true });
    for (const name of ['a/b/f', 'a/b/g', 'a/x']) fs.writeFileSync(path.join(base, name), 'text');
  });
  afterEach(() => {
    for (const filesystem of open) filesystem.release();
    open = [];
    fs.rmSync(base, { recursive: true });
  });

  function rootOf(helper: NativeHelper): { filesystem: LocalNativeFilesystem; root: Root } {
    const filesystem = new LocalNativeFilesystem(helper);
    open.push(filesystem);
    return { filesystem, root: filesystem.root(base) };
  }

  it('makes one call for a name beside the last one', () => {
    const { helper, calls } = watched();
    const { root } = rootOf(helper);
    root.lstat('a/b/f');
    calls.length = 0;
    root.lstat('a/b/g');
    root.chmod('a/b/g', 0o600);
    root.rename('a/b/g', 'a/b/h');
    root.openRead('a/b/h', false).close();
    root.unlink('a/b/h');
    expect(calls).toEqual(['statat', 'fchmodat', 'renameat2', 'openat', 'close', 'unlinkat']);
  });

  it('opens a directory once from its parent, and finds it again', () => {
    const { helper, calls } = watched();
    const { root } = rootOf(helper);
    root.lstat('a/x');
    calls.length = 0;
    root.lstat('a/b/f');
    root.lstat('a/x');
    root.lstat('a/b/g');
    root.lstat('a');
    expect(calls).toEqual(['openat', 'statat', 'statat', 'statat', 'statat']);
  });

  it('walks where the kernel has no openat2, or a sandbox forbids it', () => {
    for (const status of [-ENOSYS, -1]) {
      const { helper } = watched({ openat2: () => status });
      const { filesystem, root } = rootOf(helper);
      expect(filesystem.confinement).toBe('walk');
      expect(root.lstat('a/b/f')!.sizeBytes).toBe(4);
    }
  });

  it('walks when openat2 is disturbed again and again', () => {
    fs.symlinkSync('../a', path.join(base, 'a/l'));
    let asked = 0;
    const disturbed: Call = (...values) => {
      const resolve = values[4] as number;
      const isPlain = (resolve & 0x04) !== 0 || resolve === 0x02;
      if (isPlain) return (native.openat2 as Call)(...values);
      asked++;
      return -EAGAIN;
    };
    const { root } = rootOf(watched({ openat2: disturbed }).helper);
    expect(root.lstat('a/l/b/f')!.sizeBytes).toBe(4);
    expect(asked).toBeGreaterThan(1);
  });

  it('shares the blocks of a whole file, once it knows that it can', () => {
    const { helper, calls } = watched({
      clone: (from, to) => {
        const text = fs.readFileSync(`/proc/self/fd/${from as number}`);
        fs.writeSync(to as number, Buffer.concat([text, Buffer.from(' and more')]), 0);
        return 0;
      },
    });
    const { root } = rootOf(helper);
    const [from, to] = [root.openRead('a/x', false), root.createExclusive('a/new', 0o600)];
    // It grew meanwhile: only what was asked for stays.
    expect(root.copyData(from, to, 0, 6)).toBe(6);
    expect(fs.readFileSync(path.join(base, 'a/new'), 'latin1')).toBe('text a');
    expect(calls).not.toContain('copyRange');
    expect(root.copyData(from, to, 0, 3)).toBe(3);
    expect(calls.filter((call) => call === 'clone' || call === 'copyRange')).toEqual(['clone', 'copyRange']);
    from.close();
    to.close();
  });

  it('does not ask again where blocks cannot be shared', () => {
    const { helper, calls } = watched({ clone: () => -EOPNOTSUPP });
    const { root } = rootOf(helper);
    const [from, to] = [root.openRead('a/x', false), root.createExclusive('a/new', 0o600)];
    for (let i = 0; i < 3; i++) expect(root.copyData(from, to, 0, 100)).toBe(4);
    expect(calls.filter((call) => call === 'clone')).toHaveLength(1);
    from.close();
    to.close();
  });
});
