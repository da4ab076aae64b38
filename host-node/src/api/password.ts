// Where a client gets the password for a daemon (docs/protocol/02-daemon.md §7.4): a file, the environment, the terminal.
import { closeSync, fstatSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Options } from '../options/options.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import { openOperatorFile } from '../fs/operator-file.ts';
import type { ProcessRole } from '../report/exit-codes.ts';
import { RunError } from '../session/run-error.ts';

const PASSWORD_FILE_BYTES = 511;
const OTHERS = 0o006;

/** The password as a byte string. RunError (exit 1) when the file will not do. */
export async function readPassword(options: Options, role: ProcessRole, mayAsk: boolean): Promise<string> {
  if (options.passwordFile !== null)
    return readPasswordFile(options.passwordFile, role, options.insecureLinks);
  if (options.password !== null) return options.password;
  if (!mayAsk) throw new RunError('ERR_PASSWORD', 'the daemon wants a password and there is none', 5);
  return await askPassword();
}

function readPasswordFile(file: string, role: ProcessRole, insecureLinks: boolean): string {
  let descriptor: number;
  try {
    descriptor = file === '-' ? 0 : openOperatorFile(file, 'read', insecureLinks);
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    const reason = `${error.strerror} (${error.errno})`;
    throw refuse(`rsync: [${role}] could not open password file ${file}: ${reason}`);
  }
  try {
    if (file !== '-') checkPasswordFile(descriptor);
    const bytes = Buffer.alloc(PASSWORD_FILE_BYTES);
    let length = 0;
    for (let count = 1; count > 0 && length < bytes.length; length += count) {
      count = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    const line = bytes.toString('latin1', 0, length).split(/[\r\n\0]/, 1)[0]!;
    if (line === '') throw refuse(`ERROR: failed to read a password from ${file}`);
    return line;
  } finally {
    if (file !== '-') closeSync(descriptor);
  }
}

function checkPasswordFile(descriptor: number): void {
  const stat = fstatSync(descriptor);
  if (process.platform === 'win32') return;
  if ((stat.mode & OTHERS) !== 0) throw refuse('ERROR: password file must not be other-accessible');
  if (process.getuid?.() === 0 && stat.uid !== 0) {
    throw refuse('ERROR: password file must be owned by root when running as root');
  }
}

function refuse(text: string): RunError {
  return new RunError('ERR_PASSWORD', text, 1);
}

/** Asks on the terminal without echo; an end of input counts as an empty password. */
function askPassword(): Promise<string> {
  const muted = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: process.stdin,
    output: muted,
    terminal: process.stdin.isTTY === true,
  });
  process.stderr.write('Password: ');
  return new Promise((resolve) => {
    let answered = false;
    const answer = (text: string): void => {
      if (answered) return;
      answered = true;
      process.stderr.write('\n');
      lines.close();
      resolve(Buffer.from(text, 'utf8').toString('latin1'));
    };
    lines.once('line', answer);
    lines.once('close', () => answer(''));
  });
}
