// docs/protocol/03-file-list.md §11.2, §11.3: extended attributes of the list against those at the destination.
import { describe, expect, it } from 'vitest';
import { KIND_MD5 } from '@ocrsync/core/checksum-kinds';
import { WholeFileHash } from '@ocrsync/core/checksum';
import type { FileList } from '@ocrsync/core/file-list';
import { CoreInstance } from '@ocrsync/core/instance';
import type { ReceivedXattr } from '@ocrsync/core/received-blocks';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { DEFAULT_OPTIONS } from '@ocrsync/node/options/default-options';
import type { SessionContext } from '@ocrsync/node/session/context';
import type { Entry } from '@ocrsync/node/session/ports';
import { type DestinationReport, DestinationState } from '@ocrsync/node/transfer/destination-state';
import type { Place } from '@ocrsync/node/transfer/place';
import { TreeTargetXattrs } from '@ocrsync/node/transfer/target-xattrs';

const LONG = 'long '.repeat(20);
const core = new CoreInstance();
const md5 = new WholeFileHash(core, KIND_MD5);
const nobody = { uid: 1000, gid: 1000, groups: [] };

function short(name: string, value: string): ReceivedXattr {
  return { name, lengthBytes: value.length, value: Buffer.from(value), digest: undefined, asked: false };
}

function long(name: string, value = LONG): ReceivedXattr {
  md5.begin();
  md5.updateBytes(Buffer.from(value));
  return { name, lengthBytes: value.length, value: undefined, digest: md5.final(), asked: false };
}

interface Made {
  state: DestinationState;
  xattrs: TreeTargetXattrs;
  told: string[];
  /** Attributes of a file. */
  has(name: string): Record<string, string>;
  entry(name: string, set: number): Entry;
  at(name: string): Place;
}

/** `sets` by number, from 1; files of the destination with their attributes. */
function made(
  sets: readonly ReceivedXattr[][],
  files: Readonly<Record<string, Readonly<Record<string, string>>>>,
  filesystem = new MemoryFilesystem(),
  fakeSuper = false,
): Made {
  const told: string[] = [];
  const report = { message: (severity: string, text: string) => told.push(`${severity}: ${text}`) };
  const blocks = { xattrs: (number: number) => sets[number - 1] ?? [] };
  const context = { channel: { core }, config: { dryRun: false }, blocks } as unknown as SessionContext;
  const state = new DestinationState(
    filesystem,
    { ...DEFAULT_OPTIONS, times: true },
    context,
    report as unknown as DestinationReport,
  );
  const root = filesystem.root('/');
  state.root = root;
  for (const [name, attributes] of Object.entries(files)) {
    root.createExclusive(name, 0o644).close();
    for (const [key, value] of Object.entries(attributes)) root.setXattr(name, key, Buffer.from(value));
  }
  const rights = {
    level: 1,
    isSuperUser: filesystem.isSuperUser && !fakeSuper,
    fakeSuper,
    isExcluded: undefined,
  } as const;
  return {
    state,
    told,
    xattrs: new TreeTargetXattrs(state, rights),
    at: (name) => ({ root, name }),
    has: (name) =>
      Object.fromEntries(
        root.listXattrs(name).map((key) => [key, Buffer.from(root.getXattr(name, key)!).toString()]),
      ),
    entry: (name, set) => {
      const list = {
        name: () => name,
        xattrs: () => set,
        mode: () => 0o100644,
        mtimeSec: () => 77,
        mtimeNsec: () => 5,
      };
      return { list: list as unknown as FileList, row: 0, ndx: 0 };
    },
  };
}

describe('a file at the destination', () => {
  it('has the attributes of the list when names and values are equal, long ones by their digest', () => {
    const one = made([[short('user.a', '1'), long('user.l')]], { f: { 'user.l': LONG, 'user.a': '1' } });
    expect(one.xattrs.differ(one.entry('f', 1), 'f', true)).toBe(false);
    expect(one.xattrs.wanted(one.entry('f', 1))).toEqual([]);
  });

  it.each([
    ['another value', { 'user.a': '2' }],
    ['one attribute more', { 'user.a': '1', 'user.b': '' }],
    ['one less', {}],
  ])('differs by %s', (_what, attributes) => {
    const one = made([[short('user.a', '1')]], { f: attributes as Record<string, string> });
    expect(one.xattrs.differ(one.entry('f', 1), 'f', true)).toBe(true);
  });

  it('that is missing differs when it is to have any', () => {
    const one = made([[short('user.a', '1')], []], {});
    expect(one.xattrs.differ(one.entry('f', 1), 'f', false)).toBe(true);
    expect(one.xattrs.differ(one.entry('f', 2), 'f', false)).toBe(false);
  });

  it('differs under fake-super for good when it has an attribute that is out of reach, as rsync has it', () => {
    const files = {
      a: { 'user.rsync.trusted.t': 'v' },
      b: { 'user.rsync.trusted.t': 'v', 'trusted.t': 'v' },
    };
    const { xattrs, entry, has, at } = made([[short('trusted.t', 'v')]], files, new MemoryFilesystem(), true);
    expect([xattrs.differ(entry('a', 1), 'a', true), xattrs.differ(entry('b', 1), 'b', true)]).toEqual([
      false,
      true,
    ]);
    expect(xattrs.apply(entry('b', 1), 'b', at('b'))).toBe(false);
    expect(has('b')).toEqual(files.b);
  });
});

