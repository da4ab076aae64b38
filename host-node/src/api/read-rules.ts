// The filter rules of a command line, read for their mistakes alone: rsync reads them while it reads the options, so that they come
// before mistakes of later options and of all options together, and before anybody is connected (docs/protocol/06-filters.md §2).
import type { FilterList } from '../filter/filter-list.ts';
import { type InputsOnce, inputsOnce, serverInputs } from '../flist/rule-files.ts';
import { localFilesystem } from '../fs/local.ts';
import { DEFAULT_OPTIONS } from '../options/default-options.ts';
import type { ExitDebug, FilterArgument, Options } from '../options/options.ts';
import { RunError } from '../session/run-error.ts';
import { runFilters } from './run-filters.ts';

/** … and what of its end is told, by what stood before it. */
export class RuleMistake extends RunError {
  readonly exitDebug: ExitDebug | undefined;

  constructor({ code, message, exitCode }: RunError, exitDebug: ExitDebug | undefined) {
    super(code, message, exitCode);
    this.exitDebug = exitDebug;
  }
}

type RuleOptions = Pick<Options, 'filters' | 'from0' | 'deleteExcluded' | 'insecureLinks'>;

/** Throws a RuleMistake for a rule that is none, and for a file of rules that cannot be read. */
export function readRules(
  { filters, from0, deleteExcluded, insecureLinks }: RuleOptions,
  inputs: InputsOnce,
  role: 'client' | 'server' = 'client',
): void {
  if (filters.length === 0) return;
  const options = { ...DEFAULT_OPTIONS, filters: [], from0, deleteExcluded, insecureLinks };
  const report = { message: () => undefined, debug: undefined, decided: undefined };
  const filesystem = localFilesystem();
  try {
    const rules = runFilters({ options, filesystem, report, inputs, role, pulls: false });
    for (const filter of filters) readRule(rules, filter, role);
  } finally {
    filesystem.release();
  }
}

function readRule(rules: FilterList, filter: FilterArgument, role: 'client' | 'server'): void {
  try {
    if (role === 'client') rules.addArguments([filter]);
    else rules.addServersOwn([filter]);
  } catch (error) {
    if (error instanceof RunError) throw new RuleMistake(error, filter.exitDebug);
    throw error;
  }
}

/** What is wrong with the rules of a command line that goes no further. */
export function mistakeInRules(
  filters: Options['filters'],
  role: 'client' | 'server' = 'client',
): RuleMistake | undefined {
  try {
    const inputs = role === 'server' ? serverInputs() : inputsOnce();
    readRules({ ...DEFAULT_OPTIONS, filters }, inputs, role);
    return undefined;
  } catch (error) {
    if (error instanceof RuleMistake) return error;
    throw error;
  }
}
