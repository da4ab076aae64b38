// -M in local copies beside the real program: the words are those of the receiving end alone.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { ourCommand } from '../../crash/crash-kit.ts';

const upstream = findPeer('3.4.1');
const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-far-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function run(command: readonly string[], words: readonly string[]): unknown {
  rmSync(path.join(directory, 's'), { recursive: true, force: true });
  rmSync(path.join(directory, 'd'), { recursive: true, force: true });
  for (const [name, text] of [
    ['s/f', 'new'],
    ['s/g', 'g'],
    ['d/f', 'old text'],
    ['d/extra', ''],
  ] as const) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
    utimesSync(path.join(directory, name), 1_000_000, 1_000_000);
  }
  const [program, ...before] = command;
  const { status, stdout, stderr } = spawnSync(program!, [...before, '-ai', ...words, 's/', 'd'], {
    cwd: directory,
    encoding: 'latin1',
    timeout: 30_000,
  });
  const lines = stderr.replace(/ at \S+ \[(\w+)=.*\]/g, ' [$1]');
  return { status, stdout, lines, names: readdirSync(path.join(directory, 'd')).sort() };
}

describe.skipIf(upstream === undefined)('-M in a local copy', () => {
  it.each([
    ['-M--bogus'],
    ['-M--backup', '-M--suffix=.o'],
    ['-M--existing'],
    ['-M--delete'],
    ['-M--no-times'],
    ['-M--size-only', '--no-i-r'],
  ])('%s %s does what it does in rsync 3.4.1', (...words) => {
    const given = words.filter((word) => word !== undefined);
    expect(run(ourCommand.split(' '), given)).toEqual(run([upstream!], given));
  });
});
