// --max-size and --min-size: regular files that are left as they are (docs/protocol/04-transfer.md §3.7 step 1).
import type { DestinationState } from './destination-state.ts';
import type { Visited } from './visit.ts';

/** True: the visit ends here, which is told. */
export function isOutsideSizes(state: DestinationState, { entry, name, redo }: Visited): boolean {
  const { maxSize, minSize, info } = state.options;
  if (redo || (maxSize === null && minSize === null)) return false;
  const sizeBytes = entry.list.sizeBytes(entry.row);
  const isOver = maxSize !== null && sizeBytes > maxSize;
  if (!isOver && (minSize === null || sizeBytes >= minSize)) return false;
  if (info.skip >= 1)
    state.report.message('info', `${name} is ${isOver ? 'over max-size' : 'under min-size'}`);
  return true;
}
