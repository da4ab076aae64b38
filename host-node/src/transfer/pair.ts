// Runs two sessions of this process against each other over memory: local copies (docs/protocol/04-transfer.md §18).
import { PeerExit, RunError } from '../session/run-error.ts';
import type { Session } from '../session/session.ts';
import { Bandwidth } from './bandwidth.ts';
import type { RunState } from '../session/task-set.ts';
import type { PumpOptions } from './pump.ts';
import { atLimit, limitReached } from './time-limit.ts';

/** Rounds without any movement after which the two ends are known to wait for each other for ever. */
const STALLED_ROUNDS = 1000;

/** Several rounds follow each other before signals and timers have their turn. */
const TURN_MS = 10;
/** How long one end works alone, though it has more to do: so many runs, if they take no longer than that. */
const MOST_RUNS = 100;
const RUN_ON_MS = 500;
/** Sleep for files that threads put in place; ends early when half of them are done. */
const FILES_WAIT_MS = 5;

/** Rounds in which an end may still hear what the other one said when it failed. */
const LAST_WORDS_ROUNDS = 50;

/** Runs both to their ends. An error of either end ends the other; outcomes stand in `error` of each. */
export async function runPair(a: Session, b: Session, options: PumpOptions): Promise<void> {
  const callOff = atLimit(options.stopAtMs, () => {
    const reached = limitReached();
    a.abort(reached);
    b.abort(new PeerExit(reached.exitCode));
  });
  try {
    await runToEnds(a, b, options);
  } finally {
    callOff();
  }
}

async function runToEnds(a: Session, b: Session, options: PumpOptions): Promise<void> {
  const queues: [Uint8Array[], Uint8Array[]] = [[], []];
  const limits = [new Bandwidth(options.bwlimitKiBPerSecond), new Bandwidth(options.bwlimitKiBPerSecond)];
  let still = 0;
  let alone = 0;
  let turnMs = options.nowMs();
  for (;;) {
    if (options.signal?.aborted) {
      const stopped = new RunError('ERR_ABORTED', 'the run was stopped', 20);
      a.abort(stopped);
      b.abort(stopped);
    }
    const stateA = runOn(a, options);
    const stateB = runOn(b, options);
    let waitMs = 0;
    const movedAB = move(a, b, queues[0], (bytes) => {
      waitMs = Math.max(waitMs, limits[0]!.wrote(bytes, options.nowMs()));
    });
    const movedBA = move(b, a, queues[1], (bytes) => {
      waitMs = Math.max(waitMs, limits[1]!.wrote(bytes, options.nowMs()));
    });
    if (stateA === 'done' && queues[0].length === 0) b.channel.reader.end();
    if (stateB === 'done' && queues[1].length === 0) a.channel.reader.end();
    if (stateA === 'done') a.hearOut();
    if (stateB === 'done') b.hearOut();
    if (stateA === 'done' && stateB === 'done' && !movedAB && !movedBA) return;
    alone = (stateA === 'done') === (stateB === 'done') ? 0 : alone + 1;
    if (alone > LAST_WORDS_ROUNDS) endWith(stateA === 'done' ? a : b, stateA === 'done' ? b : a);
    const moved = movedAB || movedBA;
    if (!moved && isIdle(a, stateA) && isIdle(b, stateB)) {
      a.waitForFiles(FILES_WAIT_MS);
      b.waitForFiles(FILES_WAIT_MS);
    }
    const idle = stateA !== 'turn' && stateB !== 'turn' && !moved;
    still = idle ? still + 1 : 0;
    if (still > STALLED_ROUNDS) {
      const stalled = new RunError('ERR_STALLED', 'both ends of the local copy wait for each other', 15);
      a.abort(stalled);
      b.abort(stalled);
    }
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    else if (idle || options.nowMs() - turnMs > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      turnMs = options.nowMs();
    }
  }
}

/**
 * An end works until it needs the other one, as a process of upstream does, whose output waits until then: what the generator asks for
 * in one go is sent before it hears of what has arrived.
 */
function runOn(end: Session, options: PumpOptions): RunState {
  const untilMs = options.nowMs() + RUN_ON_MS;
  for (let runs = 1; ; runs++) {
    const state = end.run(options.nowMs());
    if (state !== 'turn' || end.waitsForFiles || runs === MOST_RUNS || options.nowMs() > untilMs)
      return state;
  }
}

/** Has nothing to do before the other end says something, or a file is in place. */
function isIdle(session: Session, state: RunState): boolean {
  return state !== 'turn' || session.waitsForFiles;
}

/** An end that failed cannot answer any more: the other one, whatever it waits for, ends with the same code. */
function endWith(failed: Session, other: Session): void {
  const { error } = failed;
  if (error === undefined) return;
  other.abort(new PeerExit('exitCode' in error && typeof error.exitCode === 'number' ? error.exitCode : 12));
}

/** Moves what fits from one session's queue into the other's reader. */
function move(from: Session, to: Session, queue: Uint8Array[], wrote: (bytes: number) => void): boolean {
  let moved = false;
  for (;;) {
    if (queue.length === 0) {
      const chunk = from.channel.writer.take();
      if (chunk === undefined) return moved;
      wrote(chunk.length);
      queue.push(chunk);
    }
    const chunk = queue[0]!;
    const space = to.channel.reader.space();
    const count = Math.min(space.length, chunk.length);
    if (count === 0) return moved;
    space.set(chunk.subarray(0, count));
    to.channel.reader.commit(count);
    moved = true;
    if (count === chunk.length) {
      queue.shift();
      from.channel.writer.recycle(chunk);
    } else queue[0] = chunk.subarray(count);
  }
}
