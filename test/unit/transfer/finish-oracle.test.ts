// Differential: how files get their final names, beside rsync 3.4.1: the tree that is left, the lines (their order is a race between
// upstream's processes) and the exit code.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { ourCommand } from '../../crash/crash-kit.ts';

const upstream = findPeer('3.4.1');
const YEAR_2020 = 1_577_836_800;

function prepare(base: string): void {
  const file = (name: string, text: string, age = 0): void => {
    const at = path.join(base, name);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, text);
    utimesSync(at, YEAR_2020 - age, YEAR_2020 - age);
  };
  const lines = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join('');
  file('s/a', 'new');
  file('s/sub/b', 'newer');
  file('s/big', lines(0, 9000));
  file('s/same', 'same');
  file('d/same', 'same');
  file('d/a', 'old one', 99);
  file('d/sub/b', 'old two', 99);
  file('d/big', lines(40, 9000), 99.5);
  file('d/.part/big', lines(0, 4000), 50);
  file('d/extra', 'extra', 99);
  file('d/gone/x', 'x', 99);
  for (const [name, target] of [
    ['s/link', 'new'],
    ['d/link', 'old'],
  ] as const) {
    symlinkSync(target, path.join(base, name));
    lutimesSync(path.join(base, name), YEAR_2020, YEAR_2020);
  }
  for (const each of ['s', 's/sub', 'd', 'd/sub', 'd/gone', 'd/.part']) {
    chmodSync(path.join(base, each), 0o755);
    utimesSync(path.join(base, each), YEAR_2020, YEAR_2020);
  }
}

interface Result {
  readonly exitCode: number | null;
  readonly lines: readonly string[];
  readonly tree: string;
}

function run(command: string, options: readonly string[], target = 'd/'): Result {
  const base = mkdtempSync(path.join(tmpdir(), 'ocrsync-finish-'));
  try {
    prepare(base);
    const [program, ...words] = command.split(' ');
    const ended = spawnSync(program!, [...words, ...options, 's/', target], {
      cwd: base,
      encoding: 'latin1',
    });
    const shown = ended.stdout.replaceAll(base, '').replace(/^(sent|total).*$/gm, '');
    const list =
      "find . -type d -printf '%M %p\\n' , ! -type d -printf '%M %T@ %n %p %l\\n' | sort -k4 -k3 -k2";
    const sums = 'find . -type f -exec md5sum {} + | sort -k2';
    const tree = spawnSync('sh', ['-c', `${list}; ${sums}`], { cwd: base, encoding: 'latin1' });
    return { exitCode: ended.status, lines: shown.split('\n').sort(), tree: tree.stdout };
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

/** All that a script prints that runs the program as "$@"; roles and paths without what differs from run to run. */
function scripted(command: string, script: string): string {
  const base = mkdtempSync(path.join(tmpdir(), 'ocrsync-finish-'));
  try {
    const words = ['-c', `exec 2>&1; ${script}`, 'sh', ...command.split(' ')];
    const { stdout } = spawnSync('sh', words, { cwd: base, encoding: 'latin1' });
    const lines = stdout.replaceAll(base, '').replace(/^rsync error: (.*) at .*$/gm, 'rsync error: $1');
    return lines.split('\n').sort().join('\n');
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

describe.skipIf(upstream === undefined)(
  'files get their names as rsync gives them',
  { timeout: 60_000 },
  () => {
    it.each([
      '-aivvb --delete',
      '-ai --backup-dir=kept/ --delete --info=backup',
      '-aivvb --inplace --no-W --info=flist0',
      '-aib --inplace --no-W --protocol=28',
      '-aib --inplace --no-W --protocol=30',
      '-aib --inplace --no-W --protocol=31',
      '-aivv --partial-dir=.part',
      '-aib --partial-dir=.part --no-W',
      '-aivvb --delay-updates --delete',
      '-aivv --temp-dir=../s/sub',
      '-aivv --temp-dir=/dev/shm',
      '-ai --temp-dir=missing',
      '-ai --backup-dir=same',
      '-aivv --remove-source-files',
      '-aib --remove-sent-files --delay-updates',
      '-ai --sparse --preallocate --fsync',
    ])('with %s', (options) => {
      const given = options.split(' ');
      const real = run(upstream!, given);
      const ours = run(ourCommand, given);
      expect(ours.tree).toBe(real.tree);
      const plain = ({ lines }: Result): string[] =>
        lines.filter((line) => !line.startsWith('total: matches'));
      expect(plain(ours)).toEqual(plain(real));
      expect(ours.exitCode).toBe(real.exitCode);
    });

    it.each(['--delay-updates', '--fsync'])('needs no destination in a dry run with %s', (option) => {
      const options = ['-ain', option];
      expect(run(ourCommand, options, 'd/new/')).toEqual(run(upstream!, options, 'd/new/'));
    });

    it.each(['-nT s', '-nT none', '-nT s/a', '-nb --backup-dir=s/a', '-T none --only-write-batch=batch'])(
      'looks for directories of the operator where it is, when it makes no destination: %s',
      (words) => {
        const script = `mkdir s; echo a >s/a; "$@" -r ${words} s/ d/new/`;
        expect(scripted(ourCommand, script)).toBe(scripted(upstream!, script));
      },
    );

    it('delays nothing where there is no directory to wait in, for which rsync crashes', () => {
      const delayed = ['-ai', '--remove-source-files', '--delay-updates', '--partial-dir=.'];
      expect(run(ourCommand, delayed)).toEqual(run(upstream!, delayed.slice(0, 2)));
    });

    it('lets a dry run do without the directory above the destination', () => {
      expect(run(ourCommand, ['-ain'], 'd/no/new/')).toEqual(run(upstream!, ['-ain'], 'd/no/new/'));
    });

    it('cannot go below a file that --ignore-existing keeps in the place of a directory', () => {
      const script = `mkdir -p s/a/e d; touch s/a/f; ln -s t s/a/l; echo kept >d/a; "$@" -rlp --ignore-existing s/ d/`;
      const real = scripted(upstream!, script);
      expect(real).toContain('recv_generator: failed to stat "/d/a/f": Not a directory (20)');
      expect(scripted(ourCommand, script)).toBe(real);
    });

    it('leaves the directories of backups the setgid bit of the one above them', () => {
      const script = `umask 22; mkdir -p s/g/t d/g/t; echo 1 >s/g/t/a; echo old >d/g/t/a; chmod g+s d/g; chmod 755 d/g/t; touch -d @1700000000 s/g/t/a
"$@" -r --backup-dir=../b s/ d/; "$@" -rp --backup-dir=../p s/ d/; find b p -printf '%m %p\\n' | sort`;
      const real = scripted(upstream!, script);
      expect(real).toContain('2755 b/g/t\n');
      expect(scripted(ourCommand, script)).toBe(real);
    });
  },
);
