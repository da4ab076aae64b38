import { describe, expect, it } from 'vitest';
import type { FileStat } from '@ocrsync/node/fs/filesystem';
import { DEFAULT_OPTIONS } from '@ocrsync/node/options/default-options';
import type { Options } from '@ocrsync/node/options/options';
import type { Entry } from '@ocrsync/node/session/ports';
import type { DestinationState } from '@ocrsync/node/transfer/destination-state';
import { finalMode } from '@ocrsync/node/transfer/final-mode';
import {
  hasExactMtime,
  hasSameMtime,
  isNewerThan,
  keepsMtime,
  permissionsDiffer,
} from '@ocrsync/node/transfer/kept-attributes';

const FILE = 0o100000;
const DIRECTORY = 0o040000;
const SYMLINK = 0o120000;

function entryAt(sec: number, nsec: number): Entry {
  return { list: { mtimeSec: () => sec, mtimeNsec: () => nsec }, row: 0, ndx: 0 } as unknown as Entry;
}

function statAt(mtimeSec: number, mtimeNsec: number): FileStat {
  return { mtimeSec, mtimeNsec } as FileStat;
}

function state(options: Partial<Options>, exactTimes = true): DestinationState {
  return {
    options: { ...DEFAULT_OPTIONS, ...options },
    filesystem: { exactTimes },
  } as unknown as DestinationState;
}

describe('times', () => {
  it('are equal by whole seconds, within a window, or to the nanosecond with a negative one', () => {
    const cases: [number, number, number, boolean][] = [
      [0, 100, 5, true],
      [0, 101, 0, false],
      [2, 102, 0, true],
      [2, 98, 9, true],
      [2, 103, 0, false],
      [-1, 100, 5, false],
      [-1, 100, 0, true],
      [-1, 101, 0, false],
    ];
    for (const [modifyWindow, sec, nsec, same] of cases) {
      expect(hasSameMtime(state({ modifyWindow }), entryAt(100, 0), statAt(sec, nsec))).toBe(same);
    }
  });

  it('may be off by what the platform cannot set', () => {
    expect(hasExactMtime(state({}), entryAt(1, 500), statAt(1, 300))).toBe(false);
    expect(hasExactMtime(state({}, false), entryAt(1, 500), statAt(1, 300))).toBe(true);
  });

  it('at the destination are newer only beyond the window', () => {
    const isNewer = (modifyWindow: number, sec: number) =>
      isNewerThan(state({ modifyWindow }), entryAt(100, 0), statAt(sec, 0));
    expect([isNewer(0, 100), isNewer(0, 101), isNewer(2, 100), isNewer(2, 98), isNewer(-1, 101)]).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(isNewer(-1, 102)).toBe(true);
  });

  it('are left alone where the options say so', () => {
    const kept = (options: Partial<Options>) =>
      [FILE, DIRECTORY, SYMLINK].map((mode) => keepsMtime({ ...DEFAULT_OPTIONS, ...options }, mode));
    expect(kept({ times: true })).toEqual([true, true, true]);
    expect(kept({ times: true, omitDirTimes: true })).toEqual([true, false, true]);
    expect(kept({ times: true, omitLinkTimes: true })).toEqual([true, true, false]);
    expect(kept({ omitLinkTimes: true })).toEqual([false, false, false]);
  });
});

describe('permissions', () => {
  it('differ by all bits with -p, by who may execute with -E, else never', () => {
    const differ = (options: Partial<Options>) =>
      [0o644, 0o600, 0o755].map((mode) => permissionsDiffer({ ...DEFAULT_OPTIONS, ...options }, mode, 0o644));
    expect(differ({ perms: true })).toEqual([false, true, true]);
    expect(differ({ executability: true })).toEqual([false, false, true]);
    expect(differ({})).toEqual([false, false, false]);
  });

  it('of a file that stays follow the source’s executability with -E', () => {
    const kept = (source: number, existing: number) =>
      finalMode(FILE | source, { mode: FILE | existing } as FileStat, 0o022, true) & 0o7777;
    expect(kept(0o755, 0o640)).toBe(0o750);
    expect(kept(0o700, 0o604)).toBe(0o705);
    expect(kept(0o644, 0o4755)).toBe(0o4644);
    expect(kept(0o755, 0o611)).toBe(0o611);
    expect(finalMode(DIRECTORY | 0o700, { mode: DIRECTORY | 0o644 } as FileStat, 0o022, true)).toBe(
      DIRECTORY | 0o644,
    );
    expect(finalMode(FILE | 0o4777, undefined, 0o022, true)).toBe(FILE | 0o755);
  });
});
