// An entry as the report room wants it (docs/protocol/07-output.md §6).
import { FLIST_SKIP_GROUP } from '@ocrsync/core/file-list';
import type { EntryInfo, EntryKind } from '../report/events.ts';
import type { Entry } from '../session/ports.ts';

const TYPE_MASK = 0o170000;
const KINDS: ReadonlyMap<number, EntryKind> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
  [0o020000, 'device'],
  [0o060000, 'device'],
]);

/** `longName`: with the directory of the source argument on a sender (%f). */
export function entryInfo(
  entry: Entry,
  preserve: { owner: boolean; group: boolean },
  longName?: string,
): EntryInfo {
  const { list, row } = entry;
  const mode = list.mode(row);
  const kind = KINDS.get(mode & TYPE_MASK) ?? 'special';
  const name = list.name(row);
  // A receiver that may not give it away has no group to tell of (%G).
  const skipsGroup = (list.flags(row) & FLIST_SKIP_GROUP) !== 0;
  return {
    name,
    longName: longName ?? name,
    kind,
    mode,
    lengthBytes: list.sizeBytes(row),
    mtimeSeconds: list.mtimeSec(row),
    ...(kind === 'directory' ? {} : atimeOf(entry)),
    uid: preserve.owner ? list.uid(row) : undefined,
    gid: preserve.group && !skipsGroup ? list.gid(row) : undefined,
    linkTarget: kind === 'symlink' ? list.linkTarget(row) : undefined,
  };
}

function atimeOf({ list, row }: Entry): Pick<EntryInfo, 'atimeSeconds'> {
  const atimeSeconds = list.atimeSec(row);
  return atimeSeconds === undefined ? {} : { atimeSeconds };
}
