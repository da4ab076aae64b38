// Random trees and rules with deletion, in every mode: what is left, what is printed and the exit code are those of the real
// rsync 3.4.1. FILTER_SEED=n repeats one run, FILTER_SECONDS=n looks longer.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runClient } from '@ocrsync/node/api/client';
import { parseArguments } from '@ocrsync/node/options/parse';
import { TextRenderer } from '@ocrsync/node/report/text-renderer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensurePeer } from '../../interop/peers.ts';
import { type Random, seeded } from '../../interop/random.ts';
import { CaughtOutput } from '../caught-output.ts';

const seconds = Number(process.env['FILTER_SECONDS'] ?? 8);
/** CI walks known seeds, the last of them once a difference; everybody else explores. */
const defaultSeed = process.env['CI'] === undefined ? Date.now() % 1_000_000_000 : 77;
const firstSeed = Number(process.env['FILTER_SEED'] ?? defaultSeed);
const NAMES = ['a', 'b', 'ab', 'a.o', 'b.o', 'x', 'x~'];
const FILES = ['.f', '.g'];
const MODES = ['--delete', '--delete-before', '--delete-delay', '--delete-after', '--delete-excluded'];

let peer: string;
let root: string;

beforeAll(() => {
  peer = ensurePeer('3.4.1');
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'ocrsync-deletion-')));
}, 300_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

function randomPattern(random: Random): string {
  const pieces = [...NAMES, '*', '?', '/', '/', '***', '[ab]', '*.o'];
  let pattern = random.below(4) === 0 ? '/' : '';
  for (let count = 1 + random.below(3); count > 0; count--) pattern += random.pick(pieces);
  return random.below(4) === 0 && !pattern.endsWith('/') ? `${pattern}/` : pattern;
}

function randomRule(random: Random, inFile: boolean): string {
  const pattern = randomPattern(random);
  switch (random.below(inFile ? 9 : 11)) {
    case 0:
    case 1:
      return `${random.pick(['protect', 'risk', 'hide', 'show'])} ${pattern}`;
    case 2:
    case 3:
      return `${random.pick(['-p', '+p', 'P,p', 'R,p', '-!', '-s', '-r', '+sr', '-rp'])} ${pattern}`;
    case 9:
      return `${random.pick([':', ':n', ':-', ':p', ':e', ':s', ':r'])} ${random.pick(FILES)}`;
    case 10:
      return random.pick([': .f', ':C', '-C', ':-p .g']);
    default:
      return `${random.pick(['-', '-', '+'])} ${pattern}`;
  }
}

function randomTree(random: Random, directory: string, depth: number): void {
  mkdirSync(directory, { recursive: true });
  for (const name of NAMES) {
    const full = path.join(directory, name);
    const kind = random.below(depth === 0 || name.endsWith('~') ? 3 : 5);
    if (kind === 1 || kind === 2) writeFileSync(full, `${depth}`.repeat(random.below(3)));
    if (kind > 2) randomTree(random, full, depth - 1);
  }
  for (const name of FILES) {
    if (random.below(4) !== 0) continue;
    const rules = Array.from({ length: 1 + random.below(2) }, () => randomRule(random, true));
    writeFileSync(path.join(directory, name), `${rules.join('\n')}\n`);
  }
}

function randomOptions(random: Random): string[] {
  const options = ['-rlci', random.pick(MODES)];
  const perhaps = (chance: number, ...words: string[]): void => {
    if (random.below(chance) === 0) options.push(...words);
  };
  perhaps(4, '-n');
  perhaps(4, '--no-i-r');
  perhaps(5, `--max-delete=${random.below(6)}`);
  perhaps(6, '--force');
  perhaps(6, '--backup');
  perhaps(8, '--existing');
  const old = random.below(5);
  // What an old protocol cannot say of a rule is another test's matter.
  if (old < 3) options.push(`--protocol=${28 + old}`);
  else
    for (let count = random.below(5); count > 0; count--)
      options.push(`--filter=${randomRule(random, false)}`);
  // Below protocol 30 a dry run of rsync stumbles over files that stand where directories are to be.
  return old < 2 ? options.filter((word) => word !== '-n') : options;
}

interface Outcome {
  readonly code: number | null;
  readonly deletions: readonly string[];
  /** Items may come between deletions at other moments: two processes of rsync print them. */
  readonly items: readonly string[];
  readonly errors: string;
  readonly left: readonly string[];
}

function outcome(code: number | null, stdout: string, stderr: string, destination: string): Outcome {
  const lines = stdout.split('\n').filter((line) => line !== '');
  const isDeletion = (line: string): boolean => /^(\*?deleting|cannot delete|Deletions stopped)/.test(line);
  // A directory's own time is not kept here, but a second may pass between two runs.
  const firstError = stderr.split('\n').find((line) => !line.startsWith('rsync error:')) ?? '';
  return {
    code,
    deletions: lines.filter(isDeletion),
    items: lines.filter((line) => !isDeletion(line)),
    // The text of a rule out of a file is not shown, as in 3.5.0 (09-rsync-3.5.md).
    errors: firstError.replaceAll(destination, 'DST').replace(/(filter|rule): .*/, '$1'),
    left: (readdirSync(destination, { recursive: true, encoding: 'latin1' }) as string[]).sort(),
  };
}

async function ours(options: readonly string[], source: string, destination: string): Promise<Outcome> {
  const output = new CaughtOutput();
  const parsed = parseArguments([...options, `${source}/`, `${destination}/`], {});
  if (parsed.kind === 'stop') return outcome(parsed.exitCode, '', parsed.stderr, destination);
  const sink = new TextRenderer(parsed.options, output);
  const signal = new AbortController().signal;
  const { exitCode } = await runClient(parsed.options, { sink, signal, line: () => undefined });
  return outcome(exitCode, output.stdout, output.stderr, destination);
}

function theirs(options: readonly string[], source: string, destination: string): Outcome {
  const run = spawnSync(peer, [...options, `${source}/`, `${destination}/`], { encoding: 'latin1' });
  return outcome(run.status, run.stdout, run.stderr, destination);
}

/** A wrong rule in a file ends one process while the others go on: how far they come is chance. */
function comparable(ended: Outcome): Outcome {
  return ended.code === 1 ? { ...ended, deletions: [], items: [], left: [] } : ended;
}

it(`random deletions are those of rsync 3.4.1 (seeds from ${firstSeed})`, { timeout: 900_000 }, async () => {
  const [source, before, destination] = ['src', 'before', 'dst'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  const reset = (): void => {
    if (existsSync(destination)) rmSync(destination, { recursive: true });
    cpSync(before, destination, { recursive: true });
  };
  const end = performance.now() + seconds * 1000;
  let runs = 0;
  let deletions = 0;
  for (let seed = firstSeed; performance.now() < end; seed++) {
    const random = seeded(seed);
    for (const tree of [source, before]) {
      rmSync(tree, { recursive: true, force: true });
      randomTree(random, tree, 2);
    }
    for (let round = 0; round < 5; round++) {
      const options = randomOptions(random);
      reset();
      const expected = comparable(theirs(options, source, destination));
      reset();
      const actual = comparable(await ours(options, source, destination));
      expect({ seed, round, options, ...actual }).toEqual({ seed, round, options, ...expected });
      runs++;
      deletions += expected.deletions.length;
    }
  }
  console.log(`${runs} runs from seed ${firstSeed}, ${deletions} lines about deletions`);
  expect(deletions).toBeGreaterThan(runs);
});
