// docs/protocol/03-file-list.md §11.3: which extended attributes travel, and where they are stored.
import { describe, expect, it } from 'vitest';
import { FilterList } from '@ocrsync/node/filter/filter-list';
import { XattrRules } from '@ocrsync/node/filter/xattr-rules';
import { diskName, isCompared, wireName, type XattrRights } from '@ocrsync/node/flist/xattr-names';

const root: XattrRights = { level: 1, isSuperUser: true, fakeSuper: false, isExcluded: undefined };
const user: XattrRights = { ...root, isSuperUser: false };
const fake: XattrRights = { ...root, isSuperUser: false, fakeSuper: true };
const twice: XattrRights = { ...root, level: 2 };
const keptLong: XattrRights = { ...user, isExcluded: (name) => name === 'user.long' };

const NAMES = [
  'user.a',
  'trusted.t',
  'security.s',
  'system.posix_acl_access',
  'user.rsync.%stat',
  'user.rsync.x',
];
const each = <T>(give: (name: string) => T): Record<string, T> =>
  Object.fromEntries(NAMES.map((name) => [name, give(name)]));

describe('the name of an attribute on the wire', () => {
  it('is its own; system ones and, with a single -X, those of rsync itself stay at home', () => {
    const own = each((name) => wireName(name, root));
    expect(own).toEqual({
      ...each((name) => name),
      'system.posix_acl_access': undefined,
      'user.rsync.%stat': undefined,
    });
    expect(each((name) => wireName(name, user))).toEqual(own);
  });

  it('is sent for rsync itself with -XX', () => {
    expect(wireName('user.rsync.%stat', twice)).toBe('user.rsync.%stat');
    expect(wireName('user.rsync.%aacl', { ...fake, level: 2 })).toBeUndefined();
    expect(wireName('user.rsync.%other', { ...fake, level: 2 })).toBe('user.rsync.%other');
  });

  it('is what it would be for root, of one that --fake-super keeps', () => {
    expect(wireName('user.rsync.trusted.t', fake)).toBe('trusted.t');
    expect(wireName('user.a', fake)).toBe('user.a');
  });

  it('is told by rules alone where there are any', () => {
    expect(wireName('system.posix_acl_access', keptLong)).toBe('system.posix_acl_access');
    expect(wireName('user.long', keptLong)).toBeUndefined();
  });
});

describe('the name of a received attribute on the disk', () => {
  it('is its own for root, but never a system one', () => {
    expect(each((name) => diskName(name, root))).toEqual({
      ...each((name) => name),
      'system.posix_acl_access': undefined,
      'user.rsync.%stat': undefined,
    });
    expect(diskName('user.rsync.%stat', twice)).toBe('user.rsync.%stat');
  });

  it('is given to nobody else outside of the name space of users', () => {
    expect(diskName('user.a', user)).toBe('user.a');
    expect(diskName('trusted.t', user)).toBeUndefined();
  });

  it('is in the name space of users with --fake-super', () => {
    expect(diskName('trusted.t', fake)).toBe('user.rsync.trusted.t');
    expect(diskName('user.rsync.%stat', { ...fake, level: 2 })).toBeUndefined();
    expect(diskName('system.posix_acl_access', fake)).toBeUndefined();
  });
});

describe('an attribute at the destination that the list does not have', () => {
  it('is removed where this process may see it as the list does', () => {
    expect(each((name) => isCompared(name, root))).toEqual({
      ...each(() => true),
      'system.posix_acl_access': false,
    });
    expect(each((name) => isCompared(name, user))).toMatchObject({ 'user.a': true, 'trusted.t': false });
    expect(isCompared('user.rsync.%stat', fake)).toBe(false);
    expect(isCompared('user.long', keptLong)).toBe(false);
  });
});

describe('rules about attributes', () => {
  const rules = (...texts: string[]): FilterList => {
    const list = new FilterList({ files: { readFile: () => undefined } as never, warn: () => undefined });
    for (const text of texts) list.addRule(text);
    return list;
  };

  it('are those with the x modifier; the first that matches decides', () => {
    const isExcluded = new XattrRules(rules('- user.none', '+x user.keep*', '-x user.*', '- *'), 'sender')
      .isExcluded!;
    expect(['user.keep1', 'user.other', 'trusted.t'].map(isExcluded)).toEqual([false, true, false]);
  });

  it('are none without one, and none on the side that they are not for', () => {
    expect(new XattrRules(rules('- user.*'), 'sender').isExcluded).toBeUndefined();
    expect(new XattrRules(rules('-xs user.*'), 'receiver').isExcluded).toBeUndefined();
    expect(new XattrRules(rules('-xr user.*'), 'receiver').isExcluded?.('user.a')).toBe(true);
  });
});
