// Random values of --stop-at: the same ones are taken, have passed, or are none, as with rsync 3.4.1; and the moments they mean.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseMoment } from '@ocrsync/node/options/moment';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../interop/peers.ts';

const upstream = findPeer('3.4.1');
const SEED = Number(process.env['OCRSYNC_SEED'] ?? 5);
const ROUNDS = Number(process.env['OCRSYNC_ROUNDS'] ?? 150);
const NUMBERS = ['1', '12', '31', '2026', '2999', '99', '0', '13', '05', '11', '30', '100'];

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-stop-'));
  writeFileSync(path.join(directory, 's'), '');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('--stop-at', () => {
  it.skipIf(upstream === undefined)(`is read as by rsync 3.4.1 (seed ${SEED}, ${ROUNDS} texts)`, () => {
    let state = SEED;
    const from = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const pick = (list: readonly string[]): string => list[from(list.length)]!;
    for (let round = 0; round < ROUNDS; round++) {
      const date = Array.from({ length: from(4) }, () => pick(NUMBERS)).join(pick(['-', '/']));
      const clock =
        pick(['', '1', '23', '24', '7']) + pick([':', ':', '']) + pick(['', '0', '59', '60', '5']);
      const text = from(2) === 0 ? date : `${date}${pick(['T', 't'])}${clock}`;
      if (text === '') continue;
      const { status, stderr } = spawnSync(upstream!, [`--stop-at=${text}`, 's', 'd'], {
        cwd: directory,
        encoding: 'latin1',
      });
      const theirs = status === 0 ? 'taken' : stderr.includes('format') ? 'format' : 'past';
      const moment = parseMoment(text, new Date());
      expect(typeof moment === 'number' ? 'taken' : moment, `--stop-at=${text}`).toBe(theirs);
    }
  });

  it.each<[string, number, number, number, number, number]>([
    ['2026-12-24T18:30', 2026, 12, 24, 18, 30],
    ['26/12/24', 2026, 12, 24, 0, 0],
    ['12-24T18:30', 2026, 12, 24, 18, 30],
    ['3-1', 2027, 3, 1, 0, 0],
    ['20', 2026, 12, 20, 0, 0],
    ['21T13:00', 2026, 11, 21, 13, 0],
    ['31', 2026, 12, 31, 0, 0],
    ['2-29', 2028, 2, 29, 0, 0],
    ['T12:30', 2026, 11, 22, 12, 30],
    ['12:32', 2026, 11, 21, 12, 32],
    [':45', 2026, 11, 21, 12, 45],
    [':15', 2026, 11, 21, 13, 15],
  ])(
    '%s at noon and a half of a day in November is %i-%i-%i %i:%i',
    (text, year, month, day, hour, minute) => {
      const now = new Date(2026, 10, 21, 12, 31, 20);
      expect(parseMoment(text, now)).toBe(new Date(year, month - 1, day, hour, minute).getTime());
    },
  );
});
