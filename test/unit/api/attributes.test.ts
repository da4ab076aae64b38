// The library call with ACLs and extended attributes on the real disk, and what it says where the platform has neither.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sync, SyncError } from '@ocrsync/node/api/sync';
import { currentDirectory } from '@ocrsync/native/at-calls';
import { loadNative } from '@ocrsync/native/load';
import { readTree, tempDirectory, writeTree } from './temp-tree.ts';

const native = loadNative();
const room = Buffer.alloc(65536);

/** POSIX ACL of 0644 with user 1 rw-: version 2, then tag, permissions, id of each entry. */
const ACL = Buffer.from(
  '02000000 01000600ffffffff 0200060001000000 04000400ffffffff 10000600ffffffff 20000400ffffffff'.replaceAll(
    ' ',
    '',
  ),
  'hex',
);

function set(file: string, key: string, value: Buffer): number {
  return native!.setXattr(currentDirectory, file, key, value);
}

function get(file: string, key: string): string | undefined {
  const length = native!.getXattr(currentDirectory, file, key, room);
  return length < 0 ? undefined : room.toString('hex', 0, length);
}

/** The disk of the tests keeps both. */
function diskCan(): boolean {
  if (native === undefined) return false;
  const root = tempDirectory();
  writeTree(root, { probe: '' });
  const file = path.join(root, 'probe');
  return set(file, 'user.probe', Buffer.from('1')) === 0 && set(file, 'system.posix_acl_access', ACL) === 0;
}

describe.runIf(diskCan())('sync with acls and xattrs', () => {
  const long = Buffer.alloc(200, 'long ');

  it('copies both, changes nothing more the second time, and removes what the source lost', async () => {
    const root = tempDirectory();
    const [source, target] = [path.join(root, 'source'), path.join(root, 'target')];
    writeTree(source, { a: 'a', 'sub/b': 'b' });
    set(path.join(source, 'a'), 'user.long', long);
    set(path.join(source, 'sub'), 'user.short', Buffer.from('s'));
    set(path.join(source, 'sub/b'), 'system.posix_acl_access', ACL);
    const options = { acls: true, xattrs: true, changes: true } as const;
    await sync(`${source}/`, target, options);
    expect(readTree(target)).toEqual({ a: 'a', 'sub/b': 'b' });
    expect(get(path.join(target, 'a'), 'user.long')).toBe(long.toString('hex'));
    expect(get(path.join(target, 'sub'), 'user.short')).toBe('73');
    expect(get(path.join(target, 'sub/b'), 'system.posix_acl_access')).toBe(ACL.toString('hex'));

    expect((await sync(`${source}/`, target, options)).changes).toEqual([]);

    set(path.join(target, 'a'), 'user.extra', Buffer.from('x'));
    native!.removeXattr(currentDirectory, path.join(source, 'a'), 'user.long');
    const { changes } = await sync(`${source}/`, target, options);
    expect(changes).toHaveLength(1);
    expect(get(path.join(target, 'a'), 'user.long')).toBeUndefined();
    expect(get(path.join(target, 'a'), 'user.extra')).toBeUndefined();
  });

  it('leaves both alone without being asked', async () => {
    const root = tempDirectory();
    const [source, target] = [path.join(root, 'source'), path.join(root, 'target')];
    writeTree(source, { a: 'a' });
    set(path.join(source, 'a'), 'user.long', long);
    await sync(`${source}/`, target);
    expect(get(path.join(target, 'a'), 'user.long')).toBeUndefined();
  });
});

describe.runIf(native === undefined)('where there is no native helper', () => {
  it.each([
    ['acls', 'ACLs'],
    ['xattrs', 'extended attributes'],
  ])('%s are refused by name', async (field, name) => {
    const root = tempDirectory();
    writeTree(root, { 'source/a': 'a' });
    const run = sync(path.join(root, 'source/'), path.join(root, 'target'), { [field]: true });
    await expect(run).rejects.toThrow(SyncError);
    await expect(run).rejects.toThrow(`${name} are not supported on this client`);
  });
});
