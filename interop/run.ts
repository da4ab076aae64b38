// Runs one program to its end with a time limit; output is kept as bytes in latin1 strings.
import { spawn } from 'node:child_process';

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code as text; `signal NAME` or `timeout` when there was none. */
  readonly exit: string;
}

/** Everything that could make two runs of one command differ is fixed here. */
const environment: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  LC_ALL: 'C',
  TZ: 'UTC',
};

const running = new Set<number>();

/** Ends every run that is under way, with the servers it started. */
export function killRunning(): void {
  for (const pid of running) process.kill(-pid, 'SIGKILL');
}

export function runProgram(
  command: string,
  args: readonly string[],
  cwd: string,
  timeoutMs: number,
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let timedOut = false;
    if (child.pid !== undefined) running.add(child.pid);
    child.stdout.on('data', (piece: Buffer) => stdout.push(piece));
    child.stderr.on('data', (piece: Buffer) => stderr.push(piece));
    const timer = setTimeout(() => {
      timedOut = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    const finish = (exit: string): void => {
      clearTimeout(timer);
      if (child.pid !== undefined) running.delete(child.pid);
      const text = (pieces: Buffer[]): string => Buffer.concat(pieces).toString('latin1');
      resolve({ stdout: text(stdout), stderr: text(stderr), exit: timedOut ? 'timeout' : exit });
    };
    child.on('error', (error) => finish(`not run: ${error.message}`));
    child.on('close', (code, signal) => finish(signal === null ? String(code) : `signal ${signal}`));
  });
}
