// Differential: a pull by our receiving side leaves the tree, and prints the lines, that rsync 3.4.1's own client does.
// Lines of different processes may come in another order (07-output.md §3), so they are compared as sets.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { linesOf, ourPull, realPull, shell } from './pull-harness.ts';

const rsync = findPeer('3.4.1');

const SOURCE = `mkdir -p src/sub/deep src/e; echo hi >src/a; seq 100000 >src/big; ln -s a src/l; ln src/a src/hard; ln src/a src/sub/h3
seq 50000 >src/sub/deep/x; echo . >src/.hid; find src -exec touch -h -d @1500000000.987654321 {} +
touch -d @1234567890.123456789 src/sub/deep/x`;

const DESTINATIONS: Readonly<Record<string, string>> = {
  missing: 'true',
  changed: `mkdir -p d/sub/deep d/x1/in d/y d/.hid d/sub/extra/d; cd d; echo hi >a
(seq 50000; echo changed; seq 50001 100000) >big; echo x >x1/in/q; echo e >x1/p; echo z >zfile; ln -s nowhere l; echo old >hard
chmod 600 hard; echo n >sub/h3; touch -d @1600000000 sub/deep/x; ln -s qq e; touch y/1 y/2 sub/extra/f`,
  'linked already': `cp -a ../src d; cp -p d/a d/copy; mv d/copy d/sub/h3`,
  'of other attributes': `cp -a ../src d; cd d; chmod 600 big; touch -h -d @1600000000 l; touch -d @1500000000 sub/h3`,
  'in the way': `mkdir -p d/a/q d/big d/l/x d/hard d/sub; cd d; echo f >sub/deep; echo f >e; mkdir -p sub/h3/in; touch l/x/1`,
};

const LINES: readonly (readonly [keyof typeof DESTINATIONS, string])[] = [
  ...[
    '-ai',
    '-ai --no-i-r',
    '-avH',
    '-rv',
    '-r',
    '-aHvvi',
    '-aic',
    '-az',
    '-a --zc=zlib',
    '-a --zc=lz4',
    '-ain',
  ].map((line) => ['missing', line] as const),
  ...[
    '-av --protocol=28',
    '-aHi --protocol=31',
    '-aRi',
    '-aHii',
    '-aHin',
    '-rlvH',
    '-a --zc=zlibx',
    '-av',
  ].map((line) => ['missing', line] as const),
  ...['-ai', '-ai --delete', '-ai --delete --no-i-r', '-avv --delete', '-aHi --delete', '-aiI', '-rlvv'].map(
    (line) => ['changed', line] as const,
  ),
  ...['-ai --existing', '-ai --inplace', '-ai --append', '-ai --append-verify', '-aiW', '-ai -B 1000'].map(
    (line) => ['changed', line] as const,
  ),
  ...[
    '-avn --delete',
    '-ai --cc=md5',
    '-ai --cc=sha1',
    '-ai --cc=xxh3',
    '-ai --cc=none',
    '-rlt --size-only -i',
  ].map((line) => ['changed', line] as const),
  ...['-av --protocol=28 --delete', '-ai --zc=zlib -B 500', '-aHi --no-i-r', '-d -i', '-aiRv --delete'].map(
    (line) => ['changed', line] as const,
  ),
  ...['-ai', '-ai --delete', '-avv', '-aHi --delete', '-aiI --inplace'].map(
    (line) => ['in the way', line] as const,
  ),
  ...['-aHvv', '-aHvv --no-i-r', '-aHvvn', '-aHvvc', '-aHvvI', '-aHv --info=name2', '-aHvvi'].map(
    (line) => ['linked already', line] as const,
  ),
  ...['-aiu', '-aHvv', '-aHvvn', '-aHvvnc', '-rlpvvnc', '-rlvvnc', '-avn --info=name2'].map(
    (line) => ['of other attributes', line] as const,
  ),
];

/** Everything about the tree but what cannot be equal: sizes of directories, and times unless they are preserved. */
function treeOf(directory: string, withTimes: boolean): string {
  const time = withTimes ? '%T@' : '';
  return shell(
    directory,
    `[ -d d ] || exit 0; cd d; find . -mindepth 1 -type d -printf '%P d %m ${time}\n' | sort
find . ! -type d -printf '%P %y %m %n %s ${time} %l\n' | sort; find . -type f -exec md5sum {} + | sort -k 2`,
  );
}

describe.skipIf(rsync === undefined)('a pull from rsync 3.4.1', () => {
  it.each(LINES)('into a destination that is %s, with %s, ends as upstream ends it', async (start, line) => {
    const base = mkdtempSync(path.join(tmpdir(), 'ocrsync-pull-'));
    try {
      shell(base, SOURCE);
      shell(base, `mkdir real; cd real; ${DESTINATIONS[start]}`);
      shell(base, 'cp -a real ours');
      const words = line.split(' ');
      const real = realPull(rsync!, base, words, 'src/', 'real/d');
      const ours = await ourPull(rsync!, base, words, 'src/', path.join(base, 'ours/d'));
      expect(ours.error).toBeUndefined();
      const withTimes = /^-(a|rlt)/.test(line);
      expect(treeOf(path.join(base, 'ours'), withTimes)).toBe(treeOf(path.join(base, 'real'), withTimes));
      const shown = ours.stdout.replaceAll(path.join(base, 'ours/d'), 'real/d');
      expect(linesOf(shown)).toEqual(linesOf(real.stdout));
      expect(ours.transferErrors).toBe(real.exitCode === 23);
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  });
});
