// Differential: the counts of a whole list that is built, and what stands between them, byte by byte beside rsync 3.4.1
// (docs/protocol/07-output.md §9).
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = `mkdir -p s hundred big one; touch s/z one/empty; ln -s /no/such s/a
(cd hundred && touch $(seq -f f%g 99)); (cd big && touch $(seq -f f%g 250)); ln -s /no/such big/f100a; touch -d 2020-01-01 $(find s hundred big one -not -type l)`;

besideUpstream('a list that is built as a whole', { prepare: FILES, timeout: 60_000 }, (kit) => {
  it.each(['s/a s/z', 'hundred/', 'big/ nosuch', 'nosuch s/'])(
    'counts the names of %s in front of what is told of them',
    (sources) => {
      kit.compare(`RSYNC -rtl --copy-unsafe-links --no-i-r --info=flist2 SH ${sources} h:$PWD/d/`);
    },
  );

  it.each(['', '--inplace'])('an empty file has one line of progress, with -P %s', (words) => {
    kit.compare(`RSYNC -rt -P ${words} SH one/ h:$PWD/d/`);
    kit.compare(`RSYNC -rt -P ${words} one/ d/`);
  });
});
