// Differential: on which stream a server says what was agreed, beside rsync 3.4.1 (docs/protocol/07-output.md §12.2).
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = 'mkdir s d; touch s/f; touch -d 2020-01-01 s/f s';

besideUpstream('what a server says before its stream has frames', FILES, (kit) => {
  it.each([28, 32])(
    'goes to its own stderr in protocol %i',
    (protocol) => {
      const words = `-av --iconv=utf-8,latin1 --protocol=${protocol} -M--debug=iconv SH`;
      kit.compare(`RSYNC ${words} s/ h:$PWD/d 2>/dev/null`);
      kit.compare(`RSYNC ${words} h:$PWD/s/ d 2>&1 >/dev/null`);
    },
    60_000,
  );

  it('comes after its client has told how it was called, whatever the charset', () => {
    // What becomes of the server that loses its client is a race of upstream's.
    const told = "2>&1 | grep -a '^opening\\|^iconv_open' | sed 's/using.*//' | sort -u";
    kit.compare(`RSYNC -avv --iconv=bogus SH s/ h:$PWD/d ${told}`);
    kit.compare('RSYNC -a --iconv=bogus --files-from=none SH s/ h:$PWD/d');
  });
});
