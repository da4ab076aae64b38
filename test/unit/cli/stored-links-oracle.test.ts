// Differential: times of symlinks that --fake-super stores as files, as rsync 3.4.1 has it.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const SHOWN = 'find d -type f -printf "%P %TY\\n"';

const FILES = 'mkdir s; ln -s foo s/l; touch -h -d @1500000000 s/l; touch -d @1500000000 s';

besideUpstream('--omit-link-times with --fake-super', FILES, (kit) => {
  it('dates a symlink when it is stored', () => {
    kit.compare(`RSYNC -rltJ --fake-super s/ d; ${SHOWN}`);
    kit.compare(`RSYNC -rltJ --fake-super SH h:$PWD/s/ d; ${SHOWN}`);
  });

  it('leaves the time of one that was stored before', () => {
    kit.compare(
      `RSYNC -rltJ --fake-super SH h:$PWD/s/ d; touch -d @1200000000 d/l; RSYNC -rltJ --fake-super SH h:$PWD/s/ d; ${SHOWN}`,
    );
  });
});
