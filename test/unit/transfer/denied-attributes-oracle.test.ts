// Differential: attributes that may not be set, and what is still told and done then, beside rsync 3.4.1.
import { it } from 'vitest';
import { besideUpstream } from '../cli/oracle-kit.ts';

const asNobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
const prepare = `chmod 755 .. .; mkdir s d; echo hi >s/a; echo hi >s/b; ln -s a s/l; touch -hd @1500000000 s/* s
cp -a s/. d; chown -hR 65534:65534 d; chown 0 d/a; chmod 700 d/a; touch -hd @1500000000 d/l d; chmod 755 . d`;

besideUpstream(
  'an object whose attributes cannot be set, as with rsync 3.4.1,',
  { prepare, when: process.geteuid?.() === 0, forEveryone: true },
  (kit) => {
    it.each(['-avv --super', '-rlptvv', '-rlvvt --size-only', '-rvvE', '-rlvv', '-aii --super'])(
      'is not called up to date with %s',
      (options) => kit.compare(`${asNobody} RSYNC ${options} s/ d/`),
    );
  },
);
