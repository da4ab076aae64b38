// Differential: what a local copy prints and logs beside rsync 3.4.1 on a copy of the same trees. Where the real one's processes race
// for the order of their lines, the lines are compared as sets; rates, times, processes and bytes on the wire by their shape.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runClient } from '@ocrsync/node/api/client';
import { openLogFile } from '@ocrsync/node/api/log-file';
import { exitLine } from '@ocrsync/node/report/exit-codes';
import { tee } from '@ocrsync/node/report/tee';
import { TextRenderer } from '@ocrsync/node/report/text-renderer';
import { findPeer } from '../../../interop/peers.ts';
import { optionsOf } from '../options/run-line.ts';

const rsync = findPeer('3.4.1');
let directory = '';

const SETUP = `rm -rf @; mkdir -p @/s/sub/deep @/s/empty @/d/sub @/d/odd; cd @/s; seq 20000 >big; echo one >one; : >nil; ln -s one link; ln one hard
mkfifo pipe; echo b >sub/deep/b; printf 'x' >"$(printf 'nl\\nname')"; find . -exec touch -h -d @1500000000 {} +
cd ../d; cp -p ../s/one .; chmod 600 one; seq 19990 >big; touch extra sub/old; ln -s nowhere link`;

interface Ran {
  readonly stdout: string[];
  readonly stderr: string[];
  readonly log: string[];
}

const SHAPES: readonly (readonly [RegExp, string])[] = [
  [
    /^sent [\d,.KM]+ bytes {2}received [\d,.KM]+ bytes {2}([\d,.KM]+ bytes\/sec|total size)/,
    'sent # received # ',
  ],
  [/speedup is [\d.,]+/, 'speedup is #'],
  [/^(File list size|File list .* time|Total bytes (sent|received)): .*/, '$1: #'],
  [/^total: matches=.*/, 'total: #'],
  [/[\d.]+[kMG]B\/s +[\d:?]+/, 'RATE'],
  [/ +RATE/, ' RATE'],
  [/\.([^./ ]+)\.[A-Za-z0-9]{6}\b/g, '.$1.XXXXXX'],
  [/pid=\d+/, 'pid=#'],
  [/\(\d{9,}\) [\d/]+ [\d:]+/g, '(TIME)'],
  [/flags=[0-9a-f]+$/, 'flags=#'],
  [/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[\d+\] /, 'TIME [PID] '],
  [/ at \S+\(\d+\) \[(\w+)=[^\]]*\]$/, ' at # [$1]'],
];

function shaped(text: string): string[] {
  const intermediate = /^ *[\d,]+ +\d+% RATE *$/;
  return text
    .replaceAll(directory, '')
    .replaceAll(/^(\d{4}\/[\d/]+ [\d:]+ \[\d+\]) /gm, '$1 ')
    .split(/[\n\r]/)
    .map((line) => {
      const log = /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[\d+\] )(.*)$/.exec(line);
      const shape = (part: string): string => SHAPES.reduce((all, [from, to]) => all.replace(from, to), part);
      return log === null ? shape(line) : `TIME [PID] ${shape(log[2]!)}`;
    })
    .filter((line) => line !== '' && !intermediate.test(line));
}

/** Newlines in names are escaped by 3.5.0 and by us, not by 3.4.1. */
function logOf(side: string): string[] {
  const file = path.join(directory, side, 'log');
  return existsSync(file)
    ? shaped(readFileSync(file, 'latin1').replaceAll(`/${side}/`, '/').replaceAll('nl\nname', 'nl\\#012name'))
    : [];
}

function prepare(side: string): string {
  const root = path.join(directory, side);
  execFileSync('sh', [
    '-c',
    SETUP.replaceAll('@1500000000', 'EPOCH').replaceAll('@', root).replaceAll('EPOCH', '@1500000000'),
  ]);
  return root;
}

