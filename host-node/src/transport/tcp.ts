// A TCP connection to a daemon (docs/protocol/02-daemon.md §2): every resolved address in order, with --contimeout each.
import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import { RunError } from '../session/run-error.ts';
import { StreamDuplex } from './stream-duplex.ts';

/** Connects; RunError with exit code 10 (35 after the time-out, 20 when stopped), one line for each address that failed. */
export async function connectTcp(
  host: string,
  port: number,
  contimeoutSeconds: number,
  signal: AbortSignal,
): Promise<StreamDuplex> {
  let addresses;
  try {
    addresses = await lookup(host, { all: true, verbatim: true });
  } catch (error) {
    throw new RunError('ERR_RESOLVE', `rsync: getaddrinfo: ${host} ${port}: ${(error as Error).message}`, 10);
  }
  const failures: string[] = [];
  for (const { address } of addresses) {
    try {
      const socket = await connectOne(address, port, contimeoutSeconds, signal);
      socket.setNoDelay(true);
      return new StreamDuplex(socket, socket);
    } catch (error) {
      if (error instanceof RunError) throw error;
      failures.push(`rsync: failed to connect to ${host} (${address}): ${(error as Error).message}`);
    }
  }
  throw new RunError('ERR_CONNECT', failures.join('\n'), 10);
}

function connectOne(
  address: string,
  port: number,
  contimeoutSeconds: number,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
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
