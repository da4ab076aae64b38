// --delete-missing-args with attributes (docs/protocol/03-file-list.md §3.6): rsync 3.4.1 breaks down there, 3.5.0 deletes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { localShell, ourProgram } from '../../program-scripts.ts';

const newer = findPeer('3.5.0');
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-command-'));
  for (const name of ['s', 'd']) mkdirSync(path.join(directory, name));
  writeFileSync(path.join(directory, 's', 'a'), '1');
  writeFileSync(path.join(directory, 'd', 'gone'), '1');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Lines of a run, sorted; code and what is in the destination behind them. */
function run(
  client: string,
  words: readonly string[],
): { code: number | null; lines: string[]; left: string[] } {
  const run = spawnSync(client, ['-i', '--delete-missing-args', ...words], {
    cwd: directory,
    encoding: 'utf8',
    timeout: 20_000,
  });
  const lines = `${run.stdout}${run.stderr}`.split('\n').filter((line) => line !== '');
  return { code: run.status, lines: lines.sort(), left: readdirSync(path.join(directory, 'd')) };
}

const ended = (arrow: string): object => ({
  code: 0,
  lines: ['*deleting   gone', `${arrow}f+++++++++ a`],
  left: ['a'],
});

describe.each(['-aA', '-aX', '-aAX'])('--delete-missing-args %s', (letters) => {
  it('deletes in a local copy', () => {
    expect(run(ourProgram(directory), [letters, 's/gone', 's/a', 'd/'])).toEqual(ended('>'));
  });

  it('deletes beside itself and rsync 3.5.0, as client and server', () => {
    const ours = ourProgram(directory);
    const pairs =
      newer === undefined
        ? [[ours, ours]]
        : [
            [ours, newer],
            [newer, ours],
          ];
    for (const [client, server] of pairs) {
      const way = [letters, '-e', localShell(directory), `--rsync-path=${server}`];
      expect(run(client!, [...way, 's/gone', 's/a', `h:${directory}/d/`])).toEqual(ended('<'));
      writeFileSync(path.join(directory, 'd', 'gone'), '1');
      rmSync(path.join(directory, 'd', 'a'));
      expect(run(client!, [...way, `h:${directory}/s/gone`, `:${directory}/s/a`, 'd/'])).toEqual(ended('>'));
      writeFileSync(path.join(directory, 'd', 'gone'), '1');
      rmSync(path.join(directory, 'd', 'a'));
    }
  });
});
