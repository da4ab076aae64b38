// The text of user.rsync.%stat, with the examples of docs/protocol/03 §11.5.
import { formatFakeStat, isSameFake, parseFakeStat } from '@ocrsync/node/fs/metadata/fake-stat';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('the stat attribute of fake-super', () => {
  it('reads and writes what rsync writes', () => {
    for (const [text, fake] of [
      ['100644 0,0 1:2', { mode: 0o100644, rdevMajor: 0, rdevMinor: 0, uid: 1, gid: 2 }],
      ['60644 259,70000 0:0', { mode: 0o60644, rdevMajor: 259, rdevMinor: 70000, uid: 0, gid: 0 }],
      ['40755 0,0 0:0', { mode: 0o40755, rdevMajor: 0, rdevMinor: 0, uid: 0, gid: 0 }],
      ['120777 0,0 7:8', { mode: 0o120777, rdevMajor: 0, rdevMinor: 0, uid: 7, gid: 8 }],
    ] as const) {
      expect(parseFakeStat(text)).toEqual(fake);
      expect(formatFakeStat(fake)).toBe(text);
    }
  });

  it('takes more spaces and what follows, as rsync does', () => {
    expect(parseFakeStat(' 100600  1,2  3:4 more')).toEqual({
      mode: 0o100600,
      rdevMajor: 1,
      rdevMinor: 2,
      uid: 3,
      gid: 4,
    });
  });

  it.each([
    '',
    'hello',
    '100644',
    '100644 0,0',
    '100644 0,0 1',
    '109644 0,0 1:2',
    '100644 -1,0 1:2',
    '1000000 0,0 1:2',
  ])('calls %j corrupt', (text) => expect(parseFakeStat(text)).toBeUndefined());

  it('calls numbers corrupt that are no ids', () => {
    expect(parseFakeStat('100644 0,0 4294967296:0')).toBeUndefined();
    expect(parseFakeStat('100644 0,99999999999999999999 0:0')).toBeUndefined();
    expect(parseFakeStat('100644 0,0 4294967295:0')?.uid).toBe(4294967295);
  });

  it('comes back as it was written', () => {
    const id = fc.integer({ min: 0, max: 0xffffffff });
    const any = fc.record({
      mode: fc.integer({ min: 0, max: 0o177777 }),
      rdevMajor: id,
      rdevMinor: id,
      uid: id,
      gid: id,
    });
    fc.assert(fc.property(any, (fake) => isSameFake(parseFakeStat(formatFakeStat(fake))!, fake)));
  });
});
