// Differential: the words our client would send against the words rsync 3.4.1 really sends, seen by a fake remote shell.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { parseServerArguments } from '@ocrsync/node/options/server-parse';
import { serverWords, words } from './run-line.ts';

const upstream = findPeer('3.4.1');

const LINES = `
-a s h:d|-a h:s d|-r s h:d|-r h:s d|-rlt s h:d|-a --no-r s h:d|--no-r -a s h:d|-a --no-D s h:d|-D s h:d|--devices s h:d|--specials s h:d
-a --no-specials s h:d|-a --no-devices h:s d|-a --no-i-r s h:d|-a --no-inc-recursive --i-r s h:d|-a --protocol=30 s h:d|-a --protocol=29 s h:d
--protocol=29 s h:d|-a --protocol=31 h:s d|-v s h:d|-vvv s h:d|-vv --no-v -v h:s d|-q s h:d|-qv h:s d|-n s h:d|-u s h:d|-c s h:d|-I s h:d|-R s h:d
-R --no-implied-dirs s h:d|-R --no-implied-dirs --protocol=29 s h:d|-R --no-i-d h:s d|--no-i-d s h:d|-L s h:d|-L h:s d|-H s h:d|-aH h:s d
-o s h:d|-g s h:d|-t s h:d|-p s h:d|-l s h:d|-z s h:d|-zz s h:d|-zzz s h:d|-z --no-z s h:d|--zl=3 s h:d|--zl=3 --no-z s h:d|--zl=0 h:s d
--zc=zstd s h:d|--zc=zstd --zl=3 h:s d|--zc=ZLIB s h:d|--zc=zlibx s h:d|--zc=lz4 -z s h:d|--zc=none -z s h:d|--zc=auto s h:d|--zc=auto -z s h:d|-zz --zc=auto s h:d
-zz --zc=zlib s h:d|--old-compress s h:d|--new-compress h:s d|--old-compress --new-compress s h:d|--cc=md5 s h:d|--cc=auto s h:d|--cc=MD5 s h:d|--cc=xxhash h:s d
--cc=md5,md4 s h:d|--cc=auto,md5 s h:d|--cc=auto,auto s h:d|--cc=none s h:d|--checksum-seed=7 s h:d|--checksum-seed=-3 s h:d|--checksum-seed=0x10 h:s d
-W s h:d|--no-W s h:d|-W --no-W h:s d|--inplace s h:d|--inplace h:s d|--append s h:d|--append-verify s h:d|--append-verify --append s h:d|--append --append s h:d
--append --no-append --inplace s h:d|--append --no-append s h:d|--partial s h:d|--partial h:s d|--partial --inplace s h:d|--partial --append s h:d|-P s h:d|-P h:s d|-Pv s h:d|-P --no-partial s h:d
--progress s h:d|-P --no-progress s h:d|-i s h:d|-ii s h:d|-vi s h:d|-i h:s d|-vvi s h:d|-i --no-i s h:d|--out-format=%o s h:d|--out-format=%n s h:d|-v --out-format=%n s h:d
-i --out-format=%o s h:d|-ii --out-format=%n s h:d|-ii --out-format=%i s h:d|--out-format= s h:d|--out-format=%10i s h:d|--out-format=%%i s h:d|--out-format=%b%o s h:d|--progress --out-format=%b s h:d
--stats s h:d|--stats h:s d|-v --stats s h:d|--info=progress2 s h:d|--info=stats s h:d|--info=stats2 h:s d|--info=none s h:d|--info=all s h:d|--info=all2,name1 s h:d|--info=all2,del0 h:s d
--info=none,del,name2,skip,misc,mount,copy s h:d|-v --info=del2,name0,skip2 s h:d|-v --info=name0,remove,backup h:s d|--info=NAME h:s d|--info=flist0 -v s h:d|--info=name9 s h:d
-r --delete s h:d|-r --delete h:s d|-r --del s h:d|-r --delete --del s h:d|-r --delete-during s h:d|-d --delete s h:d|-rd --delete s h:d|-rd --delete --no-r s h:d|-d s h:d|-d h:s d|h:d|-r h:d
-d h:d|-r --list-only h:d|--list-only h:d|--list-only h:s d|-a h:|-v h:a/b|--existing --ignore-existing --size-only s h:d|--existing --ignore-existing --size-only h:s d|--ignore-non-existing s h:d
-B 1000 s h:d|-B2k s h:d|--block-size=1.5k+1 h:s d|-B 0 s h:d|-B.k s h:d|--protocol=29 -B100k s h:d|--timeout=5 --bwlimit=10 s h:d|--timeout=5 --no-timeout s h:d|--bwlimit=1.5m h:s d
--bwlimit=0.6 s h:d|--bwlimit=1600b s h:d|--bwlimit=0 s h:d|--bwlimit=9 --no-bwlimit s h:d|--numeric-ids s h:d|--numeric-ids --no-numeric-ids h:s d|-e./x -a s h:d
--exclude=x --filter=-_y -F -FF --include=z s h:d|-h -8 --no-motd --port=1 s h:d|-azP --stats --delete s h:d|-avzi --del --numeric-ids --timeout=9 h:s d|-rltvz --no-W --inplace --exclude=a s h:d
s 'h:a b*;[x]'|s 'h:$a&b!#"(c){d}'|s 'h:a\\*b\\c'|'h:~' h:-x 'h:~/y' d|'h:~a b' :c d|-R 'h:~/./x' 'h:~/y' d|-R s 'h:~x'|s h:|h: d|--old-args s 'h:a b'|--old-args --old-args s 'h:a b'|--old-args 'h:~' 'h:-x' d
s :d|s u@h:d|h:a :b d|u@h:a :b u@h:c d|s '[::1]:d'|-a --no-acls --no-xattrs --no-S s h:d|--no-iconv --no-s --no-old-args s h:d|-a --no-perms --no-times --no-owner --no-group --no-links s h:d
`
  .trim()
  .split(/[|\n]/);

