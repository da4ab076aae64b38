// The text of a rule file, cut into rules (docs/protocol/06-filters.md §5).
import type { FileMode } from './rule.ts';

const MAX_LINE_BYTES = 5119;

/** How rule files are reached. Contents are latin1 text; undefined: no such file, or not readable. */
export interface RuleFiles {
  /** A path as the user wrote it: absolute, or relative to the start directory. */
  read(path: string): { readonly text: string } | { readonly failure: string };
}

/** One rule's text, and what messages call it: what stands in files is never quoted (3.5.0, 09-rsync-3.5.md §13). */
export interface FileRuleText {
  readonly text: string;
  readonly origin: string;
}

export interface RuleFileText {
  /** For messages: its name, or `a file named at FILE line N` when another file names it. */
  readonly name: string;
  readonly text: string;
  readonly mode: FileMode;
  /** --from0: rules end at NUL only. */
  readonly zeroSeparated: boolean;
}

/** Lines or words of a rule file. `overlong` is told about lines that are left out, by their origin. */
export function rulesOfFile(file: RuleFileText, overlong: (origin: string) => void): FileRuleText[] {
  if (file.mode.wordSplit) {
    const origin = `<rule from ${file.name}>`;
    const words = file.text.split(/[ \t\n\v\f\r]+/);
    return words.filter((word) => word !== '').map((text) => ({ text, origin }));
  }
  const rules: FileRuleText[] = [];
  const lines = file.text.split(file.zeroSeparated ? '\0' : /\r\n|\r|\n/);
  for (const [index, text] of lines.entries()) {
    if (text === '' || text.startsWith('#') || text.startsWith(';')) continue;
    const origin = `<rule from ${file.name} line ${index + 1}>`;
    if (text.length > MAX_LINE_BYTES) overlong(origin);
    else rules.push({ text, origin });
  }
  return rules;
}

/** What messages call a file that another file names. */
export function nameInMessages(path: string, namedBy: FileRuleText | undefined): string {
  return namedBy === undefined ? path : `a file named at ${namedBy.origin.slice('<rule from '.length, -1)}`;
}
