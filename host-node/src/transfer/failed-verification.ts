// What becomes of a file whose data was not what the sender had (docs/protocol/04-transfer.md §9.5).
import type { ReceiveResult } from '../session/ports.ts';
import type { DestinationState } from './destination-state.ts';

/** Where what was written is: nowhere, under the final name, or waiting. */
export type KeptAs = 'discarded' | 'retained' | 'put into partial-dir';

/** Tells it, and says whether the file is to be asked for once more. */
export function failedVerification(
  { options, report, context }: DestinationState,
  name: string,
  kept: KeptAs,
  redo: boolean,
): ReceiveResult {
  const outcome = `${name} failed verification -- update ${kept}`;
  if (redo) {
    report.receiverFailed?.();
    report.message('error-xfer', `ERROR: ${outcome}.`);
    return 'failed';
  }
  if (options.info.name >= 1 || options.formatHasItemize) {
    const again = context.config.playedBatch === undefined ? 'will' : 'may';
    report.message('warning', `WARNING: ${outcome} (${again} try again).`);
  }
  return 'redo';
}
