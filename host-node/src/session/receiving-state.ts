// What the receiver half tells the generator half of the same end (docs/protocol/01-session.md §11.1): shared state
// instead of upstream's pipe. The receiver never waits for the generator; the generator waits by WAIT_PEER_TASK.
import type { LiveList } from './file-lists.ts';
import type { PlayedRequests } from './played-requests.ts';
import type { Entry, ReceiveResult } from './ports.ts';
import { type Task, WAIT_TURN } from './wait.ts';

/** One answer of the sender that the generator must account for. */
export interface Outcome {
  readonly entry: Entry;
  readonly result: ReceiveResult | 'not-sent';
  /** Of upstream's reads, the one in which its data would have ended, about. */
  readonly portion: number;
}

/** What upstream's receiver reads at most before it tells what has become of files. */
const PORTION_BYTES = 32768;
/** Record, sum head, token lengths and digest of a file that is sent whole. */
const FILE_HEAD_BYTES = 42;

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
  /** What the generator half may account for. */
  readonly outcomes: Outcome[] = [];
  /** What the receiver half has not told yet. */
  readonly #untold: Outcome[] = [];
  #receiverWaits = true;
  #bytes = 0;
  /** When a batch is played. */
  played: PlayedRequests | undefined;

  /** The receiver half is through with a file of this list. */
  take(live: LiveList, entry: Entry, result: ReceiveResult): void {
    if (result === 'redo') live.mark(entry.row);
    this.add(entry, result);
  }

  add(entry: Entry, result: Outcome['result']): void {
    this.#bytes += FILE_HEAD_BYTES + (result === 'not-sent' ? 0 : entry.list.sizeBytes(entry.row));
    const portion = Math.floor(this.#bytes / PORTION_BYTES);
    (this.#receiverWaits ? this.outcomes : this.#untold).push({ entry, result, portion });
  }

  /** The next outcomes that would be told together. */
  takePortion(): Outcome[] {
    const first = this.outcomes[0]?.portion ?? 0;
    return upTo(this.outcomes, first + 1);
  }

  /** Every outcome so far was accounted for. */
  get isSettled(): boolean {
    return this.outcomes.length === 0 && this.#untold.length === 0;
  }

  /**
   * Plays the receiver half with -H, where upstream's generator asks for all that it may before it waits, and so hears of files by what
   * its receiver reads at once: until then directories keep their times open and links to new files are not made (04-transfer.md §11.2).
   * Without -H it waits for each list, and hears of files one by one.
   */
  *tellByPortions(receiver: Task): Task {
    try {
      for (;;) {
        const result = receiver.next();
        this.#receiverWaits = result.done === true || result.value !== WAIT_TURN;
        const before = this.#receiverWaits ? Infinity : Math.floor(this.#bytes / PORTION_BYTES);
        this.outcomes.push(...upTo(this.#untold, before));
        if (result.done) return;
        yield result.value;
        this.#receiverWaits = false;
      }
    } finally {
      receiver.return();
    }
  }
}

/** Takes out those of portions before that one. */
function upTo(outcomes: Outcome[], portion: number): Outcome[] {
  let count = 0;
  while (count < outcomes.length && outcomes[count]!.portion < portion) count++;
  return outcomes.splice(0, count);
}
