// What every Filesystem has to do (fs/filesystem.ts), run against one implementation in a fresh directory.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Filesystem, Root } from '@ocrsync/node/fs/filesystem';
import { FilesystemError } from '@ocrsync/node/fs/filesystem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FilesystemError) return `${error.code} ${error.errno} ${error.strerror}`;
    throw error;
  }
  throw new Error('it did not fail');
}

export function filesystemKit(name: string, make: () => Filesystem): void {
  describe(`${name} keeps the contract of a file system`, () => {
    let base = '';
    let root: Root;
    let filesystem: Filesystem;

    beforeEach(() => {
      base = mkdtempSync(path.join(tmpdir(), 'ocrsync-fs-'));
      filesystem = make();
      root = filesystem.root(base);
    });
    afterEach(() => rmSync(base, { recursive: true, force: true }));

    function write(file: string, text: string): void {
      const open = root.createExclusive(file, 0o644);
      open.write(bytes(text), 0);
      open.close();
    }

    it('takes names as bytes, valid text or not', () => {
      write('\xff\xfe\n', 'x');
      expect(root.list('.')).toEqual(['\xff\xfe\n']);
      expect(root.lstat('\xff\xfe\n')!.sizeBytes).toBe(1);
    });

    it('says undefined for what is not there, also below a file', () => {
      write('f', '');
      expect(root.lstat('none')).toBeUndefined();
      expect(root.lstat('f/x')).toBeUndefined();
      expect(root.stat('none')).toBeUndefined();
    });

    it('reads and writes at positions', () => {
      const file = root.createExclusive('f', 0o600);
      file.write(bytes('world'), 3);
      file.write(bytes('he'), 0);
      const into = new Uint8Array(20);
      expect(file.read(into, 3)).toBe(5);
      expect(file.read(into, 8)).toBe(0);
      file.truncate(4);
      expect(file.stat().sizeBytes).toBe(4);
      file.close();
    });

    it('creates files with exactly the mode asked for, and refuses an existing name', () => {
      root.createExclusive('f', 0o666).close();
      expect(root.lstat('f')!.mode & 0o7777).toBe(0o666);
      expect(failure(() => root.createExclusive('f', 0o600))).toBe('EEXIST 17 File exists');
    });

    it('follows no symlink as last component, unless asked to', () => {
      write('f', 'text');
      root.symlink('f', 'l');
      expect(root.readlink('l')).toBe('f');
      expect(failure(() => root.openRead('l', false))).toContain('ELOOP 40');
      expect(failure(() => root.openWrite('l', 0o600))).toContain('ELOOP 40');
      root.openRead('l', true).close();
      expect(root.lstat('l')!.mode & 0o170000).toBe(0o120000);
      expect(root.stat('l')!.mode & 0o170000).toBe(0o100000);
    });

    it('sets times of the name itself, also before 1970', () => {
      write('f', '');
      root.symlink('f', 'l');
      root.setTimes('l', { mtimeSec: -5, mtimeNsec: 250_000_000 });
      const { mtimeSec, mtimeNsec } = root.lstat('l')!;
      expect(mtimeSec).toBe(-5);
      if (filesystem.exactTimes) expect(mtimeNsec).toBe(250_000_000);
      expect(root.lstat('f')!.mtimeSec).toBeGreaterThan(0);
    });

    it('renames over, links, removes, in the words of the C library when it cannot', () => {
      write('a', '1');
      write('b', '2');
      root.rename('a', 'b');
      root.link('b', 'c');
      expect(root.lstat('b')!.ino).toBe(root.lstat('c')!.ino);
      root.mkdir('d', 0o700);
      write('d/x', '');
      expect(failure(() => root.rmdir('d'))).toBe('ENOTEMPTY 39 Directory not empty');
      expect(failure(() => root.unlink('a'))).toBe('ENOENT 2 No such file or directory');
      expect(failure(() => root.list('none'))).toBe('ENOENT 2 No such file or directory');
    });

    it('never leaves its root by a name', () => {
      for (const file of ['../x', 'a/../../x', '/etc/passwd']) {
        expect(failure(() => root.lstat(file))).toContain('EXDEV');
      }
      expect(failure(() => root.lstat('a\0b'))).toContain('EINVAL');
    });

    it('refuses a root that is missing or no directory', () => {
      write('f', '');
      expect(failure(() => filesystem.root(`${base}/none`))).toContain('ENOENT');
      expect(failure(() => filesystem.root(`${base}/f`))).toContain('ENOTDIR');
    });
  });
}
