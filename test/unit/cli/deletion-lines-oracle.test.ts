// Differential: what a pulling client tells of the names that it looks at, line by line beside rsync 3.4.1: the counts of a pass of
// deletions (docs/protocol/07-output.md §9.4) and what rules decide about received names (06-filters.md §17).
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = `mkdir -p s/a s/b s/k/y.bak d/a d/b d/z/y; touch s/b/x s/q.bak s/k/r s/k/y.bak/t d/new
cp -a s/. d; (cd d/a && touch $(seq -f f%g 120)); (cd d/z && touch $(seq -f g%g 120)); (cd d/z/y && touch $(seq -f h%g 101)); touch -d 2020-01-01 $(find s d)`;

besideUpstream('a pull tells', FILES, (kit) => {
  it.each([
    '--delete-before --progress',
    '--delete-after --progress -n',
    '--delete-before --info=flist2 -v',
    '--delete-before --progress --delete-excluded --exclude=f1*',
    '--delete-after --progress --filter=P_g*',
    '--delete-during --no-inc-recursive --progress',
  ])('how many names a pass of deletions has looked at, with %s', (words) => {
    kit.compare(`RSYNC -rt ${words} SH h:$PWD/s/ d`);
    kit.compare(`RSYNC -rt ${words} s/ d`);
  });

  it.each(['+_**', '+!_*.bak', 'S_*.bak'])(
    'what the rule %s decides about received names, and about those that it has',
    (rule) => {
      const filter = `-f '${rule.replace('_', ' ')}'`;
      kit.compare(`RSYNC -rtv --debug=filter ${filter} SH h:$PWD/s/ d`);
      kit.compare(`RSYNC -rtv --debug=filter ${filter} --delete SH h:$PWD/s d`);
      kit.compare(`RSYNC -rtv --debug=filter ${filter} --delete --protocol=29 SH h:$PWD/s/ d`);
      kit.compare(`RSYNC -rtvR --debug=filter ${filter} SH h:$PWD/./s d`);
    },
    30_000,
  );
});

const KINDS = `mkdir s d; cd s; touch f1 f2 f3; mkdir d1 d2; ln -s x l; mkfifo p; cd ..
mkdir -p d/{f1,l,p}/in/deep; touch d/{f1,l,p}/in/{a,keep} d/f3 d/d1; ln -s y d/f2; mkfifo d/d2`;

besideUpstream('--debug=del2 tells', KINDS, (kit) => {
  it.each(['', '--force', '--delete', '--force -n'])(
    'for which kind room is made, and a directory after what was in it: %s',
    (words) => {
      kit.compare(`RSYNC -rlD ${words} --debug=del2 s/ d/ 2>/dev/null | cat -n`);
      kit.compare(`RSYNC -rlD ${words} --debug=del2 -f 'P keep' s/ d/ 2>/dev/null | cat -n`);
    },
    30_000,
  );
});
