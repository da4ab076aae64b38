// What is told where an alternate directory's files cannot be linked or copied, beside rsync 3.4.1.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const isRoot = process.geteuid?.() === 0;
const AS_NOBODY = 'setpriv --reuid=65534 --regid=65534 --clear-groups RSYNC';
/** The letters of temporary names are chance; both streams are compared. */
const TOLD = '2>&1 | sed -E \'s/\\.[A-Za-z0-9]{6}(": |" failed: |: )/.XXXXXX\\1/\'';

const FILES = `chmod 755 .. .; mkdir s alt d ro t; for f in open closed; do echo $f >s/$f; done
touch -d @1500000000 s/* s; cp -a s/* alt; chmod 600 s/closed alt/closed; chmod 777 d t`;

besideUpstream('alternate directories', FILES, (kit) => {
  it.skipIf(!isRoot)(
    'whose files the user may not link or read',
    () => {
      for (const words of [
        '-rtv',
        '-rt --info=name',
        '-rt --info=copy',
        '-rti',
        '-rt --inplace --info=copy',
      ]) {
        kit.compare(`${AS_NOBODY} ${words} --link-dest=../alt/ s/ d ${TOLD}`);
      }
      kit.compare(`${AS_NOBODY} -rtv --copy-dest=$PWD/alt s/ d ${TOLD}`);
      kit.compare(`${AS_NOBODY} -rtv --link-dest=../alt -T ../t s/ d ${TOLD}`);
      kit.compare(`${AS_NOBODY} -rtv --link-dest=../alt s/ ro ${TOLD}`);
      kit.compare(`${AS_NOBODY} -rt --inplace --copy-dest=../alt s/open ro/ ${TOLD}`);
    },
    30_000,
  );

  it('on another file system', () => {
    const away = '/dev/shm/ocrsync-alternate-$$';
    const copied = `mkdir ${away} && cp -a s/* ${away} && trap "rm -r ${away}" EXIT`;
    const named = `2>&1 | sed "s,${away},AWAY,"`;
    kit.compare(`${copied}; RSYNC -rtiv --link-dest=${away} s/ d ${named}`);
    kit.compare(`${copied}; RSYNC -rtv --link-dest=${away} SH s/ h:$PWD/d ${named} | grep -v ^opening`);
    kit.compare(`${copied}; RSYNC -rt --link-dest=${away} SH h:$PWD/s/ d ${named}`);
  });
});
