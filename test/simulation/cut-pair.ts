// Runs two sessions against each other in one thread with the stream cut at random places and a virtual clock.
import type { Session } from '@ocrsync/node/session/session';
import { seeded } from '../../interop/random.ts';

/** Rounds without any progress after which the pair counts as hung; real runs need a handful. */
const STILL_ROUNDS = 50;

/** Sees every chunk of both directions on its way, and may change its bytes. */
export type Tap = (from: Session, chunk: Uint8Array) => void;

/** Neither end can go on. */
export class Stalled extends Error {}

/** Moves random pieces of 1 to `largestPieceBytes` in random order until both are done. Throws when neither can go on. */
export function runCutPair(a: Session, b: Session, seed: number, largestPieceBytes = 97, tap?: Tap): void {
  const random = seeded(seed);
  const queues = new Map<Session, Uint8Array[]>([
    [a, []],
    [b, []],
  ]);
  let nowMs = 0;
  let still = 0;
  for (;;) {
    nowMs += 1;
    const states = [a.run(nowMs), b.run(nowMs)];
    const moved = movePiece(a, b, queues.get(a)!) || movePiece(b, a, queues.get(b)!);
    endIfDone(a, b, states[0]!);
    endIfDone(b, a, states[1]!);
    if (states[0] === 'done' && states[1] === 'done' && !moved) return;
    still = moved || states.includes('turn') ? 0 : still + 1;
    if (still > STILL_ROUNDS) throw new Stalled(`hang with seed ${seed}: ${states.join(' and ')}`);
  }

  function endIfDone(from: Session, to: Session, state: string): void {
    if (state !== 'done' || queues.get(from)!.length > 0 || from.channel.writer.queuedBytes > 0) return;
    to.channel.reader.end();
    from.hearOut();
  }

  function movePiece(from: Session, to: Session, queue: Uint8Array[]): boolean {
    for (let taken = from.channel.writer.take(); taken; taken = from.channel.writer.take()) {
      // Chunks are the writer's memory: a tap changes a copy.
      const chunk = taken.slice();
      tap?.(from, chunk);
      queue.push(chunk);
    }
    const chunk = queue[0];
    if (chunk === undefined) return false;
    const space = to.channel.reader.space();
    const count = Math.min(space.length, chunk.length, 1 + random.below(largestPieceBytes));
    if (count === 0) return false;
    space.set(chunk.subarray(0, count));
    to.channel.reader.commit(count);
    if (count === chunk.length) queue.shift();
    else queue[0] = chunk.subarray(count);
    return true;
  }
}
