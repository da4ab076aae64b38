// Symlinks on the way to names: what the user wrote is followed, what lies in a tree is not followed out of it
// (docs/protocol/09-rsync-3.5.md §4, §5). Each case is held against rsync 3.5.0 where that is at hand.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runClient } from '@ocrsync/node/api/client';
import { parseArguments } from '@ocrsync/node/options/parse';

const upstream = path.join(homedir(), '.cache/ocrsync-peers/3.5.0/rsync');

interface Run {
  readonly code: number;
  readonly lines: readonly string[];
  readonly made: readonly string[];
}

let base = '';
const at = (name: string): string => path.join(base, name);

beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'ocrsync-parents-')));
  setUp();
});
afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

function setUp(): void {
  for (const name of ['from', 'out', 'to']) fs.rmSync(at(name), { recursive: true, force: true });
  fs.mkdirSync(at('from/a/b'), { recursive: true });
  fs.mkdirSync(at('out/sub'), { recursive: true });
  fs.mkdirSync(at('to'));
  fs.writeFileSync(at('from/a/b/f'), 'inside');
  fs.writeFileSync(at('out/s'), 'outside');
  fs.writeFileSync(at('out/sub/t'), 'outside');
  fs.symlinkSync('../out', at('from/l'));
}

const tree = (name: string): string[] =>
  (fs.readdirSync(at(name), { recursive: true, encoding: 'utf8' }) as string[]).sort();

async function ours(words: readonly string[]): Promise<Run> {
  const parsed = parseArguments([...words], {});
  if (parsed.kind === 'stop') throw new Error(parsed.stderr);
  const lines: string[] = [];
  const { exitCode } = await runClient(parsed.options, {
    sink: {
      event: (event) => {
        if (event.type === 'message' && event.severity !== 'info') lines.push(event.text.trimEnd());
      },
    },
    line: () => undefined,
    signal: new AbortController().signal,
  });
  return { code: exitCode, lines, made: [...tree('to'), '--', ...tree('out')] };
}

/** The same by the real one; undefined: it is not here. */
function theirs(words: readonly string[]): Run | undefined {
  if (!fs.existsSync(upstream)) return undefined;
  const { status, stderr } = spawnSync(upstream, words, { encoding: 'utf8' });
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('rsync error:'));
  return { code: status ?? -1, lines, made: [...tree('to'), '--', ...tree('out')] };
}

/** Ours in a fresh tree with this symlink, held against theirs in another. */
async function alike(link: string, target: string, words: readonly string[]): Promise<Run> {
  const arrange = (): void => {
    setUp();
    fs.rmSync(at(link), { force: true });
    fs.symlinkSync(target, at(link));
  };
  arrange();
  const expected = theirs(words);
  arrange();
  const run = await ours(words);
  if (expected !== undefined) expect(run).toEqual(expected);
  return run;
}

describe.skipIf(process.platform !== 'linux')('a symlinked parent', () => {
  it.each(['../out', 'OUT'])('in what the user named is followed, leading to %s', async (target) => {
    const to = target.replace('OUT', at('out'));
    for (const name of ['l/s', 'l/', 'l/sub', 'l/sub/t']) {
      const run = await alike('from/l', to, ['-aR', `${base}/from/./${name}`, `${base}/to`]);
      expect(run.code).toBe(0);
      expect(run.made.length).toBeGreaterThan(4);
    }
  });

  it('in the destination is followed inside the tree', async () => {
    fs.mkdirSync(at('to/real'));
    fs.symlinkSync('real', at('to/a'));
    const words = ['-aR', '--no-implied-dirs', `${base}/from/./a/b/f`, `${base}/to`];
    const run = await ours(words);
    expect(run).toEqual({ code: 0, lines: [], made: expect.arrayContaining(['real/b/f']) as string[] });
  });

  it.each(['../out', 'OUT', 'REAL'])('in the destination is not followed to %s', async (target) => {
    const to = target.replace('OUT', at('out')).replace('REAL', at('to'));
    const words = ['-aR', '--no-implied-dirs', `${base}/from/./a/b/f`, `${base}/to`];
    const run = await alike('to/a', to, words);
    expect(run.code).toBe(23);
    expect(run.lines).toEqual([
      `rsync: [generator] recv_generator: mkdir "${base}/to/a/b" failed: Too many levels of symbolic links (40)`,
      `rsync: [generator] recv_generator: failed to stat "${base}/to/a/b/f": Too many levels of symbolic links (40)`,
    ]);
    expect(run.made.slice(run.made.indexOf('--'))).toEqual(['--', 's', 'sub', 'sub/t']);
  });

  it('that the list names as a directory is replaced by one', async () => {
    const run = await alike('to/a', '../out', ['-a', `${base}/from/a`, `${base}/to`]);
    expect(run.code).toBe(0);
    expect(fs.lstatSync(at('to/a')).isDirectory()).toBe(true);
  });

  it('is followed to the destination itself', async () => {
    const run = await alike('by', 'to', ['-a', `${base}/from/a`, `${base}/by/`]);
    expect(run.made).toContain('a/b/f');
  });
});
