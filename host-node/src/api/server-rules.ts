// The filter rules among a server's own words, read for their mistakes before the client is heard (docs/protocol/06-filters.md §13.6).
import type { InputsOnce } from '../flist/rule-files.ts';
import type { Options } from '../options/options.ts';
import { exitLine } from '../report/exit-codes.ts';
import { VERSION } from '../options/version.ts';
import { RunError } from '../session/run-error.ts';
import { faultLines } from './fault-lines.ts';
import { openLogFile } from './log-file.ts';
import { readRules } from './read-rules.ts';

/** Throws a RunError for a mistake, which the server's log has then. */
export function requireOwnRules(options: Options, inputs: InputsOnce): void {
  try {
    readRules(options, inputs, 'server');
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    const { log } = openLogFile(options, 'server');
    for (const line of faultLines(error)) log?.line(line);
    log?.exit(exitLine(error.exitCode, 'server', VERSION), 'server', undefined);
    throw error;
  }
}
