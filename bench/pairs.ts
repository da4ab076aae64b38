// Whole commands in turn with the real rsync: who is compared, how a pair is timed, what the trees are made of.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePeer } from '../interop/peers.ts';
import { seeded } from '../interop/random.ts';

const checkout = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const upstream = ensurePeer('3.4.1');
export const ours: readonly string[] = [process.execPath, path.join(checkout, 'cli/bin/ocrsync.js')];

/** The value behind a flag of the command line. */
export function valueOf(flag: string): string | undefined {
  const at = process.argv.indexOf(flag);
  return at < 0 ? undefined : process.argv[at + 1];
}

export interface Scenario {
  readonly name: string;
  /** Puts the destination into its state before each run; not timed. */
  prepare(): void;
  /** The command line behind the program's name. */
  readonly words: readonly string[];
}

export function sh(command: string): void {
  const result = spawnSync('sh', ['-c', command], { stdio: 'inherit' });
  if (result.status !== 0) throw new Error(`${command}: ${result.status}`);
}

/** So many files of 4 KiB, so many in each directory d0, d1, … */
export function manyFiles(directory: string, fileCount: number, perDirectory: number): void {
  const content = Buffer.alloc(4096, 'ocrsync bench ');
  for (let i = 0; i < fileCount; i++) {
    const folder = path.join(directory, `d${Math.floor(i / perDirectory)}`);
    if (i % perDirectory === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `file-${i}`), content);
  }
}

/** Random content that no compression and no match shortens. */
export function bigFile(file: string, seed: number, bigBytes: number): void {
  const random = seeded(seed);
  const fd = openSync(file, 'w');
  for (let done = 0; done < bigBytes; done += 1 << 20) {
    writeSync(fd, random.bytes(1 << 20));
  }
  closeSync(fd);
}

function timeMs(program: readonly string[], scenario: Scenario): number {
  scenario.prepare();
  const started = process.hrtime.bigint();
  const result = spawnSync(program[0]!, [...program.slice(1), ...scenario.words], { encoding: 'latin1' });
  const elapsed = Number(process.hrtime.bigint() - started) / 1e6;
  if (result.status !== 0) throw new Error(`${scenario.name}: ${result.status}\n${result.stderr}`);
  return elapsed;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** Runs the two in turn and prints the medians and the median of the ratios of the pairs. */
export function compare(scenario: Scenario, runs: number): void {
  const mine: number[] = [];
  const theirs: number[] = [];
  const ratios: number[] = [];
  for (let run = 0; run < runs; run++) {
    theirs.push(timeMs([upstream], scenario));
    mine.push(timeMs(ours, scenario));
    ratios.push(mine.at(-1)! / theirs.at(-1)!);
  }
  const [us, them] = [median(mine).toFixed(0), median(theirs).toFixed(0)];
  process.stdout.write(
    `${scenario.name.padEnd(34)} ocrsync ${us.padStart(7)} ms   rsync ${them.padStart(7)} ms   ratio ${median(ratios).toFixed(2)}\n`,
  );
}
