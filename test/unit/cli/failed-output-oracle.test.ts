// Differential: a file of a pull that cannot be written has no line of its own, beside rsync 3.4.1 (docs/protocol/07-output.md §4).
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = `mkdir -p s/a d; echo 1 >s/a/f; echo 22 >s/g; ln -s g s/l; touch -d 2020-01-01 $(find s)`;

besideUpstream('a pull whose temporary files cannot be made', FILES, (kit) => {
  it('tells no item for them', () => {
    // No place for files, not even for root.
    kit.compare('RSYNC -ai -T /proc/self/fdinfo SH h:$PWD/s/ d 2>/dev/null');
    kit.compare('RSYNC -ai -T /proc/self/fdinfo SH s/ h:$PWD/d 2>/dev/null');
  }, 60_000);
});
