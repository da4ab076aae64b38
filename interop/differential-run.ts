// Runs one case of the differential tester with one client and one server on a fresh copy of its trees, and tells
// everything that can be compared as lines.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { commandLine, type Case } from './differential-case.ts';
import { recordsBatch } from './differential-extras.ts';
import { normalizeRun } from './normalize.ts';
import { runProgram } from './run.ts';
import { snapshot } from './snapshot.ts';
import { buildTree, pathOf, setModified } from './trees.ts';

const runFile = promisify(execFile);
const runLimitMs = 25_000;
/** Playing a batch takes no network and no waiting. */
const playLimitMs = 8_000;

/** Where one case after the other runs: paths are equal for every program, for they stand in outputs. */
export interface Lane {
  readonly directory: string;
  readonly rsh: string;
  /** A command line of ssh that reaches this machine; the lane's rsh where there is no sshd. */
  readonly ssh: string;
  /** rsync://host:port/module/ of this lane's case directory. */
  readonly url: string;
}

export function caseDirectory(lane: Lane): string {
  return path.join(lane.directory, 'case');
}

/** Makes the trees of a case once; runs get copies. */
export async function prepareCase(lane: Lane, one: Case): Promise<void> {
  const directory = path.join(lane.directory, 'prepared');
  rmSync(directory, { recursive: true, force: true });
  for (const name of ['lists', 'tmp']) mkdirSync(path.join(directory, name), { recursive: true });
  for (const [name, text] of Object.entries(one.lists)) {
    writeFileSync(path.join(directory, 'lists', name), text, 'latin1');
  }
  for (const [name, entries] of Object.entries(one.trees)) {
    await buildTree(path.join(directory, name), entries, one.seed);
  }
  if (one.unprivileged) {
    const owned = ['dst', 'tmp'].filter((name) => name === 'tmp' || name in one.trees);
    const owner = ['chown', '-hR', 'nobody:nogroup', ...owned.map((name) => path.join(directory, name))];
    spawnSync(owner[0] as string, owner.slice(1));
    spawnSync('chown', ['nobody:nogroup', directory]);
  }
  makeOld(directory);
  // The first reader of a file dates its access time, later ones do not: it is dated before the first run.
  const reader = path.join(lane.directory, 'reader');
  await runFile('cp', ['-a', directory, reader]);
  rmSync(reader, { recursive: true, force: true });
}

/** What stands around the trees gets a time long ago, so that no run takes it for its own. */
function makeOld(directory: string): void {
  for (const name of [
    'lists/exclude',
    'lists/include',
    'lists/files',
    'lists/odd',
    'lists/merge',
    'lists',
    'tmp',
    '',
  ]) {
    setModified(pathOf(directory, name), 1_400_000_000, 0, false);
  }
}

/** What the moment of the other side's end decides: counts at a broken connection, and the log's totals, which are the wire's. */
function withoutChance(line: string): string {
  return line
    .replace(/(?<= buffer overflow: \w+) \(file=\w+\.c, line=\d+\)$/, '')
    .replace(/\(\d+ bytes received so far\)/, '(# bytes received so far)')
    .replace(/sent \d+ bytes  received \d+ bytes  total size/, 'sent # bytes  received # bytes  total size');
}

