// Differential: rules are read on the way through the command line, so their mistakes come before those of later options; and they
// may come through pipes. As rsync 3.4.1 has it.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = 'mkdir s; touch -d @1500000000 s/foo s/bar; touch -d @1500000000 s; mkfifo pipe';

besideUpstream('rules of the command line', FILES, (kit) => {
  for (const words of [
    '--exclude-from=none --bogus s/ d',
    '--bogus --exclude-from=none s/ d',
    '--exclude-from=none --delete s/ d',
    '-f zz --suffix=/ s/ d',
    '-f zz --protocol=99 s/ d',
    '-f zz --version',
    '-f zz',
    '-f zz h:s h:d',
    '-f zz --files-from=none s/ d',
    '--max-delete=x -f zz s/ d',
  ]) {
    it(words, () => kit.compare(`RSYNC ${words}`));
  }

  it('come from a descriptor that the shell opened', () => {
    kit.compare('RSYNC -ri --exclude-from=<(echo foo) s/ d');
    kit.compare('RSYNC -ri --exclude-from=<(echo foo) SH s/ h:$PWD/d');
    kit.compare('RSYNC -ri -f"merge "<(echo "- foo") SH h:$PWD/s/ d');
  });

  it('come from standard input by its path', () => {
    kit.compare('echo foo | RSYNC -ri --exclude-from=/dev/stdin s/ d');
  });

  it('come from a FIFO', () => {
    kit.compare('(echo foo > pipe &) ; RSYNC -ri --exclude-from=pipe SH s/ h:$PWD/d');
  });

  it('leave the log to a descriptor that the shell opened', () => {
    kit.compare('RSYNC -r --log-file=>(sed "s/.*] //" | grep foo) --log-file-format=%n s/ d; sleep 0.3');
  });
});
