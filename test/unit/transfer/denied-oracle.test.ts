// Differential: what is told and sent of directories that the user may not list, or not pass through, beside rsync 3.4.1.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { ourCommand } from '../../crash/crash-kit.ts';

const upstream = findPeer('3.4.1');
const isRoot = process.geteuid?.() === 0;
const base = mkdtempSync(path.join(tmpdir(), 'ocrsync-denied-'));

beforeAll(() => {
  for (const name of ['listed', 'passed', 'closed', 'open']) {
    mkdirSync(path.join(base, 's', name, 'sub'), { recursive: true });
    for (const file of ['a', 'b']) writeFileSync(path.join(base, 's', name, file), file);
  }
  for (const file of ['s/listed/sub/own', 's/open/own', 's/open/sub/own']) {
    writeFileSync(path.join(base, file), 'own');
    spawnSync('setfattr', ['-n', 'user.one', '-v', 'x', path.join(base, file)]);
    chmodSync(path.join(base, file), 0o600);
  }
  chmodSync(base, 0o755);
  chmodSync(path.join(base, 's/listed'), 0o444);
  chmodSync(path.join(base, 's/passed'), 0o111);
  chmodSync(path.join(base, 's/closed'), 0);
});

afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

/** Exit code, lines without the places they come from, and what arrived. */
function told(command: readonly string[], words: readonly string[], withOwn = false): unknown {
  const target = mkdtempSync(path.join(base, 'd'));
  chmodSync(target, 0o777);
  if (withOwn) {
    const own = path.join(target, 'own');
    spawnSync('cp', ['-p', path.join(base, 's/open/own'), own]);
    chownSync(own, 65534, 65534);
    chmodSync(own, 0);
  }
  const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', ...command, ...words, `${target}/`];
  const ran = spawnSync('setpriv', asNobody, { cwd: base, encoding: 'latin1' });
  const lines = ran.stderr.replace(/ at \S+ ?\(\d+\) \[(\w+)=[^\]]*\]/g, ' [$1]').split('\n');
  const arrived = readdirSync(target, { recursive: true, encoding: 'utf8' }).sort();
  rmSync(target, { recursive: true, force: true });
  return { code: ran.status, lines: lines.map((line) => line.replaceAll(target, 'TARGET')).sort(), arrived };
}

describe.skipIf(upstream === undefined || !isRoot)('directories that are not wholly open to the user', () => {
  for (const words of [
    ['-r', 's/'],
    ['-r', 's/listed'],
    ['-r', 's/listed/'],
    ['-r', 's/listed/a'],
    ['-r', 's/listed/a', 's/open/b'],
    ['-rR', 's/listed/a'],
    ['-r', 's/closed/'],
    ['-r', 's/closed/a'],
    ['-r', 's/passed/'],
    ['-r', 's/passed/a'],
    ['-r', 's/passed/none'],
    // Attributes of a file that may not be read; each look at it is told.
    ['-rX', 's/open/'],
    ['-rX', 's/open/.'],
    ['-rX', 's/open'],
    ['-rX', 's/open/own'],
    ['-rXR', 's/open/./'],
    ['-rX', '--fake-super', 's/open/'],
    ['-r', '--fake-super', 's/open/own', 's/open/sub'],
    ['-rR', '--fake-super', 's/open/sub/own'],
  ]) {
    it(words.join(' '), () => {
      expect(told(ourCommand.split(' '), words)).toEqual(told([upstream!], words));
    });
  }

  it('a file of the receiver whose %stat may not be read is told at each look', () => {
    const words = ['-a', '-M', '--fake-super', 's/open/own'];
    const theirs = told([upstream!], words, true);
    expect(JSON.stringify(theirs).split('failed to read xattr').length).toBe(3);
    expect(told(ourCommand.split(' '), words, true)).toEqual(theirs);
  });
});
