// Batches in both directions: what one program has recorded, the other one plays (docs/protocol/04-transfer.md §17).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { localShell, ourProgram } from '../../program-scripts.ts';

const upstream = findPeer('3.4.1');
const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-batch-'));
const shell = localShell(directory);
const ours = ourProgram(directory);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const TREES = `rm -rf s d start B B.sh; mkdir -p s/sub start/gone; seq 2000 >s/a; echo b >s/sub/b; ln -s a s/l; ln s/sub/b s/hard
cp -p s/a start/a; echo more >>start/a; touch start/gone/x; touch -d @1500000000 start/a`;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function sh(line: string, input = ''): Ended {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
    cwd: directory,
    encoding: 'utf8',
    input,
    timeout: 30_000,
  });
  return { code: status, stdout, stderr };
}

function fresh(): void {
  sh(`${TREES}; cp -a start d`);
}

/** How a batch comes about; the destination that it is for is `d`. */
const WAYS = {
  'a local copy': (server: string) => ['s/', 'd/', server],
  'a push': (server: string) => ['s/', `h:${directory}/d/`, server],
  'a pull': (server: string) => [`h:${directory}/s/`, 'd/', server],
} as const;

function record(program: string, server: string, way: keyof typeof WAYS, words: string): Ended {
  const [from, to] = WAYS[way](server) as [string, string];
  return sh(`${program} ${words} -e ${shell} --rsync-path='${server}' ${from} ${to}`);
}

const COMMON = ['-a --delete', '-az --no-i-r'];
const OTHERS = ['-aH --protocol=29', '-rlt --protocol=27'];

const PROGRAMS = { upstream, ours } as const;
const same = (): number | null => sh('diff -r --no-dereference s d').code;

