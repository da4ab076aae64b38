// What a local copy with a deletion pass says at -vv, line by line beside the real rsync: which directories it tells, where the
// line about the way of the transfer stands, and on which stream warnings come (docs/protocol/04-transfer.md §13.1, §13.6).
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';

const peer = findPeer('3.4.1');
const source = path.join(import.meta.dirname, '../../crash/run-source.ts');
const ours = [process.execPath, '--conditions=ocrsync-source', source];
const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-pass-'));
const longAgo = 978_307_200;

function makeTrees(): void {
  for (const name of ['src', 'dst']) rmSync(path.join(directory, name), { recursive: true, force: true });
  const directories = ['src/a/b', 'src/q/r', 'dst/src/q/r', 'dst/src/old'];
  const files = ['src/q/z', 'dst/src/a', 'dst/zz', 'dst/src/q/yy'];
  for (const name of directories) mkdirSync(path.join(directory, name), { recursive: true });
  for (const name of files) writeFileSync(path.join(directory, name), '');
  for (const name of [...files, ...directories, 'src/a', 'src/q', 'src', 'dst/src/q', 'dst/src', 'dst']) {
    utimesSync(path.join(directory, name), longAgo, longAgo);
  }
}

function says(program: readonly string[], words: readonly string[]): string[] {
  makeTrees();
  const [command, ...first] = program as [string, ...string[]];
  const ran = spawnSync(command, [...first, '-avv', ...words, 'dst'], { cwd: directory, encoding: 'latin1' });
  const lines = (text: string): string[] =>
    text.split('\n').filter((line) => !line.startsWith('sent ') && !line.startsWith('rsync error: '));
  return [`exit ${ran.status}`, ...lines(ran.stdout), '---', ...lines(ran.stderr)];
}

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.skipIf(peer === undefined).each([28, 29, 32])('a deletion pass at protocol %i', (protocol) => {
  it.each([
    ['--delete-before', 'src'],
    ['--delete-before', 'src/'],
    ['--delete-before', 'src/a', 'src/q'],
    ['--delete-after', '-R', 'src/q'],
    ['--delete', '--max-delete=1', 'src/'],
    ['--delete', '--compare-dest=../none', 'src/a'],
  ])('says what rsync says: %s %s …', (...words) => {
    const all = [`--protocol=${protocol}`, ...words];
    expect(says(ours, all)).toEqual(says([peer as string], all));
  });
});