describe.skipIf(upstream === undefined)('the words for a server are those of rsync 3.4.1', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-words-'));
    const shell = path.join(directory, 'shell');
    writeFileSync(shell, `#!/bin/sh\nfor w; do printf '%s\\0' "$w"; done >'${directory}/words'\nexit 1\n`);
    chmodSync(shell, 0o755);
    writeFileSync(path.join(directory, 's'), '');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** What the real client gives the program at the other end. */
  function upstreamWords(line: string, environment: Record<string, string> = {}): string[] {
    const shell = path.join(directory, 'shell');
    writeFileSync(path.join(directory, 'words'), '');
    const result = spawnSync(upstream!, [...words(line).filter((word) => word !== '-e./x'), '-e', shell], {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      encoding: 'latin1',
    });
    const seen = readFileSync(path.join(directory, 'words'), 'latin1').split('\0').slice(0, -1);
    const start = seen.indexOf('--server');
    if (start < 0) throw new Error(`rsync did not start its shell for ${line}: ${result.stderr}`);
    return seen.slice(start);
  }

  it.each(LINES)('%s', (line) => {
    expect(serverWords(line)).toEqual(upstreamWords(line));
  });

  it.each([
    ['s h:a*b', { RSYNC_OLD_ARGS: '1' }],
    ["s 'h:a b'", { RSYNC_OLD_ARGS: '2' }],
    ["--no-old-args s 'h:a b'", { RSYNC_OLD_ARGS: '1' }],
    ["s 'h:a b'", { RSYNC_OLD_ARGS: '0', RSYNC_PROTECT_ARGS: '1' }],
    ['-z s h:d', { RSYNC_COMPRESS_LIST: 'zlib', RSYNC_CHECKSUM_LIST: 'md5' }],
  ])('%s with %j', (line, environment) => {
    expect(serverWords(line, environment)).toEqual(upstreamWords(line, environment));
  });

  it('our server understands every one of these lists, and asks for the same protocol features', () => {
    for (const line of LINES) {
      const list = upstreamWords(line);
      const request = parseServerArguments(list, {});
      expect(request.kind, `${line}: ${request.kind === 'stop' ? request.stderr : ''}`).toBe('server');
      if (request.kind !== 'server') continue;
      expect(request.options.isServer).toBe(true);
      expect(request.options.isServerSender).toBe(list.includes('--sender'));
      expect(request.paths).toEqual(list.slice(list.indexOf('.') + 1));
    }
  });
});
