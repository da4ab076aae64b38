// docs/protocol/03-file-list.md §10.4, §10.5: ACLs of the list against those at the destination.
import { describe, expect, it } from 'vitest';
import { ACL_ABSENT, type Acl, EMPTY_ACL } from '@ocrsync/core/acl';
import type { FileList } from '@ocrsync/core/file-list';
import type { ReceivedBlocks } from '@ocrsync/core/received-blocks';
import { IdMap } from '@ocrsync/node/flist/id-map';
import { FilesystemError, type Root } from '@ocrsync/node/fs/filesystem';
import { readAcl } from '@ocrsync/node/fs/metadata/posix-acl';
import type { Entry } from '@ocrsync/node/session/ports';
import { AclFailure, TargetAcls } from '@ocrsync/node/transfer/target-acls';

type Kind = 'access' | 'default';
const FILE = 0o100640;
const DIRECTORY = 0o040755;
const entry: Entry = {
  list: { accessAcl: () => 1, defaultAcl: () => 2 } as unknown as FileList,
  row: 0,
  ndx: 0,
};
const acl = (changes: Partial<Acl>): Acl => ({ ...EMPTY_ACL, ...changes });
const user = (id: number, access: number): Acl['named'][number] => ({ kind: 'user', id, access });

interface Place {
  readonly root: Root;
  readonly written: [Kind, Acl, string][];
}

/** A root whose ACLs are given; what is written is kept. */
function place(has: Partial<Record<Kind, Acl>>): Place {
  const written: [Kind, Acl, string][] = [];
  const store = {
    read: (_name: string, kind: Kind) => has[kind] ?? EMPTY_ACL,
    write: (_name: string, kind: Kind, wanted: Acl, mode: number) => {
      written.push([kind, wanted, (mode & 0o7777).toString(8)]);
    },
  };
  return { root: { acls: store } as unknown as Root, written };
}

/** A root whose ACLs are in force: attributes in the system's form. */
function attributeRoot(): Root {
  const attributes = new Map<string, Uint8Array>();
  return {
    getXattr: (_name: string, key: string) => attributes.get(key),
    setXattr: (_name: string, key: string, value: Uint8Array) => void attributes.set(key, value),
    removeXattr: (_name: string, key: string) => void attributes.delete(key),
  } as unknown as Root;
}

function target(access: Acl, inherited: Acl = EMPTY_ACL, ids?: IdMap): TargetAcls {
  const blocks = { accessAcl: () => access, defaultAcl: () => inherited } as unknown as ReceivedBlocks;
  const system = { isSuperUser: true, groups: [], userId: () => 70, groupId: () => undefined };
  return new TargetAcls(blocks, ids ?? new IdMap(system, false));
}

