// What a file system in memory promises beyond the contract: permissions, room, the clock, the other side of open files.
import { describe, expect, it } from 'vitest';
import type { Root } from '@ocrsync/node/fs/filesystem';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { bytes, codeOf, failure } from './filesystem-kit.ts';

const user = { uid: 1000, gid: 1000, groups: [2000] };

function put(root: Root, name: string, text: string, mode = 0o644): void {
  const file = root.createExclusive(name, mode);
  file.write(bytes(text), 0);
  file.close();
}

/** `/home` of the user, `/system` of root. */
function twoUsers(): { root: Root; mine: Root; filesystem: MemoryFilesystem } {
  const filesystem = new MemoryFilesystem();
  const root = filesystem.root('/');
  root.mkdir('home', 0o755);
  root.chown('home', 1000, 1000);
  root.mkdir('system', 0o755);
  put(root, 'system/public', 'public');
  put(root, 'system/secret', 'secret', 0o600);
  return { root, mine: filesystem.as(user).root('/'), filesystem };
}

describe('a file system in memory seen by a user', () => {
  it('gives the user what he makes, in his group', () => {
    const { mine, root } = twoUsers();
    put(mine, 'home/f', 'x');
    mine.mkdir('home/d', 0o700);
    for (const name of ['home/f', 'home/d']) {
      expect(root.lstat(name)).toMatchObject({ uid: 1000, gid: 1000 });
    }
  });

  it('lets him read and write only what he may', () => {
    const { mine, root } = twoUsers();
    mine.openRead('system/public', false).close();
    expect(failure(() => mine.openRead('system/secret', false))).toBe('EACCES 13 Permission denied');
    expect(codeOf(() => mine.openWrite('system/public', 0o600))).toBe('EACCES');
    expect(codeOf(() => mine.createExclusive('system/new', 0o600))).toBe('EACCES');
    expect(codeOf(() => mine.unlink('system/public'))).toBe('EACCES');
    expect(codeOf(() => mine.mkdir('system/d', 0o700))).toBe('EACCES');
    root.chown('system/secret', 0, 2000);
    root.chmod('system/secret', 0o640);
    mine.openRead('system/secret', false).close();
  });

  it('asks for search permission on the way, and for read permission to list', () => {
    const { mine, root } = twoUsers();
    root.chmod('system', 0o711);
    expect(codeOf(() => mine.list('system'))).toBe('EACCES');
    expect(mine.lstat('system/public')!.sizeBytes).toBe(6);
    root.chmod('system', 0o744);
    expect(codeOf(() => mine.lstat('system/public'))).toBe('EACCES');
    expect(mine.list('system')).toEqual(['public', 'secret']);
  });

  it('lets him change modes, times and owners of his own files only', () => {
    const { mine } = twoUsers();
    put(mine, 'home/f', 'x');
    mine.chmod('home/f', 0o600);
    mine.setTimes('home/f', { mtimeSec: 5, mtimeNsec: 0 });
    mine.chown('home/f', 1000, 2000);
    expect(codeOf(() => mine.chown('home/f', -1, 3000))).toBe('EPERM');
    expect(codeOf(() => mine.chown('home/f', 0, -1))).toBe('EPERM');
    expect(codeOf(() => mine.chmod('system/public', 0o666))).toBe('EPERM');
    expect(codeOf(() => mine.setTimes('system/public', { mtimeSec: 5, mtimeNsec: 0 }))).toBe('EPERM');
    expect(codeOf(() => mine.mknod('home/device', 0o020600, 1, 3))).toBe('EPERM');
    mine.mknod('home/fifo', 0o010600, 0, 0);
  });

  it('protects the files of others in a sticky directory', () => {
    const { mine, root } = twoUsers();
    root.mkdir('tmp', 0o777);
    root.chmod('tmp', 0o1777);
    put(root, 'tmp/his', '');
    put(mine, 'tmp/mine', '');
    expect(codeOf(() => mine.unlink('tmp/his'))).toBe('EPERM');
    expect(codeOf(() => mine.rename('tmp/mine', 'tmp/his'))).toBe('EPERM');
    mine.unlink('tmp/mine');
  });

  it('hands the group of a set-group-id directory down', () => {
    const { mine, root } = twoUsers();
    root.chown('home', 1000, 2000);
    root.chmod('home', 0o2775);
    mine.mkdir('home/d', 0o755);
    put(mine, 'home/d/f', '');
    expect(root.lstat('home/d')).toMatchObject({ gid: 2000, mode: 0o042755 });
    expect(root.lstat('home/d/f')!.gid).toBe(2000);
  });
});

