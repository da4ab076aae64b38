// Words of a command for child_process, which takes text and writes UTF-8: the bytes have to be those that were typed.
import { isUtf8 } from 'node:buffer';
import { RunError } from '../session/run-error.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** Turns each word back into bytes; the command substitution would eat a newline at its end, hence the X. */
const TRAMPOLINE = `for word do bytes=$(printf '%b' "$word"; printf X); set -- "$@" "\${bytes%X}"; shift; done; exec "$@"`;

/**
 * @param words latin1 byte strings, the program first. Words that are no UTF-8 are put together by a shell, which then becomes the
 * program. RunError (exit 14) where there is no such shell.
 */
export function commandOf(words: readonly string[], platform: NodeJS.Platform = process.platform): Command {
  const bytes = words.map((word) => Buffer.from(word, 'latin1'));
  if (bytes.every((word) => isUtf8(word))) {
    const [file = '', ...args] = bytes.map((word) => word.toString('utf8'));
    return { file, args };
  }
  if (platform === 'win32') {
    const text = 'the command for the remote shell has bytes that are no UTF-8';
    throw new RunError('ERR_REMOTE_SHELL', text, 14);
  }
  return { file: '/bin/sh', args: ['-c', TRAMPOLINE, 'sh', ...bytes.map(escaped)] };
}

/** As printf's %b reads it: only letters, digits and harmless signs as they are. */
function escaped(word: Buffer): string {
  let text = '';
  for (const byte of word) {
    const char = String.fromCharCode(byte);
    text += /[A-Za-z0-9_./:=,@+-]/.test(char) ? char : `\\0${byte.toString(8).padStart(3, '0')}`;
  }
  return text;
}
