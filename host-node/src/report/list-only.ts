// A line of --list-only (docs/protocol/07-output.md §10).
import type { EntryInfo } from './events.ts';
import { modeText } from './mode-text.ts';
import { humanInteger } from './numbers.ts';
import type { NumberLevel } from './numbers.ts';
import { localTime } from './times.ts';

/** Without newline, not escaped. `showTargets`: -l. */
export function listLine(entry: EntryInfo, level: NumberLevel, showTargets: boolean): string {
  const width = level === 0 ? 11 : 14;
  const size = humanInteger(entry.lengthBytes, level).padStart(width);
  const target = showTargets && entry.linkTarget !== undefined ? ` -> ${entry.linkTarget}` : '';
  return `${modeText(entry.kind, entry.mode)} ${size} ${localTime(entry.mtimeSeconds)} ${entry.name}${target}`;
}
