// Synchronous output to stdout and stderr: a line is out when the call returns, in the order in which it was made.
import { writeSync } from 'node:fs';

const RETRY_MS = 5;
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Writes byte-string text to descriptor 1 or 2. A closed reader (EPIPE) is reported once by the return value false. */
export function writeAll(descriptor: 1 | 2, text: string): boolean {
  const bytes = Buffer.from(text, 'latin1');
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') Atomics.wait(pause, 0, 0, RETRY_MS);
      else if (code === 'EPIPE') return false;
      else throw error;
    }
  }
  return true;
}
