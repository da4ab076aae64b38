// In which order the members of a group of hard links are linked, beside rsync 3.4.1.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = `mkdir -p s/d s/e d; echo hello >s/x; for n in a b y z d/a e/a; do ln s/x s/$n; done
for n in b x d/a; do mkdir -p d$n/d d$n/e; cp -p s/x d$n/$n; done; touch -d @1500000000 s/x $(find . -type d)`;

besideUpstream('hard links', FILES, (kit) => {
  it.each(['', '--no-i-r', '--protocol=29'])(
    'that waited for a file: the later ones, then the earlier ones from the nearest back %s',
    (words) => {
      for (const there of ['b', 'x', 'd/a']) {
        kit.compare(`RSYNC -aHiI ${words} SH s/ h:$PWD/d${there} | cat -n`);
      }
    },
    30_000,
  );
});
