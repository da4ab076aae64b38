// The command line as bytes. Node decodes argv as UTF-8 and loses what is none; Linux still has the bytes.
import { readFileSync } from 'node:fs';
import { byteStrings } from '@ocrsync/node/options/byte-strings';

const REPLACEMENT = '\ufffd';

/** The words after the program's name, as latin1 byte strings. */
export function commandWords(argv: readonly string[]): string[] {
  if (process.platform === 'linux' && argv.some((word) => word.includes(REPLACEMENT))) {
    const all = readFileSync('/proc/self/cmdline', 'latin1').split('\0').slice(0, -1);
    return all.slice(all.length - argv.length);
  }
  return byteStrings(argv);
}
