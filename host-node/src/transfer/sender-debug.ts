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
  ]);
}

export function tellFileEnd(debug: DebugVoice, name: string, matcher: DeltaMatcher, matches: number): void {
  const { falseAlarms, filterHits } = matcher;
  debug('deltasum', 2, () => [
    'sending file_sum',
    `false_alarms=${falseAlarms} hash_hits=${filterHits} matches=${matches}`,
  ]);
  debug('send', 1, () => `sender finished ${name}`);
}
