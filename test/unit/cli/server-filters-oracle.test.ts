// Rules that reach a server by -M, beside the real program: a server keeps its own words besides those that travel.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const PREPARE = `
  mkdir -p s/sub s/part d/sub d/part
  for f in a b keep sub/a sub/keep part/q; do echo source > s/$f; done
  for f in a xa xb keep extra sub/keep sub/xa part/p; do echo old target > d/$f; done
  echo o > s/x.o; echo o > d/y.o
  printf 'H xa\\nP xb\\n' | tee s/.sides > d/.sides
  printf -- '- xa\\n- a\\n' | tee s/.plain > d/.plain
  printf -- '- xb\\n- b\\n' | tee s/.rsync-filter > d/.rsync-filter
  printf 'xa\\na\\n' > list; printf 'H a\\nP b\\nH xa\\nP xb\\n' > mixed; echo keep > ./-
  find s d -exec touch -d 2020-01-01 {} +
`;

/** Both run with the newest protocol and with one of the old ones. */
const PROTOCOLS = ['', ' --protocol=29'];

const PUSHES = [
  ['its own exclude protects', '-M--exclude=keep'],
  ['so does its own protection', '-M--filter=P_xb'],
  ['its own words come before those that travel', '-M--exclude=keep --include=keep'],
  ['in both senses', '-M--include=keep --exclude=keep'],
  ['--delete-excluded takes no protection from them', '--delete-excluded -M--exclude=keep -f P_extra'],
  ['a side that they name means nothing', '-M--filter=H_keep'],
  ['nor does it in a file of rules', '-M--filter=._mixed'],
  ['nor where it would let go', '-M--filter=S_keep --exclude=keep'],
  ['the rules of a side in files of directories', '-M--filter=:s_.plain'],
  ['and those of the other side', '-M--filter=:r_.plain'],
  ['sides that files of directories name count', '-M--filter=:_.sides'],
  ['--delete-excluded with files of directories', '--delete-excluded -M--filter=:_.plain'],
  ['a file of patterns', '-M--exclude-from=list'],
  ['a file that is called -', '-M--exclude-from=-'],
  ['an own ! leaves what travels', '-M--filter=! --exclude=keep'],
  ['a ! of the client leaves what is its own', "-M--exclude=keep -f '!' --exclude=xa"],
  ['-F', '-M-F'],
  ['-C does nothing', '-M-C'],
  ['but as a rule', '-M--filter=-C'],
  ['--old-dirs brings its rule', '-M--old-dirs'],
  ['--partial-dir does not', '-M--partial-dir=part'],
  ['backups', '-M-b -M--exclude=keep'],
  ['the same by --secluded-args', '-s -M--exclude=keep'],
] as const;

const PULLS = [
  ['its own exclude withholds', '-M--exclude=a'],
  ['before an include that travels', '-M--exclude=a --include=a'],
  ['and its own include sends what the client refuses', '-M--include=a --exclude=a'],
  ['a list of its own', "-M--include=a -M'--exclude=*'"],
  ['a file of patterns', '-M--exclude-from=list'],
  ['its own side', '-M--filter=-s_a'],
  ['the other side as well', '-M--filter=P_a'],
  ['files of directories', '-M--filter=:_.plain'],
  ['for the other side', '-M--filter=:r_.plain'],
  ['-F', '-M-F'],
  ['-C comes last', '-M-C -M--include=x.o'],
  ['the client’s -C as well', '-C -M--include=x.o'],
  ['the same by --secluded-args', '-s -M--exclude=a'],
] as const;

const MISTAKES = [
  ['a rule that is none', '-M--filter=foo'],
  ['before a later option that is none', '-M--filter=foo -M--bogus'],
  ['an earlier option that is none', '-M--bogus -M--filter=foo'],
  ['a file that is not there', '-M--exclude-from=nowhere'],
  ['by --secluded-args', '-s -M--filter=foo'],
] as const;

besideUpstream('filter rules of a server, beside rsync 3.4.1', PREPARE, (kit) => {
  for (const protocol of PROTOCOLS) {
    it.each(PUSHES)(`a receiver${protocol}: %s`, (_, words) => {
      kit.compare(`RSYNC SH -ai --delete${protocol} ${words} s/ h:$PWD/d/`);
    });

    it.each(PULLS)(`a sender${protocol}: %s`, (_, words) => {
      kit.compare(`RSYNC SH -ai${protocol} ${words} h:$PWD/s/ d/`);
    });
  }

  it.each(MISTAKES)('a mistake is told before anything is done: %s', (_, words) => {
    kit.compare(`RSYNC SH -ai --delete ${words} s/ h:$PWD/d/`);
  });

  it('a local copy has them for one end', () => {
    kit.compare('RSYNC -ai --delete -M--exclude=keep s/ d/');
  });
});
