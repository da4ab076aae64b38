// A private daemon of the real rsync on a loopback port, with one module: the directory of the matrix.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';

export interface RunningServer {
  readonly port: number;
  stop(): void;
}

/** A loopback port that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Waits until something accepts connections on `port`; throws after `timeoutMs`. */
export async function waitForPort(port: number, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Error(`nothing answers on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

function configuration(directory: string, moduleDirectory: string): string {
  const owner = process.getuid?.() === 0 ? ['uid = root', 'gid = root'] : [];
  const lines = [
    'use chroot = no',
    'munge symlinks = no',
    'reverse lookup = no',
    `log file = ${path.join(directory, 'rsyncd.log')}`,
    ...owner,
    '[work]',
    `path = ${moduleDirectory}`,
    'read only = no',
    'list = yes',
  ];
  return `${lines.join('\n')}\n`;
}

/** Starts `binary --daemon`; its module `work` is `moduleDirectory`. */
export async function startDaemon(
  binary: string,
  directory: string,
  moduleDirectory: string,
): Promise<RunningServer> {
  mkdirSync(directory, { recursive: true });
  const config = path.join(directory, 'rsyncd.conf');
  writeFileSync(config, configuration(directory, moduleDirectory));
  const port = await freePort();
  const args = ['--daemon', '--no-detach', `--config=${config}`, '--address=127.0.0.1', `--port=${port}`];
  const child = spawn(binary, args, {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
  });
  await waitForPort(port, 10_000);
  return { port, stop: () => child.kill() };
}
