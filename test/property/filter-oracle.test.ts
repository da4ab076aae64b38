// Random rules over random trees: what our list source would send is what the real rsync 3.4.1 would transfer.
// FILTER_SEED=n repeats one run, FILTER_SECONDS=n looks longer.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList } from '@ocrsync/core/file-list';
import { CoreInstance } from '@ocrsync/core/instance';
import { FilterList } from '@ocrsync/node/filter/filter-list';
import { createListSource } from '@ocrsync/node/flist/list-source';
import { ruleFiles } from '@ocrsync/node/flist/rule-files';
import { LocalNodeFilesystem } from '@ocrsync/node/fs/local-node';
import { DEFAULT_OPTIONS } from '@ocrsync/node/options/default-options';
import type { FilterArgument } from '@ocrsync/node/options/options';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensurePeer } from '../../interop/peers.ts';

const seconds = Number(process.env['FILTER_SECONDS'] ?? 8);
/** CI walks known seeds, the last of them once a difference; everybody else explores. */
const defaultSeed = process.env['CI'] === undefined ? Date.now() % 1_000_000_000 : 243_505_940;
const firstSeed = Number(process.env['FILTER_SEED'] ?? defaultSeed);
const NAMES = ['a', 'b', 'ab', 'a.o', 'b.o', 'foo', 'a[b', 'x'];
const FILES = ['.f', '.g'];

let peer: string;
let root: string;

beforeAll(() => {
  peer = ensurePeer('3.4.1');
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'ocrsync-filter-')));
}, 300_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Numbers in [0, below), from a seed (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Random = ReturnType<typeof random>;
const pick = <T>(from: Random, values: readonly T[]): T => values[from(values.length)]!;

function randomPattern(from: Random): string {
  const PIECES = [...NAMES, '*', '**', '?', '/', '/', '***', '[ab]', '[!a]', '\\a', '*.o'];
  let pattern = from(4) === 0 ? '/' : '';
  for (let count = 1 + from(4); count > 0; count--) pattern += pick(from, PIECES);
  return from(4) === 0 && !pattern.endsWith('/') ? `${pattern}/` : pattern;
}

function randomRule(from: Random, inFile: boolean): string {
  switch (from(inFile ? 14 : 12)) {
    case 0:
      return `: ${pick(from, FILES)}`;
    case 1:
      return `:n ${pick(from, FILES)}`;
    case 2:
      return `${pick(from, ['hide', 'show', 'protect', 'risk'])} ${randomPattern(from)}`;
    case 3:
      return `${pick(from, ['-!', '+!', '-p', '-s', '-r', '+sr'])} ${randomPattern(from)}`;
    case 4:
      return `${pick(from, [':-', ':e', ':w-'])} ${pick(from, FILES)}`;
    case 12:
      return '!';
    default:
      return `${pick(from, ['-', '-', '+'])} ${randomPattern(from)}`;
  }
}

function randomTree(from: Random, directory: string, depth: number): void {
  mkdirSync(directory, { recursive: true });
  for (const name of NAMES) {
    // In a directory with a wildcard in its name upstream reads that as part of the anchored patterns inside; we do not.
    const kind = from(depth === 0 || name.includes('[') ? 2 : 4);
    if (kind === 1) writeFileSync(path.join(directory, name), '');
    if (kind >= 2) randomTree(from, path.join(directory, name), depth - 1);
  }
  for (const name of FILES) {
    if (from(3) !== 0) continue;
    const rules = Array.from({ length: 1 + from(3) }, () => randomRule(from, true));
    writeFileSync(path.join(directory, name), `${rules.join('\n')}\n`);
  }
}

/** Names that would travel, directories with a slash; a failure as its text. */
function ours(source: string, filters: readonly FilterArgument[], incremental: boolean): string[] | string {
  const core = new CoreInstance();
  const filesystem = new LocalNodeFilesystem();
  const warn = (): void => undefined;
  const list = new FilterList({ files: ruleFiles(filesystem), warn });
  const dirs = new DirectoryNames(core);
  const names: string[] = [];
  try {
    list.addArguments(filters);
    const lists = createListSource({
      core,
      filesystem,
      arguments: [source],
      settings: { ...DEFAULT_OPTIONS, recursive: true, dirs: true },
      negotiated: { protocol: 32, incremental, listChecksum: 0, seed: 0 },
      filters: list,
      report: { message: warn },
    });
    const take = (made: FileList): void => {
      made.sort(32);
      for (let row = 0; row < made.count; row++)
        names.push(made.name(row) + (made.isDirectory(row) ? '/' : ''));
      if (incremental) lists.registerDirectories(made);
      made.free();
    };
    const first = new FileList(core, { start: 0, dirs });
    for (const _wait of lists.fillFirst(first));
    take(first);
    for (let number = incremental ? lists.nextDirectory() : undefined; number !== undefined;) {
      const sub = new FileList(core, { start: 0, dirs });
      for (const _wait of lists.fillSub(number, sub));
      take(sub);
      number = lists.nextDirectory();
    }
  } catch (error) {
    return (error as Error).message;
  }
  return names.sort();
}

function theirs(source: string, filters: readonly FilterArgument[], incremental: boolean): string[] | string {
  const rules = filters.map(({ kind, text }) => `--${kind}=${text}`);
  const recursion = incremental ? [] : ['--no-i-r'];
  const args = ['-rn', ...recursion, ...rules, '--out-format=%n', source, `${root}/empty/`];
  const run = spawnSync(peer, args, { encoding: 'latin1', cwd: root });
  if (run.status !== 0) return run.stderr.split('\n')[0]!;
  // An existing destination root is not told of: it does not change.
  return [...new Set(['./', ...run.stdout.split('\n').filter((line) => line !== '')])].sort();
}

it(`random rules give the same list as rsync 3.4.1 (seeds from ${firstSeed})`, { timeout: 600_000 }, () => {
  mkdirSync(path.join(root, 'empty'));
  const end = performance.now() + seconds * 1000;
  let runs = 0;
  let filtered = 0;
  for (let seed = firstSeed; performance.now() < end; seed++) {
    const from = random(seed);
    const tree = path.join(root, 'src');
    rmSync(tree, { recursive: true, force: true });
    randomTree(from, tree, 2);
    const bare = (ours(`${tree}/`, [], false) as string[]).length;
    for (let round = 0; round < 6; round++) {
      const filters = Array.from({ length: 1 + from(4) }, (): FilterArgument => {
        const kind = pick(from, ['filter', 'filter', 'filter', 'include', 'exclude'] as const);
        return { kind, text: kind === 'filter' ? randomRule(from, false) : randomPattern(from) };
      });
      const incremental = from(2) === 0;
      const expected = theirs(`${tree}/`, filters, incremental);
      const actual = ours(`${tree}/`, filters, incremental);
      expect({ seed, round, incremental, filters, list: actual }).toEqual({
        seed,
        round,
        incremental,
        filters,
        list: expected,
      });
      runs++;
      if (actual.length < bare) filtered++;
    }
  }
  console.log(`${runs} runs from seed ${firstSeed}, ${filtered} with something left out`);
  expect(filtered).toBeGreaterThan(0);
});
