// Names: bytes, limits, and that none leaves the root.
import { expect, it } from 'vitest';
import { codeOf, failure, type Kit } from './filesystem-kit.ts';

const everyByte = (): string[] => {
  const names: string[] = [];
  for (let byte = 1; byte < 256; byte++) {
    const char = String.fromCharCode(byte);
    if (char !== '/' && char !== '.') names.push(char);
  }
  return names;
};

export function namesKit(kit: Kit): void {
  it('takes every byte but zero and slash as a name, and gives it back', () => {
    const names = everyByte();
    for (const name of names) kit.write(name, name);
    expect(kit.root.list('.').sort()).toEqual([...names].sort());
    for (const name of names) expect(kit.read(name)).toBe(name);
  });

  it('takes text that is no UTF-8, newlines and blanks in names of all calls', () => {
    const [one, two] = ['\xff\xfe\n ', '\xc3 \xe9\x80'];
    const { root } = kit;
    root.mkdir(one, 0o755);
    kit.write(`${one}/${two}`, 'x');
    root.symlink(two, `${one}/link`);
    root.rename(`${one}/link`, `${one}/${one}`);
    expect(root.readlink(`${one}/${one}`)).toBe(two);
    expect(root.list(one).sort()).toEqual([one, two].sort());
    root.link(`${one}/${two}`, two);
    root.chmod(two, 0o600);
    expect(root.lstat(`${one}/${two}`)!.mode & 0o7777).toBe(0o600);
    root.setTimes(two, { mtimeSec: 7, mtimeNsec: 0 });
    expect(root.lstat(two)!.mtimeSec).toBe(7);
    root.unlink(two);
    root.unlink(`${one}/${two}`);
    root.unlink(`${one}/${one}`);
    root.rmdir(one);
    expect(root.list('')).toEqual([]);
  });

  it('takes names of 255 bytes and refuses longer ones', () => {
    const longest = '\xe4'.repeat(255);
    kit.write(longest, 'long');
    expect(kit.root.list('.')).toEqual([longest]);
    expect(kit.read(longest)).toBe('long');
    const tooLong = 'x'.repeat(256);
    expect(failure(() => kit.root.createExclusive(tooLong, 0o600))).toBe(
      'ENAMETOOLONG 36 File name too long',
    );
    expect(codeOf(() => kit.root.lstat(tooLong))).toBe('ENAMETOOLONG');
    expect(codeOf(() => kit.root.mkdir(tooLong, 0o700))).toBe('ENAMETOOLONG');
  });

  it("takes '' and '.' for the root itself", () => {
    const itself = kit.root.lstat('')!;
    expect(itself.mode & 0o170000).toBe(0o040000);
    expect(kit.root.lstat('.')!.ino).toBe(itself.ino);
    expect(kit.root.stat('.')!.ino).toBe(itself.ino);
  });

  it('never leaves its root by a name', () => {
    const { root } = kit;
    kit.write('f', '');
    for (const name of ['..', '../x', 'a/../../x', 'f/..', '/etc/passwd']) {
      expect(codeOf(() => root.lstat(name))).toBe('EXDEV');
      expect(codeOf(() => root.stat(name))).toBe('EXDEV');
      expect(codeOf(() => root.list(name))).toBe('EXDEV');
      expect(codeOf(() => root.openRead(name, true))).toBe('EXDEV');
      expect(codeOf(() => root.openWrite(name, 0o600))).toBe('EXDEV');
      expect(codeOf(() => root.createExclusive(name, 0o600))).toBe('EXDEV');
      expect(codeOf(() => root.unlink(name))).toBe('EXDEV');
      expect(codeOf(() => root.rename('f', name))).toBe('EXDEV');
      expect(codeOf(() => root.rename(name, 'f'))).toBe('EXDEV');
      expect(codeOf(() => root.link(name, 'l'))).toBe('EXDEV');
      expect(codeOf(() => root.link('f', name))).toBe('EXDEV');
      expect(codeOf(() => root.symlink('f', name))).toBe('EXDEV');
      expect(codeOf(() => root.setTimes(name, { mtimeSec: 1, mtimeNsec: 0 }))).toBe('EXDEV');
    }
  });

  it('takes dots that are no component of their own', () => {
    for (const name of ['...', '..a', 'a..', '.a']) kit.write(name, name);
    expect(kit.root.list('.').sort()).toEqual(['..a', '...', '.a', 'a..'].sort());
  });

  it('refuses names with a zero byte', () => {
    expect(codeOf(() => kit.root.lstat('a\0b'))).toBe('EINVAL');
    expect(codeOf(() => kit.root.createExclusive('a\0b', 0o600))).toBe('EINVAL');
    expect(codeOf(() => kit.root.mkdir('a\0b', 0o700))).toBe('EINVAL');
    expect(kit.root.list('.')).toEqual([]);
  });

  it('refuses a root that is missing or no directory, and takes one by a symlink', () => {
    const { filesystem, base, root } = kit;
    kit.write('f', '');
    root.mkdir('d', 0o755);
    root.symlink('d', 'l');
    kit.write('d/in', '');
    expect(failure(() => filesystem.root(`${base}/none`))).toBe('ENOENT 2 No such file or directory');
    expect(failure(() => filesystem.root(`${base}/f`))).toBe('ENOTDIR 20 Not a directory');
    expect(codeOf(() => filesystem.root(`${base}/f/x`))).toBe('ENOTDIR');
    expect(filesystem.root(`${base}/l`).list('.')).toEqual(['in']);
    expect(filesystem.root(`${base}//d/.`).path).toBe(`${base}/d`);
  });

  it('works again after its directories were given back', () => {
    kit.root.mkdir('d', 0o755);
    kit.write('d/f', 'text');
    kit.filesystem.release();
    expect(kit.read('d/f')).toBe('text');
    expect(kit.root.list('d')).toEqual(['f']);
  });
}
