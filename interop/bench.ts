// The place where cells run: trees made once and hard-copied, the programs under test, the private servers.
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { attributesTree, changeAttributes } from './attributes.ts';
import type { Route } from './cells.ts';
import type { RunningServer } from './daemon.ts';
import { bigTree, mixedTree, plainTree } from './entries.ts';
import { mutate, shorten } from './mutate.ts';
import { normalizeRun } from './normalize.ts';
import { excludeList, nameList, type OptionSet } from './option-sets.ts';
import { runProgram, type Ran } from './run.ts';
import { snapshot } from './snapshot.ts';
import { commonWording } from './peer-wording.ts';
import type { PeerVersion } from './peers.ts';
import type { RunningSshd } from './ssh.ts';
import { buildTree, pathOf } from './trees.ts';

const runFile = promisify(execFile);

export interface Programs {
  readonly ours: string;
  readonly theirs: string;
}

export interface Bench {
  readonly directory: string;
  readonly programs: Programs;
  readonly peer: PeerVersion;
  readonly seed: number;
  readonly daemon: RunningServer;
  readonly sshd: RunningSshd | undefined;
}

/** Writes an executable that starts `program`; a JavaScript file runs in this process's Node. */
export function writeLauncher(file: string, program: string): void {
  const isScript = /\.[cm]?js$/.test(program);
  const command = isScript ? `'${process.execPath}' '${program}'` : `'${program}'`;
  writeFileSync(file, `#!/bin/sh\nexec ${command} "$@"\n`);
  chmodSync(file, 0o755);
}

/** A remote shell without a network: drops the host, runs the lines of `before` and gives the words to sh, as sshd would. */
export function writeRemoteShell(file: string, before = ''): void {
  writeFileSync(file, `#!/bin/sh\nshift\n${before}\nexec sh -c "$*"\n`);
  chmodSync(file, 0o755);
}

/** … whose server hears one capability less than the client tells: the one of that letter. */
export function writeDeafShell(file: string, letter: string): void {
  const taken = `sed 's/ \\(-[A-Za-z]*e[0-9]*[.][A-Za-z]*\\)${letter}/ \\1/'`;
  writeFileSync(file, `#!/bin/sh\nshift\nexec sh -c "$(printf '%s' "$*" | ${taken} 2>/dev/null)"\n`);
  chmodSync(file, 0o755);
}

async function copyTree(from: string, to: string): Promise<void> {
  await runFile('cp', ['-a', '--', from, to]);
}

type Tree = NonNullable<OptionSet['tree']>;

const treeBuilders = { plain: plainTree, mixed: mixedTree, big: bigTree, attributes: attributesTree };
const prepared = new Map<string, Promise<string>>();

async function prepareTree(bench: Bench, tree: Tree, state: string): Promise<string> {
  const directory = path.join(bench.directory, 'trees', `${tree}.${state}`);
  if (state === 'source') {
    mkdirSync(path.dirname(directory), { recursive: true });
    await buildTree(directory, treeBuilders[tree](bench.seed), bench.seed);
    return directory;
  }
  await copyTree(await preparedTree(bench, tree, 'source'), directory);
  if (state === 'changed' && tree === 'attributes') changeAttributes((name) => pathOf(directory, name));
  else if (state === 'changed') mutate(directory, bench.seed);
  if (state === 'conflicting') mutate(directory, bench.seed, { fullDirectories: true });
  if (state === 'shortened') shorten(directory, bench.seed);
  // Directories that were touched just now would be "now" in one run and a moment in the next (snapshot.ts).
  await runFile('find', [
    directory,
    '-type',
    'd',
    '-mmin',
    '-60',
    '-exec',
    'touch',
    '-d',
    '@1600000000',
    '{}',
    '+',
  ]);
  return directory;
}

/** The directory of a tree in a state, made at the first call. */
function preparedTree(bench: Bench, tree: Tree, state: string): Promise<string> {
  const key = `${tree}.${state}`;
  let made = prepared.get(key);
  if (made === undefined) {
    made = prepareTree(bench, tree, state);
    prepared.set(key, made);
  }
  return made;
}

/** The working directory of one option set, with its own copy of the source. */
export async function openSet(bench: Bench, set: OptionSet): Promise<string> {
  const directory = path.join(bench.directory, 'work', set.name);
  mkdirSync(path.join(directory, 'lists'), { recursive: true });
  writeFileSync(path.join(directory, 'lists', 'exclude'), excludeList);
  writeFileSync(path.join(directory, 'lists', 'names'), nameList);
  await copyTree(await preparedTree(bench, set.tree ?? 'plain', 'source'), path.join(directory, 'src'));
  return directory;
}

