// On a file system with shared extents a local copy shares them. Needs btrfs in a loop image: root, mkfs.btrfs, filefrag.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runClient } from '@ocrsync/node/api/client';
import { loadNative } from '@ocrsync/native/load';
import { parseArguments } from '@ocrsync/node/options/parse';

const IMAGE_BYTES = 256 << 20;
const base = mkdtempSync(path.join(tmpdir(), 'ocrsync-reflink-'));
const mount = path.join(base, 'mount');

function run(program: string, words: readonly string[]): boolean {
  return spawnSync(program, words, { stdio: 'ignore' }).status === 0;
}

function shared(file: string): boolean {
  const { stdout } = spawnSync('filefrag', ['-v', file], { encoding: 'utf8' });
  return /\bshared\b/.test(stdout);
}

/** The reason why it cannot be tested here; undefined: the image is mounted. */
function mounted(): string | undefined {
  if (loadNative() === undefined) return 'the helper is off or not built';
  const image = path.join(base, 'image');
  writeFileSync(image, '');
  mkdirSync(mount);
  if (!run('truncate', ['-s', `${IMAGE_BYTES}`, image])) return 'no truncate';
  if (!run('mkfs.btrfs', ['-q', image])) return 'no mkfs.btrfs';
  if (!run('mount', ['-o', 'loop', image, mount])) return 'a loop image cannot be mounted';
  return run('filefrag', [mount]) || run('filefrag', ['-V']) ? undefined : 'no filefrag';
}

const reason = mounted();

afterAll(() => {
  run('umount', [mount]);
  rmSync(base, { recursive: true, force: true });
});

describe(`a local copy on btrfs${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  it.skipIf(reason !== undefined).each([['one at a time'], ['many at a time']])(
    'shares extents with its source: %s',
    async (pace) => {
      const from = path.join(mount, `from ${pace}`);
      const to = path.join(mount, `to ${pace}`);
      mkdirSync(from);
      const content = randomBytes(5_000_001);
      writeFileSync(path.join(from, 'file'), content);
      run('sync', ['-f', mount]);
      const parsed = parseArguments(['-a', `${from}/`, `${to}/`], {});
      if (parsed.kind === 'stop') throw new Error(parsed.stderr);
      const ignores = pace === 'many at a time' ? (['progress'] as const) : [];
      const { exitCode } = await runClient(parsed.options, {
        sink: { event: () => undefined, ignores },
        line: () => undefined,
        signal: new AbortController().signal,
      });
      expect(exitCode).toBe(0);
      expect(readFileSync(path.join(to, 'file')).equals(content)).toBe(true);
      run('sync', ['-f', mount]);
      expect(shared(path.join(to, 'file'))).toBe(true);
    },
  );
});
