// What an old protocol cannot carry, beside rsync 3.4.1: who says so, and when.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = 'mkdir s d; echo a >s/a; touch -d @1500000000 s/a s';

besideUpstream('an old protocol', FILES, (kit) => {
  it('that lacks a rule ends the run before its list is announced', () => {
    kit.compare('RSYNC -avr -F --protocol=27 SH s/ h:$PWD/d');
    kit.compare('RSYNC -av -F --protocol=27 SH h:$PWD/s/ d');
    kit.compare('RSYNC -av -f-!_x --protocol=28 s/ d');
  });

  it('that lacks several options names the first of them', () => {
    for (const words of ['-aAXy', '-aXy', '-ay --inplace --link-dest=..']) {
      kit.compare(`RSYNC ${words} --protocol=27 SH s/ h:$PWD/d 2>&1 | head -1`);
      kit.compare(`RSYNC ${words} --protocol=27 SH h:$PWD/s/ d 2>&1 | grep -a negotiated | sort -u`);
    }
  });

  it('makes an error that a server tells one of the transfer', () => {
    for (const words of [
      '--protocol=27',
      '--protocol=29',
      '--protocol=27 --stderr=all',
      '--protocol=29 --stderr=client',
    ]) {
      kit.compare(`RSYNC -r --chown=nobody-here ${words} s/ d`);
      kit.compare(`RSYNC -r --chown=nobody-here ${words} SH s/ h:$PWD/d`);
    }
  });

  it('shows by the end that tells it whether a symlink gets its time', () => {
    const links = 'ln -s a s/l; ln -s a d/l; touch -h -d @1500000000 s/l; touch -d @1500000000 s';
    for (const protocol of [28, 29]) {
      kit.compare(`{ ${links}; }; RSYNC -ai --protocol=${protocol} SH s/ h:$PWD/d`);
      kit.compare(`{ ${links}; }; RSYNC -ai --protocol=${protocol} SH h:$PWD/s/ d`);
    }
  });
});
