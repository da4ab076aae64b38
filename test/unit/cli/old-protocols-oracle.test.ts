// What an old protocol cannot carry, beside rsync 3.4.1: who says so, and when.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = 'mkdir s d; echo a >s/a; touch -d @1500000000 s/a s';
/** How much a dying end has written depends on the length of its own version. */
const UNCOUNTED = " 2>&1 | sed 's/([0-9]* bytes received/(# bytes received/'; exit ${PIPESTATUS[0]}";

besideUpstream('an old protocol', FILES, (kit) => {
  it('that lacks a rule ends the run before its list is announced', () => {
    kit.compare('RSYNC -avr -F --protocol=27 SH s/ h:$PWD/d');
    kit.compare('RSYNC -av -F --protocol=27 SH h:$PWD/s/ d');
    kit.compare('RSYNC -av -f-!_x --protocol=28 s/ d');
  });

  it('lacks what -C stands for in a rule before it is chosen, and in a local copy -C itself', () => {
    const ways = ['SH s/ h:$PWD/d', 'SH h:$PWD/s/ d', 's/ d'];
    const chosen = [
      '-f -C --protocol=28',
      '--protocol=28 -f -C',
      "--filter='-C */' --protocol=27 --delete",
      '-f -Cs --protocol=28 --delete',
      '-f -C/ --protocol=28 --delete-excluded --delete',
      '--protocol=28 -f -Cp',
      '-C --protocol=28',
      '--cvs-exclude --protocol=27 --delete-delay --delete-excluded',
    ];
    for (const way of ways) for (const words of chosen) kit.compare(`RSYNC -avr ${words} ${way}${UNCOUNTED}`);
  });

  it('finds -C in the file of a directory, too', () => {
    const files = "echo '-C' >s/.r; echo a >s/core; mkdir s/k; echo b >s/k/x.o; cp s/core d";
    for (const protocol of [28, 32]) {
      kit.compare(`{ ${files}; }; RSYNC -r --delete -f ':s .r' --protocol=${protocol} SH s/ h:$PWD/d`);
    }
    kit.compare(`{ ${files}; }; RSYNC -r --delete -f ': .r' SH h:$PWD/s/ d`);
  });

  it('refuses to the receiving half of a local copy what its sending half does not need', () => {
    for (const rule of ['-! x', '-/ x', '-x x', ':- .f', ':s .f', '-p x', '-r x']) {
      kit.compare(`RSYNC -r -f '${rule}' --delete --delete-excluded --protocol=28 s/ d${UNCOUNTED}`);
      kit.compare(`RSYNC -r -f '${rule}' --protocol=28 s/ d${UNCOUNTED}`);
    }
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
