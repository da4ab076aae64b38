// Open files: positions, sizes, modes, copies inside the kernel.
import { expect, it } from 'vitest';
import { bytes, codeOf, failure, type Kit } from './filesystem-kit.ts';

const FAR = 5 * 2 ** 30;

export function filesKit(kit: Kit): void {
  it('reads and writes at positions', () => {
    const file = kit.root.createExclusive('f', 0o600);
    file.write(bytes('world'), 3);
    file.write(bytes('he'), 0);
    const into = new Uint8Array(20);
    expect(file.read(into, 3)).toBe(5);
    expect(Buffer.from(into.subarray(0, 5)).toString()).toBe('world');
    expect(file.read(into, 8)).toBe(0);
    expect(file.read(into, 1000)).toBe(0);
    expect(file.read(into.subarray(0, 0), 0)).toBe(0);
    file.close();
    expect(kit.read('f')).toBe('he\0world');
  });

  it('writes everything it is given, also nothing', () => {
    const much = Buffer.alloc(3_000_001, 'abcdefg');
    const file = kit.root.createExclusive('f', 0o600);
    file.write(much, 0);
    file.write(much.subarray(0, 0), 9_000_000);
    expect(file.stat().sizeBytes).toBe(much.length);
    file.close();
    expect(kit.read('f') === much.toString('latin1')).toBe(true);
  });

  it('shortens and lengthens files', () => {
    const file = kit.root.createExclusive('f', 0o600);
    file.write(bytes('abcdef'), 0);
    file.truncate(4);
    expect(file.stat().sizeBytes).toBe(4);
    file.truncate(6);
    file.close();
    expect(kit.read('f')).toBe('abcd\0\0');
  });

  it('punches holes that read as zeros and leave the size alone, or says that it cannot', () => {
    const file = kit.root.createExclusive('f', 0o600);
    file.write(Buffer.alloc(20_000, 'x'), 0);
    try {
      file.punchHole(1000, 18_500);
    } catch (error) {
      expect(['ENOSYS', 'EOPNOTSUPP']).toContain((error as { code: string }).code);
      file.close();
      return;
    }
    file.close();
    expect(kit.read('f')).toBe('x'.repeat(1000) + '\0'.repeat(18_500) + 'x'.repeat(500));
  });

  it('reserves room without a size, or says that it cannot, and brings data to the disk', () => {
    const file = kit.root.createExclusive('f', 0o600);
    let code = '';
    try {
      file.allocate(100_000);
    } catch (error) {
      ({ code } = error as { code: string });
    }
    expect(['', 'ENOSYS', 'EOPNOTSUPP']).toContain(code);
    expect(file.stat().sizeBytes).toBe(0);
    file.write(bytes('abc'), 0);
    file.sync();
    file.close();
    expect(kit.read('f')).toBe('abc');
  });

  it('takes positions beyond 4 GiB and reads holes as zeros', () => {
    const file = kit.root.createExclusive('f', 0o600);
    file.write(bytes('end'), FAR);
    expect(file.stat().sizeBytes).toBe(FAR + 3);
    const into = new Uint8Array(8).fill(1);
    expect(file.read(into, FAR - 4)).toBe(7);
    expect([...into]).toEqual([0, 0, 0, 0, 101, 110, 100, 1]);
    into.fill(1);
    expect(file.read(into, 2 ** 31)).toBe(8);
    expect([...into]).toEqual(Array(8).fill(0));
    file.close();
    expect(kit.root.lstat('f')!.sizeBytes).toBe(FAR + 3);
  });

  it('creates files with exactly the mode asked for, and refuses every existing name', () => {
    const { root } = kit;
    for (const mode of [0o666, 0o777, 0o200, 0o4711]) {
      root.createExclusive(`f${mode}`, mode).close();
      expect(root.lstat(`f${mode}`)!.mode & 0o7777).toBe(mode);
    }
    kit.write('f', 'kept');
    root.mkdir('d', 0o755);
    root.symlink('nowhere', 'l');
    expect(failure(() => root.createExclusive('f', 0o600))).toBe('EEXIST 17 File exists');
    expect(codeOf(() => root.createExclusive('d', 0o600))).toBe('EEXIST');
    expect(codeOf(() => root.createExclusive('l', 0o600))).toBe('EEXIST');
    expect(kit.read('f')).toBe('kept');
    expect(root.lstat('nowhere')).toBeUndefined();
  });

  it('opens existing files for writing as they are, and makes missing ones', () => {
    const { root } = kit;
    kit.write('f', 'abc', 0o640);
    const file = root.openWrite('f', 0o600);
    file.write(bytes('X'), 1);
    file.close();
    expect(kit.read('f')).toBe('aXc');
    expect(root.lstat('f')!.mode & 0o7777).toBe(0o640);
    root.openWrite('new', 0o600).close();
    expect(root.lstat('new')!.mode & 0o7777).toBe(0o600);
    root.mkdir('d', 0o755);
    expect(failure(() => root.openWrite('d', 0o600))).toBe('EISDIR 21 Is a directory');
  });

  it('says why a file cannot be opened', () => {
    const { root } = kit;
    kit.write('f', '');
    root.mkdir('d', 0o755);
    expect(failure(() => root.openRead('none', true))).toBe('ENOENT 2 No such file or directory');
    expect(codeOf(() => root.openRead('none', false))).toBe('ENOENT');
    expect(failure(() => root.openRead('f/x', false))).toBe('ENOTDIR 20 Not a directory');
    expect(codeOf(() => root.createExclusive('none/x', 0o600))).toBe('ENOENT');
    expect(codeOf(() => root.openWrite('none/x', 0o600))).toBe('ENOENT');
    expect(codeOf(() => root.openWrite('f/x', 0o600))).toBe('ENOTDIR');
  });

  it('gives no data of a directory', () => {
    const readDirectory = (): number => {
      const file = kit.root.openRead('.', false);
      try {
        return file.read(new Uint8Array(9), 0);
      } finally {
        file.close();
      }
    };
    expect(codeOf(readDirectory)).toBe('EISDIR');
  });

  it('does not write through a file that was opened for reading', () => {
    kit.write('f', 'abc');
    const file = kit.root.openRead('f', false);
    expect(codeOf(() => file.write(bytes('x'), 0))).toBe('EBADF');
    file.close();
    expect(kit.read('f')).toBe('abc');
  });

  it('tells the same about an open file as about its name', () => {
    kit.write('f', 'abc', 0o641);
    const file = kit.root.openRead('f', false);
    const { mode, sizeBytes, ino, dev, mtimeSec, mtimeNsec, uid, gid, linkCount } = kit.root.lstat('f')!;
    expect(file.stat()).toMatchObject({
      mode,
      sizeBytes,
      ino,
      dev,
      mtimeSec,
      mtimeNsec,
      uid,
      gid,
      linkCount,
    });
    file.close();
  });

  it('keeps an open file usable when its name goes, and closes twice without harm', () => {
    kit.write('f', 'old');
    kit.write('g', 'new');
    const file = kit.root.openRead('f', false);
    kit.root.rename('g', 'f');
    const into = new Uint8Array(3);
    expect(file.read(into, 0)).toBe(3);
    expect(Buffer.from(into).toString()).toBe('old');
    kit.root.unlink('f');
    expect(file.stat().linkCount).toBe(0);
    file.close();
    expect(() => file.close()).not.toThrow();
  });

  it('copies data inside the kernel, or says that it cannot', () => {
    const text = 'kernel'.repeat(10_000);
    kit.write('from', text);
    const from = kit.root.openRead('from', false);
    const to = kit.root.createExclusive('to', 0o600);
    let position = 0;
    while (position < text.length) {
      const count = kit.root.copyData(from, to, position, text.length - position);
      if (count === undefined) break;
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThanOrEqual(text.length - position);
      position += count;
    }
    expect(kit.root.copyData(from, to, text.length, 100)).toBeUndefined();
    from.close();
    to.close();
    expect(kit.read('to')).toBe(text.slice(0, position));
  });

  it('copies a piece from the middle to the same place', () => {
    kit.write('from', '0123456789');
    kit.write('to', 'abcdefghij');
    const from = kit.root.openRead('from', false);
    const to = kit.root.openWrite('to', 0o600);
    const count = kit.root.copyData(from, to, 3, 4);
    from.close();
    to.close();
    const expected =
      count === undefined ? 'abcdefghij' : 'abc' + '3456'.slice(0, count) + 'defghij'.slice(count);
    expect(kit.read('to')).toBe(expected);
  });
}
