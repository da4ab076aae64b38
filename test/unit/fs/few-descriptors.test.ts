// A process that may open 64 files syncs a deep and full tree: directories are held in small numbers (fs/directory-pool.ts).
// OCRSYNC_FEW_FILES: how many; 50,000 is the bar.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const LEVELS = 200;
const FILES = Number(process.env['OCRSYNC_FEW_FILES'] ?? 6000);
const DESCRIPTORS = 64;
const TIMEOUT_MS = 180_000;
const source = fileURLToPath(new URL('../../crash/run-source.ts', import.meta.url));
const node = [process.execPath, '--conditions=ocrsync-source', source];

describe.skipIf(process.platform !== 'linux')(`with ${DESCRIPTORS} descriptors`, () => {
  let base = '';
  let farEnd = '';

  beforeAll(() => {
    base = fs.mkdtempSync(path.join(fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ocrsync-few-'));
    let directory = path.join(base, 'from');
    for (let level = 0; level < LEVELS; level++) {
      fs.mkdirSync(directory);
      for (let i = 0; i < FILES / LEVELS; i++) fs.writeFileSync(path.join(directory, `f${i}`), `${level}`);
      directory = path.join(directory, `l${level}`);
    }
    // As a remote shell: the host name is dropped, the rest is the command.
    farEnd = path.join(base, 'shell');
    fs.writeFileSync(farEnd, '#!/bin/sh\nshift\nexec "$@"\n', { mode: 0o755 });
    fs.writeFileSync(path.join(base, 'far'), `#!/bin/sh\nexec ${node.join(' ')} "$@"\n`, { mode: 0o755 });
  }, TIMEOUT_MS);
  afterAll(() => fs.rmSync(base, { recursive: true, force: true }), TIMEOUT_MS);

  function run(words: readonly string[], helper: 'on' | 'off'): { status: number | null; stderr: string } {
    const limited = ['-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'sh', ...node, ...words];
    const env = { ...process.env, OCRSYNC_NATIVE: helper };
    const { status, stderr } = spawnSync('/bin/sh', limited, { encoding: 'utf8', env });
    return { status, stderr };
  }

  it.each(['on', 'off'] as const)(
    'a tree 200 levels deep is copied, found unchanged, and deleted again, with the helper %s',
    (helper) => {
      const to = path.join(base, `local-${helper}`);
      expect(run(['-a', `${base}/from/`, to], helper)).toEqual({ status: 0, stderr: '' });
      expect(fs.readdirSync(to, { recursive: true })).toHaveLength(FILES + LEVELS - 1);
      expect(run(['-a', '--delete', '--exclude=l20', `${base}/from/`, to], helper).status).toBe(0);
      fs.mkdirSync(path.join(base, 'empty'), { recursive: true });
      expect(run(['-a', '--delete', `${base}/empty/`, to], helper)).toEqual({ status: 0, stderr: '' });
      expect(fs.readdirSync(to)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it.each(['on', 'off'] as const)(
    'it is pushed through a remote shell, with the helper %s',
    (helper) => {
      const to = path.join(base, `pushed-${helper}`);
      const words = ['-a', '-e', farEnd, `--rsync-path=${base}/far`, `${base}/from/`, `host:${to}`];
      expect(run(words, helper)).toEqual({ status: 0, stderr: '' });
      expect(fs.readdirSync(to, { recursive: true })).toHaveLength(FILES + LEVELS - 1);
    },
    TIMEOUT_MS,
  );
});
