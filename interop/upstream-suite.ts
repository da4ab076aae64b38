// Runs upstream's own test suite (of 3.4.1, as its source package has it) with ocrsync as the program under test, and tells
// test by test what upstream's program and ours give. The suite is run, never read: nothing of it is in this repository.
// Usage: npx node interop/upstream-suite.ts [--programs ours,ours-theirs,theirs-ours] [--users root,nobody]
//        [--only PART[,PART]] [--lanes N] [--log DIR]
// Programs: `upstream` is always run first; `ours` is ocrsync in every role; `ours-theirs` gives --server and --daemon to
// upstream, `theirs-ours` only --server to ocrsync. OCRSYNC_BIN names another program under test.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureSuiteTree } from './peers.ts';
import { knownFailures } from './upstream-suite-known.ts';

const checkout = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const testLimitMs = 100_000;
const programs = ['upstream', 'ours', 'ours-theirs', 'theirs-ours'] as const;
type Program = (typeof programs)[number];

interface Outcome {
  readonly verdict: 'pass' | 'skip' | 'fail';
  /** Why it was skipped, or the last telling line of a failed test's log. */
  readonly reason: string;
  readonly log: string;
}

interface Lane {
  readonly tree: string;
  readonly user: string;
}

/** A shell script in a lane's tree that is the program under test; the suite wants one path without arguments. */
function writeProgram(lane: Lane, program: Program): string {
  if (program === 'upstream') return path.join(lane.tree, 'rsync');
  const under = path.resolve(process.env['OCRSYNC_BIN'] ?? path.join(checkout, 'cli/bin/ocrsync.js'));
  const ours = /\.[cm]?js$/.test(under) ? `'${process.execPath}' '${under}'` : `'${under}'`;
  const theirs = `'${path.join(lane.tree, 'rsync')}'`;
  const roles: Record<Exclude<Program, 'upstream'>, string> = {
    ours: '',
    'ours-theirs': `for word; do case "$word" in --server|--daemon) exec ${theirs} "$@";; esac; done\n`,
    'theirs-ours':
      `for word; do case "$word" in --daemon) exec ${theirs} "$@";; esac; done\n` +
      `server=; for word; do test "$word" = --server && server=1; done\n` +
      `test -n "$server" || exec ${theirs} "$@"\n`,
  };
  const file = path.join(lane.tree, `under-test-${program}`);
  writeFileSync(file, `#!/bin/sh\n${roles[program]}exec ${ours} "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

/** The line of a failed test's output that says most: the last one before the verdict that is not a frame or a trace. */
function reasonOf(log: string, name: string): string {
  const lines = log.split('\n').map((line) => line.trimEnd());
  const end = lines.findIndex((line) => line.startsWith(`----- ${name} log ends`));
  const body = lines.slice(0, end < 0 ? lines.length : end);
  const telling = body.filter((line) => line !== '' && !/^[-=+]{3,}|^FAIL|^Running: /.test(line));
  const error = telling.findLast((line) =>
    /rsync(?: |:)|ocrsync|not supported|error|failed|differ/i.test(line),
  );
  return (error ?? telling.at(-1) ?? 'no output').slice(0, 200);
}

function outcomeOf(output: string, name: string): Outcome {
  const line = output.split('\n').find((each) => /^(PASS|SKIP|FAIL|XFAIL|ERROR)\b/.test(each)) ?? '';
  if (line.startsWith('PASS')) return { verdict: 'pass', reason: '', log: output };
  if (line.startsWith('SKIP')) {
    return { verdict: 'skip', reason: /\((.*)\)/.exec(line)?.[1] ?? '', log: output };
  }
  return { verdict: 'fail', reason: reasonOf(output, name), log: output };
}

function runTest(lane: Lane, program: string, name: string): Promise<Outcome> {
  const words =
    lane.user === 'root' ? [] : ['setpriv', `--reuid=${lane.user}`, '--regid=nogroup', '--clear-groups'];
  const command = [...words, './runtests.sh'];
  return new Promise((resolve) => {
    const child = spawn(command[0] as string, command.slice(1), {
      cwd: lane.tree,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        // What --write-batch writes calls the program by its name, and that asks for `node`.
        PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}`,
        HOME: lane.tree,
        rsync_bin: program,
        whichtests: `${name}.test`,
      },
    });
    let output = '';
    child.stdout.on('data', (piece: Buffer) => (output += piece.toString('latin1')));
    child.stderr.on('data', (piece: Buffer) => (output += piece.toString('latin1')));
    const timer = setTimeout(() => {
      output += '\nrsync under test: no end within the time limit\n';
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, testLimitMs);
    child.on('error', (error) => (output += error.message));
    child.on('close', () => {
      clearTimeout(timer);
      resolve(outcomeOf(output, name));
    });
  });
}