describe('an access ACL', () => {
  it('is the same when it differs only in what the mode says', () => {
    const has = { access: acl({ user: 7, group: 7, other: 7 }) };
    expect(target(EMPTY_ACL).differ(place(has).root, 'f', entry, FILE, FILE)).toBe(false);
    const masked = { access: acl({ user: 6, group: 4, mask: 6, other: 0, named: [user(1, 6)] }) };
    const wanted = acl({ group: 4, mask: 4, named: [user(1, 6)] });
    expect(target(wanted).differ(place(masked).root, 'f', entry, FILE, FILE)).toBe(false);
  });

  it.each([
    ['a mask more', acl({ mask: 4, named: [user(1, 6)] }), acl({ user: 6, group: 4, other: 0 })],
    ['a mask less', EMPTY_ACL, acl({ user: 6, group: 4, mask: 4, other: 0, named: [user(1, 6)] })],
    ['another group', acl({ group: 7, mask: 4 }), acl({ user: 6, group: 4, mask: 4, other: 0 })],
    ['another right', acl({ mask: 4, named: [user(1, 7)] }), acl({ group: 4, mask: 4, named: [user(1, 6)] })],
    ['another user', acl({ mask: 4, named: [user(2, 6)] }), acl({ group: 4, mask: 4, named: [user(1, 6)] })],
  ])('differs by %s', (_what, wanted, has) => {
    expect(target(wanted).differ(place({ access: has }).root, 'f', entry, FILE, FILE)).toBe(true);
  });

  it('is set with the rights of the mode', () => {
    const one = place({ access: acl({ user: 6, group: 4, other: 0 }) });
    const changed = target(acl({ group: 7, mask: 5, named: [user(1, 6)] })).apply(
      one.root,
      'f',
      entry,
      FILE,
      FILE,
    );
    expect(changed).toBe(true);
    expect(one.written).toEqual([
      ['access', { user: 6, group: 7, mask: 4, other: 0, named: [user(1, 6)] }, '640'],
    ]);
  });

  it('that is removed leaves the rights of the mode', () => {
    const one = place({ access: acl({ user: 6, group: 7, mask: 4, other: 0, named: [user(1, 6)] }) });
    target(EMPTY_ACL).apply(one.root, 'f', entry, FILE, FILE);
    expect(one.written).toEqual([
      ['access', { user: 6, group: 4, mask: ACL_ABSENT, other: 0, named: [] }, '640'],
    ]);
  });

  it('gives nobody else rights before a sticky bit is there, or while a setid bit goes', () => {
    const wanted = acl({ mask: 7, named: [user(1, 7)] });
    const applied = (mode: number, existingMode: number): Acl => {
      const root = attributeRoot();
      target(wanted).apply(root, 'f', entry, mode, existingMode);
      return readAcl(root, 'f', 'access', existingMode);
    };
    const bare = { user: 7, mask: 0, other: 0, named: [user(1, 7)] };
    expect(applied(0o041777, 0o040777)).toEqual({ ...bare, group: 7 });
    expect(applied(0o100755, 0o104755)).toEqual({ ...bare, group: 5 });
    expect(applied(0o100755, 0o100755)).toEqual({ ...bare, group: 5, mask: 5, other: 5 });
  });

  it('is told with its kind when it cannot be set', () => {
    const root = {
      acls: {
        read: () => EMPTY_ACL,
        write: () => {
          throw new FilesystemError('EPERM', 1, 'Operation not permitted', 'lsetxattr', 'f');
        },
      },
    } as unknown as Root;
    const apply = (): boolean => target(acl({ mask: 7 })).apply(root, 'f', entry, FILE, FILE);
    expect(apply).toThrow(AclFailure);
    expect(apply).toThrow('set_acl: sys_acl_set_file(f, ACL_TYPE_ACCESS)');
  });
});

describe('a default ACL', () => {
  const inherited = acl({ user: 7, group: 5, mask: 7, other: 0, named: [user(1, 7)] });

  it('is the same only when all of it is', () => {
    const has = { access: acl({ user: 7, group: 5, other: 5 }), default: inherited };
    expect(target(EMPTY_ACL, inherited).differ(place(has).root, 'd', entry, DIRECTORY, DIRECTORY)).toBe(
      false,
    );
    const other = acl({ ...inherited, other: 1 });
    expect(target(EMPTY_ACL, other).differ(place(has).root, 'd', entry, DIRECTORY, DIRECTORY)).toBe(true);
  });

  it('is set as it is, and removed where the list has none', () => {
    const one = place({});
    target(EMPTY_ACL, inherited).apply(one.root, 'd', entry, DIRECTORY, DIRECTORY);
    expect(one.written).toEqual([['default', inherited, '755']]);
    const two = place({ default: inherited });
    target(EMPTY_ACL).apply(two.root, 'd', entry, DIRECTORY, DIRECTORY);
    expect(two.written).toEqual([['default', EMPTY_ACL, '755']]);
  });

  it('means nothing for a file', () => {
    const one = place({ default: inherited });
    expect(target(EMPTY_ACL).apply(one.root, 'f', entry, FILE, FILE)).toBe(false);
  });
});

describe('ids in an ACL', () => {
  it('are those of this system; two that become one are one entry, the first', () => {
    const ids = new IdMap(
      { isSuperUser: true, groups: [], userId: () => 70, groupId: () => undefined },
      false,
    );
    ids.learn('user', 1, 'somebody');
    ids.learn('user', 2, 'else');
    const wanted = acl({ mask: 4, named: [user(80, 1), user(1, 6), user(2, 7)] });
    const one = place({ access: acl({ user: 6, group: 4, other: 0 }) });
    target(wanted, EMPTY_ACL, ids).apply(one.root, 'f', entry, FILE, FILE);
    expect(one.written[0]![1].named).toEqual([user(70, 6), user(80, 1)]);
  });
});
