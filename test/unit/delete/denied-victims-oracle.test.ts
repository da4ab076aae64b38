// A directory inside a deletion that cannot be looked at is an I/O error: what is deleted after it, and what is told, beside
// rsync 3.4.1 at every moment of deletion (docs/protocol/04-transfer.md §13.3, §13.4). Needs root, who can become nobody.
import { it } from 'vitest';
import { besideUpstream } from '../cli/oracle-kit.ts';

const isRoot = process.geteuid?.() === 0;
const AS_NOBODY = 'setpriv --reuid=65534 --regid=65534 --clear-groups RSYNC';
const MOMENTS = ['--delete', '--delete-before', '--delete-during', '--delete-delay', '--delete-after'];

const prepare = `chmod 755 .. .; mkdir -p s/a s/z d/a d/m/e d/m/g d/z
touch d/a/1 d/m/e/f d/m/g/h d/z/1; touch -d @1500000000 s/* s; chown -R 65534:65534 d; chmod 000 d/m/e`;
const SET_UP = { prepare, when: isRoot, forEveryone: true };

besideUpstream('a victim that may not be read', SET_UP, (kit) => {
  /** `before`: what is changed in the trees first. */
  function compare(words: string, before = ':'): void {
    kit.compare(`${before}; ${AS_NOBODY} -r ${words} 2>&1; echo $?; find d | sort`);
  }

  for (const moment of MOMENTS) {
    it(`${moment}: a local copy`, () => {
      compare(`${moment} s/ d`);
      compare(`${moment} -n s/ d`);
      compare(`${moment} --ignore-errors s/ d`);
    }, 30_000);

    it(`${moment}: a server and a client that receive`, () => {
      compare(`${moment} SH s/ h:$PWD/d`);
      compare(`${moment} SH h:$PWD/s/ d`);
    }, 30_000);

    it(`${moment}: a directory that is listed, but not passed through`, () => {
      compare(`${moment} s/ d`, 'chmod 444 d/m/e');
    }, 30_000);

    it(`${moment}: a directory of the list that is only listed`, () => {
      const more = 'rm -r d/m; mkdir s/k d/k d/k/sub; touch s/k/n d/k/n d/k/x s/b';
      compare(`${moment} s/ d`, `${more}; chmod 444 d/k`);
      compare(`${moment} s/ d`, `${more}; chown 65534 d/k; chmod 444 d/k`);
      compare(`${moment} s/ d`, `${more}; rm d/k/n; chmod 444 d/k`);
      compare(`${moment} s/ d`, `${more}; rm -r d/k/sub d/k/x; mkdir s/l d/l; touch d/l/1; chmod 444 d/k`);
      compare(`${moment} SH s/ h:$PWD/d`, `${more}; chmod 444 d/k`);
    }, 30_000);

    it(`${moment}: room was to be made`, () => {
      compare(`${moment} s/ d`, 'touch s/m');
    }, 30_000);
  }

  it('keeps its mode where it is only in the way', () => {
    const inTheWay = `ln -s x s/m; mkdir -p s/o; ln -s x s/o/w; mkdir -p d/o/w/sub; echo x >d/o/w/sub/f; chown -R 65534 d/o
chmod 500 d/o/w/sub d/o/w`;
    compare('-l s/ d', inTheWay);
    compare('-l --force s/ d', inTheWay);
    compare('-l --delete s/ d', inTheWay);
  });
});
