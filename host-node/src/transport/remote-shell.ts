// Starts the remote shell's command with its stdio as the byte pipe (docs/protocol/01-session.md §2.1).
import { spawn } from 'node:child_process';
import { RunError } from '../session/run-error.ts';
import { StreamDuplex } from './stream-duplex.ts';

export interface RemoteShell {
  readonly duplex: StreamDuplex;
  /** The command's exit code; a signal counts as 20 or 16 as upstream has it; resolves once the process is gone. */
  readonly exitCode: Promise<number>;
  kill(): void;
}

/** Splits `-e` at blanks; single and double quotes group, a doubled quote inside stands for itself. RunError (exit 1). */
export function splitShellCommand(command: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < command.length; i++) {
    const c = command[i]!;
    if (quote !== '') {
      if (c !== quote) word = (word ?? '') + c;
      else if (command[i + 1] === quote) {
        word = (word ?? '') + c;
        i++;
      } else quote = '';
    } else if (c === "'" || c === '"') {
      quote = c;
      word ??= '';
    } else if (c === ' ') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + c;
  }
  if (quote !== '') {
    throw new RunError('ERR_REMOTE_SHELL', `Missing trailing-${quote} in remote-shell command.`, 1);
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Runs the words; stderr is inherited, so that nobody has to drain it. Resolves once the process runs; RunError 14 if it cannot. */
export async function startRemoteShell(words: readonly string[]): Promise<RemoteShell> {
  const [file, ...args] = words;
  const child = spawn(file!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exitCode = new Promise<number>((resolve) => {
    child.once('close', (code, signal) =>
      resolve(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 20 : 16)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'No such file or directory (2)' : error.message;
      reject(new RunError('ERR_REMOTE_SHELL', `rsync: Failed to exec ${file}: ${reason}`, 14));
    });
  });
  return {
    duplex: new StreamDuplex(child.stdout, child.stdin),
    exitCode,
    kill: () => void child.kill('SIGTERM'),
  };
}
