// Feeds one end with bytes at given cuts and lets it work in between; no clock, no pipe, and no waiting that could hang.
import type { Session } from '@ocrsync/node/session/session';

/** Calls of run() between two pieces: a session that still has its turn after so many is taken for hung. */
const RUNS = 5000;

export interface Fed {
  /** What it wrote. */
  readonly output: Buffer;
  readonly state: 'done' | 'waits';
}

/** Feeds all `pieces`, then the end of the stream. Throws when the session never stops working. */
export function feed(session: Session, pieces: Iterable<Uint8Array>, end = true): Fed {
  const output: Uint8Array[] = [];
  let nowMs = 0;
  const work = (): 'idle' | 'done' => {
    for (let runs = 0; ; runs++) {
      if (runs > RUNS) throw new Error('the session works for ever');
      const state = session.run(++nowMs);
      let wrote = false;
      for (let chunk = session.channel.writer.take(); chunk; chunk = session.channel.writer.take()) {
        output.push(chunk);
        wrote = true;
      }
      if (state === 'done') return 'done';
      if (state === 'idle' && !wrote) return 'idle';
    }
  };
  let state: 'idle' | 'done' = work();
  for (const piece of pieces) {
    for (let at = 0; at < piece.length && state !== 'done';) {
      const space = session.channel.reader.space();
      const count = Math.min(space.length, piece.length - at);
      if (count === 0) throw new Error('the session takes no more bytes');
      space.set(piece.subarray(at, at + count));
      session.channel.reader.commit(count);
      at += count;
      state = work();
    }
    if (state === 'done') break;
  }
  if (end && state !== 'done') {
    session.channel.reader.end();
    state = work();
  }
  if (state === 'done') session.hearOut();
  return { output: Buffer.concat(output), state: state === 'done' ? 'done' : 'waits' };
}
