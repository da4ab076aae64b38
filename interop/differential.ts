// The differential tester: random trees, options, routes and protocols, run by two real rsyncs and by a pairing with
// ocrsync on equal copies; tree, exit code, output and log file have to be the same.
// Usage: npx node interop/differential.ts [--seeds N] [--from S] [--pairing P] [--shrink] [--keep] [--lanes N]
// A difference prints its seed, the command line and the differing lines; --shrink makes the case as small as it can.
// OCRSYNC_BIN names another program under test; with the real rsync in it there may be no difference at all.
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeDeafShell, writeLauncher, writeRemoteShell } from './bench.ts';
import { startDaemon } from './daemon.ts';
import { caseOf, commandLine, pairings, type Case, type Pairing } from './differential-case.ts';
import { capabilityLetters } from './differential-extras.ts';
import { knownReason } from './differential-known.ts';
import { noEndWithRsync } from './differential-lines.ts';
import { rowsWithoutValues } from './differential-options.ts';
import { caseDirectory, prepareCase, runCase, type Lane } from './differential-run.ts';
import { shrunk } from './differential-shrink.ts';
import { differences, shortened } from './differences.ts';
import { ensurePeer } from './peers.ts';
import { killRunning } from './run.ts';
import { openSshd } from './ssh.ts';

const checkout = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** Real rsyncs race with themselves: a case differs only if it differs from this many runs of theirs. */
const referenceTries = 4;
/** Which of rsync's processes says its last words, and in whose name, is one race with many outcomes: it is run until one fits. */
const endTries = 40;
const lineLimit = 240;

interface Programs {
  readonly ours: string;
  readonly theirs: string;
}

export interface Difference {
  readonly seed: number;
  readonly pairing: Pairing;
  readonly told: string;
}

/** The lines in which a case differs from every reference, or none. */
async function compareCase(lane: Lane, one: Case, pairing: Pairing, programs: Programs): Promise<string[]> {
  const client = pairing.startsWith('ours') ? programs.ours : programs.theirs;
  const server = pairing.endsWith('ours') ? programs.ours : programs.theirs;
  try {
    await prepareCase(lane, one);
  } catch (error) {
    return [`the trees cannot be made: ${(error as Error).message.slice(0, 200)}`];
  }
  const lines = await runCase(lane, one, client, server);
  // Two that wait for ever would be equal.
  if (lines.includes('exit timeout')) {
    const alone = pairing === 'ours-ours' ? [] : await runCase(lane, one, programs.theirs, programs.theirs);
    return [alone.includes('exit timeout') ? noEndWithRsync : 'the pairing did not come to an end'];
  }
  let found: string[] = [];
  let tries = referenceTries;
  for (let attempt = 0; attempt < tries; attempt++) {
    const reference = await runCase(lane, one, programs.theirs, programs.theirs);
    const apart = differences(reference, lines, Infinity);
    if (apart.length === 0) return [];
    if (attempt === 0) found = apart;
    // 3.4.1 waits for ever at some batches: once is enough.
    if (reference.includes('batch exit timeout')) break;
    if (isEndsOnly(apart, lines)) tries = endTries;
  }
  return found;
}

