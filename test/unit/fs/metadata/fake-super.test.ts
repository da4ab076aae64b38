// Fake-super over files in memory, as an ordinary user: what only root could do is kept in attributes (docs/protocol/03 §11.5, §10.7).
import { ACL_ABSENT, type Acl, EMPTY_ACL } from '@ocrsync/core/acl';
import { FaultyFilesystem } from '@ocrsync/node/fs/faulty-filesystem';
import type { Filesystem, Root } from '@ocrsync/node/fs/filesystem';
import { FilesystemError } from '@ocrsync/node/fs/filesystem';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { FakeSuperFilesystem } from '@ocrsync/node/fs/metadata/fake-super-filesystem';
import { readAcl, writeAcl } from '@ocrsync/node/fs/metadata/posix-acl';
import { beforeEach, describe, expect, it } from 'vitest';

const UID = 1000;
const GID = 100;
const STAT = 'user.rsync.%stat';

let real: Filesystem;
/** The files as they are, and as they are shown. */
let plain: Root;
let shown: Root;
let told: string[];

class Corrupt extends Error {}

function shownRoot(files: Filesystem, replacesSymlinks = true): Root {
  const report = { failed: (text: string) => told.push(text), corrupt: (text: string) => new Corrupt(text) };
  return new FakeSuperFilesystem(files, { report, replacesSymlinks }).root('/home');
}

function attribute(name: string): string | undefined {
  const value = plain.getXattr(name, STAT);
  return value && Buffer.from(value).toString('latin1');
}

const modeOf = (root: Root, name: string): string => root.lstat(name)!.mode.toString(8);
const create = (name: string, mode = 0o644): void => shown.createExclusive(name, mode).close();

beforeEach(() => {
  const everything = new MemoryFilesystem({ umask: 0 });
  everything.root('/').mkdir('home', 0o755);
  everything.root('/').chown('home', UID, GID);
  real = everything.as({ uid: UID, gid: GID, groups: [] });
  plain = real.root('/home');
  told = [];
  shown = shownRoot(real);
});

