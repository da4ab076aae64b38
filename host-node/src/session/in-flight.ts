// The generator half's count of what it has asked for and not heard of, and its listening to what has become of that
// (docs/protocol/04-transfer.md §15). Acts upon nothing: that is the generator's.
import type { Entry } from './ports.ts';
import type { Outcome, ReceivingState } from './receiving-state.ts';
import { type Task, WAIT_PEER_TASK } from './wait.ts';

/** With --remove-source-files so many files may be asked for before one has arrived: fewer when they are large. */
const MOST_IN_FLIGHT = 50;
const FEW_IN_FLIGHT = 10;
const MANY_BYTES = 128 * 1024;

export class InFlight {
  /** Counted, and not acted upon yet. */
  readonly heard: Outcome[] = [];
  readonly #state: ReceivingState;
  readonly #succeeded: (ndx: number) => void;
  #count = 0;
  #bytes = 0;

  constructor(state: ReceivingState, succeeded: (ndx: number) => void) {
    this.#state = state;
    this.#succeeded = succeeded;
  }

  asked({ list, row }: Entry): void {
    this.#count++;
    this.#bytes += list.sizeBytes(row);
  }

  /** Takes these outcomes, and does what needs no look at the destination. */
  hear(outcomes = this.#state.outcomes.splice(0)): void {
    for (const outcome of outcomes) {
      const { entry, result } = outcome;
      this.heard.push(outcome);
      this.#count--;
      this.#bytes -= entry.list.sizeBytes(entry.row);
      if (result === 'good') this.#succeeded(entry.ndx);
    }
  }

  /** Waits while too much is under way. No more is heard than must be: links to what has arrived are made after this request (observed). */
  *limit(): Task {
    const most = (): number => (this.#bytes >= MANY_BYTES ? FEW_IN_FLIGHT : MOST_IN_FLIGHT);
    while (this.#count >= most()) {
      if (this.#state.outcomes.length === 0) yield WAIT_PEER_TASK;
      this.hear(this.#state.takePortion());
    }
  }
}
