// The exit code of a client from its own failures and its server's code, beside rsync 3.4.1.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

/** `in-the-way/x` cannot give way to a file; `ending CODE`: a remote shell that ends with the code whatever its server's was. */
const SETUP = `mkdir -p s/sub d/in-the-way/x; echo 1 >s/a; echo w >s/in-the-way; for i in 1 2 3 4; do echo $i >d/x$i; done
touch -d @1600000000 s/a s/in-the-way d/x*
for code in 3 24 30; do printf '#!/bin/sh\\nshift\\nsh -c "$*"\\nexit %s\\n' $code >ending-$code; chmod +x ending-$code; done`;

besideUpstream('A run that comes to its end', SETUP, (kit) => {
  it('tells failures of its server rather than that its own --max-delete was reached', () => {
    kit.compare('RSYNC -r --delete --max-delete=2 --exclude=in-the-way SH h:s/ :none d/');
    kit.compare('RSYNC -r --delete-after --max-delete=2 --exclude=in-the-way SH h:s/ :none d/');
  });

  it('tells that --max-delete was reached beside a server without failures, and of a server beside its own', () => {
    kit.compare('RSYNC -r --delete --max-delete=2 --exclude=in-the-way SH h:s/ d/');
    kit.compare('RSYNC -r --delete --max-delete=2 --exclude=in-the-way SH s/ none h:d/');
    kit.compare('RSYNC -r --delete --max-delete=2 --exclude=in-the-way s/ none d/');
  });

  it.each([3, 24, 30])('ends with the %d of its remote shell, whatever failed here', (code) => {
    kit.compare(`RSYNC -r SH -e ./ending-${code} h:s/ d/`);
    kit.compare(`RSYNC -r --exclude=in-the-way SH -e ./ending-${code} s/ none h:d/`);
    kit.compare(`RSYNC -r --exclude=in-the-way SH -e ./ending-${code} s/ h:d/`);
  });
});
