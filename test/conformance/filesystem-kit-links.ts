// Symbolic and hard links.
import { expect, it } from 'vitest';
import { codeOf, failure, type Kit, TYPE_MASK } from './filesystem-kit.ts';

const LINK = 0o120000;
const REGULAR = 0o100000;

export function linksKit(kit: Kit): void {
  it('follows no symlink as last component, unless asked to', () => {
    const { root } = kit;
    kit.write('f', 'text');
    root.symlink('f', 'l');
    expect(root.readlink('l')).toBe('f');
    expect(failure(() => root.openRead('l', false))).toBe('ELOOP 40 Too many levels of symbolic links');
    expect(codeOf(() => root.openWrite('l', 0o600))).toBe('ELOOP');
    expect(kit.read('l')).toBe('text');
    expect(root.lstat('l')!.mode & TYPE_MASK).toBe(LINK);
    expect(root.lstat('l')!.sizeBytes).toBe(1);
    expect(root.stat('l')!.mode & TYPE_MASK).toBe(REGULAR);
    expect(root.stat('l')!.ino).toBe(root.lstat('f')!.ino);
  });

  it('keeps targets as bytes, whatever they lead to', () => {
    const targets = ['nowhere', '../..', '/etc/x', '\xff\n\x80', 'x'.repeat(4000), 'a//b/'];
    targets.forEach((target, index) => {
      kit.root.symlink(target, `l${index}`);
      expect(kit.root.readlink(`l${index}`)).toBe(target);
    });
  });

  it('tells dangling links from loops', () => {
    const { root } = kit;
    root.symlink('nowhere', 'dangling');
    root.symlink('two', 'one');
    root.symlink('one', 'two');
    expect(root.stat('dangling')).toBeUndefined();
    expect(codeOf(() => root.openRead('dangling', true))).toBe('ENOENT');
    expect(codeOf(() => root.stat('one'))).toBe('ELOOP');
    expect(codeOf(() => root.openRead('one', true))).toBe('ELOOP');
  });

  it('says why there can be no link', () => {
    const { root } = kit;
    kit.write('f', '');
    root.symlink('f', 'l');
    for (const name of ['f', 'l']) expect(codeOf(() => root.symlink('x', name))).toBe('EEXIST');
    expect(codeOf(() => root.symlink('', 'empty'))).toBe('ENOENT');
    expect(codeOf(() => root.symlink('x', 'none/l'))).toBe('ENOENT');
    expect(failure(() => root.readlink('f'))).toBe('EINVAL 22 Invalid argument');
    expect(codeOf(() => root.readlink('none'))).toBe('ENOENT');
  });

  it('reaches what lies behind a symlinked directory of the tree', () => {
    const { root } = kit;
    root.mkdir('d', 0o755);
    kit.write('d/f', 'text');
    root.mkdir('e', 0o755);
    root.symlink('../d', 'e/l');
    expect(kit.read('e/l/f')).toBe('text');
    expect(root.lstat('e/l/f')!.ino).toBe(root.lstat('d/f')!.ino);
    expect(root.lstat('e/l/none')).toBeUndefined();
  });

  it('lets parents pass no symlink out of the tree, unless told to follow', () => {
    const { filesystem, base, root, keepsPolicies } = kit;
    if (!keepsPolicies) return;
    root.mkdir('outside', 0o755);
    kit.write('outside/f', 'text');
    root.mkdir('inside', 0o755);
    root.symlink('../outside', 'inside/up');
    root.symlink(`${base}/outside`, 'inside/absolute');
    root.symlink('../outside/f', 'inside/leaf');
    const tree = filesystem.root(`${base}/inside`);
    const beneath = filesystem.root(`${base}/inside`, 'beneath');
    const follow = filesystem.root(`${base}/inside`, 'follow');
    for (const link of ['up', 'absolute']) {
      for (const careful of [tree, beneath]) {
        expect(codeOf(() => careful.lstat(`${link}/f`))).toBe('ELOOP');
        expect(codeOf(() => careful.openRead(`${link}/f`, true))).toBe('ELOOP');
        expect(codeOf(() => careful.createExclusive(`${link}/new`, 0o600))).toBe('ELOOP');
        expect(codeOf(() => careful.unlink(`${link}/f`))).toBe('ELOOP');
      }
      expect(follow.lstat(`${link}/f`)!.sizeBytes).toBe(4);
      follow.openRead(`${link}/f`, true).close();
    }
    expect(tree.stat('leaf')!.sizeBytes).toBe(4);
    tree.openRead('leaf', true).close();
    expect(codeOf(() => beneath.stat('leaf'))).toBe('ELOOP');
    expect(codeOf(() => beneath.openRead('leaf', true))).toBe('ELOOP');
    expect(root.list('outside')).toEqual(['f']);
  });

  it('gives files further names, and counts them', () => {
    const { root } = kit;
    kit.write('a', 'one');
    root.mkdir('d', 0o755);
    root.link('a', 'd/b');
    const [one, two] = [root.lstat('a')!, root.lstat('d/b')!];
    expect([two.ino, two.dev, two.linkCount]).toEqual([one.ino, one.dev, 2]);
    root.unlink('a');
    expect(root.lstat('d/b')!.linkCount).toBe(1);
    expect(kit.read('d/b')).toBe('one');
  });

  it('links a symlink itself, not what it leads to', () => {
    const { root } = kit;
    kit.write('f', '');
    root.symlink('f', 'l');
    root.link('l', 'm');
    expect(root.lstat('m')!.ino).toBe(root.lstat('l')!.ino);
    expect(root.readlink('m')).toBe('f');
  });

  it('says why a file cannot have another name', () => {
    const { root } = kit;
    kit.write('f', '');
    kit.write('g', '');
    root.mkdir('d', 0o755);
    expect(codeOf(() => root.link('none', 'x'))).toBe('ENOENT');
    expect(codeOf(() => root.link('f', 'g'))).toBe('EEXIST');
    expect(codeOf(() => root.link('f', 'none/x'))).toBe('ENOENT');
    expect(codeOf(() => root.link('d', 'x'))).toBe('EPERM');
  });

  it('moves names between two roots and links from one to the other', () => {
    const { root, filesystem, base } = kit;
    root.mkdir('one', 0o755);
    root.mkdir('two', 0o755);
    root.mkdir('two/deep', 0o755);
    kit.write('one/f', 'text');
    kit.write('two/deep/g', 'gone');
    const [one, two] = [filesystem.root(`${base}/one`), filesystem.root(`${base}/two`)];
    two.linkFrom(one, 'f', 'deep/h');
    expect(root.lstat('two/deep/h')!.ino).toBe(root.lstat('one/f')!.ino);
    expect(codeOf(() => two.linkFrom(one, 'f', 'deep/h'))).toBe('EEXIST');
    two.renameFrom(one, 'f', 'deep/g');
    expect(root.lstat('one/f')).toBeUndefined();
    expect(kit.read('two/deep/g')).toBe('text');
    one.renameFrom(two, 'deep/h', 'back');
    expect(kit.read('one/back')).toBe('text');
    expect(codeOf(() => two.renameFrom(one, 'none', 'x'))).toBe('ENOENT');
    expect(codeOf(() => two.renameFrom(one, 'back', 'none/x'))).toBe('ENOENT');
    for (const name of ['..', '../two/deep/g', '/etc/passwd']) {
      expect(codeOf(() => one.renameFrom(two, name, 'x'))).toBe('EXDEV');
      expect(codeOf(() => one.linkFrom(two, name, 'x'))).toBe('EXDEV');
    }
  });

  it('sees what was moved in from another root where a directory was looked at before', () => {
    const { root, filesystem, base } = kit;
    root.mkdir('one', 0o755);
    root.mkdir('two', 0o755);
    root.mkdir('two/d', 0o755);
    kit.write('two/d/new', 'n');
    const [one, two] = [filesystem.root(`${base}/one`), filesystem.root(`${base}/two`)];
    two.lstat('d/new');
    one.renameFrom(two, 'd', 'd');
    expect(one.lstat('d/new')!.sizeBytes).toBe(1);
    expect(two.lstat('d/new')).toBeUndefined();
  });
}
