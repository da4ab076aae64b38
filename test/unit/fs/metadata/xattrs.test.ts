// Extended attributes on this machine's disk. In the checkout's .cache: the temporary directory may keep none.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadNative } from '@ocrsync/native/load';
import { type Filesystem, FilesystemError, type Root } from '@ocrsync/node/fs/filesystem';
import { localFilesystem } from '@ocrsync/node/fs/local';
import { LocalNodeFilesystem } from '@ocrsync/node/fs/local-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const isRoot = process.geteuid?.() === 0;
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FilesystemError) return error.code;
    throw error;
  }
  return 'no failure';
}

let base = '';
beforeEach(() => {
  mkdirSync('.cache', { recursive: true });
  base = mkdtempSync(path.resolve('.cache/xattrs-'));
  writeFileSync(path.join(base, 'file'), 'x');
  mkdirSync(path.join(base, 'directory'));
  symlinkSync('file', path.join(base, 'link'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const systems: [string, () => Filesystem][] = [['this machine', () => localFilesystem()]];

describe.skipIf(loadNative()?.setXattr === undefined)('extended attributes', () => {
  describe.each(systems)('of %s', (_name, make) => {
    let root: Root;
    beforeEach(() => (root = make().root(base)));

    it('can be asked for', () => {
      expect(make().canXattrs).toBe(true);
    });

    it('are made, listed, replaced and removed', () => {
      expect(root.listXattrs('file')).toEqual([]);
      root.setXattr('file', 'user.one', bytes('1'));
      root.setXattr('file', 'user.two', bytes(''));
      expect(root.listXattrs('file').sort()).toEqual(['user.one', 'user.two']);
      expect(root.getXattr('file', 'user.two')).toEqual(bytes(''));
      root.setXattr('file', 'user.one', bytes('another \0 value \xff'));
      expect(root.getXattr('file', 'user.one')).toEqual(bytes('another \0 value \xff'));
      root.removeXattr('file', 'user.one');
      expect(root.getXattr('file', 'user.one')).toBeUndefined();
      expect(root.listXattrs('file')).toEqual(['user.two']);
    });

    it('are what other programs see', () => {
      root.setXattr('directory', 'user.\xe4', bytes('value'));
      const { stdout } = spawnSync('getfattr', ['-d', '--absolute-names', path.join(base, 'directory')]);
      expect(stdout.toString('latin1')).toContain('="value"');
    });

    it('of the root itself and of directories are reached', () => {
      root.setXattr('.', 'user.root', bytes('r'));
      root.setXattr('', 'user.same', bytes('s'));
      expect(root.listXattrs('.').sort()).toEqual(['user.root', 'user.same']);
      root.setXattr('directory', 'user.d', bytes('d'));
      expect(root.getXattr('directory', 'user.d')).toEqual(bytes('d'));
    });

    it('of a symlink are not those of its target', () => {
      root.setXattr('file', 'user.target', bytes('t'));
      expect(root.listXattrs('link')).toEqual([]);
      expect(root.getXattr('link', 'user.target')).toBeUndefined();
      expect(codeOf(() => root.setXattr('link', 'user.x', bytes('x')))).toBe('EPERM');
      expect(root.listXattrs('file')).toEqual(['user.target']);
    });

    it.runIf(isRoot)('of a symlink and of a FIFO can be trusted ones', () => {
      root.setXattr('link', 'trusted.link', bytes('l'));
      expect(root.listXattrs('link')).toEqual(['trusted.link']);
      root.mknod('fifo', 0o010600, 0, 0);
      root.setXattr('fifo', 'trusted.fifo', bytes('f'));
      expect(root.getXattr('fifo', 'trusted.fifo')).toEqual(bytes('f'));
    });

    it('of a file that may not be read are still listed', () => {
      root.setXattr('file', 'user.a', bytes('a'));
      root.chmod('file', 0);
      expect(root.listXattrs('file')).toEqual(['user.a']);
    });

    it('fail with the errno of the system', () => {
      expect(codeOf(() => root.listXattrs('absent'))).toBe('ENOENT');
      expect(codeOf(() => root.getXattr('absent', 'user.a'))).toBe('ENOENT');
      expect(codeOf(() => root.removeXattr('file', 'user.absent'))).toBe('ENODATA');
      expect(codeOf(() => root.setXattr('file', 'nowhere.a', bytes('a')))).toBe('EOPNOTSUPP');
      expect(codeOf(() => root.setXattr('file', `user.${'n'.repeat(251)}`, bytes('a')))).toBe('ERANGE');
      expect(codeOf(() => root.setXattr('file', 'user.a', new Uint8Array(65537)))).toBe('E2BIG');
      expect(codeOf(() => root.setXattr('file', 'user.a\0b', bytes('a')))).toBe('EINVAL');
      expect(codeOf(() => root.setXattr('../file', 'user.a', bytes('a')))).toBe('EXDEV');
    });
  });
});

describe('without the helper, extended attributes', () => {
  it('are refused', () => {
    const filesystem = new LocalNodeFilesystem();
    const root = filesystem.root(base);
    expect(filesystem.canXattrs).toBe(false);
    expect(codeOf(() => root.listXattrs('file'))).toBe('ENOSYS');
    expect(codeOf(() => root.getXattr('file', 'user.a'))).toBe('ENOSYS');
    expect(codeOf(() => root.setXattr('file', 'user.a', bytes('a')))).toBe('ENOSYS');
    expect(codeOf(() => root.removeXattr('file', 'user.a'))).toBe('ENOSYS');
  });
});
