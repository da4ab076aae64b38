// Synchronous output to stdout and stderr: a line is out when the call returns, in the order in which it was made.
import { writeSync } from 'node:fs';

const RETRY_MS = 5;
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes byte-string text to descriptor 1 or 2. When nobody can take it (a closed pipe, a full disk) the rest is lost and the
 * run goes on, as rsync 3.4.1 does (observed: exit code 0): a reader that left must not end a copy half way.
 */
export function writeAll(descriptor: 1 | 2, text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(pause, 0, 0, RETRY_MS);
    }
  }
}
