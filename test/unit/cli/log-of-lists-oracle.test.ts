// Differential: what a client's log file has of the file list, as rsync 3.4.1 has it: the end of a list stands there where it is shown.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = 'mkdir s; touch -d @1500000000 s/foo s/bar; touch -d @1500000000 s';

besideUpstream('the log file of a list', FILES, (kit) => {
  for (const words of [
    '-dP',
    '-rv --protocol=28',
    '-rvq --protocol=28',
    '-r --protocol=28',
    '-dP --info=flist0',
    '-dnv',
    '-rv',
    '-P',
  ]) {
    it(words, () => {
      for (const ends of ['s/ d', 'SH s/ h:$PWD/d', 'SH h:$PWD/s/ d']) {
        kit.compare(
          `RSYNC ${words} --log-file=log ${ends} > said; cut -d" " -f4- log | grep -E "list|done|consider"; rm log said`,
        );
      }
    });
  }
});
