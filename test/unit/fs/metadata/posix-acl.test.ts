// POSIX ACLs on this machine's disk, held against getfacl and setfacl.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ACL_ABSENT, type Acl, EMPTY_ACL } from '@ocrsync/core/acl';
import { loadNative } from '@ocrsync/native/load';
import type { Root } from '@ocrsync/node/fs/filesystem';
import { localFilesystem } from '@ocrsync/node/fs/local';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { readAcl, writeAcl } from '@ocrsync/node/fs/metadata/posix-acl';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const hasTools = spawnSync('setfacl', ['--version']).status === 0;

describe.skipIf(loadNative()?.setXattr === undefined || !hasTools)('POSIX ACLs', () => {
  let base = '';
  let root: Root;
  const at = (name: string): string => path.join(base, name);
  const modeOf = (name: string): number => statSync(at(name)).mode;
  const getfacl = (name: string): string[] => {
    const { stdout } = spawnSync('getfacl', ['-nscE', '--absolute-names', at(name)], { encoding: 'utf8' });
    return stdout.split('\n').filter((line) => line !== '');
  };
  const setfacl = (entries: string, name: string): void => {
    expect(spawnSync('setfacl', ['-m', entries, at(name)]).status).toBe(0);
  };

  beforeEach(() => {
    mkdirSync('.cache', { recursive: true });
    base = mkdtempSync(path.resolve('.cache/acl-'));
    writeFileSync(at('file'), 'x');
    chmodSync(at('file'), 0o640);
    mkdirSync(at('directory'));
    chmodSync(at('directory'), 0o755);
    root = localFilesystem().root(base);
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  it('are the mode where there are none', () => {
    expect(readAcl(root, 'file', 'access', modeOf('file'))).toEqual({
      user: 6,
      group: 4,
      mask: ACL_ABSENT,
      other: 0,
      named: [],
    });
    expect(readAcl(root, 'directory', 'default', modeOf('directory'))).toEqual(EMPTY_ACL);
  });

  it('are read with their named entries in order', () => {
    setfacl('g:7:r,u:12345:rw,u:3:x,g:2:rwx', 'file');
    expect(readAcl(root, 'file', 'access', modeOf('file'))).toEqual({
      user: 6,
      group: 4,
      mask: 7,
      other: 0,
      named: [
        { kind: 'user', id: 3, access: 1 },
        { kind: 'user', id: 12345, access: 6 },
        { kind: 'group', id: 2, access: 7 },
        { kind: 'group', id: 7, access: 4 },
      ],
    });
  });

  it('are written as setfacl would, the mask being the group bits of the mode', () => {
    const named: Acl['named'] = [
      { kind: 'group', id: 4294967294, access: 1 },
      { kind: 'user', id: 5, access: 6 },
    ];
    writeAcl(root, 'file', 'access', { ...EMPTY_ACL, group: 4, mask: 7, named }, 0o100674);
    expect(getfacl('file')).toEqual([
      'user::rw-',
      'user:5:rw-',
      'group::r--',
      'group:4294967294:--x',
      'mask::rwx',
      'other::r--',
    ]);
    expect(modeOf('file') & 0o777).toBe(0o674);
  });

  it('that say no more than a mode leave no ACL behind, only the bits', () => {
    setfacl('u:3:rwx', 'file');
    writeAcl(root, 'file', 'access', EMPTY_ACL, 0o100604);
    expect(root.getXattr('file', 'system.posix_acl_access')).toBeUndefined();
    expect(modeOf('file') & 0o777).toBe(0o604);
  });

  it('by default are written whole and removed when empty', () => {
    const wanted: Acl = { user: 7, group: 5, mask: 5, other: 0, named: [{ kind: 'user', id: 9, access: 7 }] };
    writeAcl(root, 'directory', 'default', wanted, modeOf('directory'));
    expect(readAcl(root, 'directory', 'default', modeOf('directory'))).toEqual(wanted);
    expect(getfacl('directory')).toContain('default:user:9:rwx');
    writeAcl(root, 'directory', 'default', EMPTY_ACL, modeOf('directory'));
    expect(getfacl('directory').some((line) => line.startsWith('default'))).toBe(false);
    writeAcl(root, 'directory', 'default', EMPTY_ACL, modeOf('directory'));
  });

  it('fail with the errno of the system', () => {
    expect(() => readAcl(root, 'absent', 'access', 0o100644)).toThrow(/No such file/);
    expect(() => writeAcl(root, 'absent', 'access', EMPTY_ACL, 0o100644)).toThrow(/No such file/);
    const wanted: Acl = { user: 7, group: 5, mask: ACL_ABSENT, other: 0, named: [] };
    expect(() => writeAcl(root, 'file', 'default', wanted, 0o100644)).toThrow(/Permission denied/);
  });
});

describe('where the file system has no ACLs', () => {
  it('the mode is what is read, and one that says no more is written', () => {
    const root = new MemoryFilesystem().root('/');
    root.createExclusive('file', 0o640).close();
    expect(readAcl(root, 'file', 'access', 0o100640)).toMatchObject({ user: 6, group: 4, other: 0 });
    writeAcl(root, 'file', 'access', EMPTY_ACL, 0o100640);
    writeAcl(root, '.', 'default', EMPTY_ACL, 0o040755);
    const named: Acl['named'] = [{ kind: 'user', id: 9, access: 7 }];
    expect(() => writeAcl(root, 'file', 'access', { ...EMPTY_ACL, named }, 0o100640)).toThrow(
      /not supported/,
    );
  });
});
