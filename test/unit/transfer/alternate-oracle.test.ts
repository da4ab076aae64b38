// Differential: pulls with --compare-dest, --copy-dest, --link-dest and --fuzzy by our receiving side leave the tree, and print the
// lines, that rsync 3.4.1's own client does. Link counts are compared, so that links into the alternate directory are seen.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { linesOf, ourPull, realPull, shell } from './pull-harness.ts';

const rsync = findPeer('3.4.1');

const FILES = `mkdir -p src/sub src/newdir; cd src
echo same >same; echo attr >attr; echo new text >cont; echo y >sub/y; ln -s same lnk; mkfifo ff; ln -s a lnkt; echo new >new
echo size >upd; echo z >newdir/z; echo tt >timeonly; seq 5000 >big; cd ..; find src -exec touch -h -d @1500000000.123456789 {} +`;

const ALTERNATE = `cp -a ../src alt; cd alt; rm -rf new newdir; chmod 600 attr; echo old >cont; touch -d @1400000000 cont timeonly
touch -h -d @1400000000 lnkt; (seq 2000; echo hi; seq 2001 5000) >big; cd ..; mkdir d`;

/** What stands at the destination is newer, older, of other kinds, or linked to the alternate directory already. */
const EXISTING = `${ALTERNATE}; rmdir d; cp -a ../src d; cd d; rm new; echo changed >same; touch -d @1300000000 upd same; chmod 600 timeonly
rm sub/y; ln ../alt/sub/y sub/y; ln -sfn other lnk; touch -h -d @1300000000 lnk; rm ff; mkfifo -m 600 ff; touch -d @1300000000 ff; chmod 777 attr
rm newdir/z; rm big; mkdir big; find . -type d -exec touch -d @1300000000 {} +`;

const GROUPS = `mkdir -p src/s; cd src; for g in A B D E; do echo group$g >\${g}1; ln \${g}1 \${g}2; ln \${g}1 s/\${g}3; done
ln -s t L1; ln L1 L2; mkfifo P1; ln P1 P2; cd ..; find src -exec touch -h -d @1500000000 {} +`;

/** A: all there, linked. B: all there, apart. D: only the first. E: the first has other content. */
const GROUPS_ALTERNATE = `cp -a ../src alt; cd alt; rm B2 s/B3 D2 s/D3 E1; cp -p ../../src/B1 B2; cp -p ../../src/B1 s/B3; echo diff >E1; cd ..
mkdir d; touch -d @1400000000 d`;

const SIMILAR = `mkdir -p src/sub; seq 20000 >src/big-1.2.txt; seq 30000 50000 >src/sub/data.tar; echo short >src/a; seq 100 >src/zsame
touch -d @1500000000 src/*.txt src/sub/* src/a src/zsame src/sub src`;
const SIMILAR_THERE = `mkdir -p d/sub alt/sub; (seq 9000; echo x; seq 9001 20000) >d/big-1.1.txt; chmod 640 d/big-1.1.txt
(seq 30000 40000; echo y; seq 40001 50000) >alt/sub/data-old.tar; (echo q; seq 30000 49000) >d/sub/dota.tar; echo shirt >d/b
cp -p ../src/zsame d/same; cp -p ../src/zsame alt/psame; (seq 20000; echo more) >alt/big-1.3.txt; touch -d @1300000000 d/*.txt d/b d/sub/* d d/sub`;

const KINDS = ['compare', 'copy', 'link'];

type Case = readonly [title: string, source: string, start: string, line: string];

const CASES: readonly Case[] = [
  ...KINDS.flatMap((kind) => [
    ...[
      '-aii',
      '-avv',
      '-aiin',
      '-rii',
      '-rlti --size-only',
      '-aii --no-i-r',
      '-av --protocol=28',
      '-ai --inplace',
    ].map((words): Case => ['missing files', FILES, ALTERNATE, `${words} --${kind}-dest=ALT`]),
    ...['-aii', '-aiin', '-avvc'].map((words): Case => [
      'existing files',
      FILES,
      EXISTING,
      `${words} --${kind}-dest=ALT`,
    ]),
  ]),
  // Upstream hangs in such pulls with --compare-dest.
  ...['copy', 'link'].flatMap((kind) =>
    ['-aHi', '-aHii --no-i-r'].map((words): Case => [
      'groups of links',
      GROUPS,
      GROUPS_ALTERNATE,
      `${words} --${kind}-dest=ALT`,
    ]),
  ),
  ['several directories', FILES, ALTERNATE, '-aii --link-dest=ALT/none --link-dest=ALT/sub --link-dest=ALT'],
  // Of a file longer than the alternate one rsync makes only the end; ours is whole.
  ...KINDS.map((kind): Case => [
    'files to append to, beside the destination only',
    'mkdir src; cd src; echo abc >longer; echo abc >same; touch -d @1500000000 * .',
    'mkdir alt d; echo abcdef >alt/longer; echo xyz >alt/same; touch -d @1400000000 alt/* d',
    `-aii --append --${kind}-dest=ALT`,
  ]),
  [
    'files to append to, of similar names',
    'mkdir src; cd src; echo abc >longer-1; touch -d @1500000000 * .',
    'mkdir d; echo abcdef >d/longer-2; touch -d @1400000000 d/* d',
    '-aiiy --append',
  ],
  ['a directory that is none', FILES, ALTERNATE, '-aii --copy-dest=ALT/same --copy-dest=ALT'],
  ['a directory below the destination', FILES, 'mkdir d; cp -a ../src d/.alt', '-aii --link-dest=.alt'],
  ...[
    '-aiy',
    '-rltiy',
    '-aiy --inplace',
    '-aiyn',
    '-aiyz',
    '-aiy --protocol=29',
    '-aiyy --compare-dest=ALT',
  ].map((words): Case => ['similar files', SIMILAR, SIMILAR_THERE, words]),
  ['similar files', SIMILAR, SIMILAR_THERE, '-aivyy --link-dest=ALT --link-dest=ALT/sub'],
];

