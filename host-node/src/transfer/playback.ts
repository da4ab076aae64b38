// Drives a session whose other end is a batch file: its bytes go in, and nobody hears what the session says
// (docs/protocol/04-transfer.md §17.2).
import { RunError } from '../session/run-error.ts';
import type { Session } from '../session/session.ts';
import { atLimit, limitReached } from './time-limit.ts';

/** Rounds without movement after which the batch is known not to fit. */
const STALLED_ROUNDS = 1000;
const TURN_MS = 10;

export interface PlaybackOptions {
  nowMs(): number;
  readonly signal: AbortSignal;
  /** Milliseconds of the epoch; null: no limit. */
  readonly stopAtMs: number | null;
  /** Fills the space with the batch's next bytes; 0 at its end. */
  read(into: Uint8Array): number;
}

/** Runs the session to its end; the outcome stands in `session.error`. */
export async function play(session: Session, options: PlaybackOptions): Promise<void> {
  const callOff = atLimit(options.stopAtMs, () => session.abort(limitReached()));
  try {
    await playToEnd(session, options);
  } finally {
    callOff();
  }
}

async function playToEnd(session: Session, options: PlaybackOptions): Promise<void> {
  const { reader, writer } = session.channel;
  let still = 0;
  let turnMs = options.nowMs();
  for (;;) {
    if (options.signal.aborted) session.abort(new RunError('ERR_ABORTED', 'the run was stopped', 20));
    const fed = feed(session, options);
    const state = session.run(options.nowMs());
    let moved = fed;
    for (let chunk = writer.take(); chunk !== undefined; chunk = writer.take()) {
      writer.recycle(chunk);
      moved = true;
    }
    if (state === 'done') return;
    if (session.waitsForFiles) session.waitForFiles(TURN_MS);
    still = state === 'turn' || moved ? 0 : still + 1;
    if (still > STALLED_ROUNDS) {
      const text = `the batch does not fit what is asked for (stopped at byte ${reader.byteOffset} of its stream)`;
      session.abort(new RunError('ERR_STALLED', text, 12));
    }
    if (options.nowMs() - turnMs > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      turnMs = options.nowMs();
    }
  }
}

function feed(session: Session, { read }: PlaybackOptions): boolean {
  const { reader } = session.channel;
  if (reader.ended) return false;
  const space = reader.space();
  if (space.length === 0) return false;
  const count = read(space);
  if (count === 0) reader.end();
  else reader.commit(count);
  return true;
}
