// Options that add filter rules, in the order of the command line (docs/protocol/05-options.md §3.6).
import type { FilterArgument } from './options.ts';
import { type RawOptions, exitDebugOf } from './raw-options.ts';
import { set } from './row.ts';
import type { Action, OptionRow } from './row.ts';
import { NEWEST_PROTOCOL } from './version.ts';

const group = 'filters';
const flag = 'none';

/** rsync reads a rule where it meets it: of the options it knows then what stands before. */
function add(raw: RawOptions, filter: FilterArgument): void {
  const exitDebug = exitDebugOf(raw);
  raw.filters.push(exitDebug === undefined ? filter : { ...filter, exitDebug });
}

function rule(kind: FilterArgument['kind']): Action {
  return (raw, value) => {
    const fromFile = kind === 'include-from' || kind === 'exclude-from';
    const { from0, protocol } = raw;
    add(raw, {
      kind,
      text: value,
      ...(fromFile && from0 ? { zeroSeparated: true } : {}),
      ...(kind === 'filter' && protocol < NEWEST_PROTOCOL ? { protocol } : {}),
    });
  };
}

/** First -F: per-directory rules from `.rsync-filter`; second: those files are not copied; more: nothing. */
function perDirectory(raw: RawOptions): void {
  raw.perDirectoryFilters += 1;
  if (raw.perDirectoryFilters === 1) add(raw, { kind: 'filter', text: ': /.rsync-filter' });
  if (raw.perDirectoryFilters === 2) add(raw, { kind: 'filter', text: '- .rsync-filter' });
}

export const FILTER_ROWS: readonly OptionRow[] = [
  {
    long: 'filter',
    short: 'f',
    argument: 'text',
    value: 'RULE',
    group,
    told: 'never',
    status: 'done',
    help: 'add a filter rule',
    apply: rule('filter'),
  },
  {
    long: null,
    short: 'F',
    argument: flag,
    group,
    told: 'never',
    status: 'done',
    help: 'read rules from .rsync-filter files; twice: do not copy those',
    apply: perDirectory,
  },
  {
    long: 'exclude',
    argument: 'text',
    value: 'PATTERN',
    group,
    told: 'never',
    status: 'done',
    help: 'leave out what matches',
    apply: rule('exclude'),
  },
  {
    long: 'include',
    argument: 'text',
    value: 'PATTERN',
    group,
    told: 'never',
    status: 'done',
    help: 'do not leave out what matches',
    apply: rule('include'),
  },
  {
    long: 'exclude-from',
    argument: 'text',
    value: 'FILE',
    group,
    told: 'never',
    status: 'done',
    help: 'read --exclude patterns from FILE',
    apply: rule('exclude-from'),
  },
  {
    long: 'include-from',
    argument: 'text',
    value: 'FILE',
    group,
    told: 'never',
    status: 'done',
    help: 'read --include patterns from FILE',
    apply: rule('include-from'),
  },
  {
    long: 'cvs-exclude',
    short: 'C',
    argument: flag,
    group,
    told: 'both',
    status: 'done',
    help: 'leave out what CVS leaves out',
    apply: set(true, 'cvsExclude'),
  },
];
