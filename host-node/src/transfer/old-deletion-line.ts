// What a server says of a deletion before protocol 29, which has no message for it: the line itself, made from what the client's
// options tell of its format (docs/protocol/04-transfer.md §13.6).
import type { Options } from '../options/options.ts';

/** undefined: nothing is said. `name` as it would be shown, a directory's with a slash. */
export function oldDeletionLine(
  { formatHasOperation, info, outFormat }: Pick<Options, 'formatHasOperation' | 'info' | 'outFormat'>,
  name: string,
): string | undefined {
  if (outFormat !== null && formatHasOperation) {
    // The client told which letters its format has, not the format: so no name is shown (observed).
    return outFormat.replaceAll('%i', '*deleting  ').replaceAll('%o', 'del.').replaceAll('%n', name);
  }
  return outFormat !== null || info.del >= 1 || info.name >= 1 ? `deleting ${name}` : undefined;
}