describe.skipIf(upstream === undefined)('a batch', () => {
  for (const [recorder, player] of [
    ['ours', 'upstream'],
    ['upstream', 'ours'],
    ['ours', 'ours'],
  ] as const) {
    for (const way of Object.keys(WAYS) as (keyof typeof WAYS)[]) {
      for (const words of way === 'a local copy' ? COMMON : OTHERS) {
        it(`of ${way} with ${words}, recorded by ${recorder}, is played by ${player}`, () => {
          fresh();
          const server = recorder === 'ours' ? upstream! : ours;
          const recorded = record(PROGRAMS[recorder]!, server, way, `${words} --write-batch=B`);
          expect(recorded).toMatchObject({ code: 0, stderr: '' });
          sh('rm -rf d; cp -a start d; rm -rf d/gone');
          expect(sh(`${PROGRAMS[player]!} ${words} --read-batch=B d/`)).toEqual({
            code: 0,
            stdout: '',
            stderr: '',
          });
          expect(same()).toBe(0);
        });
      }
    }
  }

  for (const way of Object.keys(WAYS) as (keyof typeof WAYS)[]) {
    it(`of ${way} with --only-write-batch changes nothing, and is played by upstream`, () => {
      fresh();
      expect(record(ours, upstream!, way, '-av --delete --only-write-batch=B').stdout).toContain(
        '(BATCH ONLY)',
      );
      expect(sh('diff -r --no-dereference start d').code).toBe(0);
      expect(sh(`${upstream!} -a --delete --read-batch=B d/`).code).toBe(0);
      expect(same()).toBe(0);
    });
  }

  it('recorded by an upstream that pushes to us with --only-write-batch changes nothing here', () => {
    fresh();
    expect(record(upstream!, ours, 'a push', '-a --only-write-batch=B').code).toBe(0);
    expect(sh('diff -r --no-dereference start d').code).toBe(0);
    expect(sh(`${ours} -a --read-batch=B d/; rm -rf d/gone`).code).toBe(0);
    expect(same()).toBe(0);
  });

  it('prints when it is played what upstream prints', () => {
    fresh();
    expect(sh(`${upstream!} -a --delete --checksum-seed=1 --write-batch=B s/ d/`).code).toBe(0);
    for (const words of ['-avi --delete', '-avn --delete', '-av --no-g', '-aii --stats']) {
      const [theirs, own] = [upstream!, ours].map((program) => {
        sh('rm -rf d; cp -a start d');
        return sh(`${program} ${words} --read-batch=B d/ | grep -vE "^(sent|File list|$)"`).stdout;
      });
      expect(own, words).toBe(theirs);
    }
  });

  it('that is made without incremental lists tells nothing of hard links, and of changes before protocol 29 only what it has', () => {
    for (const words of ['-aHi --no-i-r --only-write-batch=B', '-ai --protocol=27 --write-batch=B']) {
      const [theirs, own] = [upstream!, ours].map((program) => {
        fresh();
        const { stdout } = record(program, upstream!, 'a pull', words);
        sh('rm -rf d; cp -a start d; rm -rf d/gone');
        return stdout + sh(`${program} -ai --read-batch=B d/`).stdout;
      });
      expect(own, words).toBe(theirs);
    }
  });

  it('of a path is played without --relative as by upstream: nothing makes the directories of the path', () => {
    fresh();
    sh(`${upstream!} -aR --write-batch=B s/sub/b d/`);
    const [theirs, own] = [upstream!, ours].map((program) => {
      sh('rm -rf d; mkdir d');
      const { code, stderr } = sh(`${program} -a --read-batch=B d/`);
      return { code, told: stderr.split('\n').filter((line) => line.includes('mkstemp')).length };
    });
    expect(own).toEqual(theirs);
    expect(own!.code).toBe(23);
  });

  it('alone leaves what is received out of the log file, as rsync does', () => {
    const [theirs, own] = [upstream!, ours].map((program) => {
      fresh();
      sh('rm -f log');
      record(program, upstream!, 'a pull', '-avv --log-file=log --only-write-batch=B');
      const lines = readFileSync(path.join(directory, 'log'), 'latin1').split('\n');
      return lines
        .map((line) => line.replace(/^\S+ \S+ \S+ /, ''))
        .filter((line) => !/^(sent|total size) /.test(line));
    });
    expect(own).toEqual(theirs);
  });

  it('that is played twice passes over what is up to date', () => {
    fresh();
    sh(`${ours} -a --write-batch=B s/ d/`);
    expect(sh(`${ours} -av --read-batch=B d/`).stdout).toContain('(Skipping batched update for "a")');
  });

  it('that lacks its basis fails to verify, tells that nothing comes again, and ends', () => {
    fresh();
    sh(`${upstream!} -a --write-batch=B s/ d/; rm -rf d`);
    const { code, stderr } = sh(`${ours} -av --read-batch=B d/`);
    expect(stderr).toContain('WARNING: a failed verification -- update discarded (may try again).');
    expect(stderr).toContain('(No batched update for resend of "a")');
    expect(code).toBe(23);
  });

  it('that lacks a file which is wanted says so', () => {
    fresh();
    sh(
      `${upstream!} -a --write-batch=B s/ d/; rm d/a; cp s/a d/a; ${upstream!} -a --write-batch=B s/ d/; rm -rf d; mkdir d`,
    );
    const { code, stderr } = sh(`${ours} -av --read-batch=B d/`);
    expect(stderr).toContain('(No batched update for "sub/b")');
    expect(code).toBe(23);
  });

  it('has a script that plays it, rules included', () => {
    fresh();
    sh(
      `${ours} -av --exclude='x y' -f 'P it'"'"'s' --filter='- b' --include-from=/dev/null --write-batch=B s/ d/`,
    );
    expect(readFileSync(path.join(directory, 'B.sh'), 'latin1').split('\n').slice(1)).toEqual([
      '- x y',
      "-r it's",
      '- b',
      '#E#',
      '',
    ]);
    expect(readFileSync(path.join(directory, 'B.sh'), 'latin1')).toContain(
      ` --filter='._-' '-av' --read-batch='B' `,
    );
  });

  it('has a script that runs where the Node that a shell finds is too old, or none', () => {
    fresh();
    sh(
      `${ours} -a --write-batch=B s/ d/; rm -rf d; cp -a start d; mkdir bin; printf '#!/bin/sh\nexit 77\n' >bin/node; chmod +x bin/node`,
    );
    const played = sh('PATH=$PWD/bin:$PATH sh ./B.sh; rm -r bin');
    expect(played.stderr).toBe('');
    expect(sh('diff -r s d').stdout).toBe('Only in d: gone\n');
  });

  it('has the rules in its script as they were given, whatever the direction and the protocol', () => {
    const rules =
      "-C -f 'H hh' -f 'P p p' -f '+ p/' -f ': .r' -f '-! neg' -f '-p per' -f '-/ /abs' -f '-C x'";
    for (const words of ['', '--delete --delete-excluded', '--protocol=27']) {
      const [theirs, own] = [upstream!, ours].map((program) => {
        fresh();
        sh(
          `${program} -a ${rules.replace("-f 'H hh'", words === '' ? "-f 'H hh'" : '')} ${words} --write-batch=B s/ d/`,
        );
        return readFileSync(path.join(directory, 'B.sh'), 'latin1').split('\n').slice(1);
      });
      expect(own, words).toEqual(theirs);
    }
  });

  it('of appended files begins as by upstream, which plays it', () => {
    for (const words of ['--append', '--append-verify', '--append --append']) {
      const heads = [upstream!, ours].map((program) => {
        fresh();
        sh(
          `printf 'first' >s/t; printf 'f' >start/t; cp start/t d/t; ${program} -a ${words} --write-batch=B s/ d/`,
        );
        return readFileSync(path.join(directory, 'B')).subarray(0, 4).toString('hex');
      });
      expect(heads[1], words).toBe(heads[0]);
      sh('rm -rf d; cp -a start d; rm -r d/gone');
      expect(sh(`${upstream!} -a --read-batch=B d/`)).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(path.join(directory, 'd/t'), 'latin1')).toBe('first');
    }
  });

  it('cannot be read before its own end, is no directory, and has its file', () => {
    fresh();
    sh(`${ours} -a --write-batch=B s/ d/; rm -rf d; head -c 60 B >short`);
    expect(sh(`${ours} -a --read-batch=short d/`).code).toBe(12);
    expect(sh(`${ours} -a --read-batch=s d/`).code).toBe(11);
    expect(sh(`${ours} -a --read-batch=none d/`)).toMatchObject({
      code: 11,
      stderr: expect.stringContaining('/none" open error: No such file or directory (2)'),
    });
    expect(sh(`${ours} -a --write-batch=none/B s/ d/`).code).toBe(3);
  });

  it('comes from standard input too', () => {
    fresh();
    sh(`${ours} -a --write-batch=B s/ d/; rm -rf d; cp -a start d; rm -r d/gone`);
    expect(sh(`${ours} -a --read-batch=- d/ <B`).code).toBe(0);
    expect(same()).toBe(0);
  });

  it('has its files before operands are looked at', () => {
    fresh();
    for (const operands of ['--contimeout=9 s/ d/', 'h:s h:d', "'' d"]) {
      const [wanted, told] = [upstream!, ours].map((program) =>
        sh(`rm -f B*; ${program} -r --write-batch=B ${operands} >tells 2>&1; echo $?; ls B*`),
      );
      expect(told?.stdout, operands).toBe(wanted?.stdout);
    }
  });
});
