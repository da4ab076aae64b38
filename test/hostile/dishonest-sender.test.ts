// A pulling client and a server that sends other lists than it was asked for (docs/protocol/09-rsync-3.5.md §11, §12; 08 §2): each case
// is held against the real client of 3.5.0, except where ours is stricter.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPeer } from '../../interop/peers.ts';
import { ourCommand } from '../crash/crash-kit.ts';
import { clientEnd } from '../simulation/ends.ts';
import { feed } from '../simulation/feed.ts';
import { frameBytes } from './frames.ts';
import {
  DIRECTORY,
  FILE,
  HARD_LINK_FIRST,
  HARD_LINKED,
  GREETING_BYTES,
  LINK,
  type MadeEntry,
  serverSays,
  TOP_DIRECTORY,
} from './made-list.ts';

const peer = findPeer('3.5.0');
const CLOSED = 'connection unexpectedly closed';
/** What stands in the destination, beside the directory `a/b` with the file `own`. */
const OWN = ['a', 'a/b', 'a/b/own', 'a/own', 'own', 'victim'];

interface Case {
  readonly title: string;
  /** `SRC` is the host's part; the destination follows. */
  readonly words: string;
  readonly list: readonly MadeEntry[];
  readonly ioError?: number;
  readonly code: number;
  /** Part of the message that ends the run. */
  readonly text: string;
  /** 3.5.0 lets it pass. */
  readonly stricter?: true;
  readonly gone?: readonly string[];
  readonly made?: readonly string[];
}

const root: MadeEntry = { name: '.', mode: DIRECTORY, flags: TOP_DIRECTORY };
const file = (name: string): MadeEntry => ({ name, mode: FILE });
const directory = (name: string, flags = 0): MadeEntry => ({ name, mode: DIRECTORY, flags });

const DELETIONS: readonly Case[] = [
  {
    title: 'the root as a directory with content, when one file was asked for',
    words: '-r --delete SRC:x/one',
    list: [root, file('one')],
    code: 12,
    text: CLOSED,
  },
  {
    title: 'implied parents as directories with content',
    words: '-rR --delete SRC:a/b/f',
    list: [root, directory('a', TOP_DIRECTORY), directory('a/b', TOP_DIRECTORY), file('a/b/f')],
    code: 12,
    text: CLOSED,
  },
  {
    title: 'implied parents with content, when rules lie in the trees',
    words: "-rR --delete --filter=':_.rules' SRC:a/b/f",
    list: [root, directory('a', TOP_DIRECTORY), directory('a/b', TOP_DIRECTORY), file('a/b/f')],
    code: 12,
    text: CLOSED,
  },
  {
    title: 'a root that is a file, with --force',
    words: '-r --delete --force SRC:x/',
    list: [file('.')],
    code: 2,
    text: 'ERROR: rejecting non-directory transfer-root entry: .',
  },
  {
    title: 'a root that is asked to be deleted',
    words: '-r --delete --delete-missing-args SRC:x/',
    list: [{ name: '.', mode: 0 }],
    code: 2,
    text: 'ERROR: rejecting non-directory transfer-root entry: .',
  },
  {
    title: 'an implied parent that is asked to be deleted',
    words: '-rR --delete-missing-args SRC:a/b/f',
    list: [{ name: 'a', mode: 0 }],
    code: 4,
    text: 'ERROR: rejecting unrequested file-list name: a',
  },
  {
    title: 'a file below what was asked for as a missing argument',
    words: '-r --delete-missing-args SRC:x/',
    list: [root, { name: 'victim', mode: 0 }],
    code: 4,
    text: 'ERROR: rejecting unrequested file-list name: victim',
    stricter: true,
  },
  {
    title: 'a requested file as a missing argument: that is what the option is for',
    words: '-r --delete-missing-args SRC:x/vic*',
    list: [{ name: 'victim', mode: 0 }],
    code: 12,
    text: CLOSED,
    gone: ['victim'],
  },
  { title: 'an empty list', words: '-r --delete SRC:x/', list: [], code: 0, text: '' },
  {
    title: 'an empty root after an I/O error that is none of ours',
    words: '-r --delete SRC:x/',
    list: [root],
    ioError: 1,
    code: 12,
    text: CLOSED,
  },
  {
    title: 'an empty root: that is what --delete is for',
    words: '-r --delete SRC:x/',
    list: [root],
    code: 12,
    text: CLOSED,
    gone: OWN,
  },
];

