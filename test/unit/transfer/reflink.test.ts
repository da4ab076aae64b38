// On a file system with shared extents a local copy shares them. Needs btrfs and xfs in loop images: root,
// mkfs.btrfs, mkfs.xfs, filefrag.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runClient } from '@ocrsync/node/api/client';
import { loadNative } from '@ocrsync/native/load';
import { parseArguments } from '@ocrsync/node/options/parse';

/** The least that mkfs.xfs takes. */
const IMAGE_BYTES = 320 << 20;
const base = mkdtempSync(path.join(tmpdir(), 'ocrsync-reflink-'));

function run(program: string, words: readonly string[]): boolean {
  return spawnSync(program, words, { stdio: 'ignore' }).status === 0;
}

function shared(file: string): boolean {
  const { stdout } = spawnSync('filefrag', ['-v', file], { encoding: 'utf8' });
  return /\bshared\b/.test(stdout);
}

/** The reason why it cannot be tested here; undefined: an image of that kind is mounted at `mount`. */
function mounted(kind: string, mount: string): string | undefined {
  if (loadNative() === undefined) return 'the helper is off or not built';
  const image = `${mount}.image`;
  writeFileSync(image, '');
  mkdirSync(mount);
  if (!run('truncate', ['-s', `${IMAGE_BYTES}`, image])) return 'no truncate';
  if (!run(`mkfs.${kind}`, ['-q', image])) return `no mkfs.${kind}`;
  if (!run('mount', ['-o', 'loop', image, mount])) return 'a loop image cannot be mounted';
  return run('filefrag', [mount]) || run('filefrag', ['-V']) ? undefined : 'no filefrag';
}

const kinds = ['btrfs', 'xfs'].map((kind) => {
  const mount = path.join(base, kind);
  return { kind, mount, reason: mounted(kind, mount) };
});

afterAll(() => {
  for (const { mount } of kinds) run('umount', [mount]);
  rmSync(base, { recursive: true, force: true });
});

describe.each(kinds)('a local copy on $kind', ({ mount, reason }) => {
  if (reason !== undefined) process.stderr.write(`skipped: ${reason}\n`);
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
