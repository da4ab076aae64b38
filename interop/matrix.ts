// The matrix: ocrsync beside the real rsync, cell by cell, each compared with what two real ones do on a copy of
// the same input: destination tree with all metadata, exit code, output.
// Usage: npx node interop/matrix.ts [--quick] [--only PART[,PART]] [--pairing ours-theirs] [--seed N] [--keep]
//        [--peer 3.5.0] [--protocols 27,28,29]
// OCRSYNC_BIN names another program under test; with the real rsync in it all cells have to be equal.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commandOf, openSet, programExists, runRoute, sourceLines, type Bench } from './bench.ts';
import { writeLauncher, writeRemoteShell } from './bench.ts';
import { selectCells, type Cell } from './cells.ts';
import { startDaemon } from './daemon.ts';
import { differences } from './differences.ts';
import { ensurePeer, peerVersions } from './peers.ts';
import { killRunning } from './run.ts';
import { openSshd } from './ssh.ts';

const checkout = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const counts = { passed: 0, failed: 0 };
const skipped = new Map<string, number>();

function skip(reason: string): void {
  skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
}

function report(name: string, found: readonly string[], command: string): void {
  if (found.length === 0) {
    counts.passed++;
    return;
  }
  counts.failed++;
  process.stdout.write(`FAIL ${name}\n     ${command}\n${found.map((line) => `     ${line}\n`).join('')}`);
}

/**
 * What two real ones do. Where the real one's own two processes race for the order of their lines, a second look
 * may differ from the first; so a cell that differs is compared with a few more references before it fails.
 */
const referenceTries = 3;

async function runCell(
  bench: Bench,
  cell: Cell,
  directory: string,
  references: Map<string, string[][]>,
): Promise<void> {
  const { ours, theirs } = bench.programs;
  const [client, server] = [
    cell.pairing.startsWith('ours') ? ours : theirs,
    cell.pairing.endsWith('ours') ? ours : theirs,
  ];
  const key = `${cell.direction}/${cell.transport}`;
  const known = references.get(key) ?? [];
  references.set(key, known);
  const lines = await runRoute(bench, cell.set, cell, client, server, directory);
  let found: string[] = ['no reference'];
  for (let attempt = 0; attempt < referenceTries && found.length > 0; attempt++) {
    if (known.length <= attempt) known.push(await runRoute(bench, cell.set, cell, theirs, theirs, directory));
    const apart = differences(known[attempt] as string[], lines);
    if (attempt === 0 || apart.length === 0) found = apart;
  }
  report(cell.name, found, `rsync ${commandOf(bench, cell.set, cell, 'SERVER', directory).join(' ')}`);
}

async function runSet(bench: Bench, cells: readonly Cell[]): Promise<void> {
  const set = (cells[0] as Cell).set;
  const directory = await openSet(bench, set);
  const references = new Map<string, string[][]>();
  for (const cell of cells) {
    if (cell.missing !== undefined) skip(cell.missing);
    else if (cell.transport === 'ssh' && bench.sshd === undefined) skip('no sshd on this machine');
    else await runCell(bench, cell, directory, references);
  }
  if (set.changesSource !== true) {
    const [original, now] = await sourceLines(bench, set, directory);
    const found = differences(original, now);
    if (found.length > 0) report(`${set.name}/source-unchanged`, found, '(after all cells of the set)');
  }
  rmSync(directory, { recursive: true, force: true });
}

/** Sets run side by side; the cells of one set follow each other in one directory. */
async function runAll(bench: Bench, cells: readonly Cell[]): Promise<void> {
  const sets = [...new Set(cells.map((cell) => cell.set))];
  const lanes = Array.from({ length: Math.max(2, availableParallelism()) }, async () => {
    for (let set = sets.shift(); set !== undefined; set = sets.shift()) {
      const name = set.name;
      await runSet(
        bench,
        cells.filter((cell) => cell.set.name === name),
      );
    }
  });
  await Promise.all(lanes);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      only: { type: 'string' },
      pairing: { type: 'string' },
      seed: { type: 'string', default: '7' },
      peer: { type: 'string', default: '3.4.1' },
      protocols: { type: 'string' },
    },
  });
  const only = values.only?.split(',') ?? [];
  const pairing = values.pairing === undefined ? {} : { pairing: values.pairing };
  const protocols = values.protocols === undefined ? {} : { protocols: values.protocols.split(',') };
  const cells = selectCells({ quick: values.quick, only, ...pairing, ...protocols });
  const peer = peerVersions.find((known) => known === values.peer);
  if (peer === undefined) throw new Error(`--peer is one of ${peerVersions.join(', ')}`);
  const program = path.resolve(process.env['OCRSYNC_BIN'] ?? path.join(checkout, 'cli/bin/ocrsync.js'));
  if (!programExists(program)) throw new Error(`there is no program under test: ${program}`);
  const theirs = ensurePeer(peer);
  process.umask(0o022);
  const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-interop-'));
  mkdirSync(path.join(directory, 'work'));
  writeLauncher(path.join(directory, 'ours'), program);
  writeRemoteShell(path.join(directory, 'rsh'));
  const daemon = await startDaemon(theirs, path.join(directory, 'daemon'), path.join(directory, 'work'));
  const tellSsh = (reason: string): unknown => process.stdout.write(`ssh cells: ${reason}\n`);
  const sshd = cells.some((cell) => cell.transport === 'ssh')
    ? await openSshd(directory, tellSsh)
    : undefined;
  const seed = Number(values.seed);
  const programs = { ours: path.join(directory, 'ours'), theirs };
  const bench = { directory, programs, peer, seed, daemon, sshd };
  const abandon = (): void => {
    killRunning();
    daemon.stop();
    sshd?.stop();
    process.exit(1);
  };
  process.once('SIGINT', abandon).once('SIGTERM', abandon);
  const whole = selectCells({ quick: false, only: [], ...protocols }).length;
  process.stdout.write(
    `interop: ${cells.length} of all ${whole} cells, seed ${seed}, ${program} beside rsync ${peer}\n`,
  );
  try {
    await runAll(bench, cells);
  } finally {
    daemon.stop();
    sshd?.stop();
    if (!values.keep) rmSync(directory, { recursive: true, force: true });
  }
  for (const [reason, count] of skipped) process.stdout.write(`skipped ${count}: ${reason}\n`);
  const skippedCount = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${skippedCount} skipped\n`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`interop: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
