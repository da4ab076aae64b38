// --stop-after and --stop-at: the run ends at a moment, wherever it is (docs/protocol/04-transfer.md §19).
import { RunError } from '../session/run-error.ts';

const EXIT_TIMEOUT = 30;
/** Node's timers take no longer waits. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** What ends a run at its limit. */
export function limitReached(): RunError {
  return new RunError('ERR_STOP_TIME', 'stopping at requested limit', EXIT_TIMEOUT);
}

/** Calls `stop` at that moment (milliseconds of the epoch; null: never). Returns what calls it off. */
export function atLimit(stopAtMs: number | null | undefined, stop: () => void): () => void {
  if (stopAtMs === null || stopAtMs === undefined) return () => undefined;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const leftMs = stopAtMs - Date.now();
    if (leftMs <= 0) stop();
    else timer = setTimeout(wait, Math.min(leftMs, LONGEST_WAIT_MS));
  };
  timer = setTimeout(wait, 0);
  return () => clearTimeout(timer);
}