/** `@` in the words is the directory of the trees. */
function theirs(words: string): Ran {
  const root = prepare('r');
  const all = words.split(' ').map((word) => word.replace('@', `${root}/`));
  const { stdout, stderr } = spawnSync(rsync!, all, {
    encoding: 'latin1',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  const clean = (text: string): string[] => shaped(text.replaceAll('/r/', '/'));
  return { stdout: clean(stdout), stderr: clean(stderr), log: logOf('r') };
}

async function ours(words: string): Promise<Ran> {
  const root = prepare('o');
  const options = optionsOf(words.replaceAll('@', `${root}/`));
  const written = { stdout: '', stderr: '' };
  const screen = new TextRenderer(options, {
    write: (stream, text) => void (written[stream] += text),
    charset: 'utf-8',
    processId: 1,
    nowSeconds: () => Date.now() / 1000,
  });
  const { log } = openLogFile(options, 'client');
  const { exitCode, role, totals } = await runClient(options, {
    sink: log === undefined ? screen : tee([screen, log]),
    line: () => undefined,
    signal: new AbortController().signal,
  });
  if (exitCode !== 0) log?.exit(exitLine(exitCode, role, 'x'), role, totals);
  const clean = (text: string): string[] => shaped(text.replaceAll('/o/', '/'));
  return { stdout: clean(written.stdout), stderr: clean(written.stderr), log: logOf('o') };
}

/** The exit line is the command's to print. */
function sorted(lines: readonly string[]): string[] {
  return lines.filter((line) => !/rsync (error|warning): .* at # /.test(line)).toSorted();
}

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-output-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const SCREEN = [
  '-a',
  '-av --delete',
  '-avv --delete',
  '-aHvv',
  '-aii --delete',
  '-ain --delete',
  '-a --stats --delete',
  '-avhh --stats',
  '-aP --no-inc-recursive',
  '-a --info=all --delete',
  '-avv --info=none --debug=none',
  '-rvv --existing',
  '-a --debug=del2 --delete',
  '-a --debug=send',
  '-a --no-D --debug=genr',
  '-a --debug=deltasum1',
  '-a --no-W --debug=deltasum1,send',
  '-a --no-W --ignore-existing --debug=deltasum2',
  '-a --debug=nstr',
  '-a --debug=nstr --zc=zlib -z --cc=md5,sha1',
  '-a --debug=genr',
  '-ab --debug=backup --delete',
  '-a --debug=chdir',
  '-a --debug=iconv2',
  '-a --debug=dup @s/one @s/',
  '-avv --no-i-r @s/sub @s/',
  '-rv --protocol=27',
  '-av --protocol=28',
  '-avn --protocol=28',
  '-avi --protocol=27',
  '-avvi --protocol=28',
  '-aP --protocol=28 @none @s/one',
  '-a --stderr=all -v',
  '-aq --delete',
  '-a --no-W --out-format=%n|%b|%c|%C|%o|%i|%l|%B|%M|%U|%G|%f',
  '-ac --out-format=%C_%n',
  '-ac --out-format=%C_%n --protocol=29',
  '-a --no-W --out-format=%C_%n --protocol=28',
  '-an --out-format=%C_%b_%n',
  '-a --delete --out-format=%o_%i_%n%L_%G',
];

describe.skipIf(rsync === undefined)('the lines of a local copy are those of rsync 3.4.1', () => {
  it.each(SCREEN)('%s', async (words) => {
    const line = `${words} @s/ @d/`;
    const [real, own] = [theirs(line), await ours(line)];
    expect(sorted(own.stdout)).toEqual(sorted(real.stdout));
    expect(sorted(own.stderr)).toEqual(sorted(real.stderr));
  });

  it.each([
    '-r @s/',
    '-rv @s/',
    '-l @s',
    '@s/one',
    '-rH @s/',
    '-d @s/',
    '-r --no-h @s/',
    '-rhh @s/',
    '-rq @s/',
    '@none',
  ])('a list: %s', async (line) => {
    const [real, own] = [theirs(line), await ours(line)];
    expect(own.stdout).toEqual(real.stdout);
    expect(sorted(own.stderr)).toEqual(sorted(real.stderr));
  });
});

it('--debug tells what is ours alone, and what the real one tells at other moments', async () => {
  const told = async (words: string): Promise<string[]> => (await ours(`${words} @s/ @new/`)).stdout;
  expect(await told('-aH --debug=hlink3,hash')).toEqual(
    expect.arrayContaining([
      '[generator] groups of hard links are found by tables of the host',
      expect.stringMatching(/^\[Receiver\] #\d+ hard-links #\d+ \(abbrev\)$/),
    ]),
  );
  expect(await told('-a --debug=io')).toEqual([
    expect.stringMatching(/^\[sender\] read \d+ bytes, wrote \d+ bytes$/),
  ]);
  expect(await told('-a --debug=filter2 --exclude=b --include=q/')).toEqual([
    '[client] add_rule(- b)',
    '[client] add_rule(+ q/)',
    '[sender] hiding file sub/deep/b because of pattern b',
  ]);
});

describe.skipIf(rsync === undefined)('the lines of a log file are those of rsync 3.4.1', () => {
  it.each([
    '-a --delete @s/ @d/',
    '-avv --delete @s/ @d/',
    '-an --delete @s/ @d/',
    '-aii --stats @s/ @d/',
    '-aq @s/none @s/ @d/',
    '-a --delete --log-file-format= @s/ @d/',
    '-a --delete --log-file-format=%n_%l @s/ @d/',
    '-a --no-W --log-file-format=[%o_%n_%b_%c_%C] @s/ @new/',
    '-rv @s/',
  ])('%s', async (words) => {
    const line = `--log-file=@log ${words}`;
    const [real, own] = [theirs(line), await ours(line)];
    expect(real.log.length).toBeGreaterThan(1);
    expect(sorted(own.log)).toEqual(sorted(real.log));
  });

  it('one that cannot be opened is a warning, and no reason to stop', () => {
    const { log, warnings } = openLogFile(optionsOf(`-a --log-file=${directory}/none/log s d`), 'client');
    expect(log).toBeUndefined();
    expect(warnings.map(({ text }) => text)).toEqual([
      `rsync: [client] failed to open log-file ${directory}/none/log: No such file or directory (2)`,
      'Ignoring "log file" setting.',
    ]);
  });
});
