// Differential: a run that only writes a batch changes no attribute at the destination, beside rsync 3.4.1.
import { afterAll, describe, it } from 'vitest';
import { OracleKit, upstream } from './oracle-kit.ts';

const FILES = `mkdir -p s/new s/there d/there; touch s/f d/f; setfattr -n user.a -v b s/f s/new s/there; touch -d 2020-01-01 $(find s d)`;

describe.skipIf(upstream === undefined)('--only-write-batch with -X', () => {
  const kit = new OracleKit(FILES);
  afterAll(() => kit.remove());

  it('leaves the attributes of directories and files as they are', () => {
    kit.compare('RSYNC -aX --only-write-batch=b SH h:$PWD/s/ d; getfattr -d d d/*; rm b.sh');
  }, 60_000);
});
