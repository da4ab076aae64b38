// The text of a rule file, cut into rules (docs/protocol/06-filters.md §5).
import type { FileMode } from './rule.ts';

const MAX_LINE_BYTES = 5119;

/** How rule files are reached. Contents are latin1 text; undefined: no such file, or not readable. */
export interface RuleFiles {
  /** A path as the user wrote it: absolute, or relative to the start directory. */
  read(path: string): { readonly text: string } | { readonly failure: string };
}

/** Lines or words of a rule file. `overlong` is told about lines that are left out. */
export function rulesOfFile(text: string, mode: FileMode, overlong: (line: string) => void): string[] {
  if (mode.wordSplit) return text.split(/[ \t\n\v\f\r]+/).filter((word) => word !== '');
  const rules: string[] = [];
  for (const line of text.split(/[\r\n]/)) {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    if (line.length > MAX_LINE_BYTES) overlong(line);
    else rules.push(line);
  }
  return rules;
}
