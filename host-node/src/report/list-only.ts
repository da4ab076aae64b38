// A line of --list-only (docs/protocol/07-output.md §10).
import type { EntryInfo } from './events.ts';
import { modeText } from './mode-text.ts';
import { humanInteger } from './numbers.ts';
import type { NumberLevel } from './numbers.ts';
import { localTime } from './times.ts';

/** What a listing shows beside names, sizes and times. */
export interface ListColumns {
  /** -l: where symlinks lead to. */
  readonly links: boolean;
  /** -U: access times. */
  readonly atimes: number;
}

/** Width of an access time and the blank before it. */
const ATIME_COLUMNS = 20;

/** Without newline, not escaped. */
export function listLine(entry: EntryInfo, level: NumberLevel, { links, atimes }: ListColumns): string {
  const width = level === 0 ? 11 : 14;
  const size = humanInteger(entry.lengthBytes, level).padStart(width);
  const target = links && entry.linkTarget !== undefined ? ` -> ${entry.linkTarget}` : '';
  const atime = atimes > 0 ? accessTime(entry) : '';
  const head = `${modeText(entry.kind, entry.mode)} ${size} ${localTime(entry.mtimeSeconds)}`;
  return `${head}${atime} ${entry.name}${target}`;
}

/** Directories have none. */
function accessTime({ atimeSeconds }: EntryInfo): string {
  return (atimeSeconds === undefined ? '' : localTime(atimeSeconds)).padStart(ATIME_COLUMNS);
}
