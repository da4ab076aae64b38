// docs/protocol/04-transfer.md §10.2: without -p new objects get what the umask or their directory's default ACL gives.
import { describe, expect, it } from 'vitest';
import { ACL_ABSENT, type Acl, EMPTY_ACL } from '@ocrsync/core/acl';
import { type Filesystem, FilesystemError, type Root } from '@ocrsync/node/fs/filesystem';
import { CreationMask } from '@ocrsync/node/transfer/creation-mask';

const filesystem = { umask: 0o027, canXattrs: true } as Filesystem;

function rootWith(acls: Readonly<Record<string, Acl | Error>>, asked: string[] = []): Root {
  const read = (name: string): Acl => {
    asked.push(name);
    const acl = acls[name] ?? EMPTY_ACL;
    if (acl instanceof Error) throw acl;
    return acl;
  };
  return { acls: { read } } as unknown as Root;
}

describe('the bits that a new object does not get', () => {
  it('are those of the umask', () => {
    const mask = new CreationMask(filesystem, () => undefined);
    expect(mask.of(rootWith({}), 'd/f').toString(8)).toBe('27');
    expect(mask.of(undefined, 'd/f').toString(8)).toBe('27');
    expect(new CreationMask({ ...filesystem, canXattrs: false }, () => undefined).of(rootWith({}), 'f')).toBe(
      0o027,
    );
  });

  it('are those that the default ACL of its directory does not give, whatever the umask', () => {
    const plain: Acl = { user: 7, group: 5, mask: ACL_ABSENT, other: 0, named: [] };
    const masked: Acl = { ...plain, mask: 7, other: 1 };
    const mask = new CreationMask(filesystem, () => undefined);
    const root = rootWith({ '.': plain, 'd/e': masked });
    expect(mask.of(root, 'f').toString(8)).toBe('27');
    expect(mask.of(root, 'd/e/f').toString(8)).toBe('6');
    expect(mask.of(root, 'd/f').toString(8)).toBe('27');
  });

  it('are asked for once while objects of one directory come', () => {
    const asked: string[] = [];
    const mask = new CreationMask(filesystem, () => undefined);
    const root = rootWith({}, asked);
    for (const name of ['d/a', 'd/b', 'e/a', 'e/b', 'd/c']) mask.of(root, name);
    expect(asked).toEqual(['d', 'e', 'd']);
  });

  it('are those of the umask where the directory is not there, which is told', () => {
    const told: string[] = [];
    const gone = new FilesystemError('ENOENT', 2, 'No such file or directory', 'lgetxattr', 'd');
    const mask = new CreationMask(filesystem, (directory) => void told.push(directory));
    expect([mask.of(rootWith({ d: gone }), 'd/f'), told]).toEqual([0o027, ['d']]);
  });
});
