// docs/protocol/03-file-list.md §10.2, §11.1, §11.2: what the sender says of ACLs and extended attributes.
import { describe, expect, it } from 'vitest';
import { ACL_ABSENT, type Acl } from '@ocrsync/core/acl';
import { CoreInstance } from '@ocrsync/core/instance';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList } from '@ocrsync/core/file-list';
import { BlockError, stripped, TreeSourceBlocks } from '@ocrsync/node/flist/source-blocks';
import type { Root } from '@ocrsync/node/fs/filesystem';
import { FilesystemError } from '@ocrsync/node/fs/filesystem';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';

const named = [{ kind: 'user', id: 1, access: 6 }] as const;
const acl = (user: number, group: number, mask: number, other: number, more: Acl['named'] = []): Acl => ({
  user,
  group,
  mask,
  other,
  named: more,
});
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

interface Made {
  blocks: TreeSourceBlocks;
  root: Root;
  list: FileList;
  told: string[];
}

function made(wrap: (root: Root) => Root = (root) => root): Made {
  const core = new CoreInstance();
  const root = wrap(new MemoryFilesystem().root('/'));
  const told: string[] = [];
  const blocks = new TreeSourceBlocks({
    core,
    acls: false,
    followFrom: undefined,
    devices: false,
    specials: false,
    xattrs: { level: 1, isSuperUser: true, fakeSuper: false, isExcluded: undefined },
    report: { message: (severity, line) => void told.push(`${severity}: ${line}`) },
    sourcePath: ({ list, row }) => ({ root, name: list.name(row) }),
    fullName: ({ list, row }) => `"/${list.name(row)}"`,
  });
  return { blocks, root, list: new FileList(core, { start: 0, dirs: new DirectoryNames(core) }), told };
}

function file(root: Root, name: string, attributes: Record<string, string>): void {
  root.createExclusive(name, 0o644).close();
  for (const [key, value] of Object.entries(attributes)) root.setXattr(name, key, Buffer.from(value));
}

function add({ blocks, root, list }: Made, name: string): number {
  const numbers = blocks.number(blocks.read(root, name, 0o100644), () => undefined);
  const entry = { name, mode: 0o100644, sizeBytes: 0, mtimeSec: 0, mtimeNsec: 0, uid: 0, gid: 0, flags: 0 };
  return list.add({ ...entry, ...numbers });
}

describe('what travels of an access ACL', () => {
  it('is nothing where the mode says it all', () => {
    expect(stripped(acl(6, 4, ACL_ABSENT, 4), 0o100644)).toEqual(
      acl(ACL_ABSENT, ACL_ABSENT, ACL_ABSENT, ACL_ABSENT),
    );
  });

  it('is a mask without named entries, and one that is not the group bits', () => {
    expect(stripped(acl(6, 4, 6, 4), 0o100664).mask).toBe(6);
    expect(stripped(acl(6, 4, 6, 4, named), 0o100664).mask).toBe(ACL_ABSENT);
    expect(stripped(acl(6, 4, 6, 4, named), 0o100644).mask).toBe(6);
  });

  it('is the group where the mask hides it in the mode', () => {
    expect(stripped(acl(6, 7, 4, 4, named), 0o100644)).toEqual(
      acl(ACL_ABSENT, 7, ACL_ABSENT, ACL_ABSENT, named),
    );
    expect(stripped(acl(6, 4, 4, 4, named), 0o100644).group).toBe(ACL_ABSENT);
  });
});

describe('the attributes of a file', () => {
  it('are in the order of their names, long ones by their digest', () => {
    const { blocks, root } = made();
    file(root, 'a', { 'user.z': 'z', 'trusted.a': '0123456789'.repeat(4), 'user.rsync.%stat': 'own' });
    const set = blocks.read(root, 'a', 0o100644).xattrs!;
    expect(set.map(({ name, lengthBytes }) => `${name} ${lengthBytes}`)).toEqual([
      'trusted.a 40',
      'user.z 1',
    ]);
    expect(Buffer.from(set[0]!.shown).toString('hex')).toBe('9f0ae0380ed27dbf6b852843d2eece1f');
    expect(text(set[1]!.shown)).toBe('z');
  });

  it('that are equal get one number', () => {
    const one = made();
    const long = 'x'.repeat(100);
    for (const name of ['a', 'b']) file(one.root, name, { 'user.l': long });
    file(one.root, 'c', { 'user.l': `${long.slice(1)}y` });
    expect(['a', 'b', 'c'].map((name) => one.list.xattrs(add(one, name)))).toEqual([1, 1, 2]);
  });

  it('are read again when their values are asked for', () => {
    const one = made();
    file(one.root, 'a', { 'user.l': 'x'.repeat(100), 'user.s': 's' });
    const entry = { list: one.list, row: add(one, 'a'), ndx: 0 };
    expect([0, 1, 2, 3].map((number) => one.blocks.hasLongXattr(entry, number))).toEqual([
      false,
      true,
      false,
      false,
    ]);
    one.root.setXattr('a', 'user.l', Buffer.from('changed'));
    expect(text(one.blocks.readXattr(entry, 1))).toBe('changed');
    expect(one.told).toEqual([]);
  });

  it('that are gone by then are told, and empty', () => {
    const one = made();
    file(one.root, 'a', { 'user.l': 'x'.repeat(100) });
    const entry = { list: one.list, row: add(one, 'a'), ndx: 0 };
    one.root.removeXattr('a', 'user.l');
    expect(one.blocks.readXattr(entry, 1)).toHaveLength(0);
    expect(one.told).toEqual(['error-xfer: failed to re-read xattr user.l for "/a"']);
  });

  it('that cannot be read are an error with the name of the call', () => {
    const refusing = (root: Root): Root =>
      new Proxy(root, {
        get: (target, key) =>
          key === 'listXattrs'
            ? () => {
                throw new FilesystemError('EACCES', 13, 'Permission denied', 'llistxattr', 'a');
              }
            : (Reflect.get(target, key) as unknown),
      });
    const { blocks, root } = made(refusing);
    let error: unknown;
    try {
      blocks.read(root, 'a', 0o100644);
    } catch (caught) {
      error = caught;
    }
    expect((error as BlockError).text('"/a"')).toBe(
      'rsync: [sender] get_xattr_names: llistxattr("/a",1024) failed: Permission denied (13)',
    );
  });
});
