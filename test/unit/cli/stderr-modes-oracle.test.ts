// Differential: where the mistakes of both halves of the receiving end go with --stderr, and what code they end with, beside
// rsync 3.4.1 (docs/protocol/07-output.md §1).
import { afterAll, describe, it } from 'vitest';
import { OracleKit, upstream } from './oracle-kit.ts';

const isRoot = process.geteuid?.() === 0;
const AS_NOBODY = 'setpriv --reuid=65534 --regid=65534 --clear-groups RSYNC';
/** The letters of temporary names are chance. */
const TOLD = "2>&1 | sed -E 's/\\.f\\.[A-Za-z0-9]{6}/.f.XXXXXX/'; (exit ${PIPESTATUS[0]})";
const LOG =
  "; code=$?; sed -E 's/^[^]]*\\] /log /; s/\\.f\\.[A-Za-z0-9]{6}/.f.XXXXXX/; s/ [0-9]+ bytes/ # bytes/g' d/log; rm -f d/log; (exit $code)";

describe.skipIf(upstream === undefined || !isRoot)('with --stderr', { timeout: 60_000 }, () => {
  const kit = new OracleKit(
    `chmod 755 .. .; mkdir -p s/ro s/w d/ro d/w; touch s/a s/ro/f s/w/b d/ro/old; ln -s x s/ro/l
touch -hd @1500000000 $(find s d); chmod 777 d d/w`,
    { forEveryone: true },
  );
  afterAll(() => kit.remove());

  it.each(['all', 'errors', 'client'])('=%s mistakes of receiver and generator', (mode) => {
    for (const words of [`-rlt --delete --stderr=${mode}`, `-rl --stderr=${mode} --protocol=27`]) {
      kit.compare(`${AS_NOBODY} ${words} s/ d ${TOLD}`);
      kit.compare(`${AS_NOBODY} ${words} SH s/ h:$PWD/d ${TOLD}`);
    }
  });

  it.each(['all', 'errors', 'client'])(
    '=%s the client of an old protocol logs what the other half says',
    (mode) => {
      kit.compare(`${AS_NOBODY} -rl --protocol=27 --stderr=${mode} --log-file=d/log s/ d ${TOLD}${LOG}`);
    },
  );

  it('=all a failing receiver ends the log of its server', () => {
    kit.compare(`${AS_NOBODY} -rl --stderr=all -M--log-file=$PWD/d/log SH s/ h:$PWD/d ${TOLD}${LOG}`);
  });

  it('=all lines are written whole', () => {
    kit.compare(`RSYNC -rv --protocol=29 --stderr=all SH h:$PWD/s/w/ :$PWD/none d`);
  });

  it('or without, the time of a directory that only changed meanwhile may stay', () => {
    kit.compare(`${AS_NOBODY} -rlt s/w s/a d ${TOLD}`);
    kit.compare(`${AS_NOBODY} -rlt --no-i-r s/w s/a d ${TOLD}`);
    kit.compare(`${AS_NOBODY} -rlt SH h:$PWD/s/w/ d/w ${TOLD}`);
  });
});
