// When a run deletes (docs/protocol/04-transfer.md §13.1). Decided once the protocol is agreed.
import type { Options } from '../options/options.ts';

/**
 * `before`: a pass before the first transfer; `during`: in each directory when the generator enters it; `delay`: found then,
 * deleted at the end; `after`: a pass at the end.
 */
export type DeletionMoment = 'never' | 'before' | 'during' | 'delay' | 'after';

export function deletionMoment(
  { delete: wanted, deleteWhen }: Pick<Options, 'delete' | 'deleteWhen'>,
  protocol: number,
): DeletionMoment {
  if (!wanted) return 'never';
  if (deleteWhen !== 'default') return deleteWhen;
  return protocol < 30 ? 'before' : 'during';
}
