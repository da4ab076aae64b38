// A TCP connection to a daemon (docs/protocol/02-daemon.md §2): every resolved address in order, with --contimeout each.
import { lookup } from 'node:dns/promises';
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { systemErrorText } from '../fs/errno.ts';
import type { ProcessRole } from '../report/exit-codes.ts';
import { RunError } from '../session/run-error.ts';
import { StaticInput } from './static-input.ts';
import { StreamDuplex } from './stream-duplex.ts';

export interface ConnectOptions {
  /** Who we are in messages. */
  readonly role: ProcessRole;
  /** 0 = as long as the system tries. */
  readonly contimeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** The resolver's errors in the words of the C library. */
const RESOLVER_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
};

/** Connects; RunError with exit code 10 (35 after the time-out, 20 when stopped), one line for each address that failed. */
export async function connectTcp(host: string, port: number, options: ConnectOptions): Promise<StreamDuplex> {
  let addresses;
  try {
    addresses = await lookup(host, { all: true, verbatim: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = RESOLVER_WORDS[code ?? ''] ?? message;
    throw new RunError('ERR_RESOLVE', `rsync: getaddrinfo: ${host} ${port}: ${reason}`, 10);
  }
  const failures: string[] = [];
  for (const { address } of addresses) {
    try {
      const received = new StaticInput();
      const to = { host: address, port, onread: received.onread };
      const socket = await connectOne(to, options.contimeoutSeconds, options.signal);
      socket.setNoDelay(true);
      return new StreamDuplex(socket, socket, received.listen);
    } catch (error) {
      if (error instanceof RunError) throw error;
      const reason = systemErrorText(error as NodeJS.ErrnoException);
      failures.push(`rsync: [${options.role}] failed to connect to ${host} (${address}): ${reason}`);
    }
  }
  throw new RunError('ERR_CONNECT', failures.join('\n'), 10);
}

function connectOne(to: TcpNetConnectOpts, contimeoutSeconds: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(to);
    const give = (reason: unknown): void => {
      socket.destroy();
      settle();
      reject(reason);
    };
    const stop = (): void => give(new RunError('ERR_ABORTED', 'the run was stopped', 20));
    const late = (): void =>
      give(new RunError('ERR_CONNECT_TIMEOUT', 'rsync: timed out while connecting to the daemon', 35));
    const timer = contimeoutSeconds > 0 ? setTimeout(late, contimeoutSeconds * 1000) : undefined;
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
    socket.once('error', give);
    socket.once('connect', () => {
      settle();
      socket.off('error', give);
      resolve(socket);
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
