// Differential: the lines of --info=progress2 at the ends of lists and phases, beside rsync 3.4.1 (docs/protocol/07-output.md §9.3).
// Nothing has data here: rates would differ from run to run.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = `mkdir -p s/a s/b/c; echo x >s/x; echo y >s/a/y; echo z >s/b/c/z; touch -d 2020-01-01 $(find s); cp -a s d
mkdir e e/a e/b; touch e/1 e/a/2 e/b/3`;

besideUpstream('--info=progress2', FILES, (kit) => {
  it.each(['-a', '-an', '-a --no-inc-recursive', '-a --protocol=28', '-a --list-only', '-av'])(
    'tells every list and phase that ends without data, with %s',
    (words) => {
      kit.compare(`RSYNC ${words} --info=progress2 s/ d`);
      kit.compare(`RSYNC ${words} --info=progress2 SH s/ h:$PWD/d`);
      kit.compare(`RSYNC ${words} --info=progress2 SH h:$PWD/s/ d`);
    },
    20_000,
  );

  it('counts what a dry run would transfer', () => {
    kit.compare('RSYNC -rn --no-inc-recursive --info=progress2 e/ d');
    kit.compare('RSYNC -rn --no-inc-recursive --info=progress2 SH h:$PWD/e/ d');
  });
});
