// What the generator of a played batch wants, against what the batch holds (docs/protocol/04-transfer.md §17.2). Nobody is
// asked for anything then: records that are not wanted are passed over, and wanted ones may be missing.
import type { LiveList } from './file-lists.ts';
import type { Entry, SessionReport } from './ports.ts';

export interface WantedEntry {
  readonly live: LiveList;
  readonly entry: Entry;
}

export class PlayedRequests {
  readonly #report: SessionReport;
  /** In the order of the walk. */
  readonly #wanted: WantedEntry[] = [];
  /** Received, but not what it should be: a second record may follow. */
  readonly #again = new Map<number, WantedEntry>();
  /** The last number that the generator is through with. */
  walkedTo = -1;

  constructor(report: SessionReport) {
    this.#report = report;
  }

  asked(wanted: WantedEntry): void {
    this.#wanted.push(wanted);
  }

  /** Verification failed, and there may be a second record. */
  mayComeAgain(wanted: WantedEntry): void {
    this.#again.set(wanted.entry.ndx, wanted);
  }

  /** A record for a file that failed before. */
  isSecond(ndx: number): boolean {
    return this.#again.has(ndx);
  }

  /** Whether the record's file is wanted. Wanted ones before it are not in the batch: they are told, and returned. */
  take(ndx: number): { readonly isWanted: boolean; readonly missed: readonly WantedEntry[] } {
    if (this.#again.delete(ndx)) return { isWanted: true, missed: [] };
    const missed = this.#missedBelow(ndx);
    const isWanted = this.#wanted[0]?.entry.ndx === ndx;
    if (isWanted) this.#wanted.shift();
    return { isWanted, missed };
  }

  /** No record below `end` will follow. Returns those that were wanted. */
  endOf(end: number): readonly WantedEntry[] {
    const missed = [...this.#missedBelow(end)];
    for (const [ndx, wanted] of this.#again) {
      if (ndx >= end) continue;
      this.#again.delete(ndx);
      this.#tell('No batched update for resend of', wanted);
      missed.push(wanted);
    }
    return missed;
  }

  #missedBelow(end: number): readonly WantedEntry[] {
    const count = this.#wanted.findIndex(({ entry }) => entry.ndx >= end);
    const missed = this.#wanted.splice(0, count < 0 ? this.#wanted.length : count);
    for (const wanted of missed) this.#tell('No batched update for', wanted);
    return missed;
  }

  #tell(what: string, { entry }: WantedEntry): void {
    this.#report.message('error-xfer', `(${what} "${entry.list.name(entry.row)}")`);
  }
}
