// -M words that make one end alone convert names: rsync gives files each other's names then; ours refuses (05-options.md §4.7).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localShell, ourProgram } from '../../program-scripts.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-command-'));
  mkdirSync(path.join(directory, 's'));
  for (const name of ['1', '2', '3']) writeFileSync(path.join(directory, 's', name), name);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function run(words: string[], destination: string): { code: number | null; stderr: string } {
  const program = ourProgram(directory);
  const way = ['-e', localShell(directory), `--rsync-path=${program}`];
  const { status, stderr } = spawnSync(program, ['-a', ...words, ...way, 's/', destination], {
    cwd: directory,
    encoding: 'utf8',
  });
  return { code: status, stderr };
}

const copied = (): string =>
  ['1', '2', '3'].map((each) => readFileSync(path.join(directory, 'd', each), 'utf8')).join();

describe('--iconv of one end alone', () => {
  it.each([
    [['-M--iconv=utf-8'], 'adds --iconv to'],
    [['-M--iconv', '-Mutf-8'], undefined],
    [['--iconv=.', '-M--no-iconv'], 'takes --iconv from'],
  ])('is refused before anything is written: %j', (words, text) => {
    const { code, stderr } = run(words, `h:${directory}/d/`);
    expect(code).toBe(1);
    if (text !== undefined) expect(stderr).toContain(`--remote-option ${text} the remote side alone`);
    expect(existsSync(path.join(directory, 'd'))).toBe(false);
  });

  it.each([[['--iconv=.', '-M--iconv=utf-8']], [['-M--no-iconv']], [['-M--some-word-of-the-peer']]])(
    'other words are left alone: %j',
    (words) => {
      expect(run(words, `h:${directory}/d/`).stderr).not.toContain('the remote side alone');
      if (words.length === 2) expect(copied()).toBe('1,2,3');
    },
  );

  it.each([[['-M--iconv=utf-8']], [['--iconv=.', '-M--no-iconv']]])(
    'is right in a local copy: %j',
    (words) => {
      expect(run(words, 'd/').code).toBe(0);
      expect(copied()).toBe('1,2,3');
    },
  );
});