/** The lines of the set's source and of the tree it was copied from; equal unless a run changed its source. */
export async function sourceLines(
  bench: Bench,
  set: OptionSet,
  directory: string,
): Promise<[string[], string[]]> {
  const options = { nowNs: 1n << 62n, holes: false };
  const original = snapshot(await preparedTree(bench, set.tree ?? 'plain', 'source'), options);
  return [original, snapshot(path.join(directory, 'src'), options)];
}

async function freshDestination(bench: Bench, set: OptionSet, directory: string): Promise<string> {
  const destination = path.join(directory, 'dst');
  rmSync(destination, { recursive: true, force: true });
  const state = set.destination ?? 'empty';
  if (state !== 'empty') await copyTree(await preparedTree(bench, set.tree ?? 'plain', state), destination);
  if (set.alternate !== undefined) await freshAlternate(bench, set, directory, set.alternate);
  return destination;
}

/** Made anew for each run: hard links and removals would be seen by the next. */
async function freshAlternate(
  bench: Bench,
  set: OptionSet,
  directory: string,
  { state, where }: NonNullable<OptionSet['alternate']>,
): Promise<void> {
  const alternate = path.join(directory, where === 'inside' ? 'dst/.alt' : 'alt');
  rmSync(alternate, { recursive: true, force: true });
  mkdirSync(path.dirname(alternate), { recursive: true });
  await copyTree(await preparedTree(bench, set.tree ?? 'plain', state), alternate);
  if (where === 'inside') await runFile('touch', ['-d', '@1600000000', path.dirname(alternate)]);
}

/** Options and operands of one run. */
export function commandOf(
  bench: Bench,
  set: OptionSet,
  route: Route,
  server: string,
  directory: string,
): string[] {
  const args = [...set.options];
  let remote = '';
  if (route.transport === 'rsh') {
    args.push('-e', path.join(bench.directory, 'rsh'), `--rsync-path=${server}`);
    remote = 'host:';
  }
  if (route.transport === 'ssh') {
    args.push('-e', bench.sshd?.remoteShell ?? '', `--rsync-path=${server}`);
    remote = `127.0.0.1:${directory}/`;
  }
  if (route.transport === 'daemon') {
    remote = `rsync://127.0.0.1:${bench.daemon.port}/work/${path.basename(directory)}/`;
  }
  const sources = (set.sources ?? ['src/']).map(
    (source) => (route.direction === 'pull' ? remote : '') + source,
  );
  if (set.listsOnly === true) return [...args, ...sources];
  return [...args, ...sources, `${route.direction === 'push' ? remote : ''}dst/`];
}

/** A cell of small trees takes a second on a busy machine; a program that hangs often gets less patience. */
const patience = { firstMs: 30_000, laterMs: 10_000, bigMs: 240_000, hangsBefore: 6, hangs: 0 };

function timeLimitMs(set: OptionSet): number {
  if (set.tree === 'big') return patience.bigMs;
  return patience.hangs < patience.hangsBefore ? patience.firstMs : patience.laterMs;
}

/** Runs one client with one server on a fresh destination and tells everything that can be compared. */
export async function runRoute(
  bench: Bench,
  set: OptionSet,
  route: Route,
  client: string,
  server: string,
  directory: string,
): Promise<string[]> {
  if (set.changesSource === true) {
    rmSync(path.join(directory, 'src'), { recursive: true, force: true });
    await copyTree(await preparedTree(bench, set.tree ?? 'plain', 'source'), path.join(directory, 'src'));
  }
  const destination = await freshDestination(bench, set, directory);
  const nowNs = BigInt(Date.now() - 5000) * 1_000_000n;
  const args = commandOf(bench, set, route, server, directory);
  const ran = await runProgram(client, args, directory, timeLimitMs(set));
  if (ran.exit === 'timeout') patience.hangs++;
  const ordered = route.direction !== 'pull' || set.exactPullOrder === true;
  const exactOrder = ordered && set.racingNames !== true;
  const progress2 = set.options.includes('--info=progress2');
  const lines = normalizeRun(inCommonWording(ran, bench.peer), { exactOrder, progress2 });
  const holes = set.holes === true;
  lines.push(...snapshot(destination, { nowNs, holes }).map((line) => `dst: ${line}`));
  if (set.changesSource === true) {
    lines.push(...snapshot(path.join(directory, 'src'), { nowNs, holes }).map((line) => `src: ${line}`));
  }
  return lines;
}

function inCommonWording({ stdout, stderr, exit }: Ran, peer: PeerVersion): Ran {
  const reworded = (text: string): string =>
    text
      .split('\n')
      .map((line) => commonWording(peer, line))
      .join('\n');
  return { stdout: reworded(stdout), stderr: reworded(stderr), exit };
}

/** Whether the program under test is there at all. */
export function programExists(program: string): boolean {
  return existsSync(program);
}
