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
-a s h:d
-a h:d x
-a --no-i-r s h:d
-r --delete-after h:s d
-r --delay-updates h:s d
-rm h:s d
-r --prune-empty-dirs s h:d
-a --protocol=29 s h:d
-a --protocol=30 s h:d
-v s h:d
-vvv s h:d
-q s h:d
-q --stderr=all s h:d
-q --stderr=client s h:d
-n s h:d
-b s h:d
-b --suffix=.o s h:d
--backup-dir=bd s h:d
--backup-dir=bd --suffix=.o s h:d
-u s h:d
h:d
-r h:d
-d h:d
-r --list-only h:d
-n h:d x
-d h:d x
-d s h:d
--old-dirs h:d x
-d --delete s h:d
-rd --delete s h:d
-r --delete s h:d
-r --delete h:d x
-r --del s h:d
-r --delete-before s h:d
-r --delete-delay s h:d
-r --delete-after s h:d
-r --delete-excluded s h:d
-r --delete --delete-excluded s h:d
-r --delete-during --delete-excluded s h:d
-r --max-delete=0 s h:d
-r --max-delete=7 s h:d
-r --max-delete=-3 s h:d
-r --force --ignore-errors s h:d
-K s h:d
-k h:s d
-k s h:d
-L h:s d
-L s h:d
-OJ s h:d
-y s h:d
-yy --link-dest=a s h:d
-W s h:d
--no-W s h:d
-H s h:d
-HH s h:d
-o s h:d
-g s h:d
-D s h:d
--devices s h:d
--specials s h:d
-a --no-specials s h:d
-t s h:d
-U s h:d
-UU s h:d
-U --open-noatime s h:d
-p s h:d
-E s h:d
-pE s h:d
-E h:s d
-A s h:d
-X s h:d
-XX s h:d
-c s h:d
-C s h:d
-I s h:d
-R s h:d
-R --no-implied-dirs s h:d
-x s h:d
-xx s h:d
-S s h:d
-S --inplace s h:d
-S --inplace -W s h:d
--inplace s h:d
--append s h:d
--append-verify s h:d
-z s h:d
-zz s h:d
--old-compress s h:d
--new-compress s h:d
--zc=zstd s h:d
--zc=zstd --zl=3 s h:d
--zl=3 s h:d
-z --no-z s h:d
--cc=md5 s h:d
--cc=auto s h:d
--iconv=utf8,latin1 s h:d
--iconv=- s h:d
--timeout=5 --bwlimit=10 s h:d
-B 1000 s h:d
-@-1 s h:d
-@2 s h:d
-@2 h:s d
--min-size=1k --max-size=2m s h:d
--max-size=2m h:s d
--compare-dest=a --compare-dest=b s h:d
--link-dest=a h:s d
--partial s h:d
--partial h:d x
--partial-dir=pd s h:d
--delay-updates s h:d
--partial-dir=pd --delay-updates s h:d
-P s h:d
-Pv s h:d
-i s h:d
-ii s h:d
-vi s h:d
-i h:s d
--out-format=%o s h:d
--out-format=%n s h:d
-v --out-format=%n s h:d
--log-file=/dev/null s h:d
--stats s h:d
-v --stats s h:d
--info=progress2 s h:d
--info=stats s h:d
--info=none s h:d
-v --info=del2,name0,skip2 s h:d
-v --info=name0,remove,backup h:s d
--debug=flist2,del3 s h:d
--stderr=all s h:d
--stderr=client s h:d
--remove-source-files s h:d
--remove-sent-files h:s d
--files-from=/dev/null s h:d
--files-from=/dev/null h:d x
--files-from=/dev/null --no-R h:d x
--files-from=:x s h:d
--files-from=:x -0 s h:d
--usermap=*:bob s h:d
--chown=a:b s h:d
--chmod=u+x s h:d
--numeric-ids s h:d
--existing --ignore-existing --size-only s h:d
--existing --ignore-existing --size-only h:s d
-T tmp s h:d
--mkpath --fsync --preallocate s h:d
--mkpath --fsync --preallocate h:s d
--write-devices s h:d
--copy-devices h:s d
--copy-unsafe-links --safe-links s h:d
--super s h:d
--fake-super s h:d
--ignore-missing-args s h:d
--ignore-missing-args h:s d
--delete-missing-args -r s h:d
--max-alloc=2g s h:d
--max-alloc=1g s h:d
--checksum-seed=7 s h:d
--skip-compress=a/b h:s d
--skip-compress=a/b s h:d
--qsort -r s h:d
--trust-sender h:s d
--munge-links s h:d
--exclude=x --filter=-_y s h:d
-M--foo -M-v s h:d
-s -a s h:d
-s -a --iconv=utf8,latin1 s h:d
--only-write-batch=FILE s h:d
--write-batch=FILE s h:d
--stop-after=5 s h:d
--old-args s 'h:a b'
s 'h:a b*;[x]'
h:~ h:-x h:~/y d
--backup-dir='b d*' -b s h:d
-a --secluded-args h:s d|-s --no-s s h:d|-bO s h:d|-b --no-backup s h:d|--backup-dir=./././x s h:d|--backup-dir=. --suffix=x s h:d|--backup-dir=a -b --no-backup s h:d|--backup-dir=a --suffix=~ s h:d|--suffix=~ s h:d|--suffix=x s h:d
--backup-dir=x/ --suffix= s h:d|-S --inplace s h:d|-S --append s h:d|-S --inplace h:s d|-S --inplace --no-W s h:d|--max-delete=7 -r h:s d|--max-size=1k+1 s h:d|--max-size=1.5kb-1 s h:d|--max-size=0 s h:d|--min-size=0 --max-size= s h:d
--max-size=9999999999999 s h:d|--max-size=3t s h:d|--fuzzy --fuzzy --fuzzy s h:d|-yy s h:d|-yyyy --link-dest=a --link-dest=b s h:d|-y --no-y s h:d|-xxx s h:d|-xx --no-x s h:d|-HHH s h:d|-XXX s h:d|-UUU s h:d|-KkL s h:d|-KkL h:s d|-k --no-l h:s d
--copy-dest=~/x --copy-dest 'a b' s h:d|--link-dest=../x -a s h:d|--compare-dest= s h:d|--partial --no-partial --partial-dir=x s h:d|--partial-dir=x --no-partial s h:d|--partial-dir=. s h:d|--partial-dir=a/../b/ s h:d|--partial-dir=/abs/x s h:d
--partial-dir=.~tmp~ --delay-updates s h:d|--partial-dir=. --delay-updates s h:d|--partial-dir= --delay-updates h:s d|--partial-dir=x h:s d|--delay-updates --no-delay-updates s h:d|--delay-updates --partial s h:d|-T 'x y' s h:d|--temp-dir=~/t h:s d|--temp-dir= s h:d
--files-from=h:x s h:d|--files-from=h:x h:s d|--files-from=:x h:s d|--files-from=:x --no-R h:s d|--files-from=:x -0 h:s d|-r --files-from=:x s h:d|-a --files-from=/dev/null s h:d|-ar --files-from=/dev/null s h:d|-a -d --files-from=/dev/null h:s d
-a --no-d --files-from=/dev/null h:s d|-a --delete --files-from=/dev/null s h:d|--files-from=/dev/null --from0 s h:d|--files-from=:a' 'b s h:d|--no-implied-dirs --files-from=:x h:s d|-d --old-dirs s h:d|--old-d --no-d s h:d|--old-dirs --no-r h:s d
--usermap=a:b,c:d --groupmap=x*:y s h:d|--chown=:g s h:d|--chown=u: s h:d|--chown=u:g --no-o --no-g s h:d|--usermap=a:b h:s d|--chown=a:b h:s d|-o --no-o --usermap=a:b s h:d|--groupmap= s h:d|--usermap= s h:d
--iconv=utf8 s h:d|--iconv=. s h:d|--iconv=utf8,latin1 h:s d|--iconv=utf8,latin1 --no-iconv s h:d|--no-iconv --iconv=utf8,latin1 s h:d|-s --iconv=. h:s d|--iconv=., s h:d|-M--bwlimit=3 -M '-x y' s h:d|-M-s h:s d|--old-args -M '-x y' s h:d|--old-args --old-args -M '-x y' s h:d
-r --delete-before h:s d|-r --delete-after s h:d|-d --delete-delay s h:d|-r --delete-before --delete-excluded s h:d|-r --delete-excluded h:s d|-r --force h:s d|--ignore-errors h:s d|--ignore-errors --no-ignore-errors s h:d|--delete-missing-args --ignore-missing-args h:s d|--delete-missing-args h:s d
--max-alloc=512m s h:d|--max-alloc=1073741824 s h:d|--max-alloc=1024m h:s d|-@1 -@0 s h:d|--modify-window=0x10 s h:d|-@-5 h:s d|--skip-compress= h:s d|--skip-compress=jpg/g[zi] h:s d|-v --msgs2stderr s h:d|--msgs2stderr --no-msgs2stderr -q h:s d|--stderr=c -q s h:d|--stderr=e s h:d
--only-write-batch=X -a s h:d|-n --only-write-batch=X -a s h:d|-n --write-batch=X s h:d|--only-write-batch=X h:s d|--write-batch=X -W s h:d|--remove-source-files h:s d|--remove-sent-files --remove-source-files s h:d|--remove-source-files --remove-sent-files s h:d
--copy-devices s h:d|--write-devices h:s d|--write-devices --no-write-devices s h:d|--preallocate h:s d|--super --no-super s h:d|--super h:s d|--super --fake-super s h:d|--open-noatime h:s d|-mr --no-m h:s d|-rm s h:d|-E --no-p h:s d|-Ep s h:d|-C h:s d|-CCF s h:d|-C --exclude=x h:s d
-zz -z s h:d|--new-compress --no-z s h:d|--zc=zstd --zl=3 --no-z h:s d|--zc=zstd --no-z -z s h:d|--no-z --zc=zstd s h:d|--log-file=x --log-file-format=%i h:s d|--out-format=%i --log-file=x s h:d|--contimeout=0 --port=1 -4 h:s d|--trust-sender 'h:~' d|--trust-sender -R 'h:~/x' d|-vvvvvvvvv s h:d|--stop-after=5 h:s d|--time-limit=5 s h:d|--stop-at=2999-01-01 s h:d|--outbuf=L s h:d|--debug=all s h:d
--munge-links h:s d|--no-munge-links s h:d|--blocking-io s h:d|--copy-as=root s h:d|--chmod=D755,F644 h:s d|--prune-empty-dirs --no-prune-empty-dirs s h:d|-J --no-J -O --no-O s h:d|--qsort h:s d|--list-only s h:d|-r --list-only s h:d|--files-from=u@h:f u@h:s d|--sockopts=x --address=1.2.3.4 s h:d|--early-input=x s h:d|--fsync --mkpath --no-mkpath s h:d
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
    ['s h:d', { RSYNC_MAX_ALLOC: '5m' }],
    ['--max-alloc=1g s h:d', { RSYNC_MAX_ALLOC: '5m' }],
    ['--partial s h:d', { RSYNC_PARTIAL_DIR: 'p d' }],
    ['--partial --delay-updates s h:d', { RSYNC_PARTIAL_DIR: 'pd' }],
    ['--partial h:s d', { RSYNC_PARTIAL_DIR: 'pd' }],
    ['s h:d', { RSYNC_PARTIAL_DIR: 'pd' }],
    ['-a s h:d', { RSYNC_ICONV: 'utf8,latin1' }],
    ['-a -s s h:d', { RSYNC_ICONV: 'utf8,latin1' }],
    ['--iconv=- s h:d', { RSYNC_ICONV: 'utf8,latin1' }],
    ['-a s h:d', { RSYNC_PROTECT_ARGS: '1' }],
    ['-a --no-s s h:d', { RSYNC_PROTECT_ARGS: '1' }],
    ['-a --old-args s h:d', { RSYNC_PROTECT_ARGS: '1' }],
    ['-a --no-old-args s h:d', { RSYNC_PROTECT_ARGS: '1' }],
    ['-a -s s h:d', { RSYNC_OLD_ARGS: '1' }],
    ['-a s h:d', { RSYNC_OLD_ARGS: '1', RSYNC_PROTECT_ARGS: '1' }],
    ['-z s h:d', { RSYNC_COMPRESS_LIST: 'zlib', RSYNC_CHECKSUM_LIST: 'md5' }],
  ])('%s with %j', (line, environment) => {
    expect(serverWords(line, environment)).toEqual(upstreamWords(line, environment));
  });

  it('our server understands every one of these lists, and asks for the same protocol features', () => {
    for (const line of LINES) {
      // No server knows these words, theirs does not either.
      if (/--qsort|-M/.test(line)) continue;
      const list = upstreamWords(line);
      const request = parseServerArguments(list, {});
      expect(request.kind, `${line}: ${request.kind === 'stop' ? request.stderr : ''}`).toBe('server');
      if (request.kind !== 'server') continue;
      expect(request.options.isServer).toBe(true);
      expect(request.options.isServerSender).toBe(list.includes('--sender'));
      const end = list.indexOf('.');
      expect(request.paths, line).toEqual(end < 0 ? ['.'] : list.slice(end + 1));
    }
  });
});
