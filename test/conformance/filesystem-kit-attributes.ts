// Times, modes, owners, special files.
import { expect, it } from 'vitest';
import type { FileStat } from '@ocrsync/node/fs/filesystem';
import { codeOf, type Kit, TYPE_MASK } from './filesystem-kit.ts';

const FIFO = 0o010000;
const SOCKET = 0o140000;
const CHARACTER_DEVICE = 0o020000;
/** Where times are not exact: so far off they may be; before 1970 whole milliseconds are all there is. */
const INEXACT_NSEC = 1000;
const MILLISECOND_NSEC = 1_000_000;

const mtimeOf = ({ mtimeSec, mtimeNsec }: FileStat): [number, number] => [mtimeSec, mtimeNsec];

export function attributesKit(kit: Kit): void {
  function expectTime(name: string, sec: number, nsec: number): void {
    const stat = kit.root.lstat(name)!;
    if (kit.filesystem.exactTimes) {
      expect(mtimeOf(stat)).toEqual([sec, nsec]);
      return;
    }
    const slack = sec < 0 ? MILLISECOND_NSEC : INEXACT_NSEC;
    expect(stat.mtimeSec).toBe(sec);
    expect(Math.abs(stat.mtimeNsec - nsec)).toBeLessThanOrEqual(slack);
  }

  it('sets times, to the nanosecond where it says so, also before 1970 and after 2038', () => {
    kit.write('f', '');
    const times: [number, number][] = [
      [0, 0],
      [1, 999_999_999],
      [1_700_000_000, 123_456_789],
      [-1, 0],
      [-1, 1],
      [-5, 250_000_000],
      [-86_400, 999_999_999],
      [5_000_000_000, 1],
    ];
    for (const [sec, nsec] of times) {
      kit.root.setTimes('f', { mtimeSec: sec, mtimeNsec: nsec });
      expectTime('f', sec, nsec);
    }
  });

  it('sets times of the name itself, not of what a symlink leads to', () => {
    const { root } = kit;
    kit.write('f', '');
    const before = mtimeOf(root.lstat('f')!);
    root.symlink('f', 'l');
    root.symlink('nowhere', 'dangling');
    for (const name of ['l', 'dangling']) {
      root.setTimes(name, { mtimeSec: 1_000_000, mtimeNsec: 5_000 });
      expectTime(name, 1_000_000, 5_000);
    }
    expect(mtimeOf(root.lstat('f')!)).toEqual(before);
    root.mkdir('d', 0o755);
    root.setTimes('d', { mtimeSec: 77, mtimeNsec: 0 });
    expectTime('d', 77, 0);
    expect(codeOf(() => root.setTimes('none', { mtimeSec: 1, mtimeNsec: 0 }))).toBe('ENOENT');
  });

  it('leaves the access time alone unless one is given', () => {
    const { root, filesystem } = kit;
    kit.write('f', '');
    root.setTimes('f', { mtimeSec: 1000, mtimeNsec: 0, atimeSec: 2000, atimeNsec: 500_000_000 });
    root.setTimes('f', { mtimeSec: 3000, mtimeNsec: 0 });
    const { atimeSec, atimeNsec, mtimeSec } = root.lstat('f')!;
    expect([mtimeSec, atimeSec]).toEqual([3000, 2000]);
    expect(Math.abs(atimeNsec - 500_000_000)).toBeLessThanOrEqual(filesystem.exactTimes ? 0 : INEXACT_NSEC);
  });

  it('dates what is written', () => {
    const { root } = kit;
    kit.write('f', 'x');
    root.setTimes('f', { mtimeSec: 1000, mtimeNsec: 0 });
    const file = root.openWrite('f', 0o600);
    file.write(new Uint8Array([1]), 0);
    file.close();
    expect(root.lstat('f')!.mtimeSec).toBeGreaterThan(1000);
  });

  it('sets all permission bits, and leaves the type alone', () => {
    const { root } = kit;
    kit.write('f', '');
    root.mkdir('d', 0o755);
    for (const mode of [0, 0o777, 0o4755, 0o2755, 0o1644]) {
      root.chmod('f', mode);
      expect(root.lstat('f')!.mode).toBe(0o100000 | mode);
    }
    root.chmod('d', 0o3750);
    expect(root.lstat('d')!.mode).toBe(0o043750);
    root.chmod('d', 0o040700);
    expect(root.lstat('d')!.mode).toBe(0o040700);
    expect(codeOf(() => root.chmod('none', 0o600))).toBe('ENOENT');
  });

  it('changes owner and group of the name itself, each alone too, where it may', () => {
    const { root, filesystem } = kit;
    kit.write('f', '');
    root.symlink('f', 'l');
    const ids = (name: string): number[] => [root.lstat(name)!.uid, root.lstat(name)!.gid];
    const before = ids('f');
    root.chown('f', -1, -1);
    expect(ids('f')).toEqual(before);
    expect(codeOf(() => root.chown('none', -1, -1))).toBe('ENOENT');
    if (!filesystem.isSuperUser) {
      expect(codeOf(() => root.chown('f', 4242, -1))).toBe('EPERM');
      return;
    }
    root.chown('l', 1001, 1002);
    expect([ids('l'), ids('f')]).toEqual([[1001, 1002], before]);
    root.chown('f', 4242, -1);
    expect(ids('f')).toEqual([4242, before[1]]);
    root.chown('f', -1, 4_000_000_000);
    expect(ids('f')).toEqual([4242, 4_000_000_000]);
  });

  it('takes the set-id bits from a file that gets another owner', () => {
    if (!kit.filesystem.isSuperUser) return;
    kit.write('f', '');
    kit.root.chmod('f', 0o6755);
    kit.root.chown('f', 1001, 1001);
    expect(kit.root.lstat('f')!.mode & 0o7777).toBe(0o755);
  });

  it('makes FIFOs and sockets with exactly the mode asked for, or says that it cannot', () => {
    const { root, filesystem } = kit;
    if (!filesystem.canMakeNodes) {
      expect(codeOf(() => root.mknod('fifo', FIFO | 0o666, 0, 0))).toBe('ENOSYS');
      return;
    }
    root.mknod('fifo', FIFO | 0o666, 0, 0);
    expect(root.lstat('fifo')!.mode).toBe(FIFO | 0o666);
    root.mknod('socket', SOCKET | 0o600, 0, 0);
    expect(root.lstat('socket')!.mode & TYPE_MASK).toBe(SOCKET);
    expect(codeOf(() => root.mknod('fifo', FIFO | 0o600, 0, 0))).toBe('EEXIST');
    // Opening one waits for no writer.
    root.openRead('fifo', false).close();
    root.unlink('fifo');
    expect(root.lstat('fifo')).toBeUndefined();
  });

  it('makes devices with their numbers, where it may', () => {
    const { root, filesystem } = kit;
    if (!filesystem.canMakeNodes) return;
    let allowed = true;
    try {
      root.mknod('device', CHARACTER_DEVICE | 0o600, 300, 70_000);
    } catch {
      // Containers may forbid it even to root.
      allowed = false;
    }
    const stat = root.lstat('device');
    expect(stat !== undefined).toBe(allowed);
    if (stat === undefined) return;
    expect(stat.mode).toBe(CHARACTER_DEVICE | 0o600);
    expect([stat.rdevMajor, stat.rdevMinor]).toEqual([300, 70_000]);
  });

  it('knows the ids it works with', () => {
    const { filesystem } = kit;
    expect(filesystem.groups.length).toBeGreaterThan(0);
    expect(filesystem.umask & ~0o777).toBe(0);
    expect(filesystem.userId('no such user at all')).toBeUndefined();
    expect(filesystem.groupName(3_999_999_999)).toBeUndefined();
    const name = filesystem.userName(0);
    if (name !== undefined) expect(filesystem.userId(name)).toBe(0);
  });
}