describe('a file system in memory', () => {
  it('has no room beyond its size, and has it again when files go', () => {
    const filesystem = new MemoryFilesystem({ capacityBytes: 3 * 4096 });
    const root = filesystem.root('/');
    const file = root.createExclusive('f', 0o600);
    const much = new Uint8Array(20_000).fill(7);
    expect(failure(() => file.write(much, 0))).toBe('ENOSPC 28 No space left on device');
    expect(file.stat().sizeBytes).toBe(3 * 4096);
    expect(filesystem.usedBytes).toBe(3 * 4096);
    file.truncate(4096);
    expect(filesystem.usedBytes).toBe(4096);
    put(root, 'g', 'x');
    file.close();
    root.unlink('f');
    expect(filesystem.usedBytes).toBe(4096);
    put(root, 'h', 'x'.repeat(8192));
  });

  it('keeps the room of a file without a name until it is closed', () => {
    const filesystem = new MemoryFilesystem();
    const root = filesystem.root('/');
    const file = root.createExclusive('f', 0o600);
    file.write(new Uint8Array(10), 0);
    root.unlink('f');
    expect(filesystem.usedBytes).toBe(4096);
    expect(file.read(new Uint8Array(20), 0)).toBe(10);
    file.close();
    expect(filesystem.usedBytes).toBe(0);
  });

  it('takes no room for holes', () => {
    const filesystem = new MemoryFilesystem();
    const file = filesystem.root('/').createExclusive('f', 0o600);
    file.write(new Uint8Array(1), 2 ** 40);
    expect(filesystem.usedBytes).toBe(4096);
    file.close();
  });

  it('dates by the clock it is given', () => {
    let second = 100;
    const filesystem = new MemoryFilesystem({ now: () => ({ sec: second, nsec: 7 }) });
    const root = filesystem.root('/');
    root.mkdir('d', 0o755);
    second = 200;
    put(root, 'd/f', '');
    expect(root.lstat('d')).toMatchObject({ mtimeSec: 200, mtimeNsec: 7 });
    second = 300;
    root.chmod('d', 0o700);
    expect(root.lstat('d')!.mtimeSec).toBe(200);
    root.rename('d/f', 'f');
    expect(root.lstat('d')!.mtimeSec).toBe(300);
    expect(root.lstat('f')!.mtimeSec).toBe(200);
  });

  it('counts the directories in a directory', () => {
    const root = new MemoryFilesystem().root('/');
    root.mkdir('d', 0o755);
    root.mkdir('d/one', 0o755);
    root.mkdir('d/two', 0o755);
    expect(root.lstat('d')!.linkCount).toBe(4);
    root.rename('d/one', 'one');
    root.rmdir('d/two');
    expect([root.lstat('d')!.linkCount, root.lstat('one')!.linkCount]).toEqual([2, 2]);
  });

  it('knows names of ids when it is told', () => {
    const filesystem = new MemoryFilesystem({
      users: new Map([[7, 'ada']]),
      userGroups: new Map([[8, 'staff']]),
    });
    expect([filesystem.userName(7), filesystem.userId('ada')]).toEqual(['ada', 7]);
    expect([filesystem.groupName(8), filesystem.groupId('staff')]).toEqual(['staff', 8]);
    expect([filesystem.userName(8), filesystem.groupId('ada')]).toEqual([undefined, undefined]);
  });
});