function treeOf(directory: string, withTimes: boolean): string {
  const time = withTimes ? '%T@' : '';
  return shell(
    directory,
    `cd d; find . -mindepth 1 -printf '%P %y %m %n ${time} %l\n' | sed -E 's/^([^ ]* d [0-7]*) [0-9]*/\\1/' | sort
find . -type f -exec md5sum {} + | sort -k 2; cd ..; find alt -type f -exec md5sum {} + 2>/dev/null | sort -k 2; echo`,
  );
}

function inNewDirectory<T>(run: (base: string) => Promise<T>): Promise<T> {
  const base = mkdtempSync(path.join(tmpdir(), 'ocrsync-alternate-'));
  return run(base).finally(() => rmSync(base, { recursive: true, force: true }));
}

describe.skipIf(rsync === undefined)('a pull from rsync 3.4.1', () => {
  it.each(CASES)('%s: ends as upstream ends it (%#)', async (_title, source, start, line) => {
    await inNewDirectory(async (base) => {
      shell(base, source);
      for (const side of ['real', 'ours']) shell(base, `mkdir ${side}; cd ${side}; ${start}`);
      const wordsOf = (side: string): string[] =>
        line.split(' ').map((word) => word.replace('ALT', path.join(base, side, 'alt')));
      const real = realPull(rsync!, base, wordsOf('real'), 'src/', 'real/d');
      const ours = await ourPull(rsync!, base, wordsOf('ours'), 'src/', path.join(base, 'ours/d'));
      expect(ours.error).toBeUndefined();
      const withTimes = /^-(a|rlt)/.test(line);
      const trees = ['ours', 'real'].map((side) => treeOf(path.join(base, side), withTimes));
      expect(trees[0]).toBe(trees[1]);
      const asReal = (text: string): string =>
        text.replaceAll(path.join(base, 'ours'), path.join(base, 'real'));
      expect(linesOf(asReal(ours.stdout))).toEqual(linesOf(real.stdout));
    });
  });

  it('sends what a group lacks in the alternate directory, where upstream leaves it out', async () => {
    await inNewDirectory(async (base) => {
      shell(
        base,
        'mkdir src d; echo x >src/a; ln src/a src/b; touch -d @1500000000 src/a; mkdir alt; cp -p src/a alt/b',
      );
      const words = ['-aH', `--compare-dest=${path.join(base, 'alt')}`];
      const { error } = await ourPull(rsync!, base, words, 'src/', path.join(base, 'd'));
      expect(error).toBeUndefined();
      expect(readFileSync(path.join(base, 'd/a'), 'utf8')).toBe('x\n');
    });
  });

  it('lets no symlink of the alternate tree lead a name of the peer out of it', async () => {
    await inNewDirectory(async (base) => {
      shell(
        base,
        'mkdir -p src/sub alt out d; echo x >src/sub/f; touch -d @1500000000 src/sub/f; cp -p src/sub/f out/f; ln -s ../out alt/sub',
      );
      const words = ['-a', `--link-dest=${path.join(base, 'alt')}`];
      const { error } = await ourPull(rsync!, base, words, 'src/', path.join(base, 'd'));
      expect(error).toBeUndefined();
      expect(existsSync(path.join(base, 'd/sub/f'))).toBe(true);
      expect(statSync(path.join(base, 'd/sub/f')).ino).not.toBe(statSync(path.join(base, 'out/f')).ino);
    });
  });

  it('appends nothing to a file that is only in the alternate directory, where upstream makes a hole', async () => {
    await inNewDirectory(async (base) => {
      shell(base, 'mkdir src alt d; seq 5000 >src/f; head -c 1000 src/f >alt/f');
      const words = ['-a', '--append', `--compare-dest=${path.join(base, 'alt')}`];
      const { error } = await ourPull(rsync!, base, words, 'src/', path.join(base, 'd'));
      expect(error).toBeUndefined();
      expect(readFileSync(path.join(base, 'd/f')).equals(readFileSync(path.join(base, 'src/f')))).toBe(true);
    });
  });
});
