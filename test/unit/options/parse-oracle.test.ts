// Differential: wrong command lines get the same text and the same exit code from us and from rsync 3.4.1.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { resolveEndpoints } from '@ocrsync/node/options/endpoint';
import { OptionError } from '@ocrsync/node/options/option-error';
import { parseArguments } from '@ocrsync/node/options/parse';
import { words } from './run-line.ts';

const upstream = findPeer('3.4.1');

const LINES = `
--foo s d|--foo=bar s d|-aZ s d|-Zav s d|-aZv s d|--recurs s d|--verb s d|--Verbose s d|--no-archive s d|--no-a s d|--no-stats s d|--no-n s d
--no-q s|--no-u s|--no-L s|--no-P s|--no-delete s|--no-ir s d|--verbose=1 s d|-v=1 s d|-av=1 s d|--no-v=1 s d|--exclude|-e|-ae|--timeout|-f
--timeout=12abc s d|--timeout 12x s d|--timeout=0x s d|--timeout=09 s d|--timeout=1.5 s d|--checksum-seed=5000000000 s d|--checksum-seed=-2147483649 s d
--checksum-seed 99999999999 s d|--zl=foo s d|--port=x s d|-B 5q s d|-B5q s d|--block-size=5kk s d|-B -1 s d|-B +1 s d|-B 1+2 s d|-B 131073 s d|-B 1g s d
--protocol=29 -B 999999999 s d|-B 999999999 --protocol=29 s d|--bwlimit=x s d|--bwlimit=511b s d|--bwlimit=0.4 s d|--bwlimit=-1 s d|-n --delete s d|--del s d|--delete --no-d s d
--append -W s d|--append-verify --whole-file s d|--append --cc=none s d|--cc=foo s d|--cc=md5,foo,x s d|--cc=foo,md5 s d|--cc= s d|--cc=md5, s d|--zc=foo s d|--zc= s d|--zc=zstd,lz4 s d
--info=foo3 s d|--info=name,bar s d|--info=3 s d|--cc=foo --zc=bar s d|--cc=foo --delete s d|--delete --append -W s d|--old-args --cc=x s d
h:a x:d|h:a b d|a h:b h:d|h:a h2:b d|h:a u@h:b d|h:a h::b d|rsync://h:1/m rsync://h:2/m d|'' d|s ''|a '' d|--password-file=x s d|--contimeout=3 s d|--password-file=x -e false h:s d|-e false h::/m d
--server --foo . d|--server -Z . d|--server --timeout=x . d|--server --delete . d|--server --append -W . d|--server -B 1g . d|--server --cc=foo . d
`
  .trim()
  .split(/[|\n]/);

/** What we answer to a wrong line: text without the exit line, and the code. */
function answer(line: string): { text: string; exitCode: number | null } {
  const outcome = parseArguments(words(line), {});
  if (outcome.kind === 'stop') return { text: outcome.stderr, exitCode: outcome.exitCode };
  try {
    resolveEndpoints(outcome.options);
  } catch (error) {
    if (error instanceof OptionError) return { text: `${error.message}\n`, exitCode: error.exitCode };
    throw error;
  }
  return { text: 'accepted', exitCode: 0 };
}

describe.skipIf(upstream === undefined)('wrong command lines are refused in the words of rsync 3.4.1', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-wrong-'));
    for (const name of ['s', 'a']) writeFileSync(path.join(directory, name), '');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(LINES)('%s', (line) => {
    const result = spawnSync(upstream!, words(line), {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '' },
      encoding: 'latin1',
      input: '',
    });
    const text = result.stderr.replace(/^rsync error: .*\n/gm, '');
    expect(answer(line)).toEqual({ text, exitCode: result.status });
  });
});