describe('under fake-super an ordinary user', () => {
  it('counts as root, and may make nodes', () => {
    const files = new FakeSuperFilesystem(real, {
      report: { failed: () => 0, corrupt: () => new Corrupt() },
      replacesSymlinks: true,
    });
    expect([files.isSuperUser, files.canMakeNodes, files.umask, real.isSuperUser]).toEqual([
      true,
      true,
      0,
      false,
    ]);
  });

  it('gives a file to anybody, and sees it so', () => {
    create('file');
    shown.chown('file', 1, 2);
    expect(attribute('file')).toBe('100644 0,0 1:2');
    expect(shown.lstat('file')).toMatchObject({ mode: 0o100644, uid: 1, gid: 2 });
    expect(plain.lstat('file')).toMatchObject({ mode: 0o100644, uid: UID, gid: GID });
    shown.chown('file', -1, 7);
    expect(attribute('file')).toBe('100644 0,0 1:7');
  });

  it('keeps special bits out of the real mode, and his own access in', () => {
    create('file');
    shown.chmod('file', 0o4410);
    expect([attribute('file'), modeOf(plain, 'file'), modeOf(shown, 'file')]).toEqual([
      `104410 0,0 ${UID}:${GID}`,
      '100610',
      '104410',
    ]);
    shown.mkdir('directory', 0o500);
    shown.chmod('directory', 0o1500);
    expect([attribute('directory'), modeOf(plain, 'directory')]).toEqual([
      `41500 0,0 ${UID}:${GID}`,
      '40700',
    ]);
  });

  it('leaves no attribute where the real file says it all', () => {
    create('file', 0o640);
    shown.chmod('file', 0o600);
    expect(attribute('file')).toBeUndefined();
    shown.chown('file', 5, 5);
    shown.chown('file', UID, GID);
    expect(attribute('file')).toBeUndefined();
    expect(plain.listXattrs('file')).toEqual([]);
  });

  it('keeps devices, FIFOs and sockets in empty files', () => {
    shown.mknod('block', 0o060640, 259, 70000);
    shown.mknod('fifo', 0o010600, 0, 0);
    shown.mknod('socket', 0o140777, 0, 0);
    expect(shown.lstat('block')).toMatchObject({
      mode: 0o060640,
      rdevMajor: 259,
      rdevMinor: 70000,
      sizeBytes: 0,
    });
    expect(attribute('block')).toBe('60640 259,70000 0:0');
    expect(modeOf(plain, 'block')).toBe('100640');
    expect([modeOf(shown, 'fifo'), modeOf(shown, 'socket'), modeOf(plain, 'socket')]).toEqual([
      '10600',
      '140777',
      '100777',
    ]);
  });

  it('keeps a symlink in a file that holds its target', () => {
    shown.symlink('to/\xff nowhere', 'link');
    expect([modeOf(shown, 'link'), modeOf(plain, 'link')]).toEqual(['120777', '100777']);
    expect(shown.readlink('link')).toBe('to/\xff nowhere');
    expect(shown.lstat('link')!.sizeBytes).toBe(12);
    expect(shown.stat('link')!.mode).toBe(0o120777);
    shown.chown('link', 7, 8);
    expect(attribute('link')).toBe('120777 0,0 7:8');
  });

  it('keeps real symlinks as a sender, and has them replaced as a receiver', () => {
    plain.symlink('target', 'link');
    expect(modeOf(shown, 'link')).toBe('120777');
    expect(() => shown.readlink('link')).toThrow(/Invalid argument/);
    expect(shownRoot(real, false).readlink('link')).toBe('target');
  });

  it('sees real nodes as they are; that they cannot be given away is told, and their mode is set', () => {
    plain.mknod('fifo', 0o010600, 0, 0);
    shown.chown('fifo', 1, 1);
    shown.chmod('fifo', 0o640);
    expect(shown.lstat('fifo')).toMatchObject({ mode: 0o010640, uid: UID });
    expect(told).toEqual([`failed to write xattr ${STAT} for "/home/fifo": Operation not permitted (1)`]);
  });

  it('takes special bits from a file that really has them', () => {
    plain.createExclusive('file', 0o644).close();
    plain.chmod('file', 0o4755);
    shown.keepShown!('file', 0o4755);
    expect([modeOf(plain, 'file'), modeOf(shown, 'file')]).toEqual(['100755', '104755']);
  });

  it('finds the attribute again under another name and another link', () => {
    shown.mknod('device', 0o020600, 1, 3);
    shown.link('device', 'other');
    shown.rename('device', 'moved');
    expect([shown.lstat('moved')!.rdevMinor, shown.lstat('other')!.rdevMinor]).toEqual([3, 3]);
  });

  it('is told of an attribute that cannot be read, and sees the real file', () => {
    create('file');
    shown.chown('file', 1, 2);
    plain.chmod('file', 0o200);
    expect(shown.lstat('file')).toMatchObject({ uid: UID, mode: 0o100200 });
    shown.lstat('file');
    expect(told).toEqual([`failed to read xattr ${STAT} for "/home/file": Permission denied (13)`]);
  });

  it('ends at an attribute that makes no sense', () => {
    create('file');
    plain.setXattr('file', STAT, Buffer.from('hello'));
    expect(() => shown.lstat('file')).toThrow(Corrupt);
    expect(() => shown.lstat('file')).toThrow(`Corrupt ${STAT} xattr attached to "/home/file": "hello"`);
  });

  it('gets no node when its attribute cannot be written', () => {
    const failing = new FaultyFilesystem(real, { faults: [{ at: 1, call: 'setXattr', code: 'ENOSPC' }] });
    const root = shownRoot(failing);
    const failure = ((): unknown => {
      try {
        return root.mknod('device', 0o020600, 1, 3);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(FilesystemError);
    expect((failure as FilesystemError).told).toBe(`failed to write xattr ${STAT} for "/home/device"`);
    expect(plain.list('.')).toEqual([]);
  });

  it('is given no descriptors: calls on them would see the real files', () => {
    expect(shown.hold('.')).toBeUndefined();
  });
});

describe('an ACL under fake-super', () => {
  const named: Acl['named'] = [
    { kind: 'user', id: 1, access: 6 },
    { kind: 'user', id: 12345, access: 4 },
    { kind: 'group', id: 2, access: 7 },
  ];
  const hex = (name: string, key: string): string | undefined => {
    const value = plain.getXattr(name, key);
    return value && Buffer.from(value).toString('hex');
  };

  it('is kept in the form that rsync keeps, and is not in force', () => {
    create('file', 0o674);
    const whole: Acl = { user: 6, group: 4, mask: 7, other: 4, named };
    writeAcl(shown, 'file', 'access', whole, 0o100674);
    expect(hex('file', 'user.rsync.%aacl')).toBe(
      '80000000040000000700000080000000010000000600008039300000040000800200000007000000',
    );
    expect(readAcl(shown, 'file', 'access', 0o100674)).toEqual(whole);
    expect(plain.listXattrs('file')).toEqual(['user.rsync.%aacl']);
    expect(modeOf(plain, 'file')).toBe('100674');
  });

  it('leaves out a group that the mode says, and goes when it says nothing more', () => {
    create('file');
    writeAcl(
      shown,
      'file',
      'access',
      { user: 6, group: 4, mask: 4, other: 4, named: named.slice(0, 1) },
      0o100644,
    );
    expect(hex('file', 'user.rsync.%aacl')).toBe('800000008000000004000000800000000100000006000080');
    writeAcl(shown, 'file', 'access', { user: 6, group: 4, mask: ACL_ABSENT, other: 4, named: [] }, 0o100644);
    expect(plain.listXattrs('file')).toEqual([]);
    expect(readAcl(shown, 'file', 'access', 0o100640)).toMatchObject({ user: 6, group: 4, other: 0 });
  });

  it('by default is kept whole, and removed when empty', () => {
    shown.mkdir('directory', 0o755);
    const wanted: Acl = { user: 7, group: 5, mask: 5, other: 5, named: [{ kind: 'user', id: 9, access: 5 }] };
    writeAcl(shown, 'directory', 'default', wanted, 0o040755);
    expect(hex('directory', 'user.rsync.%dacl')).toBe('070000000500000005000000050000000900000005000080');
    expect(readAcl(shown, 'directory', 'default', 0o040755)).toEqual(wanted);
    writeAcl(shown, 'directory', 'default', EMPTY_ACL, 0o040755);
    writeAcl(shown, 'directory', 'default', EMPTY_ACL, 0o040755);
    expect(readAcl(shown, 'directory', 'default', 0o040755)).toEqual(EMPTY_ACL);
  });

  it('of an object that may not be read is none, so that the object is sent with what its mode says', () => {
    create('file');
    writeAcl(shown, 'file', 'access', { user: 6, group: 4, mask: 4, other: 4, named }, 0o100644);
    plain.chmod('file', 0);
    plain.mkdir('directory', 0);
    const bare: Acl = { user: 0, group: 0, mask: ACL_ABSENT, other: 0, named: [] };
    expect(readAcl(shown, 'file', 'access', 0o100000)).toEqual(bare);
    expect(readAcl(shown, 'directory', 'access', 0o040000)).toEqual(bare);
    expect(readAcl(shown, 'directory', 'default', 0o040000)).toEqual(EMPTY_ACL);
  });

  it.each(['', '00', '80000000800000008000000008000000', '80000000800000008000000080000000010000000f000080'])(
    'of the bytes %s is refused',
    (bytes) => {
      create('file');
      plain.setXattr('file', 'user.rsync.%aacl', Buffer.from(bytes, 'hex'));
      expect(() => readAcl(shown, 'file', 'access', 0o100644)).toThrow(/Invalid argument/);
    },
  );

  it('that cannot be set is told in rsync’s words', () => {
    plain.mknod('fifo', 0o010600, 0, 0);
    const failure = (() => {
      try {
        return writeAcl(shown, 'fifo', 'access', { ...EMPTY_ACL, mask: 4, named }, 0o010644);
      } catch (error) {
        return error;
      }
    })() as FilesystemError;
    expect(failure.told).toBe('set_xattr_acl: lsetxattr("/home/fifo","user.rsync.%aacl") failed');
  });
});
