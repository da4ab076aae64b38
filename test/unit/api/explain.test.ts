// What --explain says, for one path after the other, in local copies and with the real rsync at the other end.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainPath } from '@ocrsync/node/api/explain';
import type { ExplanationResult } from '@ocrsync/node/report/explanation';
import { explanationLines, explanationObject } from '../../../cli/src/explain.ts';
import { explainWords } from '../../../cli/src/explain-words.ts';
import { findPeer } from '../../../interop/peers.ts';
import { localShell } from '../../program-scripts.ts';
import { optionsOf } from '../options/run-line.ts';
import { schemaFaults } from '../report/schema.ts';

const file = path.resolve(import.meta.dirname, '../../../docs/json-schema.json');
const schema = JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof schemaFaults>[1];
let directory = '';
const rsync = findPeer('3.4.1');

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-explain-'));
  execFileSync(
    'sh',
    [
      '-c',
      `mkdir -p s/sub/deep s/out d/sub; cd s; printf '# rules\\n\\n- *.o\\n+ keep.me\\n' >.rules
    echo new >new; echo same >same; echo 22 >size; echo m >mode; echo o >a.o; echo old >older; ln new hard; echo f >out/f; echo b >sub/deep/b
    mkfifo pipe; cd ../d; mkdir -p gone/y; echo k >gone/y/keep.o; echo a >gone/a; cp -p ../s/same ../s/mode .; chmod 600 mode; echo 4444 >size; echo newer >older; echo x >extra; echo x >guarded; echo o >a.o
    touch -d @1500000000 ../s/older`,
    ],
    { cwd: directory },
  );
  localShell(directory, '', 'rsh');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function explain(words: string): Promise<ExplanationResult> {
  const { explanation } = await explainPath(optionsOf(words.replaceAll('@', `${directory}/`)), {
    line: () => undefined,
    signal: new AbortController().signal,
  });
  return explanation;
}

/** Options, path, outcome, and what has to be in the words of sender, receiver and deletion. */
const CASES: readonly (readonly [string, string, string, ...RegExp[]])[] = [
  ['-a', 'new', 'create', /no rule/, /not there yet/, /in the file list/],
  ['-a', 'same', 'nothing', /in the file list/, /up to date/],
  ['-a', 'size', 'transfer', /in the file list/, /^differs: size: source 3 bytes, destination 5 bytes/],
  ['-a', 'mode', 'attributes', /in the file list/, /permissions: source 0644, destination 0600/],
  ['-au', 'older', 'skip', /in the file list/, /--update/],
  ['-a --existing', 'new', 'skip', /in the file list/, /--existing/],
  ['-a --ignore-existing', 'size', 'skip', /in the file list/, /--ignore-existing/],
  ['-a --max-size=2', 'size', 'skip', /in the file list/, /--max-size/],
  ['-rt', 'pipe', 'skip', /in the file list/, /no regular file/],
  [
    '-a --exclude=*.o',
    'a.o',
    'excluded',
    /^excluded by the rule "- \*\.o" \(of the command line\)/,
    /nothing/,
    /no deletion/,
  ],
  ['-a --exclude=*.o --delete', 'a.o', 'protected', /excluded/, /nothing/, /kept by the rule "- \*\.o"/],
  ['-a --exclude=/out', 'out/f', 'excluded', /in the directory out, which is excluded by the rule "- \/out"/],
  ['-a --delete', 'extra', 'delete', /no such name/, /nothing/, /no rule protects it/],
  [
    '-a --delete --filter=P_guard*',
    'guarded',
    'protected',
    /no such name/,
    /nothing/,
    /kept by the rule "- guard\*"/,
  ],
  [
    '-a --delete --exclude=*.o',
    'gone/y',
    'protected',
    /no such name/,
    /nothing/,
    /^not deleted: the directory would not be empty: gone\/y\/keep\.o is kept by the rule "- \*\.o"/,
  ],
  [
    '-a --delete --exclude=*.o',
    'gone',
    'protected',
    /no such name/,
    /nothing/,
    /^not deleted: the directory would not/,
  ],
  ['-a --delete --exclude=*.o', 'gone/a', 'delete', /no such name/, /nothing/, /no rule protects it/],
  ['-a --delete --max-delete=0', 'extra', 'protected', /no such name/, /nothing/, /--max-delete/],
  ['-a', 'extra', 'missing', /no such name/, /nothing/, /no deletion is asked for/],
  ['-a --delete', 'nowhere', 'missing', /no such name/, /nothing/, /no such name at the destination/],
];