const NAMES: readonly Case[] = [
  ['a name beside the requested one', '-r SRC:x/one', [file('one'), file('victim')], 'unrequested', 'victim'],
  [
    'a name beside those of --files-from',
    '-r --files-from=LIST SRC:x',
    [root, file('one'), file('two')],
    'unrequested',
    'two',
  ],
  [
    'a parent of a listed name as a file',
    '-R --files-from=LIST SRC:x',
    [root, file('p')],
    'unrequested',
    'p',
  ],
  [
    'a name below a listed one',
    '-R --files-from=LIST SRC:x',
    [root, directory('one'), directory('one/x'), file('one/x/evil')],
    'unrequested',
    'one/x/evil',
  ],
  ['a name that is excluded here', "-r --exclude='*.rc' SRC:x/", [root, file('a.rc')], 'excluded', 'a.rc'],
].map(([title, words, list, why, name]) => ({
  title: title as string,
  words: words as string,
  list: list as MadeEntry[],
  code: 4,
  text: `ERROR: rejecting ${why as string} file-list name: ${name as string}`,
}));

const PATHS: readonly Case[] = ['../evil', 'a/../../evil', '/tmp/evil', '..', 'a/..'].map((name) => ({
  title: `the name ${name}`,
  words: '-r SRC:x/',
  list: [root, file(name)],
  code: 4,
  text: 'ABORTING due to unsafe pathname from sender: ',
}));

const KINDS: readonly Case[] = [
  {
    title: 'a symlink and a file below it',
    words: '-rl SRC:x/',
    list: [root, { name: 'out', mode: LINK, target: '../away' }, file('out/evil')],
    code: 2,
    text: 'ABORTING due to invalid path from sender: out/evil',
    made: ['out'],
  },
  {
    title: 'a file and a file below it',
    words: '-r SRC:x/',
    list: [root, file('out'), file('out/evil')],
    code: 2,
    text: 'ABORTING due to invalid path from sender: out/evil',
  },
  {
    title: 'a symlink without -l',
    words: '-r SRC:x/',
    list: [root, { name: 'link', mode: LINK }],
    code: 12,
    text: CLOSED,
  },
  {
    title: 'a device without -D',
    words: '-r SRC:x/',
    list: [root, { name: 'null', mode: 0o020666 }],
    code: 12,
    text: CLOSED,
  },
  {
    title: 'a FIFO and a socket without -D',
    words: '-r SRC:x/',
    list: [root, { name: 'fifo', mode: 0o010666 }, { name: 'socket', mode: 0o140666 }],
    code: 12,
    text: CLOSED,
  },
  {
    title: 'an unsafe symlink under --safe-links',
    words: '-rl --safe-links SRC:x/',
    list: [root, { name: 'link', mode: LINK, target: 'a/../../out' }],
    code: 12,
    text: CLOSED,
  },
  {
    title: 'a type that does not exist',
    words: '-r SRC:x/',
    list: [root, { name: 'what', mode: 0o170644 }],
    code: 2,
    text: 'invalid file mode 0170644 for what',
  },
  {
    title: 'a deletion without --delete-missing-args',
    words: '-r SRC:x/',
    list: [root, { name: 'victim', mode: 0 }],
    code: 2,
    text: 'invalid file mode 00 for victim',
  },
  {
    title: 'hard links without -H, of a file and of a directory',
    words: '-r SRC:x/',
    list: [
      root,
      { ...directory('d'), flags: HARD_LINKED | HARD_LINK_FIRST },
      { ...file('f'), flags: HARD_LINKED | HARD_LINK_FIRST },
    ],
    code: 12,
    text: CLOSED,
    made: ['d'],
  },
];

let base = '';
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'ocrsync-dishonest-'));
  writeFileSync(path.join(base, 'LIST'), 'one\np/q\n');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** A fresh destination; what is left is told by {@link left}. */
