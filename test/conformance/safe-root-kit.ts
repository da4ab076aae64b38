// What keeps names inside their tree, on a real disk with an `inside` (the root) and an `outside` beside it: the same for
// every way of resolving names. docs/protocol/09-rsync-3.5.md §2.4, §2.5.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Filesystem, Root, SymlinkPolicy } from '@ocrsync/node/fs/filesystem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytes, codeOf, TYPE_MASK } from './filesystem-kit.ts';

const SYMLINK = 0o120000;
const LEVELS = 200;
const LEVEL_BYTES = 100;

export function safeRootKit(title: string, make: () => Filesystem): void {
  describe(`${title}: names stay in their tree`, () => {
    let base = '';
    let filesystem: Filesystem;
    let root: Root;
    const inside = (name: string): string => path.join(base, 'inside', name);
    const outside = (name: string): string => path.join(base, 'outside', name);
    const open = (symlinks: SymlinkPolicy): Root => filesystem.root(`${base}/inside`, symlinks);
    const text = (file: string): string => fs.readFileSync(file, 'latin1');

    /** Everything outside as text: to be the same afterwards. */
    function outsideState(): string {
      const lines = fs.readdirSync(outside('.'), { recursive: true, encoding: 'utf8' }).sort();
      return [...lines, '.']
        .map((name) => {
          const { mode, size, mtimeNs, ctimeNs, uid, nlink } = fs.lstatSync(outside(name), { bigint: true });
          return `${name} ${mode} ${size} ${mtimeNs} ${ctimeNs} ${uid} ${nlink}`;
        })
        .join('\n');
    }

    beforeEach(() => {
      base = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'ocrsync-safe-')));
      fs.mkdirSync(inside('real/sub'), { recursive: true });
      fs.mkdirSync(outside('dir'), { recursive: true });
      fs.writeFileSync(inside('real/f'), 'inside');
      fs.writeFileSync(inside('file'), 'plain');
      fs.writeFileSync(outside('f'), 'outside');
      fs.writeFileSync(outside('dir/x'), '');
      filesystem = make();
      root = open('tree');
    });
    afterEach(() => {
      filesystem.release();
      fs.rmSync(base, { recursive: true, force: true });
    });

    /** Every call of a root on a name below `parent`; each must fail with the code. */
    function refusesAll(where: Root, parent: string, code: string): void {
      const name = `${parent}/f`;
      const calls: Record<string, () => unknown> = {
        lstat: () => where.lstat(name),
        stat: () => where.stat(name),
        list: () => where.list(parent),
        openRead: () => where.openRead(name, false),
        'openRead, following': () => where.openRead(name, true),
        createExclusive: () => where.createExclusive(`${parent}/new`, 0o600),
        openWrite: () => where.openWrite(name, 0o600),
        mkdir: () => where.mkdir(`${parent}/new`, 0o700),
        rmdir: () => where.rmdir(`${parent}/dir`),
        unlink: () => where.unlink(name),
        'rename from': () => where.rename(name, 'taken'),
        'rename to': () => where.rename('file', name),
        'link of': () => where.link(name, 'taken'),
        'link to': () => where.link('file', `${parent}/new`),
        symlink: () => where.symlink('f', `${parent}/new`),
        readlink: () => where.readlink(name),
        chmod: () => where.chmod(name, 0o777),
        chown: () => where.chown(name, -1, -1),
        setTimes: () => where.setTimes(name, { mtimeSec: 1, mtimeNsec: 0 }),
        ...(filesystem.canMakeNodes ? { mknod: () => where.mknod(`${parent}/new`, 0o010600, 0, 0) } : {}),
        ...(filesystem.canXattrs ? { listXattrs: () => where.listXattrs(name) } : {}),
      };
      const codes = Object.fromEntries(Object.entries(calls).map(([call, run]) => [call, codeOf(run)]));
      expect(codes).toEqual(Object.fromEntries(Object.keys(calls).map((call) => [call, code])));
    }

    it.each(['..', '../outside', 'real/../..', '/etc', '//real', 'real/..'])(
      'refuses the name %s in every call',
      (name) => refusesAll(root, name, 'EXDEV'),
    );

    it('refuses names with a zero byte', () => {
      for (const name of ['a\0b', 'real\0/f', 'real/f\0']) {
        expect(codeOf(() => root.lstat(name))).toBe('EINVAL');
        expect(codeOf(() => root.unlink(name))).toBe('EINVAL');
        expect(codeOf(() => root.rename('file', name))).toBe('EINVAL');
        expect(codeOf(() => root.list(name))).toBe('EINVAL');
      }
    });

    it('overlooks empty components, single dots and slashes at the end', () => {
      const { ino } = root.lstat('real/f')!;
      for (const name of ['real//f', './real/./f', 'real/f/', 'real/f/.', './/real///f//']) {
        expect(root.lstat(name)!.ino).toBe(ino);
      }
      expect(root.list('real/').sort()).toEqual(['f', 'sub']);
      root.mkdir('made/', 0o700);
      root.rename('made/', './moved//');
      root.rmdir('moved/.');
      fs.symlinkSync('real', inside('l'));
      expect(root.lstat('l/')!.mode & TYPE_MASK).toBe(SYMLINK);
    });

    it.each([
      ['real', 'a neighbour'],
      ['./real/.', 'a neighbour, with dots'],
      ['real/sub/../../real', 'up and down inside'],
      ['chain', 'another symlink'],
    ])('passes a parent that is a symlink to %s: %s', (target) => {
      fs.symlinkSync('real/sub/..', inside('chain'));
      fs.symlinkSync(target, inside('l'));
      expect(root.lstat('l/f')!.sizeBytes).toBe(6);
      root.createExclusive('l/new', 0o600).close();
      root.rename('l/new', 'l/sub/moved');
      expect(fs.existsSync(inside('real/sub/moved'))).toBe(true);
      expect(root.list('l').sort()).toEqual(['f', 'sub']);
      root.unlink('l/sub/moved');
      root.rmdir('l/sub');
      expect(fs.readdirSync(inside('real'))).toEqual(['f']);
    });

    it.each([
      ['../outside', 'a place beside the tree'],
      ['OUTSIDE', 'an absolute place outside'],
      ['INSIDE', 'an absolute place inside'],
      ['real/../../inside/real', 'a way that leaves and comes back'],
      ['/', 'the root of the system'],
      ['escaping', 'a symlink that leaves'],
      ['loop', 'itself, in a circle'],
    ])('refuses a parent that is a symlink to %s: %s', (to) => {
      fs.symlinkSync('../outside', inside('escaping'));
      fs.symlinkSync('l', inside('loop'));
      fs.symlinkSync(to.replace('OUTSIDE', outside('')).replace('INSIDE', inside('real')), inside('l'));
      const before = outsideState();
      refusesAll(root, 'l', 'ELOOP');
      refusesAll(root, 'l/dir', 'ELOOP');
      expect(outsideState()).toBe(before);
      expect(text(inside('real/f'))).toBe('inside');
    });

    it('says that nothing is below a file, or below a symlink to one or to nothing', () => {
      fs.symlinkSync('file', inside('tofile'));
      fs.symlinkSync('nothing', inside('dangling'));
      for (const [parent, code] of [
        ['file', 'ENOTDIR'],
        ['tofile', 'ENOTDIR'],
        ['dangling', 'ENOENT'],
      ] as const) {
        expect(root.lstat(`${parent}/x`)).toBeUndefined();
        expect(codeOf(() => root.unlink(`${parent}/x`))).toBe(code);
        expect(codeOf(() => root.createExclusive(`${parent}/x`, 0o600))).toBe(code);
        expect(codeOf(() => root.list(parent))).toBe(code);
      }
    });

    it('never works on what a symlink as last component leads to', () => {
      fs.symlinkSync(outside('f'), inside('l'));
      fs.symlinkSync(outside('dir'), inside('ld'));
      const before = outsideState();
      expect(codeOf(() => root.openRead('l', false))).toBe('ELOOP');
      expect(codeOf(() => root.openWrite('l', 0o600))).toBe('ELOOP');
      expect(codeOf(() => root.createExclusive('l', 0o600))).toBe('EEXIST');
      expect(codeOf(() => root.chmod('l', 0o777))).toBe('ELOOP');
      root.chown('l', -1, -1);
      root.setTimes('l', { mtimeSec: 5, mtimeNsec: 0 });
      expect(root.lstat('l')!.mtimeSec).toBe(5);
      root.link('l', 'hard');
      expect(root.readlink('hard')).toBe(outside('f'));
      expect(codeOf(() => root.link('file', 'l'))).toBe('EEXIST');
      expect(codeOf(() => root.mkdir('ld', 0o700))).toBe('EEXIST');
      expect(codeOf(() => root.symlink('x', 'ld'))).toBe('EEXIST');
      expect(codeOf(() => root.rmdir('ld'))).toBe('ENOTDIR');
      if (filesystem.canMakeNodes) expect(codeOf(() => root.mknod('l', 0o010600, 0, 0))).toBe('EEXIST');
      root.rename('file', 'l');
      expect(text(inside('l'))).toBe('plain');
      root.unlink('ld');
      expect(outsideState()).toBe(before);
    });

    it('follows the last component anywhere for stat and reading, unless it has to stay beneath', () => {
      fs.symlinkSync('../../outside/f', inside('real/out'));
      fs.symlinkSync('../file', inside('real/in'));
      fs.symlinkSync('real', inside('l'));
      expect(root.stat('real/out')!.sizeBytes).toBe(7);
      root.openRead('real/out', true).close();
      const beneath = open('beneath');
      expect(codeOf(() => beneath.stat('real/out'))).toBe('ELOOP');
      expect(codeOf(() => beneath.openRead('real/out', true))).toBe('ELOOP');
      expect(beneath.stat('l/in')!.sizeBytes).toBe(5);
      const file = beneath.openRead('l/in', true);
      expect(file.read(new Uint8Array(9), 0)).toBe(5);
      file.close();
      expect(beneath.stat('l/none')).toBeUndefined();
      expect(beneath.stat('.')!.ino).toBe(root.lstat('.')!.ino);
    });

    it('follows everything where it was told to', () => {
      fs.symlinkSync(outside('.'), inside('l'));
      const follow = open('follow');
      expect(follow.lstat('l/f')!.sizeBytes).toBe(7);
      expect(follow.list('l/dir')).toEqual(['x']);
      expect(codeOf(() => follow.lstat('l/../f'))).toBe('EXDEV');
    });

    it('takes the root by a symlink, and stays in what it was', () => {
      fs.symlinkSync('inside', path.join(base, 'by'));
      const by = filesystem.root(`${base}/by/`);
      fs.unlinkSync(path.join(base, 'by'));
      fs.symlinkSync('outside', path.join(base, 'by'));
      expect(by.lstat('real/f')!.sizeBytes).toBe(6);
      filesystem.release();
      expect(codeOf(() => by.lstat('f'))).toBe('ESTALE');
    });

    it('works where names are longer than any path may be', () => {
      const parts = Array.from({ length: LEVELS }, (_, level) => `${level}`.padStart(LEVEL_BYTES, 'd'));
      let name = '';
      for (const part of parts) {
        name = name === '' ? part : `${name}/${part}`;
        root.mkdir(name, 0o700);
      }
      const file = root.createExclusive(`${name}/f`, 0o600);
      file.write(bytes('deep'), 0);
      file.close();
      filesystem.release();
      expect(root.lstat(`${name}/f`)!.sizeBytes).toBe(4);
      expect(root.list(name)).toEqual(['f']);
      root.rename(`${name}/f`, 'up');
      root.symlink('x', `${name}/l`);
      expect(codeOf(() => root.lstat(`${name}/l/y`) ?? root.unlink(`${name}/l/y`))).toBe('ENOENT');
      root.unlink(`${name}/l`);
      for (let level = LEVELS; level > 0; level--) root.rmdir(parts.slice(0, level).join('/'));
      expect(root.list('.').sort()).toEqual(['file', 'real', 'up']);
    });

    it('passes a directory that may not be listed', () => {
      fs.chmodSync(inside('real'), 0o300);
      expect(root.lstat('real/f')!.sizeBytes).toBe(6);
      root.createExclusive('real/sub/g', 0o600).close();
      if (!filesystem.isSuperUser) expect(codeOf(() => root.list('real'))).toBe('EACCES');
      fs.chmodSync(inside('real'), 0o700);
    });

    it('knows nothing of a directory any more that it has renamed, removed or replaced', () => {
      expect(root.lstat('real/sub/none')).toBeUndefined();
      root.rename('real', 'other');
      expect(root.lstat('real/f')).toBeUndefined();
      expect(root.lstat('other/f')!.sizeBytes).toBe(6);
      root.mkdir('real', 0o700);
      root.mkdir('real/sub', 0o700);
      root.createExclusive('real/sub/mine', 0o600).close();
      expect(fs.readdirSync(inside('other/sub'))).toEqual([]);
      root.unlink('real/sub/mine');
      root.rmdir('real/sub');
      root.symlink('../other', 'real/sub');
      expect(root.lstat('real/sub/f')!.sizeBytes).toBe(6);
      root.unlink('real/sub');
      root.symlink('../../outside', 'real/sub');
      expect(codeOf(() => root.lstat('real/sub/f'))).toBe('ELOOP');
    });

    it('follows a symlink to its new place when its target is renamed', () => {
      fs.symlinkSync('real', inside('l'));
      expect(root.lstat('l/f')).toBeDefined();
      root.rename('real', 'other');
      expect(root.lstat('l/f')).toBeUndefined();
      root.mkdir('real', 0o700);
      root.createExclusive('l/g', 0o600).close();
      expect(fs.readdirSync(inside('real'))).toEqual(['g']);
    });

    it('goes on in the directory it holds when somebody puts a symlink in its place', () => {
      expect(root.lstat('real/sub/none')).toBeUndefined();
      fs.renameSync(inside('real/sub'), inside('real/away'));
      fs.symlinkSync(outside('dir'), inside('real/sub'));
      const before = outsideState();
      root.createExclusive('real/sub/g', 0o600).close();
      expect(fs.existsSync(inside('real/away/g'))).toBe(true);
      filesystem.release();
      expect(codeOf(() => root.unlink('real/sub/x'))).toBe('ELOOP');
      expect(outsideState()).toBe(before);
    });

    it('renames between directories, and leaves both where they cannot be', () => {
      root.mkdir('to', 0o700);
      root.rename('real/f', 'to/f');
      root.rename('real/sub', 'to/sub');
      expect(root.list('to').sort()).toEqual(['f', 'sub']);
      expect(codeOf(() => root.rename('to', 'to/sub/inside'))).toBe('EINVAL');
      root.link('to/f', 'real/again');
      expect(root.lstat('to/f')!.linkCount).toBe(2);
    });

    it('keeps few descriptors however many directories it sees, and none at the end', () => {
      const count = (): number => fs.readdirSync('/proc/self/fd').length;
      filesystem.release();
      const before = count();
      for (let i = 0; i < 100; i++) {
        root.mkdir(`d${i}`, 0o700);
        root.createExclusive(`d${i}/f`, 0o600).close();
      }
      const roots = Array.from({ length: 30 }, (_, i) => filesystem.root(`${base}/inside/d${i}`));
      for (const each of roots) expect(each.lstat('f')).toBeDefined();
      expect(count() - before).toBeLessThanOrEqual(24);
      for (const each of roots) expect(each.lstat('f')).toBeDefined();
      filesystem.release();
      expect(count()).toBe(before);
    });

    it('keeps a held directory while others come and go', () => {
      const held = root.hold('real');
      if (held === undefined) return;
      const again = root.hold('real')!;
      for (let i = 0; i < 40; i++) {
        root.mkdir(`real/d${i}`, 0o700);
        root.lstat(`real/d${i}/none`);
      }
      filesystem.release();
      expect(fs.readdirSync(`/proc/self/fd/${held.descriptor}`)).toHaveLength(42);
      expect(fs.readdirSync(`/proc/self/fd/${again.descriptor}`)).toHaveLength(42);
      held.release();
      again.release();
    });
  });
}
