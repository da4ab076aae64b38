import { describe, expect, it } from 'vitest';
import { IdMap, idMapRules, type IdSystem } from '@ocrsync/node/flist/id-map';
import { parseIdRules, ruledId } from '@ocrsync/node/flist/id-rules';

const USERS: Readonly<Record<string, number>> = { root: 0, daemon: 1, bin: 2, nobody: 65534 };
const system: IdSystem = {
  userId: (name) => USERS[name],
  groupId: (name) => (name === 'tty' ? 5 : undefined),
  isSuperUser: true,
  groups: [0],
};

function map(text: string, numericIds = false): { ids: IdMap; told: string[] } {
  const told: string[] = [];
  const rules = idMapRules({ usermap: text, groupmap: null }, system, (line) => told.push(line));
  return { ids: new IdMap(system, numericIds, rules), told };
}

describe('--usermap', () => {
  it('maps by name, pattern, range and number; the first that matches decides', () => {
    const { ids } = map('daemon:nobody,12000-12999:7,[bg]*:9,3:4,*:0');
    for (const [id, name] of [
      [1, 'daemon'],
      [2, 'bin'],
      [3, 'sys'],
      [12345, ''],
    ] as const)
      ids.learn('user', id, name);
    expect([1, 2, 3, 12345, 77].map((id) => ids.userId(id))).toEqual([65534, 9, 4, 7, 0]);
  });

  it('takes an empty name for ids without one', () => {
    const { ids } = map(':5');
    ids.learn('user', 1, 'daemon');
    expect([1, 500].map((id) => ids.userId(id))).toEqual([1, 5]);
  });

  it('takes id 0 without a name for root, and knows no names at all with --numeric-ids', () => {
    expect(map('root:7').ids.userId(0)).toBe(7);
    const { ids } = map('root:7,daemon:8,1:9', true);
    ids.learn('user', 1, 'daemon');
    expect([0, 1].map((id) => ids.userId(id))).toEqual([0, 9]);
  });

  it('leaves rules out whose target is not known here, and says so', () => {
    const { ids, told } = map('daemon:nosuch,bin:+5');
    ids.learn('user', 1, 'daemon');
    expect(ids.userId(1)).toBe(1);
    expect(told).toEqual([
      'Unknown --usermap name on receiver: nosuch',
      'Unknown --usermap name on receiver: +5',
    ]);
  });

  it.each([
    ['daemon', 'No colon found in --usermap: daemon'],
    ['daemon:5,', 'No colon found in --usermap: '],
    ['daemon:', 'No name found after colon --usermap: daemon:'],
    ['1-:5', 'Invalid number in --usermap: 1-'],
    ['1?:9', 'Invalid number in --usermap: 1?'],
    ['1-3-5:9', 'Invalid number in --usermap: 1-3-5'],
    ['5:99999999999', 'Invalid ID number: 99999999999'],
    ['4294967296:5', 'Invalid ID number: 4294967296'],
  ])('%s is refused in upstream’s words', (text, message) => {
    expect(() => map(text)).toThrow(expect.objectContaining({ message, exitCode: 1 }));
  });

  it('maps nothing backwards and nothing by a sign', () => {
    const context = { option: 'usermap', lookUp: () => undefined, warn: () => undefined };
    expect(ruledId(parseIdRules('5-2:9,-3:4', context), 3, '')).toBeUndefined();
  });
});