function isChance(line: string): boolean {
  // What -vv --stats of the real one tells of its allocator.
  if (/^out: ( {2}\w+: +-?\d+ +\(|rsync\[\d+\] .* heap statistics:)/.test(line)) return true;
  // A process whose sibling has failed is told so by a signal, or has ended by then.
  if (/^err: rsync error: received SIGUSR1 \(code 19\) at # \[\w+\]$/.test(line)) return true;
  return / (read error: Connection reset by peer \(104\)|write error: Broken pipe \(32\))$/.test(line);
}

/** The log file's lines without what differs from run to run. */
function logLines(file: string): string[] {
  let text = '';
  try {
    text = readFileSync(file, 'latin1');
  } catch {
    return [];
  }
  const told = {
    stdout: text
      .replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[\d+\] /gm, '')
      // Of a process whose sibling has failed: it may come to these lines or not.
      .replace(/^(?:sent .* total size \d+\n)?rsync error: received SIGUSR1 \(code 19\) .*\n/gm, ''),
    stderr: '',
    exit: '',
  };
  return normalizeRun(told, { exactOrder: false, progress2: false }).map((line) => `log: ${line}`);
}

function treeLines(directory: string, nowNs: bigint, untilNs: bigint): string[] {
  let lines: string[];
  try {
    lines = snapshot(directory, { nowNs, untilNs, holes: false });
  } catch (error) {
    return [`tree: cannot be read: ${(error as NodeJS.ErrnoException).code}`];
  }
  const kept = lines.filter((line) => !/^"(log|batch|batch\.sh)" /.test(line));
  return kept.map(
    (line) =>
      `tree: ${line
        .replace(/^("(?:[^"]*\/)?\.[^"/]+)\.[A-Za-z0-9]{6}"/, '$1.XXXXXX"')
        // The tester's own directory, sent as a part of a path: it changes with each run that is prepared.
        .replace(/^("[^"]*\/ocrsync-differential-\w+(?:\/lane\d+)?" dir .* )(?:now|\d+)$/, '$1now')}`,
  );
}

/** Whether the order of stdout is one process's, and can be compared. */
function hasOneWriter(one: Case): boolean {
  const words = one.options.flat();
  const verbosity = words.filter((word) => /^-[a-zA-Z]*v/.test(word) || word === '--verbose').join('');
  const many = /v.*v/.test(verbosity) || words.some((word) => /^--(info|debug|stderr)/.test(word));
  return one.direction !== 'pull' && !many;
}

/** The recorded batch, played by the other program on a second copy of the destination, and the script beside it. */
async function playedBatch(lane: Lane, one: Case, client: string, server: string): Promise<string[]> {
  const directory = caseDirectory(lane);
  const before = path.join(lane.directory, 'prepared', 'dst');
  const again = path.join(directory, 'again');
  await runFile('cp', [
    '-a',
    existsSync(before) ? before : path.join(lane.directory, 'prepared', 'tmp'),
    again,
  ]);
  // Where it was recorded for, in the second copy; what the batch itself does not say of its sums and bases is told.
  const target = one.target?.startsWith('dst') === true ? one.target.replace('dst', 'again') : 'again/';
  const choices = one.options
    .filter(([word]) => /^--(checksum-choice|cc|(compare|copy|link)-dest)\b/.test(word ?? ''))
    .flat();
  const args = ['-ai', ...choices, `--read-batch=${directory}/batch`, target];
  const ran = await runProgram(server, args, directory, playLimitMs);
  const played = normalizeRun(ran, { exactOrder: false, progress2: false }).map((line) => `batch ${line}`);
  const script = existsSync(`${directory}/batch.sh`) ? readFileSync(`${directory}/batch.sh`, 'latin1') : '';
  const told = script.replaceAll(client, 'RSYNC').replaceAll(server, 'RSYNC').split('\n');
  return [...played, ...withoutQuotes(told).map((line) => `script: ${line}`)];
}

/**
 * A batch's script without the name of the program (ours comes with its Node), which is one's own, and without the quotes of its first line: ocrsync
 * quotes every word, as 3.5.0 does (docs/protocol/09-rsync-3.5.md, last table, row 42).
 */
function withoutQuotes([command = '', ...rules]: readonly string[]): string[] {
  const words = command.replaceAll("'\\''", '').replaceAll("'", '');
  return [words.replace(/^\S+(?: \S+\/ocrsync\.js)?/, 'RSYNC'), ...rules];
}

export async function runCase(lane: Lane, one: Case, client: string, server: string): Promise<string[]> {
  const directory = caseDirectory(lane);
  rmSync(directory, { recursive: true, force: true });
  await runFile('cp', ['-a', path.join(lane.directory, 'prepared'), directory]);
  const args = commandLine(one, directory, { rsh: lane.rsh, ssh: lane.ssh, server, url: lane.url });
  const command = one.unprivileged
    ? ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', client, ...args]
    : [client, ...args];
  const nowNs = BigInt(Date.now() - 12) * 1_000_000n;
  const ran = await runProgram(command[0] as string, command.slice(1), directory, runLimitMs);
  const untilNs = BigInt(Date.now() + 1000) * 1_000_000n;
  const lines = normalizeRun(ran, {
    exactOrder: hasOneWriter(one),
    progress2: args.some((word) => word.includes('progress2')),
  });
  const batch =
    recordsBatch(one.options) && /^(0|2[345])$/.test(ran.exit)
      ? await playedBatch(lane, one, client, server)
      : [];
  const told = [...lines, ...logLines(path.join(directory, 'log')), ...batch];
  const comparable = told.filter((line) => !isChance(line)).map(withoutChance);
  // How far the generator has come when its receiver ends at what is no data in a batch is a race of the two.
  const isBroken = batch.some((line) => /^batch exit (2|12)$/.test(line));
  const tree = treeLines(directory, nowNs, untilNs);
  return [...comparable, ...tree.filter((line) => !(isBroken && line.startsWith('tree: "again')))];
}