/** Both runs fail alike; only exit lines differ, or how often a reason is told that both tell. */
function isEndsOnly(apart: readonly string[], lines: readonly string[]): boolean {
  return apart.every((line) => {
    if (/^[-+] err: rsync error: .* \(code \d+\) at # \[\w+\]$/.test(line)) return true;
    const text = line.slice(2);
    const often = lines.filter((each) => each === text).length;
    return text.startsWith('err: ') && often > (line.startsWith('+') ? 1 : 0);
  });
}

function describeCase(lane: Lane, one: Case, pairing: Pairing, found: readonly string[]): string {
  const words = commandLine(one, '$PWD', {
    rsh: 'RSH',
    ssh: 'SSH',
    server: 'SERVER',
    url: 'rsync://daemon/',
  });
  const quoted = words.map((word) => (/^[A-Za-z0-9_@%+=:,./$-]+$/.test(word) ? word : `'${word}'`)).join(' ');
  const directory = caseDirectory(lane);
  const lines = shortened(found).map(
    (line) => `     ${line.replaceAll(directory, '$PWD').slice(0, lineLimit)}`,
  );
  return [
    `DIFF seed ${one.seed} ${pairing}${one.unprivileged ? ' (as nobody)' : ''}`,
    `     rsync ${quoted}`,
    ...lines,
    `     again: npx node interop/differential.ts --from ${one.seed} --seeds 1 --pairing ${pairing} --shrink`,
  ].join('\n');
}

function describeTrees(one: Case): string {
  const lines = Object.entries(one.trees).flatMap(([tree, entries]) =>
    entries.map((entry) => {
      const shown = { ...entry, ...(entry.bytes === undefined ? {} : { bytes: entry.bytes.length }) };
      return `     ${tree}: ${JSON.stringify(shown)}`;
    }),
  );
  return `${lines.join('\n')}\n`;
}

export interface Campaign {
  readonly seeds: readonly number[];
  readonly pairings: readonly Pairing[];
  readonly lanes: number;
  readonly shrink: boolean;
  readonly keep: boolean;
  tell(text: string): void;
}

async function openLane(
  base: string,
  index: number,
  theirs: string,
  ssh: string,
): Promise<{ lane: Lane; stop: () => void }> {
  const directory = path.join(base, `lane${index}`);
  mkdirSync(directory, { recursive: true });
  const rsh = path.join(base, 'rsh');
  const daemon = await startDaemon(theirs, path.join(base, `daemon${index}`), path.join(directory, 'case'));
  return {
    lane: { directory, rsh, ssh, url: `rsync://127.0.0.1:${daemon.port}/work/` },
    stop: () => daemon.stop(),
  };
}

/** Runs every seed with every pairing and returns what differed. */
export async function campaign(wanted: Campaign): Promise<Difference[]> {
  const lacking = rowsWithoutValues();
  if (lacking.length > 0) throw new Error(`options without values to draw: ${lacking.join(', ')}`);
  process.umask(0o022);
  const base = mkdtempSync(
    path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ocrsync-differential-'),
  );
  chmodSync(base, 0o755);
  const theirs = path.join(base, 'theirs');
  copyFileSync(ensurePeer('3.4.1'), theirs);
  const ours = path.join(base, 'ours');
  writeLauncher(ours, path.resolve(process.env['OCRSYNC_BIN'] ?? path.join(checkout, 'cli/bin/ocrsync.js')));
  writeRemoteShell(path.join(base, 'rsh'));
  for (const letter of capabilityLetters) writeDeafShell(path.join(base, `rsh-without-${letter}`), letter);
  const work = wanted.seeds.flatMap((seed) => wanted.pairings.map((pairing) => ({ seed, pairing })));
  const found: Difference[] = [];
  const open: { lane: Lane; stop: () => void }[] = [];
  const sshd = await openSshd(base, (reason) =>
    wanted.tell(`cases of ssh go through a shell without a network: ${reason}`),
  );
  const ssh = sshd?.remoteShell ?? path.join(base, 'rsh');
  const run = async (lane: Lane): Promise<void> => {
    const canChangeUser = process.getuid?.() === 0;
    for (let next = work.shift(); next !== undefined; next = work.shift()) {
      const { seed, pairing } = next;
      let one = caseOf(seed, pairing, canChangeUser);
      const compare = (smaller: Case): Promise<string[]> =>
        compareCase(lane, smaller, pairing, { ours, theirs });
      let lines = await compare(one);
      if (lines.length === 0) continue;
      const reason = knownReason(one, lines);
      if (reason !== undefined) {
        wanted.tell(`known: seed ${seed} ${pairing}: ${reason}`);
        continue;
      }
      let trees = '';
      if (wanted.shrink) {
        ({ one, lines } = await shrunk(one, lines, compare));
        trees = `\n${describeTrees(one)}`;
      }
      const told = `${describeCase(lane, one, pairing, lines)}${trees}`;
      wanted.tell(told);
      found.push({ seed, pairing, told });
    }
  };
  try {
    for (let index = 0; index < wanted.lanes; index++) open.push(await openLane(base, index, theirs, ssh));
    await Promise.all(open.map(({ lane }) => run(lane)));
  } finally {
    killRunning();
    for (const { stop } of open) stop();
    sshd?.stop();
    if (wanted.keep) wanted.tell(`kept: ${base}`);
    else rmSync(base, { recursive: true, force: true });
  }
  return found;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      from: { type: 'string', default: '1' },
      pairing: { type: 'string' },
      lanes: { type: 'string', default: '2' },
      shrink: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const chosen = pairings.filter((each) => values.pairing === undefined || values.pairing === each);
  const from = Number(values.from);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => from + index);
  const startedAt = Date.now();
  const found = await campaign({
    seeds,
    pairings: chosen,
    lanes: Number(values.lanes),
    shrink: values.shrink,
    keep: values.keep,
    tell: (text) => void process.stdout.write(`${text}\n`),
  });
  const runs = seeds.length * chosen.length;
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  process.stdout.write(`seeds ${from}..${from + seeds.length - 1} of ${chosen.join(', ')}, ${seconds} s\n`);
  process.stdout.write(`${runs - found.length} passed, ${found.length} failed\n`);
  return found.length === 0 && runs > 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`differential: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