function destination(): string {
  const place = path.join(base, 'd');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(path.join(place, 'a/b'), { recursive: true });
  for (const name of ['own', 'victim', 'a/own', 'a/b/own']) writeFileSync(path.join(place, name), name);
  return place;
}

function left(): string[] {
  return readdirSync(path.join(base, 'd'), { recursive: true, encoding: 'utf8' })
    .filter((name) => !/(^|\/)\.[^/]*\.[A-Za-z0-9]{6}$/.test(name))
    .sort();
}

function wordsOf({ words }: Case): string[] {
  const line = `--checksum-choice=md5 ${words.replace('LIST', path.join(base, 'LIST'))} ${destination()}`;
  return line.split(' ').map((word) => word.replaceAll("'", ''));
}

function expectedTree({ gone = [], made = [] }: Case): string[] {
  return [...OWN.filter((name) => !gone.includes(name)), ...made].sort();
}

/** A remote shell that says this, after leaving its client the time to send the names of --files-from. */
function shellThatSays(bytes: Buffer): string {
  const shell = path.join(base, 'shell');
  const said = path.join(base, 'said');
  writeFileSync(said, bytes);
  writeFileSync(
    shell,
    `#!/bin/sh\nhead -c ${GREETING_BYTES} ${said}\nsleep 0.1\ntail -c +${GREETING_BYTES + 1} ${said}\nsleep 0.1\n`,
  );
  chmodSync(shell, 0o755);
  return shell;
}

/** One of the two programs, as a command. */
function seen(command: readonly string[], one: Case): { code: number | null; text: string; left: string[] } {
  const words = wordsOf(one).map((word) => word.replace('SRC:', 'h:'));
  const shell = shellThatSays(serverSays(one.list, one.ioError));
  const [program, ...before] = command;
  const run = spawnSync(program!, [...before, '-e', shell, ...words], {
    encoding: 'latin1',
    timeout: 20_000,
  });
  return { code: run.status, text: run.stderr, left: left() };
}

/** The same in this process; names of --files-from are read by the command alone. */
function heard(one: Case): { code: number | null; text: string; left: string[] } {
  if (one.words.includes('LIST')) return seen(ourCommand.split(' '), one);
  const end = clientEnd(wordsOf(one).map((word) => word.replace('SRC:', 'h:')));
  feed(end.session, [serverSays(one.list, one.ioError)]);
  const { error } = end.session;
  end.release();
  return { code: end.exitCode(), text: error?.message ?? '', left: left() };
}

describe.each([...DELETIONS, ...NAMES, ...PATHS, ...KINDS])('a server that sends $title', (one) => {
  const expected = { code: one.code, text: expect.stringContaining(one.text), left: expectedTree(one) };

  it('gains nothing from our client', () => {
    expect(heard(one)).toEqual(expected);
  });

  it.skipIf(peer === undefined || one.stricter === true)('fares no better with 3.5.0', () => {
    expect(seen([peer!], one)).toEqual(expected);
  });
});

it('what a server says cannot work on the terminal, in messages and in names', () => {
  const text = (code: number, words: string): Buffer =>
    frameBytes({ code, payload: Buffer.from(words, 'latin1') });
  const list = serverSays([root, { ...file('name\x1b[2J'), time: [0xf8, 0, 0, 0, 0, 0, 0, 0, 0x40] }]);
  const shell = shellThatSays(
    Buffer.concat([
      list,
      text(2, 'told \x1b[31m\x9b\x07\n'),
      text(3, 'wrong\x1b\n'),
      text(101, 'gone\x1b[2J\nnext'),
    ]),
  );
  const [program, ...before] = ourCommand.split(' ');
  const shown = ['-rnv', '--list-only']
    .map((option) => {
      const words = [...before, '-e', shell, '--checksum-choice=md5', '-r', option, 'h:x/', destination()];
      const run = spawnSync(program!, words, { encoding: 'latin1', timeout: 20_000 });
      return `${run.stdout}${run.stderr}`;
    })
    .join('');
  expect(shown).toContain('(time out of range) name\\#033[2J\n');
  expect(shown).toContain('told \\#033[31m\\#233\\#007\n');
  expect(shown).toContain('deleting gone\\#033[2J\\#012next\n');
  expect([...shown].filter((char) => char < ' ' && char !== '\n')).toEqual([]);
});
