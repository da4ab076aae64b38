// Differential: a run that only writes a batch changes no attribute at the destination, beside rsync 3.4.1.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = `mkdir -p s/new s/there d/there; touch s/f d/f; setfattr -n user.a -v b s/f s/new s/there; touch -d 2020-01-01 $(find s d)`;

besideUpstream('--only-write-batch with -X', FILES, (kit) => {
  it('leaves the attributes of directories and files as they are', () => {
    kit.compare('RSYNC -aX --only-write-batch=b SH h:$PWD/s/ d; getfattr -d d d/*; rm b.sh');
  }, 60_000);
});
