// Starts the remote shell's command with its stdio as the byte pipe (docs/protocol/01-session.md §2.1).
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { systemErrorText } from '../fs/errno.ts';
import type { ProcessRole } from '../report/exit-codes.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import { RunError } from '../session/run-error.ts';
import { commandOf } from './byte-words.ts';
import { ChildSockets, type ChildWire, type PairCalls, socketCalls } from './socket-pair.ts';
import { StreamDuplex } from './stream-duplex.ts';

export interface RemoteShell {
  readonly duplex: StreamDuplex;
  /** The command's exit code; a signal counts as 20 or 16 as upstream has it; resolves once the process is gone. */
  readonly exitCode: Promise<number>;
  /** Ends the process, by force when it does not heed. */
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

export interface ShellOptions {
  /** Who we are in messages. */
  readonly role: ProcessRole;
  /** Takes each line of its stderr (latin1, without newline); absent: it writes to our own stderr. */
  readonly stderrLine?: ((line: string) => void) | undefined;
  /** Told once when socket pairs could not be had and pipes do their work. */
  warn(text: string): void;
  /** Variables that the command gets besides ours. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Its stdin and stdout instead of socket pairs. */
  readonly wire?: ChildWire | undefined;
  /** With --bwlimit what waits in the kernel is long under way: no more than usual then, or --timeout begins late. */
  readonly isSlowed?: boolean;
  /** What makes the socket pairs. */
  readonly sockets?: Partial<PairCalls> | undefined;
}

/** Runs the words. Resolves once the process runs; RunError 14 if it cannot. */
export async function startRemoteShell(
  words: readonly string[],
  options: ShellOptions,
): Promise<RemoteShell> {
  const { role, stderrLine } = options;
  const { file, args } = commandOf(words);
  const calls = 'sockets' in options ? options.sockets : socketCalls();
  const made = options.wire ?? ChildSockets.make(calls, options.isSlowed);
  const sockets = made instanceof FilesystemError ? undefined : made;
  if (made instanceof FilesystemError) {
    options.warn(`socketpair: ${made.strerror} (${made.errno}): the remote shell gets pipes`);
  }
  const cannot = (error: unknown): RunError => {
    sockets?.close();
    const reason = systemErrorText(error as NodeJS.ErrnoException);
    return new RunError('ERR_REMOTE_SHELL', `rsync: [${role}] Failed to exec ${words[0]}: ${reason}`, 14);
  };
  let child: ChildProcess;
  try {
    const wire = sockets?.stdio ?? (['pipe', 'pipe'] as const);
    child = spawn(file, args, {
      stdio: [...wire, stderrLine ? 'pipe' : 'inherit'],
      env: shellEnvironment(options.variables),
    });
  } catch (error) {
    throw cannot(error);
  } finally {
    sockets?.closeChildEnds();
  }
  if (stderrLine && child.stderr) forwardLines(child.stderr, stderrLine);
  const exitCode = exitCodeOf(child);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(cannot(error)));
  });
  return {
    duplex: sockets?.connect() ?? new StreamDuplex(child.stdout!, child.stdin!),
    exitCode,
    kill: () => {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), LEFTOVER_MS).unref();
      sockets?.endReading();
    },
  };
}

/** ssh without a terminal would ask for a password on the screen of $DISPLAY. */
function shellEnvironment(variables: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { DISPLAY, ...others } = process.env;
  const keeps = DISPLAY !== undefined && others['SSH_ASKPASS'] !== undefined;
  return { ...others, ...(keeps ? { DISPLAY } : {}), ...variables };
}

/** A grandchild may keep the pipes open after the shell itself is gone; it is waited for no longer than this. */
const LEFTOVER_MS = 500;

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 20 : 16);
      const leave = setTimeout(() => {
        child.stderr?.destroy();
        resolve(exitCode);
      }, LEFTOVER_MS);
      child.once('close', () => {
        clearTimeout(leave);
        resolve(exitCode);
      });
    });
  });
}

/** A line that is longer is given out in pieces. */
const STDERR_LINE_BYTES = 8192;

function forwardLines(stderr: Readable, take: (line: string) => void): void {
  let rest = '';
  stderr.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString('latin1')).split('\n');
    rest = lines.pop()!;
    for (const line of lines) take(line);
    while (rest.length > STDERR_LINE_BYTES) {
      take(rest.slice(0, STDERR_LINE_BYTES));
      rest = rest.slice(STDERR_LINE_BYTES);
    }
  });
  stderr.on('close', () => {
    if (rest !== '') take(rest);
  });
}
