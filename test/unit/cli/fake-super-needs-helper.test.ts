// What is said where the native helper is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';

it('refuses --fake-super by name without the native helper, before anything is done', () => {
  const work = mkdtempSync(path.join(tmpdir(), 'ocrsync-helper-'));
  try {
    writeFileSync(path.join(work, 'a'), 'content');
    const command = [path.resolve('cli/bin/ocrsync.js'), '-a', '--fake-super', `${work}/a`, `${work}/new/`];
    const result = spawnSync(process.execPath, command, {
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, OCRSYNC_NATIVE: 'off' },
    });
    expect(result.status).toBe(4);
    expect(result.stderr).toContain(
      '--fake-super is not supported on this client (it needs the native helper)',
    );
    expect(existsSync(path.join(work, 'new'))).toBe(false);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});