describe('a long value', () => {
  it('is asked for once, by its number', () => {
    const one = made([[short('user.a', '1'), long('user.l')]], {});
    const [f, g] = [one.entry('f', 1), one.entry('g', 1)];
    one.xattrs.differ(f, 'f', false);
    expect(one.xattrs.wanted(f)).toEqual([2]);
    one.xattrs.differ(g, 'g', false);
    expect(one.xattrs.wanted(g)).toEqual([]);
  });

  it('is not asked for on behalf of an entry that was not compared last', () => {
    const one = made([[long('user.l')]], {});
    one.xattrs.differ(one.entry('f', 1), 'f', false);
    expect(one.xattrs.wanted(one.entry('other', 1))).toEqual([]);
  });

  it('that the old file has is taken from there', () => {
    const one = made([[long('user.l')]], { old: { 'user.l': LONG }, new: {} });
    expect(one.xattrs.apply(one.entry('old', 1), 'new', one.at('old'))).toBe(true);
    expect(one.has('new')).toEqual({ 'user.l': LONG });
  });

  it('that nobody has is told with the name of what was to get it', () => {
    const one = made([[long('user.l'), short('user.a', '1')]], { f: { 'user.l': 'another' }, '.f.tmp': {} });
    one.xattrs.apply(one.entry('f', 1), '.f.tmp', one.at('f'));
    expect(one.told).toEqual(['error-xfer: Missing abbreviated xattr value, user.l, for "/.f.tmp"']);
    expect(one.has('.f.tmp')).toEqual({ 'user.a': '1' });
  });
});

describe('setting attributes', () => {
  it('changes what differs, removes what the list does not have, and says whether anything was done', () => {
    const one = made([[short('user.a', '1'), short('user.b', '2')]], { f: { 'user.b': '3', 'user.c': '4' } });
    expect(one.xattrs.apply(one.entry('f', 1), 'f', one.at('f'))).toBe(true);
    expect(one.has('f')).toEqual({ 'user.a': '1', 'user.b': '2' });
    expect(one.xattrs.apply(one.entry('f', 1), 'f', one.at('f'))).toBe(false);
    expect(one.told).toEqual([]);
  });

  it('late gives the time again, but only where something was changed', () => {
    const one = made([[short('user.a', '1')]], { f: {}, g: { 'user.a': '1' } });
    for (const name of ['f', 'g']) one.xattrs.applyLate(one.entry(name, 1));
    expect(one.state.lstat('f')).toMatchObject({ mtimeSec: 77, mtimeNsec: 5 });
    expect(one.state.lstat('g')!.mtimeSec).not.toBe(77);
  });

  it('without root leaves other name spaces alone, and makes a file writable for the moment', () => {
    const files = new MemoryFilesystem();
    files.root('/').chmod('.', 0o777);
    const one = made([[short('user.a', '1'), short('trusted.t', '2')]], { f: {} }, files.as(nobody));
    one.state.tree.chmod('f', 0o444);
    expect(one.xattrs.differ(one.entry('f', 1), 'f', true)).toBe(true);
    one.xattrs.apply(one.entry('f', 1), 'f', one.at('f'));
    expect(one.told).toEqual([]);
    expect(one.has('f')).toEqual({ 'user.a': '1' });
    expect(one.state.lstat('f')!.mode & 0o777).toBe(0o444);
    expect(one.xattrs.differ(one.entry('f', 1), 'f', true)).toBe(false);
  });

  it('of a file that belongs to somebody else is a transfer error', () => {
    const files = new MemoryFilesystem();
    files.root('/').createExclusive('f', 0o644).close();
    const one = made([[short('user.a', '1')]], {}, files.as(nobody));
    expect(one.xattrs.apply(one.entry('f', 1), 'f', one.at('f'))).toBe(false);
    expect(one.told).toEqual([
      'error-xfer: rsync: [receiver] rsync_xal_set: lsetxattr("/f","user.a") failed: Permission denied (13)',
    ]);
  });
});
