// A screen that cannot be written to: the copy still comes to its end.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';

const command = path.resolve('cli/bin/ocrsync.js');

it.runIf(existsSync('/dev/full'))('goes on copying when standard output is on a full disk', () => {
  const work = mkdtempSync(path.join(tmpdir(), 'ocrsync-full-'));
  try {
    writeFileSync(path.join(work, 'a'), 'content');
    const line = `'${process.execPath}' '${command}' -av '${work}/a' '${work}/b/' > /dev/full`;
    const result = spawnSync('sh', ['-c', line], { encoding: 'utf8', timeout: 20_000 });
    expect([result.status, result.stderr]).toEqual([0, '']);
    expect(readFileSync(path.join(work, 'b/a'), 'utf8')).toBe('content');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});
