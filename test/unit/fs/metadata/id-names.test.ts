// Names of users and groups: from the name services through the helper, or from files in the form of /etc/passwd.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadNative } from '@ocrsync/native/load';
import { IdNames, type NameCalls, serviceGroups, serviceUsers } from '@ocrsync/node/fs/id-names';
import { describe, expect, it } from 'vitest';

const native = loadNative();

describe.skipIf(native?.userName === undefined)('name services', () => {
  it('know the users and groups of /etc, both ways', () => {
    for (const [names, file] of [
      [serviceUsers(native!), new IdNames('/etc/passwd')],
      [serviceGroups(native!), new IdNames('/etc/group')],
    ] as const) {
      for (const id of [0, 1, 2, 3]) {
        expect(names.name(id)).toBe(file.name(id));
        expect(names.id(file.name(id)!)).toBe(id);
      }
    }
  });

  it('have no answer for strangers and for what can be no name', () => {
    const users = serviceUsers(native!);
    const groups = serviceGroups(native!);
    expect(users.name(4_123_456_789)).toBeUndefined();
    expect(groups.name(4_123_456_789)).toBeUndefined();
    for (const name of ['no such user', '', 'a\0b', 'x'.repeat(10_000), '\xff\xfe', 'root:x']) {
      expect(users.id(name)).toBeUndefined();
      expect(groups.id(name)).toBeUndefined();
    }
  });

  it('are asked once for each id and each name', () => {
    const asked: (string | number)[] = [];
    const calls: NameCalls = {
      userName: (id) => (asked.push(id), id === 7 ? 'seven' : -2),
      userId: (name) => (asked.push(name), name === 'seven' ? 7 : -2),
      groupName: () => -2,
      groupId: () => -2,
    };
    const users = serviceUsers(calls);
    for (let round = 0; round < 3; round++) {
      expect([users.name(7), users.name(8), users.id('seven'), users.id('eight')]).toEqual([
        'seven',
        undefined,
        7,
        undefined,
      ]);
    }
    expect(asked).toEqual([7, 8, 'seven', 'eight']);
  });

  it('take whole ids only', () => {
    for (const id of [-1, 1.5, 2 ** 32, Number.NaN]) expect(native!.userName(id)).toBe(-22);
    expect(native!.userName(2 ** 32 - 1)).toBeTypeOf('number');
  });
});

describe('names in a file', () => {
  it('go by the first of several lines with one id or one name; other lines count for nothing', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-names-'));
    const file = path.join(directory, 'passwd');
    writeFileSync(file, 'a:x:5:\nb:x:5:\na:x:6:\n# c:x:7\n:x:8:\nd:x:nine:\ne:x\n\xe4:x:10:\n', 'latin1');
    const names = new IdNames(file);
    expect([names.name(5), names.id('a'), names.id('b'), names.name(6)]).toEqual(['a', 5, 5, 'a']);
    expect([names.name(8), names.id('d'), names.id('e'), names.name(10)]).toEqual([
      undefined,
      undefined,
      undefined,
      '\xe4',
    ]);
    rmSync(directory, { recursive: true });
    expect(new IdNames(file).name(5)).toBeUndefined();
  });
});
