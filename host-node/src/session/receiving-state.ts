// What the receiver half tells the generator half of the same end (docs/protocol/01-session.md §11.1): shared state
// instead of upstream's pipe. The receiver never waits for the generator; the generator waits by WAIT_PEER_TASK.
import type { LiveList } from './file-lists.ts';
import type { PlayedRequests } from './played-requests.ts';
import type { Entry, ReceiveResult } from './ports.ts';

/** One answer of the sender that the generator must account for. */
export interface Outcome {
  readonly entry: Entry;
  readonly result: ReceiveResult | 'not-sent';
}

export class ReceivingState {
  /** The first list is there and the destination may be opened. */
  listReady = false;
  /** NDX_DONEs of the sender that ended a phase: 1 walk, 2 redo, 3 delayed updates; 4 is its answer in the goodbye. */
  phasesDone = 0;
  /** NDX_DONEs that the generator half wrote: the sender never writes one that does not answer one of them. */
  donesWritten = 0;
  donesRead = 0;
  /** The receiver half has read everything up to the statistics. */
  receiverDone = false;
  readonly outcomes: Outcome[] = [];
  /** When a batch is played. */
  played: PlayedRequests | undefined;

  /** The receiver half is through with a file of this list. */
  take(live: LiveList, entry: Entry, result: ReceiveResult): void {
    if (result === 'redo') live.mark(entry.row);
    this.outcomes.push({ entry, result });
  }
}
