import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList, FLIST_CONTENT_DIR, FLIST_IMPLIED_DIR, FLIST_TOP_DIR } from '@ocrsync/core/file-list';
import { CoreInstance } from '@ocrsync/core/instance';
import { FilterList } from '@ocrsync/node/filter/filter-list';
import { IdMap } from '@ocrsync/node/flist/id-map';
import { ImpliedIncludes, type RequestSettings } from '@ocrsync/node/flist/implied-includes';
import { ReceivedListCheck } from '@ocrsync/node/flist/received-list';
import type { FilterArgument } from '@ocrsync/node/options/options';
import { describe, expect, it } from 'vitest';

const recursive: RequestSettings = { relative: false, recursive: true, dirs: true, daemon: false };
const single: RequestSettings = { relative: false, recursive: false, dirs: false, daemon: false };

/** [settings, requests, names asked for, names refused]; a slash at the end = directory. */
const CASES: readonly [RequestSettings, readonly string[], readonly string[], readonly string[]][] = [
  [recursive, ['/x/y/z'], ['z', 'z/a/b'], ['y', 'zz', 'a/z']],
  [recursive, ['/x/y/'], ['a', 'a/b/c'], []],
  [recursive, ['/x/..'], ['d3'], []],
  [single, ['/x/y'], ['y'], ['y/a', 'x']],
  [{ ...single, dirs: true }, ['/x/y'], ['y', 'y/a'], ['y/a/b']],
  [{ ...single, relative: true }, ['/x/p/q'], ['x/p/q'], ['x/p/r', 'q', 'x/p']],
  [{ ...recursive, relative: true }, ['/x/./p/q'], ['p/q', 'p/q/a/b'], ['x/p/q', 'p/r']],
  [recursive, ['/x/f[1]*'], ['f1z', 'f[1]', 'f1z/a'], ['f2']],
  [recursive, ['/x/b\\c'], ['b\\c', 'b\\c/d'], ['bc']],
  [single, ['/x/a\\*b'], ['a*b'], ['axb']],
  [{ ...recursive, daemon: true }, ['mod/a/b'], ['b', 'b/c'], ['a', 'mod']],
  [{ ...recursive, daemon: true }, ['mod'], ['anything/at/all'], []],
];

describe('what a pull asked for', () => {
  it.each(CASES)('%j %j admits %j and refuses %j', (settings, requests, asked, refused) => {
    const implied = new ImpliedIncludes(requests, settings);
    for (const name of asked) expect([name, implied.verdict(name, false)]).toEqual([name, 'requested']);
    for (const name of refused) expect([name, implied.verdict(name, false)]).toEqual([name, 'refused']);
  });

  it('has parents of -R names as directories only', () => {
    const implied = new ImpliedIncludes(['/x/p/q'], { ...single, relative: true });
    expect(implied.verdict('x/p', true)).toBe('parent');
    expect(implied.verdict('x', true)).toBe('parent');
    expect(implied.verdict('x', false)).toBe('refused');
  });
});

interface Row {
  name: string;
  directory?: boolean;
}

function listOf(rows: readonly Row[]): FileList {
  const core = new CoreInstance();
  const list = new FileList(core, { start: 0, dirs: new DirectoryNames(core) });
  for (const { name, directory } of rows) {
    const mode = directory ? 0o040755 : 0o100644;
    const flags = directory ? FLIST_TOP_DIR | FLIST_CONTENT_DIR : 0;
    list.add({ name, mode, sizeBytes: 0, mtimeSec: 0, mtimeNsec: 0, uid: 0, gid: 0, flags });
  }
  list.sort(32);
  return list;
}

function checker(filters: readonly FilterArgument[], requests: readonly string[], settings = recursive) {
  const list = new FilterList({ files: { read: () => ({ failure: 'none' }) }, warn: () => undefined });
  list.addArguments(filters);
  const requested = new ImpliedIncludes(requests, settings);
  return new ReceivedListCheck({
    protocol: 32,
    incremental: true,
    missingArgs: false,
    distrust: { filters: list, requested },
    byteOffset: () => 77,
  });
}

describe('a received list', () => {
  it('with a name that was not asked for is refused', () => {
    const check = checker([], ['h:/x/y']);
    const evil = listOf([{ name: 'y', directory: true }, { name: 'evil' }]);
    expect(() => check.check(evil, undefined)).toThrow(
      expect.objectContaining({
        message: 'ERROR: rejecting unrequested file-list name: evil',
        exitCode: 4,
        byteOffset: 77,
      }),
    );
  });

  it('with a name that the own rules exclude is refused, unless rules lie in the trees', () => {
    const rules: FilterArgument[] = [{ kind: 'exclude', text: '*.o' }];
    const list = listOf([{ name: 'a.o' }]);
    expect(() => checker(rules, ['src/']).check(list, undefined)).toThrow(
      'ERROR: rejecting excluded file-list name: a.o',
    );
    checker([...rules, { kind: 'filter', text: ': .f' }], ['src/']).check(list, undefined);
    checker([{ kind: 'filter', text: 'protect *.o' }], ['src/']).check(list, undefined);
  });

  it('with an entry of another directory is refused', () => {
    const check = checker([], ['src/']);
    check.check(listOf([{ name: 'd/a' }]), 'd');
    expect(() => check.check(listOf([{ name: 'd/a' }]), 'e')).toThrow(
      'ABORTING due to invalid path from sender: d/a',
    );
    expect(() => check.check(listOf([{ name: 'd/a' }]), undefined)).toThrow(
      expect.objectContaining({ exitCode: 4 }),
    );
  });

  it('whose root is no directory is refused', () => {
    expect(() => checker([], ['src/']).check(listOf([{ name: '.' }]), undefined)).toThrow(
      'ERROR: rejecting non-directory transfer-root entry: .',
    );
  });

  it('cannot widen deletions: a mere parent is an implied directory whatever the sender says', () => {
    const list = listOf([{ name: 'x', directory: true }]);
    checker([], ['/x/p'], { ...recursive, relative: true }).check(list, undefined);
    expect(list.flags(0) & (FLIST_TOP_DIR | FLIST_CONTENT_DIR | FLIST_IMPLIED_DIR)).toBe(FLIST_IMPLIED_DIR);
  });
});

describe('ids', () => {
  const system = {
    userId: (name: string) => ({ alice: 7 })[name],
    groupId: (name: string) => ({ staff: 50 })[name],
    isSuperUser: false,
    groups: [50],
  };

  it('are mapped by name, except 0 and unknown ones', () => {
    const map = new IdMap(system, false);
    map.learn('user', 1000, 'alice');
    map.learn('user', 0, 'alice');
    map.learn('user', 1001, 'bob');
    map.learn('group', 20, 'staff');
    expect([1000, 0, 1001, 1002].map((id) => map.userId(id))).toEqual([7, 0, 1001, 1002]);
    expect(map.groupId(20)).toBe(50);
    expect([50, 51].map((id) => map.mayUseGroup(id))).toEqual([true, false]);
  });

  it('stay numbers with --numeric-ids', () => {
    const map = new IdMap(system, true);
    map.learn('user', 1000, 'alice');
    expect(map.userId(1000)).toBe(1000);
  });
});
