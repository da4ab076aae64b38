// What becomes of a file whose data was not what the sender had (docs/protocol/04-transfer.md §9.5).
import type { ReceiveResult } from '../session/ports.ts';
import type { DestinationState } from './destination-state.ts';

/** Tells it, and says whether the file is to be asked for once more. `kept`: what was written has the final name. */
export function failedVerification(
  { options, report }: DestinationState,
  name: string,
  kept: boolean,
  redo: boolean,
): ReceiveResult {
  const outcome = `${name} failed verification -- update ${kept ? 'retained' : 'discarded'}`;
  if (redo) {
    report.message('error-xfer', `ERROR: ${outcome}.`);
    return 'failed';
  }
  if (options.info.name >= 1 || options.formatHasItemize) {
    report.message('warning', `WARNING: ${outcome} (will try again).`);
  }
  return 'redo';
}
