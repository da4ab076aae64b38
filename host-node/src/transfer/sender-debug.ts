// Lines of --debug=DELTASUM and SEND about one file that is sent (docs/protocol/07-output.md §12.2). Texts only.
import type { DeltaMatcher } from '@ocrsync/core/delta';
import type { DebugVoice } from '../session/debug.ts';
import type { SumHead } from '../session/item.ts';

/** `name`: with the directory of its argument. */
export function tellFileStart(debug: DebugVoice, name: string, sizeBytes: number, head: SumHead): void {
  debug('deltasum', 3, () => `count=${head.count} n=${head.blockLength} rem=${head.remainder}`);
  debug('deltasum', 2, () => [
    `send_files mapped ${name} of size ${sizeBytes}`,
    `calling match_sums ${name}`,
    ...(head.count > 0 ? ['built hash table', `hash search b=${head.blockLength} len=${sizeBytes}`] : []),
  ]);
}

export function tellFileEnd(
  debug: DebugVoice,
  name: string,
  { matcher, matches, head }: { matcher: DeltaMatcher; matches: number; head: SumHead },
): void {
  const { falseAlarms } = matcher;
  debug('deltasum', 2, () => [
    ...(head.count > 0 ? ['done hash search'] : []),
    'sending file_sum',
    `false_alarms=${falseAlarms} hash_hits=${hashHits(matcher, matches)} matches=${matches}`,
  ]);
  debug('send', 1, () => `sender finished ${name}`);
}

/** Upstream looks every match and every false alarm up in its table; a run of matches costs our matcher one look. */
export function hashHits({ filterHits, falseAlarms }: DeltaMatcher, matches: number): number {
  return Math.max(filterHits, matches + falseAlarms);
}

/** Follows one file's data, to tell where in it the matches lie. */
export class MatchVoice {
  readonly #debug: DebugVoice;
  readonly #blockLength: number;
  #at = 0;
  #last = 0;

  constructor(debug: DebugVoice, blockLength: number) {
    this.#debug = debug;
    this.#blockLength = blockLength;
  }

  literal(lengthBytes: number): void {
    this.#at += lengthBytes;
  }

  /** Blocks that follow each other; the last one of a file may be shorter. */
  match(first: number, count: number, lengthBytes: number): void {
    for (let block = 0; block < count; block++) {
      const length = Math.min(this.#blockLength, lengthBytes - block * this.#blockLength);
      const [at, last] = [this.#at, this.#last];
      this.#debug('deltasum', 2, () => {
        return `match at ${at} last_match=${last} j=${first + block} len=${length} n=${at - last}`;
      });
      this.#at += length;
      this.#last = this.#at;
    }
  }
}
