// --timeout=-1: rsync takes it for a time that has passed already, and ends at the first wait for its peer (observed).
import type { Options } from '../options/options.ts';
import { EXIT_TIMEOUT } from '../report/exit-codes.ts';
import { RunError } from '../session/run-error.ts';
import { roleOfOperands } from './remote-role.ts';

/** Throws a RunError (exit 30) for a time-out below zero. To be called where a client would hear its peer for the first time. */
export function endIfTimedOut(options: Options): void {
  if (options.timeoutSeconds >= 0) return;
  const text = `[${roleOfOperands(options)}] io timeout after 0 seconds -- exiting`;
  throw new RunError('ERR_IO_TIMEOUT', text, EXIT_TIMEOUT);
}
