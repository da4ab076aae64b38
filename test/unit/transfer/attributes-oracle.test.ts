// Differential: which attributes a local copy of ours leaves, and the lines it prints about them, beside rsync 3.4.1 on the real disk.
// Lines of different processes may come in another order (07-output.md §3), so they are compared as sets.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { runWords } from './client-run.ts';

const rsync = findPeer('3.4.1');
const isRoot = process.geteuid?.() === 0;
const home = process.cwd();

const TREES = {
  times: `mkdir -p s/a; echo x >s/a/f; echo y >s/g; ln -s q s/l; touch -h -d @1500000000.5 s/a/f s/g s/l s/a s; cp -a s d
touch -h -d @1500000002 d/l d/g d/a/f d/a; touch -h -d @1500000002 d`,
  modes: `mkdir -p s/x d/x; for m in 644 755 700 600 4755; do echo $m >s/$m; chmod $m s/$m; echo q$m >d/$m; done
chmod 755 d/644; chmod 640 d/755; chmod 600 d/700; chmod 711 d/600; chmod 700 s/x; touch -d @1500000000 s/* s d/* d`,
  sizes: `mkdir s; for i in 1 20 300 4000; do head -c $i /dev/zero >s/f$i; done; ln s/f300 s/h300; touch -d @1500000000 s/* s`,
  dirlinks: `mkdir -p s/a d/real; echo x >s/a/f; chmod 700 s/a; touch -d @1500000000.5 s/a/f s/a s; ln -s real d/a
touch -h -d @1400000000 d/a d/real d`,
  links: `mkdir -p s/p s/q d/p d/x2; echo 1 >s/a; ln s/a s/p/b; ln s/a s/q/c; echo 2 >s/x; ln s/x s/x2; ln -s t s/l; ln s/l s/q/l2
mkfifo s/f; ln s/f s/q/f2; echo other >d/x; echo zz >d/p/b; touch -h -d @1500000000 s/* s/*/* s/p s/q s; touch -d @1400000000 d/p d/x2 d/x d`,
  blocks: `mkdir -p s d; for i in a b c; do echo $i >s/$i; done; setfattr -n user.short -v x s/a; setfacl -m u:1:rwx s/b
touch -d @1500000000 s/* s; cp -a s/c d; setfattr -n user.short -v y s/c; setfacl -m g:2:r s/c; touch -d @1500000000 d s/* s`,
  owners: `mkdir s; for u in 0 1 2 5 12 12345 65534; do echo $u >s/$u; chown $u:$u s/$u; done; touch -d @1500000000 s/* s`,
  kinds: `mkdir -p s/dir d; for i in same size time mode; do echo $i >s/$i; done; ln -s x s/l; touch -h -d @1500000000 s/* s
cp -a s/same s/size s/time s/mode d; echo more >>d/size; touch -d @1500000000 d/size; touch -d @1600000000 d/time; chmod 600 d/mode
ln -s y d/l; touch -h -d @1500000000 d/l d`,
  setids: `mkdir s; for m in 755 4755 2755 6755 2644 1755; do echo $m >s/$m; mkfifo s/p$m; mkdir s/d$m; chmod $m s/*$m; done
touch -d @1500000000 s/* s; cp -a s d; chown 2:3 d/*; for m in 755 4755 2755 6755 2644 1755; do chmod $m d/*$m; done
chmod 6755 d/755 d/p755; chmod 755 d/6755; touch -d @1500000000 d`,
} as const;

type TreeName = keyof typeof TREES;

const LINES: Readonly<Record<TreeName, readonly string[]>> = {
  times: [
    '-aiO',
    '-aiJ',
    '-aiOJ',
    '-ai -@1',
    '-aii -@2',
    '-aii -@-1',
    '-aii -@-1 --no-i-r',
    '-aiu -@1',
    '-aiu -@3',
    '-ain -@1',
    '-avv -@2',
    '-aJvv',
  ],
  modes: [
    '-rEi',
    '-rtEii',
    '-rEvv',
    '-aEi',
    '-rEin',
    '-rti --chmod=Du=rwx,go=,F640',
    '-ai --chmod=D2755,Fa+x',
    '-rp --chmod=ug=rwX,o=',
  ],
  sizes: [
    '-avv --max-size=300',
    '-ai --min-size=300',
    '-avvH --max-size=299',
    '-ai --max-size=1K --min-size=20',
    '-aHi --min-size=301',
    '-ai --max-size=0',
  ],
  dirlinks: ['-aKi', '-rtKvvi', '-aKi --delete', '-aKi --no-i-r', '-rKi'],
  links: [
    '-aHi',
    '-aHHi',
    '-aHi --no-i-r',
    '-aHin',
    '-aHvv',
    '-aHi --delete',
    '-aHi --ignore-existing',
    '-aHi --existing',
    '-aHi --protocol=29',
  ],
  setids: ['-ai', '-ain', '-aiE', '-rtogi', '-rtgi', '-aAi', '-rlpto -vv'],
  blocks: ['-aAX --protocol=27', '-rltpX --protocol=28', '-aAXi --protocol=28', '-aAXi --protocol=29'],
  owners: [
    '-a --usermap=daemon:nobody,12000-12999:7,*:0',
    '-a --usermap=:5,*:6 --groupmap=bin:7',
    '-a --usermap=daemon:nosuch',
    '-a --numeric-ids --usermap=daemon:7,5:8,*:9',
    '-ai --chown=nobody:daemon',
    '-r --chown=:daemon',
  ],
  kinds: [
    '-ai --ignore-existing --info=skip2',
    '-aci --ignore-existing --info=skip2',
    '-avv --ignore-existing',
    '-avv --existing',
  ],
};

let base = '';
beforeAll(() => {
  mkdirSync('.cache', { recursive: true });
  base = mkdtempSync(path.resolve('.cache/attributes-'));
});
afterAll(() => {
  process.chdir(home);
  rmSync(base, { recursive: true, force: true });
});

function shell(script: string): string {
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', script], { cwd: base, encoding: 'latin1' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Times of this minute are the runs' own. */
function tree(): string[] {
  const found = shell(`find d -mindepth 1 -printf '%P %y %m %U:%G %l %T@ %n\\n'`);
  const times = (line: string): string => line.replace(/ (1[6-9]|[2-9])\d{8}\.\d+ (?=\d+$)/, ' NOW ');
  return found
    .split('\n')
    .map(times)
    .map((line) => line.replace(/^(\S+ d .*) \d+$/, '$1'))
    .sort();
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^(sent \d|total size|total:)/.test(line))
    .sort();
}

const isTested = (name: TreeName): boolean => name !== 'owners' || isRoot;
const cases = (Object.keys(TREES) as TreeName[])
  .filter(isTested)
  .flatMap((name) => LINES[name].map((options) => [name, options] as const));

describe.skipIf(rsync === undefined)('attributes beside rsync 3.4.1', () => {
  it.each(cases)('of the tree "%s" with %s', async (name, options) => {
    const words = [...options.split(' '), 's/', 'd/'];
    shell(`rm -rf s d; ${TREES[name]}`);
    const real = spawnSync(rsync!, words, { cwd: base, encoding: 'latin1' });
    const wanted = tree();
    shell(`rm -rf s d; ${TREES[name]}`);
    process.chdir(base);
    const ours = await runWords(words);
    expect(ours.exit).toBe(real.status);
    expect(lines(ours.stdout)).toEqual(lines(real.stdout));
    expect(lines(ours.stderr)).toEqual(lines(real.stderr));
    expect(tree()).toEqual(wanted);
  });
});
