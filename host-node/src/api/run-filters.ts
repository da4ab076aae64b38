// The filter rules of one end of a run: where their files are read, and what the options add to them
// (docs/protocol/06-filters.md §2, §11, §12.1).
import type { CvsWords } from '../filter/cvs.ts';
import { FilterList } from '../filter/filter-list.ts';
import { cvsWords, type InputsOnce, ruleFiles } from '../flist/rule-files.ts';
import type { Filesystem } from '../fs/filesystem.ts';
import { processRules } from '../fs/operator-path.ts';
import type { Options } from '../options/options.ts';
import type { SessionReport } from '../session/ports.ts';

export interface RunFilters {
  readonly options: Options;
  readonly filesystem: Filesystem;
  readonly report: Pick<SessionReport, 'message' | 'debug' | 'decided'>;
  /** For rules that come from standard input or a pipe; all who read the rules of one run share it. */
  readonly inputs: InputsOnce;
  /** Whose words the options are: a server is told rules besides. Both ends of a local copy have the client's. */
  readonly role: 'client' | 'server';
  /** A client that receives from elsewhere. */
  readonly pulls: boolean;
}

export function runFilters({ options, filesystem, report, inputs, role, pulls }: RunFilters): FilterList {
  const files = ruleFiles(filesystem, options.insecureLinks ? undefined : processRules(), inputs);
  const words = (): CvsWords => cvsWords(files, process.env['HOME'], process.env['CVSIGNORE']);
  const voice = report.debug;
  const list = new FilterList({
    files,
    ...(role === 'client' ? { standardInput: () => inputs('-') } : {}),
    role,
    cvsWords: words,
    zeroSeparated: options.from0,
    deleteExcluded: options.deleteExcluded,
    pulls,
    warn: (text) => report.message('warning', text),
    decided: report.decided,
    debug: voice && ((level, text) => voice('filter', level, text)),
  });
  if (role === 'client') list.addArguments(options.filters);
  else list.addServersOwn(options.filters);
  return list;
}
