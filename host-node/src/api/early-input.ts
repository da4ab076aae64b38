// --early-input: bytes of a file for the daemon's early exec command (docs/protocol/02-daemon.md §4).
import { closeSync, readSync } from 'node:fs';
import { FilesystemError } from '../fs/filesystem.ts';
import { openOperatorFile } from '../fs/operator-file.ts';
import type { ProcessRole } from '../report/exit-codes.ts';
import { RunError } from '../session/run-error.ts';

const MOST_BYTES = 5120;

/** The file's bytes. RunError (exit 5) when there is none or it is too large. */
export function readEarlyInput(file: string, role: ProcessRole, insecureLinks: boolean): Buffer {
  const bytes = Buffer.alloc(MOST_BYTES + 1);
  let length = 0;
  try {
    const descriptor = openOperatorFile(file, 'read', insecureLinks);
    try {
      for (let count = 1; count > 0 && length < bytes.length; length += count) {
        count = readSync(descriptor, bytes, length, bytes.length - length, null);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    const reason = `${error.strerror} (${error.errno})`;
    throw new RunError('ERR_EARLY_INPUT', `rsync: [${role}] failed to open ${file}: ${reason}`, 5);
  }
  if (length > MOST_BYTES) {
    throw new RunError('ERR_EARLY_INPUT', `${file} is > ${MOST_BYTES} bytes.`, 5);
  }
  return bytes.subarray(0, length);
}
