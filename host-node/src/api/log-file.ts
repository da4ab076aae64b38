// The file behind --log-file: opened before the process gives up rights and before the peer is heard, then only appended to
// (docs/protocol/07-output.md §11, 09-rsync-3.5.md §3). What stands in it: report/log-renderer.ts.
import { lstatSync, openSync, realpathSync, writeSync } from 'node:fs';
import path from 'node:path';
import { systemErrorText } from '../fs/errno.ts';
import type { Options } from '../options/options.ts';
import { LogRenderer } from '../report/log-renderer.ts';

/** Group and others never get the right to write. */
const LOG_MODE = 0o644;

export interface OpenedLog {
  /** undefined: there is none, or it could not be opened. */
  readonly log: LogRenderer | undefined;
  /** What the user is told about that. */
  readonly warnings: readonly string[];
}

/** Opens the log file of a run, if there is to be one. A log that cannot be opened does not end the run. */
export function openLogFile(options: Options, role: 'client' | 'server'): OpenedLog {
  const { logFile } = options;
  if (logFile === null) return { log: undefined, warnings: [] };
  let descriptor: number;
  try {
    if (!options.insecureLinks) refuseForeignLinks(logFile);
    descriptor = openSync(Buffer.from(logFile, 'latin1'), 'a', LOG_MODE);
  } catch (error) {
    const text = `rsync: [${role}] failed to open log-file ${logFile}: ${systemErrorText(error as NodeJS.ErrnoException)}`;
    return { log: undefined, warnings: [text, 'Ignoring "log file" setting.'] };
  }
  return {
    log: new LogRenderer(options, {
      append: (line) => append(descriptor, line),
      processId: process.pid,
      nowSeconds: () => Date.now() / 1000,
    }),
    warnings: [],
  };
}

/** A symlink of somebody else, anywhere in the path, is not followed (09 §2.3): who made it chooses the file then. */
function refuseForeignLinks(logFile: string): void {
  const owner = process.geteuid?.();
  if (owner === undefined) return;
  let at = logFile.startsWith('/') ? '/' : process.cwd();
  for (const part of logFile.split('/').filter((each) => each !== '')) {
    at = path.join(at, part);
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isSymbolicLink()) continue;
    if (stat.uid !== 0 && stat.uid !== owner) {
      throw Object.assign(new Error(`${at} is a symlink of user ${stat.uid}`), { code: 'ELOOP' });
    }
    at = realpathSync(at);
  }
}

/** A full disk costs lines of the log, not the run. */
function append(descriptor: number, line: string): void {
  try {
    writeSync(descriptor, Buffer.from(line, 'latin1'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
  }
}
