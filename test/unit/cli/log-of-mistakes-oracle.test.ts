// Differential: a mistake on the command line goes to the log file, too, where that was named before it, as rsync 3.4.1 has it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { ourCommand } from '../../crash/crash-kit.ts';

const upstream = findPeer('3.4.1');

function logged(command: readonly string[], words: readonly string[]): string | undefined {
  const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-log-'));
  try {
    spawnSync(command[0]!, [...command.slice(1), ...words, 's/', 'd/'], { cwd: directory });
    const log = path.join(directory, 'log');
    if (!existsSync(log)) return undefined;
    const text = readFileSync(log, 'latin1');
    return text
      .replace(/^[\d/]+ [\d:]+ \[\d+\] /gm, '')
      .replace(/ at \S+ ?\(\d+\) \[(\w+)=[^\]]*\]/g, ' [$1]');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe.skipIf(upstream === undefined)('the log file after a mistake', () => {
  for (const words of [
    ['--log-file=log', '--bogus'],
    ['--bogus', '--log-file=log'],
    ['--log-file=log', '--stderr=x'],
    ['--stderr=x', '--log-file=log'],
    ['--delete', '--log-file=log'],
    ['--log-file=log', '--max-size=x'],
    ['--inplace', '--partial-dir=x', '--log-file', 'log'],
  ]) {
    it(words.join(' '), () => {
      expect(logged(ourCommand.split(' '), words)).toBe(logged([upstream!], words));
    });
  }
});