/** A copy of the built suite for each lane; tests of one tree follow each other, as the suite itself has it. */
function openLanes(directory: string, user: string, count: number): Lane[] {
  return Array.from({ length: count }, (_, index) => {
    const tree = path.join(directory, `${user}-${index}`);
    const copied = spawnSync('cp', ['-a', ensureSuiteTree(), tree], { encoding: 'utf8' });
    if (copied.status !== 0) throw new Error(`cp: ${copied.stderr}`);
    rmSync(path.join(tree, 'testtmp'), { recursive: true, force: true });
    if (user !== 'root') spawnSync('chown', ['-R', user, tree]);
    return { tree, user };
  });
}

async function runProgram(lanes: readonly Lane[], program: Program, names: readonly string[]) {
  const waiting = [...names];
  const outcomes = new Map<string, Outcome>();
  const work = lanes.map(async (lane) => {
    const launcher = writeProgram(lane, program);
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      outcomes.set(name, await runTest(lane, launcher, name));
    }
  });
  await Promise.all(work);
  return outcomes;
}

interface Table {
  failed: number;
  known: number;
  passed: number;
  skipped: number;
}

function tell(
  user: string,
  program: Program,
  names: readonly string[],
  all: Map<Program, Map<string, Outcome>>,
): Table {
  const counts = { failed: 0, known: 0, passed: 0, skipped: 0 };
  for (const name of names) {
    const upstream = all.get('upstream')?.get(name) as Outcome;
    const here = all.get(program)?.get(name) as Outcome;
    const excuse = knownFailures.find((each) => each.test === name && each.programs.includes(program));
    let note = here.reason;
    if (here.verdict === 'pass') counts.passed++;
    else if (upstream.verdict === 'skip') counts.skipped++;
    else if (excuse !== undefined) {
      counts.known++;
      note = `known: ${excuse.reason}`;
    } else counts.failed++;
    if (here.verdict === 'pass' && excuse !== undefined)
      note = 'passes, though it stands among the known failures';
    const words = [user, program, name.padEnd(28), upstream.verdict, here.verdict.toUpperCase(), note];
    process.stdout.write(`${words.join('  ').trimEnd()}\n`);
  }
  const { passed, failed, known, skipped } = counts;
  process.stdout.write(
    `${user} ${program}: ${passed} passed, ${failed} failed, ${known} known failures, ${skipped} skipped as upstream\n`,
  );
  return counts;
}

function keepLogs(
  directory: string,
  user: string,
  program: string,
  outcomes: ReadonlyMap<string, Outcome>,
): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, outcome] of outcomes) {
    const file = path.join(directory, `${user}.${program}.${name}.log`);
    if (outcome.verdict === 'fail') writeFileSync(file, outcome.log, 'latin1');
    else rmSync(file, { force: true });
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      programs: { type: 'string', default: 'ours' },
      users: { type: 'string', default: process.getuid?.() === 0 ? 'root,nobody' : 'root' },
      only: { type: 'string', default: '' },
      lanes: { type: 'string', default: '3' },
      log: { type: 'string', default: path.join(checkout, '.cache', 'upstream-suite') },
    },
  });
  const only = values.only.split(',');
  const wanted = programs.filter((each) => values.programs.split(',').includes(each));
  const tests = readdirSync(path.join(ensureSuiteTree(), 'testsuite')).filter((file) =>
    file.endsWith('.test'),
  );
  const names = tests.map((file) => path.basename(file, '.test')).sort();
  const chosen = names.filter((name) => only.some((part) => name.includes(part)));
  const directory = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ocrsync-suite-'));
  chmodSync(directory, 0o755);
  let failed = 0;
  try {
    for (const user of values.users.split(',')) {
      const lanes = openLanes(directory, user, Number(values.lanes));
      const all = new Map<Program, Map<string, Outcome>>();
      all.set('upstream', await runProgram(lanes, 'upstream', chosen));
      if (wanted.includes('upstream')) tell(user, 'upstream', chosen, all);
      for (const program of wanted.filter((each) => each !== 'upstream')) {
        all.set(program, await runProgram(lanes, program, chosen));
        keepLogs(values.log, user, program, all.get(program) as Map<string, Outcome>);
        failed += tell(user, program, chosen, all).failed;
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  process.stdout.write(`logs of failed tests: ${values.log}\n`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`upstream suite: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
