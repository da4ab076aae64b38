// Letters of --out-format that depend on who knows what (docs/protocol/07-output.md §6), beside rsync 3.4.1.
import { expect, it } from 'vitest';
import { sourceArgument } from '@ocrsync/node/flist/argument';
import { namedArgument } from '@ocrsync/node/flist/files-from';
import { besideUpstream } from './oracle-kit.ts';

const DELETIONS = `mkdir -p s d/gone; echo 1 >s/a; echo 1 >d/x; ln -s q d/link; mkfifo d/pipe; echo 3 >d/gone/f
chmod 640 d/x; chmod 751 d/gone; touch -d @1600000000 s/a s d`;
const FORMAT = `'--out-format=%o %B %G %U %l %M %n'`;

besideUpstream('The mode of what is deleted', DELETIONS, (kit) => {
  it('is shown where this process deletes', () => {
    for (const options of ['-r', '-a', '-an', '-a --delete-before', '-a --delete-after --protocol=28'])
      kit.compare(`RSYNC ${options} --delete ${FORMAT} SH h:s/ d/`);
    kit.compare(`RSYNC -a --delete --protocol=28 ${FORMAT} s/ d/`);
  });

  it('is not shown of what a server deletes, which is half of a local copy', () => {
    for (const protocol of [28, 29, 30, 32]) {
      kit.compare(`RSYNC -a --delete --protocol=${protocol} ${FORMAT} SH s/ h:d/`);
      if (protocol > 28) kit.compare(`RSYNC -a --delete --protocol=${protocol} ${FORMAT} s/ d/`);
    }
  });
});

const GROUPS = `mkdir -p s/b d; echo 1 >s/a; echo 2 >s/b/a; chgrp 1000 s/a s/b; touch -d @1600000000 s/a s/b/a s/b s d`;
const isRoot = process.getuid?.() === 0;

besideUpstream('The group of an entry', { prepare: GROUPS, when: isRoot }, (kit) => {
  it('is DEFAULT where the receiver may not give it', () => {
    for (const options of [
      '-a --no-super',
      '-a --no-super --chown=1:1',
      '-a --no-super --numeric-ids',
      '-a',
      '-r',
    ]) {
      kit.compare(`RSYNC ${options} ${FORMAT} SH h:s/ d/`);
      kit.compare(`RSYNC ${options} ${FORMAT} SH s/ h:d/`);
      kit.compare(`RSYNC ${options} ${FORMAT} s/ d/`);
    }
  });
});

const NAMES = `mkdir -p s/b/c d; echo 1 >s/a; echo 2 >s/b/a; echo 3 >s/b/c/d; touch -d @1600000000 s/a s/b/a s/b/c/d s/b/c s/b s d`;
const LONG = `'--out-format=%o %f|%n'`;

besideUpstream('The long name of an entry', NAMES, (kit) => {
  it('has of --files-from the directory before the name, and not the one that all names are relative to', () => {
    for (const names of [
      'a b/a',
      'b b/a',
      './a /b/a',
      'b/./a b/a',
      'b/c/./d b/./c',
      '. b/./c',
      './b/./c/d a',
    ]) {
      const lines = `printf '%s\\n' ${names} >list;`;
      kit.compare(`${lines} RSYNC -a --files-from=list ${LONG} s/ d/`);
      kit.compare(`${lines} RSYNC -ar --files-from=list ${LONG} $PWD/s d/`);
      kit.compare(`${lines} RSYNC -a --no-R --files-from=list ${LONG} ./s d/`);
    }
    kit.compare(`printf '%s\\n' b/./a /b >list; RSYNC -a --files-from=list ${LONG} SH s h:d/`);
  });

  it('has the directory of its argument as that was typed', () => {
    for (const sources of ['s/', './/s/', 's/../s/', '$PWD/s/', 's/b s/b/c/', '$PWD/s/b s/a', 's//b//c']) {
      kit.compare(`RSYNC -aii ${LONG} ${sources} d/`);
    }
    for (const sources of ['s/./b $PWD/./s/b/a', 's/./b/a $PWD/s/b/./a', 's/b/./a s/./b']) {
      kit.compare(`RSYNC -aRii ${LONG} ${sources} d/`);
    }
  });
});

it('What is shown before names is the typed root, and nothing for names from the top or from a list', () => {
  expect(sourceArgument('.//x/./y/f', false).shownRoot).toBe('x/y');
  expect(sourceArgument('f', false).shownRoot).toBe('');
  expect(sourceArgument('/x/./y/f', true).shownRoot).toBe('/x');
  expect(sourceArgument('/x/y/f', true).shownRoot).toBe('');
  expect(namedArgument('base', 'y/./f', true)).toMatchObject({ root: 'base/y', shownRoot: 'y' });
  expect(namedArgument('.', 'y/./f', true)).toMatchObject({ root: 'y', shownRoot: 'y' });
});
