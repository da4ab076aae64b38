// The file behind --log-file: opened before the process gives up rights and before the peer is heard, then only appended to
// (docs/protocol/07-output.md §11, 09-rsync-3.5.md §3). What stands in it: report/log-renderer.ts.
import { closeSync, writeSync } from 'node:fs';
import { FilesystemError } from '../fs/filesystem.ts';
import { openOperatorFile } from '../fs/operator-file.ts';
import type { Options } from '../options/options.ts';
import { LogRenderer } from '../report/log-renderer.ts';

/** Group and others never get the right to write. */
const LOG_MODE = 0o644;

export interface OpenedLog {
  /** undefined: there is none, or it could not be opened. */
  readonly log: LogRenderer | undefined;
  /** What the user is told about that. */
  readonly warnings: readonly { readonly severity: 'warning' | 'info'; readonly text: string }[];
  /** Nothing more comes. */
  close(): void;
}

/** Opens the log file of a run, if there is to be one. A log that cannot be opened does not end the run. */
export function openLogFile(options: Options, role: 'client' | 'server'): OpenedLog {
  const { logFile } = options;
  if (logFile === null) return { log: undefined, warnings: [], close: () => undefined };
  let descriptor: number;
  try {
    descriptor = openOperatorFile(logFile, 'append', options.insecureLinks, LOG_MODE);
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    const text = `rsync: [${role}] failed to open log-file ${logFile}: ${error.strerror} (${error.errno})`;
    return {
      log: undefined,
      warnings: [
        { severity: 'warning', text },
        { severity: 'info', text: 'Ignoring "log file" setting.' },
      ],
      close: () => undefined,
    };
  }
  return {
    log: new LogRenderer(options, {
      append: (line) => append(descriptor, line),
      processId: process.pid,
      nowSeconds: () => Date.now() / 1000,
    }),
    warnings: [],
    close: () => closeSync(descriptor),
  };
}

/** A full disk costs lines of the log, not the run. */
function append(descriptor: number, line: string): void {
  try {
    writeSync(descriptor, Buffer.from(line, 'latin1'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
  }
}
