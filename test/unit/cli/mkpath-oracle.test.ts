// Differential: --mkpath makes the way to a destination that is named with a dot at its end, as rsync 3.4.1 has it.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = 'mkdir s; echo a > s/foo; touch -d @1500000000 s/foo s';

besideUpstream('--mkpath', FILES, (kit) => {
  for (const line of ['s/foo n/.', 's/foo n/a/.', 's/foo n/', 's/foo n/b', 's n/a/', 'SH s/foo h:$PWD/n/.']) {
    it(line, () => kit.compare(`RSYNC -ri --mkpath ${line}`));
  }
});

besideUpstream('the line of a destination that was made is the receiving end’s', FILES, (kit) => {
  for (const words of ['-r -M-v', '-rv -M-q', '-r -M-i', '-rv -M--no-v', '-rv', '-rq -M-v']) {
    it(words, () => kit.compare(`RSYNC ${words} s/ new/`));
  }
});
