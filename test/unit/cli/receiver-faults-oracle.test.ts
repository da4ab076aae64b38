// Differential: whose end is told when the receiving half fails of its own, beside rsync 3.4.1 (docs/protocol/01-session.md §13.3).
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = `mkdir -p s d; echo 1 >s/f; touch -d 2020-01-01 $(find s)`;

besideUpstream('a receiver', FILES, (kit) => {
  // Whether the far end still says that nobody hears it is a race.
  it('that cannot write a file ends in its own name', { timeout: 60_000, retry: 3 }, () => {
    kit.compare('RSYNC --write-devices s/f /dev/full');
    kit.compare('RSYNC --write-devices SH s/f h:/dev/full');
    kit.compare('RSYNC --write-devices SH h:$PWD/s/f /dev/full');
  });

  it('that cannot take the data of a batch ends in its own name', () => {
    // A level of 0 is recorded as compression that is none.
    kit.compare('RSYNC --compress-level=0 --write-batch=B s/f d/ && RSYNC -ai --read-batch=B d/g; rm -f B*');
    kit.compare(
      'RSYNC --compress-level=0 --only-write-batch=B SH h:$PWD/s/f d/; RSYNC -ai --read-batch=B d/; rm -f B*',
    );
  }, 60_000);
});
