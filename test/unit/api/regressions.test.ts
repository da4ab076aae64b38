// What people ran into: each of these was wrong once.
import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sync } from '@ocrsync/node/api/sync';

let work = '';

beforeAll(() => {
  work = mkdtempSync(path.join(tmpdir(), 'ocrsync-regressions-'));
  mkdirSync(path.join(work, 'source'));
  writeFileSync(path.join(work, 'source/file'), 'content');
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

it('a destination that is a symlink to a directory stays one, and the files land in that directory', async () => {
  mkdirSync(path.join(work, 'release-7'));
  symlinkSync('release-7', path.join(work, 'current'));
  for (const destination of ['current/', 'current']) {
    await sync(`${path.join(work, 'source')}/`, path.join(work, destination), { delete: true });
    expect(lstatSync(path.join(work, 'current')).isSymbolicLink()).toBe(true);
    expect(readFileSync(path.join(work, 'release-7/file'), 'utf8')).toBe('content');
  }
});

it('a local copy that cannot write ends with code 11 and leaves nothing behind', () => {
  writeFileSync(path.join(work, 'large'), Buffer.alloc(3_000_000, 1));
  const command = `trap '' XFSZ; ulimit -f 1000; exec '${process.execPath}' cli/bin/ocrsync.js -a '${work}/large' '${work}/small/'`;
  const result = spawnSync('sh', ['-c', command], { encoding: 'utf8', timeout: 20_000 });
  expect([result.status, result.stderr.includes('write failed on')]).toEqual([11, true]);
  expect(lstatSync(path.join(work, 'small/large'), { throwIfNoEntry: false })).toBeUndefined();
});

it('-c transfers nothing where only the time differs, in every protocol', async () => {
  const target = path.join(work, 'checked');
  mkdirSync(target);
  for (const protocol of [27, 28, 29, 30, 31, 32]) {
    writeFileSync(path.join(target, 'file'), 'content');
    utimesSync(path.join(target, 'file'), 1, 1);
    const args = ['-c', `--protocol=${protocol}`];
    const { statistics } = await sync(`${path.join(work, 'source')}/`, `${target}/`, { args });
    expect([protocol, statistics.transferredFiles]).toEqual([protocol, 0]);
  }
});

it.each([
  ['no source', [undefined, 'target']],
  ['numbers', [5, 6]],
  ['a rule that is no text', ['source/', 'target/', { exclude: 7 }]],
])('the call answers %s with a usage error', async (_what, args) => {
  const call = sync as (...words: unknown[]) => Promise<unknown>;
  await expect(call(...args)).rejects.toMatchObject({ code: 'ERR_OCRSYNC_USAGE', exitCode: 1 });
});
