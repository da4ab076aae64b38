// Values of options that are odd but mean something, beside rsync 3.4.1.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = `mkdir -p s d/sub; echo 1 >s/f; echo 22 >d/f; echo file >d/a; touch -d @1500000000 s/f; touch -d @1400000000 d/f`;

besideUpstream('a directory that an option names', FILES, (kit) => {
  it.each([
    '-b --backup-dir=a/bk',
    '-b --backup-dir=a/bk/deeper',
    '-b --backup-dir=a',
    '-b --backup-dir=sub/bk',
    '--temp-dir=a/tmp',
    '--temp-dir=a',
    '--temp-dir=none',
    '--link-dest=a/other',
    '--compare-dest=a',
    '--copy-dest=none/a',
  ])('may be beneath a file: %s', (words) => {
    kit.compare(`RSYNC -a ${words} s/ d`);
    kit.compare(`RSYNC -a ${words} SH s/ h:$PWD/d`);
  });
});

besideUpstream('a limit of time', FILES, (kit) => {
  it.each(['99999999999', '2147483648', '153722867250000000', '153722867280912930', '+5', '1x'])(
    'may be far away: --stop-after=%s',
    (minutes) => kit.compare(`RSYNC -a --stop-after=${minutes} s/ d`),
  );
});
