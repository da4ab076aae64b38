// Differential: what the generator does when it hears of files that have arrived (times of directories, links to new files), and so
// in which order, beside rsync 3.4.1 (docs/protocol/04-transfer.md §10.4, §15).
import { afterAll, describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findPeer } from '../../../interop/peers.ts';
import { ourCommand } from '../../crash/crash-kit.ts';

const upstream = findPeer('3.4.1');
const base = mkdtempSync(path.join(tmpdir(), 'ocrsync-outcomes-'));

afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

/** What it prints, and whether the destination has its time of the year 2001. */
function told(command: string, tree: string, words: string): unknown {
  const make = `rm -rf ${base}/w; mkdir -p ${base}/w/d; cd ${base}/w; ${tree}\ntouch -d 2001-01-01 s d`;
  const ran = spawnSync('bash', ['-c', `${make}; ${command} ${words}; find d -maxdepth 0 -printf %TY`], {
    encoding: 'latin1',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return { code: ran.status, lines: ran.stdout.split('\n') };
}

const sized = (name: string, bytes: number): string => `head -c ${bytes} /dev/zero > s/${name}; `;
const few = `mkdir -p s/a; ${sized('f', 700)}${sized('a/f', 700)}`;
const linked = `mkdir -p s/a/c s/d s/u/b s/y/z s/x; ${sized('d/2', 33_000)}ln s/d/2 s/f; ${[
  sized('sub', 70_001),
  sized('a/h', 5),
  sized('c', 20_000),
  sized('x/r', 12),
  sized('y/t', 5000),
  sized('u/b/x', 33_000),
  sized('d/1', 1500),
  sized('u/b/y', 100),
  sized('u/f', 1),
  sized('a/c/1', 5000),
].join('')}`;

describe.skipIf(upstream === undefined)('outcomes that the receiver half tells', () => {
  for (const [name, tree, words] of [
    ['a few files in directories leave the time of the destination alone', few, '-rtH -T . s/ d/'],
    ['links are made after what was asked for with them', linked, '-aHi --remove-source-files s d/'],
  ] as const) {
    it(name, () => {
      expect(told(ourCommand, tree, words)).toEqual(told(upstream!, tree, words));
    });
  }
});
