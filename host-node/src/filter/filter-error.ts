// A rule that cannot be obeyed: ends the run (docs/protocol/06-filters.md §16).
import { RunError } from '../session/run-error.ts';

/** Syntax errors: exit code 1. */
export function ruleError(message: string): RunError {
  return new RunError('ERR_FILTER_RULE', message, 1);
}

/** A rule file that is not there: exit code 11. `origin`: of the rule in another file that names it. */
export function ruleFileError(
  file: string,
  includes: boolean,
  words: string,
  origin?: string,
  role: 'client' | 'server' = 'client',
): RunError {
  const kind = includes ? 'include' : 'exclude';
  if (origin !== undefined) {
    return new RunError('ERR_FILTER_FILE', `failed to open ${kind} file ${origin}`, 11);
  }
  return new RunError(
    'ERR_FILTER_FILE',
    `rsync: [${role}] failed to open ${kind} file ${file}: ${words}`,
    11,
  );
}

/** Rules that the agreed protocol cannot carry: exit code 2. */
export function tooModern(): RunError {
  return new RunError('ERR_FILTER_PROTOCOL', 'filter rules are too modern for remote rsync.', 2);
}

/** Merge files inside merge files; 3.5.0 has the same limit. */
const MAX_DEPTH = 32;

/** Refuses a rule file that is nested too deep: exit code 11. `origin`: of the rule that names it; its text is never told. */
export function checkDepth(origin: string, depth: number): void {
  if (depth <= MAX_DEPTH) return;
  const text = `[client] merge-file include depth limit (${MAX_DEPTH}) exceeded at ${origin}`;
  throw new RunError('ERR_FILTER_FILE', text, 11);
}
