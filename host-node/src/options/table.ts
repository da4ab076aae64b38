// Every option of rsync 3.4.1 (and ours), once: parser, help, support table and completion read this and nothing else.
// The rows stand in the table-*.ts files by theme.
import type { OptionRow } from './row.ts';
import { ATTRIBUTE_ROWS } from './table-attributes.ts';
import { CONNECTION_ROWS } from './table-connection.ts';
import { DATA_ROWS } from './table-data.ts';
import { DELETE_ROWS } from './table-delete.ts';
import { FILTER_ROWS } from './table-filters.ts';
import { LINK_ROWS } from './table-links.ts';
import { OUTPUT_ROWS } from './table-output.ts';
import { SELECTION_ROWS } from './table-selection.ts';
import { SESSION_ROWS } from './table-session.ts';
import { UPDATE_ROWS } from './table-update.ts';

export const OPTION_ROWS: readonly OptionRow[] = [
  ...OUTPUT_ROWS,
  ...SELECTION_ROWS,
  ...LINK_ROWS,
  ...ATTRIBUTE_ROWS,
  ...UPDATE_ROWS,
  ...DATA_ROWS,
  ...DELETE_ROWS,
  ...FILTER_ROWS,
  ...CONNECTION_ROWS,
  ...SESSION_ROWS,
];

/** A spelling of the command line and what it stands for. */
export interface OptionName {
  readonly row: OptionRow;
  readonly negated: boolean;
}

function names(): Map<string, OptionName> {
  const map = new Map<string, OptionName>();
  const add = (spelling: string, name: OptionName): void => {
    if (map.has(spelling)) throw new Error(`option ${spelling} stands twice in the table`);
    map.set(spelling, name);
  };
  for (const row of OPTION_ROWS) {
    if (row.long !== null) add(`--${row.long}`, { row, negated: false });
    if (row.short !== undefined) add(`-${row.short}`, { row, negated: false });
    for (const alias of row.aliases ?? []) add(`--${alias}`, { row, negated: false });
    for (const negation of row.negations ?? []) add(`--${negation}`, { row, negated: true });
  }
  return map;
}

/** By spelling, dashes included: `--verbose`, `-v`, `--no-v`. */
export const OPTION_NAMES: ReadonlyMap<string, OptionName> = names();

/** How a row is called in messages: `--backup`, `-P`. */
export function rowName(row: OptionRow): string {
  return row.long === null ? `-${row.short}` : `--${row.long}`;
}
