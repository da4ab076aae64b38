// Words of --debug whose lines are about the work, not about a process: beside rsync 3.4.1, stream by stream.
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const isRoot = process.getuid?.() === 0;
const streams =
  '>out 2>err; sed "s/^/out: /;s/[.][A-Za-z0-9]\\{6\\} from /.# from /" out; sed "s/^/err: /" err; rm out err';

const FILES = 'mkdir -p s/e d; echo a >s/a; echo b >s/e/b; touch -d @1500000000 s/a s/e/b s/e s';

besideUpstream('--debug tells as rsync 3.4.1', FILES, (kit) => {
  const compare = (words: string): void => kit.compare(`RSYNC ${words} ${streams}`);

  it('what both ends of a local copy agreed, the far one on stderr', () => {
    compare('-a --debug=proto,nstr3 s/ d');
    compare('-az --debug=proto,nstr3 --protocol=28 s/ d');
    compare('-a --debug=nstr3 --checksum-choice=md5 --compress-choice=lz4 --compress-level=3 s/ d');
    compare('-a --debug=iconv --iconv=utf8,latin1 s/ d');
  });

  it('what a server agreed, before it has another way than its stderr', () => {
    compare('-a -M--debug=proto,nstr3 SH s/ h:$PWD/d');
    compare('-a -M--debug=proto SH h:$PWD/s/ d');
  });

  // Both ends refuse the option at once: which of them is still heard is a race, of two real ones as well.
  it('what the protocols of both are, before an option is refused because of that', { retry: 3 }, () => {
    compare('-aA --debug=proto --protocol=28 SH s/ h:$PWD/d 2>/dev/null');
  });

  it.each([
    '-an s/ d',
    '-a none s d',
    '-a -M--bogus s/ d',
    '-a SH s/ h:$PWD/s/a/',
    '-a SH h:$PWD/none d',
    '-aX --protocol=29 SH s/ h:$PWD/d',
    '-a h:s g:d',
    '-a --exclude-from=none s d',
    '-a --read-batch=none d',
  ])('with what %s ends', (words) => {
    const place = `>out 2>err; sed "s/file=[^)]*/PLACE/" out; grep -h cleanup err | sed "s/file=[^)]*/err PLACE/"; rm out err`;
    kit.compare(`RSYNC --debug=exit ${words} ${place}`);
  });

  it.each([
    '--filter=bogus --debug=exit',
    '--debug=exit0 --filter=bogus --debug=exit',
    '--filter=-_x --debug=exit --filter=bogus',
    '--debug=exit --filter=bogus --debug=none -n',
    '-n --debug=all --debug=cmd0,io0 -C --exclude-from=none',
    '-q --debug=exit --exclude-from=none',
    '-vvvv --filter=bogus',
    '--debug=exit --filter=bogus --bogus',
    '--debug=exit3 --filter=bogus',
    '-b --suffix= --debug=exit3 -n',
    '--debug=exit2 --bogus',
    '--bogus --debug=exit',
    '--debug=exit --debug=exit0 --max-delete=x',
    '-q --debug=exit --inplace --partial-dir=x',
  ])('what it was to tell where it met a wrong rule or option: %s', (words) => {
    kit.compare(`RSYNC -a ${words} s d >out 2>err; sed "s/file=[^)]*/PLACE/" out; cat err; rm out err`);
  });

  it('hard links by the numbers under which they travel, and who looks for the first of them', () => {
    const linked = 'ln s/a s/c; ln s/e/b s/e/d; ln s/a s/e/f;';
    for (const words of ['', '--no-i-r', '--protocol=29']) {
      kit.compare(`${linked} RSYNC -aH --debug=hlink2 ${words} s/ d >out; sort out; rm out`);
    }
    kit.compare(`${linked} RSYNC -aH --debug=hlink SH s/ h:$PWD/d`);
    kit.compare(`${linked} RSYNC -aH --debug=hlink2 SH h:$PWD/s/ d >out; sort out; rm out`);
  });

  it('that no command is started', () => {
    compare('-a --debug=cmd2 s/ d');
    compare('--debug=cmd2 s/a');
  });

  it('where its sender goes, whenever that is elsewhere', () => {
    compare('-a --no-i-r --debug=chdir s d');
    compare('-a --no-i-r --debug=chdir s/e s/ s/e/b d');
    compare('-a --no-i-r --debug=chdir s/a new');
  });

  it('where its sender goes for the lists below its arguments, and for each record', () => {
    compare('-a --debug=chdir s s/e/ s/e/b d');
    compare('-ai --debug=chdir s/ s/e/ d');
    compare('-aR --debug=chdir SH s/./e s/e h:$PWD/d');
    kit.compare(`ln -s none s/l; RSYNC -aHi --debug=chdir s/e/ s/l d/x ${streams}`);
  });

  it('that its sender goes back where it cannot go', () => {
    compare('-r --debug=chdir s/e/ s/none/ none/x s/e/ d');
  });

  it('where a sender goes: another place for each run of one typed directory', () => {
    for (const names of [
      's/a s/./e/b s/a',
      's/a ./s/e',
      '-R s/./a s/e/./b ././s/a',
      './s/a s/e/b s/a',
      's/. s/a',
    ]) {
      compare(`-r --debug=chdir ${names} d`);
    }
    kit.compare('cd s; RSYNC -r --debug=chdir a ./e e ../d 2>&1');
    kit.compare(`echo a >L; RSYNC -r --debug=chdir --files-from=L ./s/ d ${streams}; rm L`);
  });

  it('the rules as they are found, and those of other options when the protocol is known', () => {
    const rules = [
      "-f -Cs -f -C -f '-p x' -f ':e .r'",
      '-C --exclude=x',
      '--protocol=28 -f -C',
      '-f -! -f -C/ --protocol=28',
      "-b --delete --partial-dir=.p -f 'P x'",
    ];
    for (const way of ['s/ d', 'SH s/ h:$PWD/d', 'SH h:$PWD/s/ d']) {
      for (const words of rules) {
        kit.compare(`RSYNC -rn --debug=filter2 ${words} ${way} 2>&1 | grep -a add_rule`);
      }
    }
  });

  it('which parents of listed names come twice', () => {
    for (const names of ['e/b\\na\\ne/c\\n', 'e/b\\ne/\\na\\n./e/c\\n', 'a\\ne/c\\na\\ne/b/\\ne\\n']) {
      kit.compare(
        `echo 3 >s/e/c; printf '${names}' >L; RSYNC -tl --debug=dup --files-from=L SH s h:$PWD/d; rm L`,
      );
    }
  });

  it('names of later lists that stand there twice, by both halves of the receiving side', () => {
    const twice = 'mkdir -p t/e/f s/e/f; touch t/a t/e/b t/e/f/q s/e/f/q;';
    kit.compare(`${twice} RSYNC -a --debug=dup SH h:$PWD/s/ h:$PWD/t/ d >out; sort out; rm out`);
    kit.compare(`${twice} RSYNC -a --debug=dup SH s/ t/ h:$PWD/d`);
  });

  it('what is no regular file under the name of the source', () => {
    kit.compare('ln -s none s/l; RSYNC s/l d/x');
  });

  it.runIf(isRoot)('owners: of every id, and of what is given away', () => {
    const owned = 'chown 1234:1 s/a; chown 77:1 s/e/b;';
    kit.compare(`${owned} RSYNC -a --debug=own2 s d ${streams}`);
    const listed = 'setfacl -m u:7:r,g:2:r s/a; setfacl -m d:u:13:r,u:34:r s/e;';
    kit.compare(`${owned} ${listed} RSYNC -rA --debug=own2 s/ d ${streams}`);
    for (const words of ['', '--info=flist --protocol=29', '--usermap=77:0 -n']) {
      kit.compare(`${owned} RSYNC -a --debug=own2 ${words} s/ d ${streams}`);
      kit.compare(`${owned} RSYNC -a --debug=own2 ${words} SH h:$PWD/s/ d ${streams}`);
    }
  });
});

const ONE_FILE = 'mkdir -p s/e d; echo a >s/e/a; touch -d @1500000000 s/e/a s/e s';

besideUpstream('a recorded batch, as with rsync 3.4.1,', ONE_FILE, (kit) => {
  it('is none of a listing, nor where it cannot be made', () => {
    kit.compare('RSYNC -r --write-batch=B s/');
    kit.compare('RSYNC -r --list-only --only-write-batch=B SH h:$PWD/s/ d');
    kit.compare('RSYNC -r --write-batch=none/B s/ d');
  });

  it('tells nothing of modes in directories that it alone gets', () => {
    kit.compare('RSYNC -r --only-write-batch=B s/ d; rm B B.sh');
    kit.compare('RSYNC -r --only-write-batch=B SH h:$PWD/s/ d; rm B B.sh');
  });
});