describe('in a local copy', () => {
  it.each(CASES)('%s of %s: %s', async (words, name, outcome, ...texts) => {
    const before = readdirSync(path.join(directory, 'd'), { recursive: true }).toSorted();
    const told = await explain(`${words} --explain=${name} @s/ @d/`);
    expect(told.outcome).toBe(outcome);
    expect(schemaFaults(explanationObject(told), schema)).toEqual([]);
    expect(explanationLines(told)[0]).toBe(`${told.path}: ${outcome}`);
    const lines = [told.sender.text, told.receiver.text, told.deletion.text];
    for (const [index, text] of texts.entries()) expect(lines[index]).toMatch(text);
    expect(readdirSync(path.join(directory, 'd'), { recursive: true }).toSorted()).toEqual(before);
  });

  it('names file and line of a rule that stands in one', async () => {
    const told = await explain('-a --filter=:_.rules --explain=a.o @s/ @d/');
    expect(told.sender).toMatchObject({
      verdict: 'excluded',
      rule: '- *.o',
      file: `${directory}/s/.rules`,
      line: 3,
    });
  });

  it('takes the path below an argument or the destination as well', async () => {
    for (const typed of ['size', './size', '@s/size', '@d/size']) {
      const told = await explain(`-a --explain=${typed} @s/ @d/`);
      expect([typed, told.path, told.outcome]).toEqual([typed, 'size', 'transfer']);
    }
    expect((await explain('-a --explain=@s/size @s @d/')).path).toBe('s/size');
  });

  it('refuses where there is nothing to explain', async () => {
    await expect(explain('-a --list-only --explain=new @s/')).rejects.toThrow(
      'needs a source and a destination',
    );
  });
});

describe.skipIf(rsync === undefined)('with rsync 3.4.1 at the other end', () => {
  const shell = (words: string): string => `-e @rsh --rsync-path=${rsync} ${words}`;
  it.each(CASES)('push: %s of %s: %s', async (words, name, outcome) => {
    const told = await explain(shell(`${words} --explain=${name} @s/ h:@d/`));
    expect(told.outcome).toBe(outcome);
  });
  it.each(CASES)('pull: %s of %s: %s', async (words, name, outcome) => {
    const told = await explain(shell(`${words} --explain=${name} h:@s/ @d/`));
    expect(told.outcome).toBe(outcome);
  });
});

it('`explain -- ARGS PATH` is the same as --explain=PATH', () => {
  expect(explainWords(['explain', '--', '-a', 's/', 'd', 's/x'])).toEqual(['--explain=s/x', '-a', 's/', 'd']);
  expect(explainWords(['explain', '-a', 's/', 'd', 's/x'])).toEqual(['--explain=s/x', '-a', 's/', 'd']);
  expect(explainWords(['explain', '--json', '--', '-a', 's/', 'd', 'x'])).toEqual([
    '--explain=x',
    '--json',
    '-a',
    's/',
    'd',
  ]);
  expect(explainWords(['explain', 'd'])).toBeUndefined();
  expect(explainWords(['-a', 'explain', 'd'])).toEqual(['-a', 'explain', 'd']);
});

it('the command explains nothing without a path, and runs nothing then', () => {
  const { status, stderr } = spawnSync(process.execPath, [path.resolve('cli/bin/ocrsync.js'), 'explain'], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain('Usage: ocrsync explain');
});
