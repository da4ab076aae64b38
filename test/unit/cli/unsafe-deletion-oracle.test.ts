// A sender that meets an error while the receiver already deletes, and cannot tell it in time: protocol 30 with a server
// that lacks the safe file list (docs/protocol/03-file-list.md §8.2), beside rsync 3.4.1. The remote shell takes the letter
// `f` from what the client says it can. Needs root, who can become nobody.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDeafShell } from '../../../interop/bench.ts';
import { findPeer } from '../../../interop/peers.ts';
import { ourCommand } from '../../crash/crash-kit.ts';

const upstream = findPeer('3.4.1');
const isRoot = process.geteuid?.() === 0;
const base = mkdtempSync(path.join(tmpdir(), 'ocrsync-unsafe-'));

/** Where nobody may run it. */
const theirCommand = path.join(base, 'theirs');

beforeAll(() => {
  chmodSync(base, 0o755);
  if (upstream !== undefined) copyFileSync(upstream, theirCommand);
  for (const name of ['open', 'closed']) {
    mkdirSync(path.join(base, 's', name), { recursive: true });
    writeFileSync(path.join(base, 's', name, 'file'), name);
  }
  chmodSync(path.join(base, 's/closed'), 0o700);
  writeDeafShell(path.join(base, 'rsh'), 'f');
});

afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

/** How a push ends that cannot read one directory: exit code and what was said of deletion. */
function ended(
  command: readonly string[],
  words: readonly string[],
): { code: number | null; told: string[] } {
  const target = mkdtempSync(path.join(base, 'd'));
  mkdirSync(path.join(target, 'closed'));
  writeFileSync(path.join(target, 'closed', 'extra'), '');
  spawnSync('chown', ['-R', '65534:65534', target]);
  const remote = ['-e', `${base}/rsh`, `--rsync-path=${theirCommand}`];
  const line = [...command, '-r', ...words, ...remote, 's/', `host:${target}/`];
  const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', ...line];
  const { status, stderr } = spawnSync('setpriv', asNobody, { cwd: base, encoding: 'latin1' });
  rmSync(target, { recursive: true, force: true });
  return { code: status, told: stderr.split('\n').filter((text) => /FATAL|opendir|skipping/.test(text)) };
}

describe.skipIf(upstream === undefined || !isRoot)(
  'an error in the list with a receiver from before 3.0.7',
  () => {
    for (const [words, code] of [
      [['--protocol=30', '--delete'], 4],
      [['--protocol=30', '--delete-during', '-n'], 4],
      [['--protocol=30', '--delete-delay'], 4],
      [['--protocol=30', '--delete-after'], 23],
      [['--protocol=30', '--delete-before'], 23],
      [['--protocol=30', '--delete', '--ignore-errors'], 23],
      [['--protocol=30', '--force'], 23],
      [['--protocol=31', '--delete'], 23],
    ] as const) {
      it(`ends a push with code ${code}: ${words.join(' ')}`, () => {
        const theirs = ended([theirCommand], words);
        expect(theirs.code).toBe(code);
        expect(ended(ourCommand.split(' '), words)).toEqual(theirs);
      });
    }
  },
);
