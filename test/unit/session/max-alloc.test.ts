import { CoreInstance } from '@ocrsync/core/instance';
import { CoreMemoryError } from '@ocrsync/core/memory-error';
import { expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SyncError, sync } from '@ocrsync/node';

it('a piece of core memory as large as the limit is refused before it is taken', () => {
  const core = new CoreInstance();
  core.limitBytes = 1 << 20;
  const before = core.usedBytes;
  expect(() => core.alloc(1 << 20)).toThrow(CoreMemoryError);
  expect(core.usedBytes).toBe(before);
  expect(core.alloc((1 << 20) - 1)).toBeGreaterThan(0);
});

it('memory that no address reaches is refused by the same error', () => {
  expect(() => new CoreInstance().alloc(2 ** 33)).toThrow(CoreMemoryError);
});

it('a list that does not fit ends the run with code 22, at the number of entries where rsync ends it', async () => {
  // On a disk the files alone take a minute.
  const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const directory = mkdtempSync(path.join(place, 'ocrsync-alloc-'));
  try {
    mkdirSync(path.join(directory, 's'));
    writeFileSync(
      path.join(directory, 'names'),
      `${Array.from({ length: 132_000 }, (_, i) => `f${i}`).join('\n')}\n`,
    );
    spawnSync('sh', ['-c', 'cd s && xargs touch <../names'], { cwd: directory });
    const run = (limit: string): Promise<unknown> =>
      sync(path.join(directory, 's/'), path.join(directory, 'd/'), {
        dryRun: true,
        changes: false,
        args: [`--max-alloc=${limit}`],
      }).catch((error: unknown) => error);
    const refused = await run('1m');
    expect(refused).toBeInstanceOf(SyncError);
    expect(refused).toMatchObject({
      exitCode: 22,
      message: expect.stringContaining('exceeded --max-alloc=1048576 setting'),
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 120_000);
