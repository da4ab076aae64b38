// Every call of a real disk's file system fails once while something of it changes, as when somebody swaps a directory for a symlink:
// beside fail-at.test.ts because only here files of a local copy are installed by threads, and have attributes of all kinds.
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FaultyFilesystem } from '@ocrsync/node/fs/faulty-filesystem';
import type { Fault } from '@ocrsync/node/fs/faulty-plan';
import { localFilesystem } from '@ocrsync/node/fs/local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copy, type CopyOutcome } from '../unit/transfer/copy-in.ts';

const FILES = 4;
const DIRECTORIES = 2;
const isRoot = process.getuid?.() === 0;

let work = '';
beforeEach(() => {
  work = mkdtempSync(path.join(tmpdir(), 'ocrsync-fail-at-disk-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

function buildSide(side: 'source' | 'destination', withFiles: boolean): void {
  const filesystem = localFilesystem();
  for (let directory = 0; directory < DIRECTORIES; directory++) {
    const at = path.join(work, side, `d${directory}`);
    mkdirSync(at, { recursive: true });
    if (withFiles) mkdirSync(path.join(at, `${side} only`));
    for (let file = 0; withFiles && file < FILES; file++) {
      const name = path.join(at, `f${file}`);
      if (file === FILES - 1 && side === 'source') {
        linkSync(path.join(at, 'f1'), name);
        continue;
      }
      // The first one is up to date but for its owner and attributes.
      writeFileSync(name, file === 0 ? 'same' : `${side} ${file}`);
      // Changing the owner takes the bit away, which has to be noticed.
      if (isRoot && side === 'source') chownSync(name, 65534, 65534);
      chmodSync(name, 0o4755);
      utimesSync(name, 1_000_000_000, 1_000_000_000 + (file === 0 ? 0 : side.length));
      if (filesystem.canXattrs && side === 'source') {
        filesystem.root(at).setXattr(`f${file}`, 'user.color', Buffer.from('blue'));
      }
    }
  }
}

async function run(
  options: string,
  update: boolean,
  faults: readonly Fault[],
): Promise<CopyOutcome & { calls: number }> {
  for (const side of ['source', 'destination'])
    rmSync(path.join(work, side), { recursive: true, force: true });
  buildSide('source', true);
  buildSide('destination', update);
  const filesystem = new FaultyFilesystem(localFilesystem(), { faults });
  const outcome = await copy(filesystem, ...options.split(' '), `${work}/source/`, `${work}/destination/`);
  expect([filesystem.openFiles, filesystem.heldDirectories]).toEqual([0, 0]);
  return { ...outcome, calls: filesystem.plan.calls() };
}

const attributes = localFilesystem().canXattrs ? ['-aAX'] : [];

describe.each(['-a', '-aI', '-aH --delete', '-rlt --inplace', ...attributes])('a copy with %s', (options) => {
  it.each([true, false])(
    'survives every call that leads through a symlink (update: %s)',
    async (update) => {
      const { calls } = await run(options, update, []);
      const wrong: string[] = [];
      for (let at = 1; at <= calls; at++) {
        const { exitCode, errors } = await run(options, update, [{ at, code: 'ELOOP' }]);
        // 3: no source or destination; 11: a write failed.
        if (![0, 3, 11, 23].includes(exitCode) || (exitCode !== 0 && errors.length === 0)) {
          wrong.push(`call ${at}: code ${exitCode}: ${errors.join('; ')}`);
        }
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );
});
