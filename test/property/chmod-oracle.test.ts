// Random --chmod texts: the same ones are refused, and the same modes come out, as with rsync 3.5.0.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyChmod, parseChmod } from '@ocrsync/node/options/chmod';
import { findPeer } from '../../interop/peers.ts';

const peer = findPeer('3.5.0');
const SEED = Number(process.env['OCRSYNC_SEED'] ?? 41);
const ROUNDS = Number(process.env['OCRSYNC_ROUNDS'] ?? 150);
const MODES = [0o644, 0o600, 0o755, 0o4755, 0o2711, 0o1777, 0o7000, 0o070, 0o6444, 0o001, 0o4000, 0o640];

/** A small linear generator: the same seed gives the same texts everywhere. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function item(from: (below: number) => number): string {
  const some = (letters: string, most: number): string =>
    Array.from({ length: from(most + 1) }, () => letters[from(letters.length)]!).join('');
  if (from(6) === 0) return some('DF', 1) + some('01234567', 5);
  if (from(25) === 0) return some('ugoaDFrwxXst+-=07z', 6);
  const letters = from(4) === 0 ? some('ugo', 1) : some('rwxXst', 3);
  return some('DFugoa', 3) + '+-='[from(3)]! + letters;
}

function permissions(mode: number): string {
  const three = (shift: number, special: boolean, on: string): string => {
    const bits = (mode >> shift) & 7;
    const execute = (bits & 1) !== 0;
    const last = special ? (execute ? on : on.toUpperCase()) : execute ? 'x' : '-';
    return ((bits & 4) !== 0 ? 'r' : '-') + ((bits & 2) !== 0 ? 'w' : '-') + last;
  };
  return (
    three(6, (mode & 0o4000) !== 0, 's') +
    three(3, (mode & 0o2000) !== 0, 's') +
    three(0, (mode & 0o1000) !== 0, 't')
  );
}

describe.skipIf(peer === undefined || process.getuid?.() !== 0)('--chmod', () => {
  let root = '';
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'ocrsync-chmod-'));
    for (const mode of MODES) {
      const name = mode.toString(8).padStart(4, '0');
      writeFileSync(path.join(root, `f${name}`), '');
      mkdirSync(path.join(root, `d${name}`));
      for (const kind of 'fd') chmodSync(path.join(root, kind + name), mode);
    }
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it(`gives the modes that rsync 3.5.0 gives (seed ${SEED}, ${ROUNDS} texts)`, () => {
    const from = random(SEED);
    const umask = process.umask();
    for (let round = 0; round < ROUNDS; round++) {
      const text = Array.from({ length: 1 + from(3) }, () => item(from)).join(',');
      const run = spawnSync(peer!, ['-d', '--list-only', `--chmod=${text}`, `${root}/`], {
        encoding: 'latin1',
      });
      const items = parseChmod(text);
      expect(items !== undefined, `--chmod=${text}: ${run.stderr}`).toBe(run.status === 0);
      if (items === undefined) continue;
      const theirs = new Map(
        run.stdout
          .split('\n')
          .map((line) => [line.slice(line.lastIndexOf(' ') + 1), line.slice(1, 10)] as const),
      );
      for (const mode of MODES) {
        const name = mode.toString(8).padStart(4, '0');
        for (const kind of ['f', 'd']) {
          const after = permissions(applyChmod(mode, kind === 'd', items, umask));
          expect(`${kind}${name} ${after}`, `--chmod=${text}`).toBe(
            `${kind}${name} ${theirs.get(kind + name)}`,
          );
        }
      }
    }
  });
});
