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
h:a x:d|h:a b d|a h:b h:d|h:a h2:b d|h:a u@h:b d|h:a h::b d|rsync://h:1/m rsync://h:2/m d|'' d|s ''|a '' d|--password-file=x s d|--contimeout=3 s d|--contimeout=-1 s d|--password-file=x -e false h:s d|-e false h::/m d
-r -s --old-args s d|-r --cc=foo s d|-r --zc=foo s d|-r --outbuf=x s d|-r --info=zz s d|-r --debug=zz s d
-r --stderr=x s d|-r --chmod=zz s d|-r --chmod= s d|-r --usermap=a:b --usermap=c:d s d|-r --usermap=a:b --chown=x s d|-r --chown=x --usermap=a:b s d
-r --chown=a:b --chown=:c s d|-r --groupmap=a:b --chown=:g s d|-r --chown=u:g --groupmap=x:y s d|-r --chown=a --chown=b s d|-r -M foo s d|-r --stop-at=zz s d
-r --stop-at=2001-01-01 s d|-r --stop-after=0 s d|-r --stop-after=x s d|-r --stop-after=-1 s d|-r --stop-after=153722867280912931 s d|-r --max-size=5q s d|-r --min-size=x s d|-r --max-alloc=100 s d
-r --max-alloc=x s d|-r --compare-dest=a --link-dest=b s d|-r --link-dest=b --copy-dest=c s d|-r --fake-super -XX s d|-r --write-batch=a --read-batch=b s d|-r --only-write-batch=a --read-batch=b s d
-r --read-batch=a --files-from=/dev/null s d|-r --read-batch=a --remove-source-files s d|-r --read-batch=a --remove-sent-files s d|--delete-before --delete-after s d|--delete-during --delete-before s d|--delete-delay --delete-after s d
--delete-delay --delete-during s d|--delete s d|--delete-excluded s d|--delete-delay s d|-r --suffix=a/b s d|-r --suffix= -b s d
-r --suffix= s d|-r --backup-dir=. -b s d|-r --backup-dir=. --suffix= s d|-r --append -W s d|-r --append --partial-dir=x s d
-r --append --delay-updates s d|-r --inplace --partial-dir=x s d|-r --inplace --delay-updates s d|-r --write-devices --partial-dir=x s d|-r --inplace --partial-dir=x --delay-updates s d|-r --append --inplace --partial-dir=x s d
-r --files-from=h:- s d|-r --port=x s d|-r --max-delete=x s d|-r --bwlimit=x s d|-r -B 999999999 s d|-r -c --cc=md5,none s d
-r --old-args --old-args -s s d|-s --old-args --max-alloc=100 s d|--zc=foo -c --cc=md5,none s d|--delete-before --delete-after --suffix=a/b s d|--read-batch=a --files-from=/dev/null --delete-before --delete-after s d|--fake-super -XX --write-batch=a --read-batch=b s d
--suffix= -b -r --append -W s d|--append --delay-updates --files-from=h:- s d|--cc=foo --outbuf=x s d|--outbuf=x --zc=foo s d|--chmod=zz --cc=foo s d|--cc=foo --chmod=zz s d
--inplace --partial-dir=x --backup-dir=. --suffix= s d|--delete --suffix= s d|--stderr=x --outbuf=x s d|--max-size=x --min-size=x s d|--min-size=x --max-size=x s d|--read-batch=a --remove-source-files --delete s d
--compare-dest=a --link-dest=b --usermap=a:b --usermap=c:d s d|--append -W --append --partial-dir=x s d|--inplace --delay-updates --append -W s d|--server -s --old-args . d|--server --stderr=x . d|--server --write-batch=a --read-batch=b . d
--server --delete-before --delete-after . d|--server --suffix=a/b . d|--server --max-size=x . d|--server --chmod=zz . d|--server --files-from=h:x . d|--server --append -W . d
--files-from=x:f s h:d|--files-from=:f s d|--files-from=u@h:f h:s d|--files-from=h:f u@h:s d|--files-from=C:f h:s d|--files-from=h:f s d|--files-from=h:f s x:d
--server --foo . d|--server -Z . d|--server -t=1 . d|--server --use-qsort . d|--server --link-dest=a --copy-dest=b . d
--server --old-dirs=1 . d
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
