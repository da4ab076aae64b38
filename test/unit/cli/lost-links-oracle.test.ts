// What is told of names and symlinks whose way leads through something that is no directory, beside rsync 3.4.1.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = `mkdir s d; echo f >s/f; ln -s f/x s/below; ln -s loop s/loop; ln -s ../none s/none
ln -s ../s/f/x s/unsafe; ln -s ../s/loop s/unsafe-loop`;

besideUpstream('what lies below a file', FILES, (kit) => {
  it('is no file, and not just missing', () => {
    for (const operands of ['-L s/', '--copy-unsafe-links s/', '-L s/below s/f', '-R s/f/x', '-L s/none']) {
      kit.compare(`RSYNC -r ${operands} d`);
    }
  });

  it('is no missing argument', () => {
    kit.compare('RSYNC -r --copy-unsafe-links s/unsafe s/unsafe-loop s/none d');
    kit.compare('RSYNC -rR --delete-missing-args SH s/f/x h:$PWD/d');
    kit.compare('RSYNC -rL --ignore-missing-args SH h:$PWD/s/below d');
  });
});
