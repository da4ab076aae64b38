// Extended attributes of what needs no data, beside rsync 3.4.1: what else changes with them.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = `mkdir -p s/e d/e; echo f >s/f; cp -p s/f d; for n in e f; do setfattr -n user.one -v 1 s/$n; done
touch -d @1500000000 s/e s/f d/f s; touch -d @1400000000 d/e d`;

besideUpstream('extended attributes of a file that is not transferred', FILES, (kit) => {
  it.each(['-rpX', '-rpXt', '-rpXtO', '-aX', '-aXO --protocol=30'])(
    'leave the times that are not kept: %s',
    (words) => {
      const show = 'cd d && stat -c "%n %a %Y" e f && getfattr -d e f';
      kit.compare(`RSYNC ${words} s/ d && ${show}`);
      kit.compare(`RSYNC ${words} SH s/ h:$PWD/d && ${show}`);
    },
    30_000,
  );
});

const MODES = `mkdir -p s/new s/old s/same s/none d/old d/same; chmod 3775 s/*; for n in new old same; do setfattr -n user.one -v 1 s/$n; done
setfattr -n user.one -v 1 d/same; for n in new old same; do echo x >s/f$n; chmod 4751 s/f$n; setfattr -n user.one -v 1 s/f$n; done
echo x >d/fold; echo x >d/fsame; setfattr -n user.one -v 1 d/fsame; chmod 600 d/f*; touch -d @1500000000 s/* d/*`;

besideUpstream('extended attributes without -p', MODES, (kit) => {
  it.each(['-rtX', '-rlX', '-aX --no-p', '-rtXE', '-rtX --chmod=Dg-w', '-rtX --no-xattrs', '-rtXn'])(
    'give their whole mode to directories and to files that need no data: %s',
    (words) => {
      kit.compare(`RSYNC ${words} s/ d; stat -c "%n %a" d/*`);
      kit.compare(`RSYNC ${words} SH s/ h:$PWD/d; stat -c "%n %a" d/*`);
    },
    30_000,
  );
});
