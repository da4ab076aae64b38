// The attacker of race.test.ts, a thread of its own: puts a symlink in the place of a directory and the directory back,
// as fast as it can. `exchange`: both change places in one call of the system; `cycle`: away, symlink, gone, back.
import * as fs from 'node:fs';
import { workerData } from 'node:worker_threads';
import { currentDirectory, exchange } from '@ocrsync/native/at-calls';
import { loadNative } from '@ocrsync/native/load';

export interface FlipperData {
  readonly way: 'exchange' | 'cycle';
  readonly directory: string;
  /** exchange: the symlink; cycle: where the directory waits. */
  readonly aside: string;
  /** cycle: where the symlink leads. */
  readonly target: string;
  /** [flips so far, flips wanted, stopped]. */
  readonly counters: Int32Array;
}

const FLIPS = 0;
const WANTED = 1;
const STOPPED = 2;

const { way, directory, aside, target, counters } = workerData as FlipperData;

function attempt(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false; // The receiver was faster: the next step puts it right.
  }
}

function cycle(): void {
  const isAway = attempt(() => fs.renameSync(directory, aside));
  if (attempt(() => fs.symlinkSync(target, directory))) Atomics.add(counters, FLIPS, 1);
  attempt(() => fs.unlinkSync(directory));
  if (!isAway) return;
  if (!attempt(() => fs.renameSync(aside, directory))) fs.rmSync(aside, { recursive: true, force: true });
}

function swap(): void {
  if (loadNative()!.renameat2(currentDirectory, directory, currentDirectory, aside, exchange) === 0) {
    Atomics.add(counters, FLIPS, 1);
  }
}

while (Atomics.load(counters, FLIPS) < counters[WANTED]!) way === 'exchange' ? swap() : cycle();
Atomics.store(counters, STOPPED, 1);
