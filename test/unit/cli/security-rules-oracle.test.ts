// Rules of rsync 3.5.0 that 3.4.1 does not have, each line beside the real program: what is left, the exit code and the words
// (docs/protocol/09-rsync-3.5.md §5, §6, §13–§15, §22). Links of other users and an ordinary user need root.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { ourCommand } from '../../crash/crash-kit.ts';

const peer = findPeer('3.5.0');
const isRoot = process.geteuid?.() === 0;
const ours = ourCommand;

let base = '';
beforeEach(() => {
  base = mkdtempSync('/tmp/ocrsync-rules-');
  chmodSync(base, 0o777);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

interface Seen {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly tree: string;
}

/** Runs one line in a fresh directory that `prepare` fills. */
function seen(program: string, prepare: string, line: string): Seen {
  const run = (text: string): ReturnType<typeof spawnSync> =>
    spawnSync('sh', ['-c', `cd ${base}; ${text}`], { encoding: 'utf8', timeout: 20_000 });
  run('chmod -R u+rwX . ; rm -rf *');
  run(prepare);
  const { status, stdout, stderr } = run(line.replaceAll('RSYNC', program));
  const lines = `${stdout}${stderr}`
    .split('\n')
    .filter((text) => !/^rsync error|^$|^sent |^total |^sending |^refusing to follow/.test(text))
    .map((text) => text.replace(/(limit \(32\) exceeded at ).*/, '$1…').replace(/^\[\w+\] (?=merge)/, ''))
    .sort();
  const tree = run("find . -printf '%P %y %m %l\\n' | sort; cat d/f").stdout;
  return { code: status, lines, tree: String(tree) };
}

const TWO = 'mkdir s d; echo a >s/f; echo b >s/g';
/** `self` names itself, `r1` is the first of 33 files, `r2` of 32. */
const NESTED = `${TWO}; echo '. self' >self; for i in $(seq 1 32); do echo ". r$((i+1))" >r$i; done; echo '- f' >r33`;
const SECRETS = `${TWO}; echo secret >ex; echo '-q secret' >modifier; echo '. secret' >names; echo '!secret' >clear; echo secret >s/.rf; echo '. .rec' >s/.rec`;
const LINKS = 'mkdir -p s d; ln -s ../../../etc/passwd d/f; ln -s ok d/m; echo new >s/f; echo new >s/m';
const OUT = 'mkdir -p s/a d out; echo new >s/a/f; echo keep >out/s; ln -s ../out d/a';
const KINDS = 'mkdir s d; echo n >s/f; mkfifo d/f; mkdir d/g; echo g >s/g; touch -d @1500000000 s/f s/g';

const RULES: readonly (readonly [rule: string, prepare: string, line: string])[] = [
  ['the text of files is not told', SECRETS, 'RSYNC -a --exclude-from=ex s/ d/'],
  ['the text of files is not told', SECRETS, "RSYNC -a -f '. modifier' s/ d/"],
  ['the text of files is not told', SECRETS, "RSYNC -a -f '. names' s/ d/"],
  ['the text of files is not told', SECRETS, "RSYNC -a -f '. clear' s/ d/"],
  ['the text of files is not told', SECRETS, "RSYNC -a -f '.w ex' s/ d/"],
  ['the text of files is not told', SECRETS, "RSYNC -a -f ': .rf' s/ d/"],
  ['files name each other 32 deep', NESTED, "RSYNC -a -f '. self' s/ d/"],
  ['files name each other 32 deep', NESTED, "RSYNC -a -f '. r1' s/ d/"],
  ['files name each other 32 deep', NESTED, "RSYNC -a -f '. r2' s/ d/"],
  ['CR LF is one end', `${TWO}; printf -- '- f\\r\\n- g\\r\\nbad\\r\\n' >ex`, "RSYNC -a -f '. ex' s/ d/"],
  ['CR LF is one end', `${TWO}; printf -- 'f\\r\\ng\\r\\n' >ex`, 'RSYNC -a --exclude-from=ex s/ d/'],
  ['! clears in CVS files', `${TWO}; printf 'f ! g' >.cvsignore`, 'HOME=$PWD RSYNC -aC s/ d/'],
  ['unsafe links are not kept as backups', LINKS, 'RSYNC -aivb --safe-links s/ d/'],
  ['unsafe links are not kept as backups', LINKS, 'RSYNC -aib --backup-dir=../b --safe-links s/ d/'],
  ['unsafe links are not kept as backups', LINKS, 'rm s/*; RSYNC -aivb --delete --safe-links s/ d/'],
  ['-u replaces other kinds', KINDS, 'RSYNC -aiu s/ d/'],
  ['--chmod copies, a+s sets both', TWO, 'RSYNC -a --chmod=g=u,o=g s/ d/'],
  ['--chmod copies, a+s sets both', TWO, 'RSYNC -a --chmod=a+s s/ d/'],
  ['a host is no option', TWO, 'RSYNC -a -- -x:s/ d/'],
  ['--drop-D', `${TWO}; mkfifo s/p`, 'RSYNC -a --drop-D s/ d/'],
  ['--compress-threads', TWO, 'RSYNC -az --compress-threads=2 s/ d/'],
  [
    'logs have no control bytes',
    `${TWO}; echo c >"s/$(printf 'x\\033[31my\\233\\tz')"`,
    "RSYNC -a --log-file=l --log-file-format=%n s/ d/; grep -h 31m l | cut -d' ' -f4-",
  ],
  ['a batch is a file', `${TWO}; mkdir b`, 'RSYNC -a --read-batch=/dev/null d/'],
  ['a batch is a file', TWO, "RSYNC -a --write-batch=b -f '- x\n#E#' s/ d/"],
  ['-K stays inside', OUT, 'RSYNC -aK s/ d/'],
  ['-K stays inside', OUT, 'RSYNC -aK --insecure-links s/ d/'],
  ['-K stays inside', OUT, 'RSYNC -aR s/./a/f d/'],
];

describe.skipIf(peer === undefined)('as 3.5.0 has it', () => {
  it.each(RULES)('%s: %#', (_rule, prepare, line) => {
    const wanted = seen(peer!, prepare, line);
    const own = seen(ours, prepare, line);
    const normal = (text: string): string => text.replaceAll(base, 'W');
    expect({ ...own, lines: own.lines.map(normal) }, line).toEqual({
      ...wanted,
      lines: wanted.lines.map(normal),
    });
    expect(own.lines.join('\n')).not.toContain('secret');
  });

  it.skipIf(!isRoot)('an own file without the right to write is written in place, and keeps its mode', () => {
    const prepare = 'mkdir s d; echo new >s/f; echo o >d/f; chmod 444 d/f; chown -R nobody s d';
    const line = 'setpriv --reuid=nobody --clear-groups RSYNC -ri --inplace s/ d/';
    const own = seen(ours, prepare, line);
    expect(own).toEqual(seen(peer!, prepare, line));
    expect(own.tree).toContain('d/f f 444 \n');
  });
});

describe.skipIf(!isRoot)('safer than 3.5.0', () => {
  const foreign =
    'mkdir -p s d ev/p tmp; chmod 777 . ev ev/p; echo new >s/f; echo o >d/f; ln -s ev L; chown -h nobody L';

  it('a file that could not be put aside is an error', () => {
    const own = seen(ours, foreign, 'RSYNC -a --partial-dir=$PWD/L/p --delay-updates s/ d/');
    expect(own).toMatchObject({
      code: 23,
      lines: ['Unable to create partial-dir for f -- discarding completed file.'],
    });
    expect(own.tree).toMatch(/\no\n$/);
  });

  it('--temp-dir may lie beside the destination', () => {
    const own = seen(ours, foreign, 'RSYNC -a --temp-dir=../tmp s/ d/');
    expect(own).toMatchObject({ code: 0, lines: [] });
    expect(own.tree).toMatch(/\nnew\n$/);
  });

  it('--max-alloc=0 does not lift the limit', () => {
    expect(seen(ours, TWO, 'RSYNC -a --max-alloc=0 s/ d/')).toMatchObject({
      code: 1,
      lines: ['rsync: max-alloc must be greater than zero'],
    });
  });
});
