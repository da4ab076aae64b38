// --delete-missing-args at the receiver (docs/protocol/03-file-list.md §4.5, 04-transfer.md §3.3 step 5). Outcomes as observed
// with rsync 3.5.0: the 3.4.1 of Debian refuses the entries.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runWords } from '../transfer/client-run.ts';

let base = '';
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'ocrsync-missing-'));
  for (const name of ['s', 'd/gone/in']) mkdirSync(path.join(base, name), { recursive: true });
  for (const name of ['s/f', 'd/gone/in/x', 'd/file', 'd/kept', 'd/other'])
    writeFileSync(path.join(base, name), name);
  symlinkSync('nowhere', path.join(base, 'd/link'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

async function run(...words: readonly string[]): Promise<{ code: number; lines: string[]; left: string[] }> {
  const missing = ['f', 'gone', 'file', 'link', 'kept', 'never'].map((name) => path.join(base, 's', name));
  const { exit, stdout } = await runWords([
    '-ai',
    '--delete-missing-args',
    ...words,
    ...missing,
    `${base}/d/`,
  ]);
  const left = readdirSync(path.join(base, 'd')).sort();
  return { code: exit, lines: stdout.split('\n').filter((line) => !line.startsWith('>f')), left };
}

it('deletes what has the name of a missing argument, but no full directory', async () => {
  const { code, lines, left } = await run();
  expect(code).toBe(0);
  expect(lines.slice(0, 4)).toEqual([
    '*deleting   file',
    'cannot delete non-empty directory: gone',
    '*deleting   kept',
    '*deleting   link',
  ]);
  expect(left).toEqual(['f', 'gone', 'other']);
});

it('deletes a full directory with --force, keeps what a rule protects, and stops at the limit', async () => {
  expect((await run('--force', '--filter=P kept', '-n')).left).toHaveLength(5);
  const { lines, left } = await run('--force', '--filter=P kept', '--max-delete=4');
  expect(lines.filter((line) => line.startsWith('*'))).toEqual([
    '*deleting   file',
    '*deleting   gone/in/x',
    '*deleting   gone/in/',
    '*deleting   gone/',
  ]);
  expect(left).toEqual(['f', 'kept', 'link', 'other']);
});
