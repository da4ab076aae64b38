// Directories: listing, making, removing, renaming, holding.
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { codeOf, failure, type Kit, TYPE_MASK } from './filesystem-kit.ts';

export function directoriesKit(kit: Kit): void {
  it('says undefined for what is not there, also below a file', () => {
    kit.write('f', '');
    for (const name of ['none', 'f/x', 'none/x']) {
      expect(kit.root.lstat(name)).toBeUndefined();
      expect(kit.root.stat(name)).toBeUndefined();
    }
  });

  it('lists names without dots, each once', () => {
    const names = Array.from({ length: 700 }, (_, index) => `file number ${index} with a long name`);
    kit.root.mkdir('d', 0o755);
    for (const name of names) kit.write(`d/${name}`, '');
    expect(kit.root.list('d').sort()).toEqual([...names].sort());
    kit.write('f', '');
    expect(failure(() => kit.root.list('none'))).toBe('ENOENT 2 No such file or directory');
    expect(failure(() => kit.root.list('f'))).toBe('ENOTDIR 20 Not a directory');
  });

  it('makes directories, less the umask, and never twice', () => {
    const { root, filesystem } = kit;
    root.mkdir('d', 0o777);
    expect(root.lstat('d')!.mode).toBe(0o040777 & ~filesystem.umask);
    root.mkdir('d/e', 0o700);
    expect(root.lstat('d/e')!.mode & 0o7777).toBe(0o700);
    kit.write('f', '');
    root.symlink('nowhere', 'l');
    for (const name of ['d', 'f', 'l', '.']) expect(codeOf(() => root.mkdir(name, 0o755))).toBe('EEXIST');
    expect(codeOf(() => root.mkdir('none/d', 0o755))).toBe('ENOENT');
    expect(codeOf(() => root.mkdir('f/d', 0o755))).toBe('ENOTDIR');
  });

  it('removes empty directories only', () => {
    const { root } = kit;
    root.mkdir('d', 0o755);
    kit.write('d/f', '');
    root.symlink('d', 'l');
    expect(failure(() => root.rmdir('d'))).toBe('ENOTEMPTY 39 Directory not empty');
    expect(codeOf(() => root.rmdir('d/f'))).toBe('ENOTDIR');
    expect(codeOf(() => root.rmdir('l'))).toBe('ENOTDIR');
    expect(codeOf(() => root.rmdir('none'))).toBe('ENOENT');
    root.unlink('d/f');
    root.rmdir('d');
    expect(root.list('.')).toEqual(['l']);
  });

  it('unlinks everything but directories', () => {
    const { root } = kit;
    root.mkdir('d', 0o755);
    root.symlink('d', 'l');
    expect(failure(() => root.unlink('d'))).toBe('EISDIR 21 Is a directory');
    expect(failure(() => root.unlink('none'))).toBe('ENOENT 2 No such file or directory');
    root.unlink('l');
    expect(root.list('.')).toEqual(['d']);
  });

  it('renames over files, links and empty directories', () => {
    const { root } = kit;
    kit.write('a', '1');
    kit.write('b', '2');
    root.rename('a', 'b');
    expect(kit.read('b')).toBe('1');
    root.symlink('nowhere', 'l');
    root.rename('b', 'l');
    expect(kit.read('l')).toBe('1');
    root.mkdir('d', 0o700);
    root.mkdir('e', 0o755);
    kit.write('d/x', 'in');
    root.rename('d', 'e');
    expect(kit.read('e/x')).toBe('in');
    root.mkdir('deep', 0o755);
    root.rename('e', 'deep/e');
    expect(kit.read('deep/e/x')).toBe('in');
    expect(root.list('.').sort()).toEqual(['deep', 'l']);
  });

  it('says why it cannot rename, and then changes nothing', () => {
    const { root } = kit;
    kit.write('f', '1');
    root.mkdir('d', 0o755);
    root.mkdir('e', 0o755);
    kit.write('e/x', '');
    expect(codeOf(() => root.rename('none', 'f'))).toBe('ENOENT');
    expect(codeOf(() => root.rename('f', 'none/f'))).toBe('ENOENT');
    expect(codeOf(() => root.rename('f', 'd'))).toBe('EISDIR');
    expect(codeOf(() => root.rename('d', 'f'))).toBe('ENOTDIR');
    expect(codeOf(() => root.rename('d', 'e'))).toBe('ENOTEMPTY');
    expect(codeOf(() => root.rename('d', 'd/in'))).toBe('EINVAL');
    expect(kit.read('f')).toBe('1');
    expect(root.list('.').sort()).toEqual(['d', 'e', 'f']);
  });

  it('leaves two names of one inode alone when one is renamed to the other', () => {
    kit.write('a', '1');
    kit.root.link('a', 'b');
    kit.root.rename('a', 'b');
    expect(kit.root.list('.').sort()).toEqual(['a', 'b']);
  });

  it('finds things under a new name after their directory was renamed or replaced', () => {
    const { root } = kit;
    root.mkdir('d', 0o755);
    root.mkdir('d/e', 0o755);
    kit.write('d/e/f', 'one');
    expect(kit.read('d/e/f')).toBe('one');
    root.rename('d', 'other');
    expect(root.lstat('d/e/f')).toBeUndefined();
    expect(kit.read('other/e/f')).toBe('one');
    root.mkdir('d', 0o755);
    root.mkdir('d/e', 0o755);
    kit.write('d/e/f', 'two');
    expect([kit.read('d/e/f'), kit.read('other/e/f')]).toEqual(['two', 'one']);
    root.unlink('d/e/f');
    root.rmdir('d/e');
    expect(codeOf(() => root.createExclusive('d/e/f', 0o600))).toBe('ENOENT');
    root.mkdir('d/e', 0o755);
    expect(root.list('d/e')).toEqual([]);
  });

  it('counts the names of a directory', () => {
    kit.root.mkdir('d', 0o755);
    const { linkCount, mode } = kit.root.lstat('d')!;
    expect(mode & TYPE_MASK).toBe(0o040000);
    // Overlays and Btrfs always say 1.
    expect([1, 2]).toContain(linkCount);
  });

  it('holds directories open until they are released, where there are descriptors', () => {
    const { root } = kit;
    root.mkdir('d', 0o755);
    kit.write('d/f', '');
    const held = root.hold('d');
    const top = root.hold('.');
    if (held === undefined || top === undefined) {
      expect([held, top]).toEqual([undefined, undefined]);
      return;
    }
    expect(readdirSync(`/proc/self/fd/${held.descriptor}`)).toEqual(['f']);
    expect(readdirSync(`/proc/self/fd/${top.descriptor}`)).toEqual(['d']);
    for (let index = 0; index < 40; index++) {
      root.mkdir(`other${index}`, 0o755);
      root.list(`other${index}`);
    }
    expect(readdirSync(`/proc/self/fd/${held.descriptor}`)).toEqual(['f']);
    const again = root.hold('d')!;
    held.release();
    expect(readdirSync(`/proc/self/fd/${again.descriptor}`)).toEqual(['f']);
    again.release();
    top.release();
    kit.write('g', '');
    expect(codeOf(() => root.hold('none'))).toBe('ENOENT');
    expect(codeOf(() => root.hold('g'))).toBe('ENOTDIR');
  });
}
