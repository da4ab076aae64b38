// Differential: how a run that fails, or half fails, ends in the log file and on the screen, as rsync 3.4.1 has it: what the receiving half
// of a local copy says on its own stderr is not logged, a sending end's totals stand before its exit line, and a client with a log
// tells an end that the peer has announced.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { ourCommand } from '../../crash/crash-kit.ts';
import { localShell, ourProgram } from '../../program-scripts.ts';

const upstream = findPeer('3.4.1');

/** Places in the source, versions, times and counts of the wire are each program's own; so is who of two processes was quicker. */
function plain(text: string): string[] {
  return text
    .replace(/^[\d/]+ [\d:]+ \[\d+\] /gm, '')
    .replace(/ at \S+ ?\(\d+\) \[(\w+)=[^\]]*\]/g, ' [$1]')
    .replace(/\d+( bytes received so far)/g, '#$1')
    .replace(/sent \d+ bytes  received \d+ bytes/g, 'sent # bytes  received # bytes')
    .replace(/[\d.]+ bytes\/sec/g, '# bytes/sec')
    .replace(/speedup is [\d.]+/g, 'speedup is #')
    .split('\n')
    .filter((line) => line !== '' && !/received SIGUSR1|Broken pipe/.test(line))
    .sort();
}

function ended(client: string, server: string, words: string): unknown {
  const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-ends-'));
  try {
    const shell = localShell(directory);
    const far = server === ourCommand ? ourProgram(directory) : server;
    const work = path.join(directory, 'w');
    for (const name of ['s/a', 'd/a']) mkdirSync(path.join(work, name), { recursive: true });
    writeFileSync(path.join(work, 's/b'), 'bb');
    writeFileSync(path.join(work, 's/c'), 'c');
    mkdirSync(path.join(work, 'd/b'));
    writeFileSync(path.join(work, 'd/b/x'), 'x');
    const line = `${client} ${words.replaceAll('SH', `-e ${shell} --rsync-path=${far}`)}`;
    const run = spawnSync('bash', ['-c', line], { cwd: work, encoding: 'latin1', timeout: 30_000 });
    const read = (name: string): string[] =>
      existsSync(path.join(work, name))
        ? plain(readFileSync(path.join(work, name), 'latin1').replaceAll(work, 'W'))
        : [];
    const said = plain(`${run.stdout}${run.stderr}`.replaceAll(work, 'W')).filter(
      (each) => !each.startsWith('opening connection'),
    );
    return { code: run.status, said, log: read('log'), serverLog: read('slog') };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const LOCAL = [
  '-r --log-file=log s/ d/',
  '-r --log-file=log s/c s/absent d/',
  '-rv --log-file=log s/c s/absent d/',
  '-r --log-file=log --protocol=28 s/ d/',
  '-r --log-file=log --no-msgs2stderr s/ d/',
  '-r --log-file=log --stderr=all --link-dest=../no s/ d/',
  '-r --log-file=log --link-dest=../no s/ d/',
  '-r --log-file=log s/ d/no/where',
  '-r s/ d/no/where',
  '-rvv --log-file=log s/ d/no/where',
  '-r --info=stats0 -v --log-file=log s/ d/no/where',
  '-avv --log-file=log s/ d/new/',
  '-rvv --no-i-r --log-file=log s/ d/new/',
  '-r --log-file=log --protocol=30 s/ d/no/where',
  '-r --log-file=log --usermap=x s/ d/',
  '-r --log-file=log -M--usermap=x --protocol=28 s/ d/',
];
const REMOTE = [
  '-r --log-file=log SH s/ h:d/no/where',
  '-r SH s/ h:d/no/where',
  '-r --log-file=log SH h:s/ d/no/where',
  '-r --log-file=log SH h:s/c h:s/absent d/',
  '-rvv --log-file=log SH s/ h:d/no/where',
  '-rvv --log-file=log SH s/ h:d/new/',
  '-rvv --log-file=log --delete-after SH s/ h:d/new/',
  '-rvv --log-file=log --no-i-r SH s/ h:d/new/',
  '-rvv --log-file=log --no-i-r SH h:s/ d/new/',
  '-rvv --log-file=log SH h:s/ d/new/',
  '-rv --log-file=log SH s/c s/absent h:d/',
  '-r --log-file=log SH -M--log-file=slog s/ h:d/no/where',
  '-r SH -M--log-file=slog h:s/ d/no/where',
  '-r --log-file=log SH -M--bogus s/ h:d/',
  '-r --log-file=log SH -M--bogus h:s/ d/',
];

describe.skipIf(upstream === undefined)('the end of a run in the log file', () => {
  const theirs = upstream ?? '';
  for (const words of LOCAL) {
    it(words, () => expect(ended(ourCommand, '', words)).toEqual(ended(theirs, '', words)));
  }
  for (const words of REMOTE) {
    it(words, () => {
      const wanted = ended(theirs, theirs, words);
      expect(ended(ourCommand, theirs, words)).toEqual(wanted);
      expect(ended(theirs, ourCommand, words)).toEqual(wanted);
    });
  }
});
