// A TCP connection to a daemon (docs/protocol/02-daemon.md §2): every resolved address in order, with --contimeout each.
import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import { RunError } from '../session/run-error.ts';
import { StreamDuplex } from './stream-duplex.ts';

/** Connects; RunError with exit code 10 (35 after the time-out), one line for each address that failed. */
export async function connectTcp(
  host: string,
  port: number,
  contimeoutSeconds: number,
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
      const socket = await connectOne(address, port, contimeoutSeconds);
      socket.setNoDelay(true);
      return new StreamDuplex(socket, socket);
    } catch (error) {
      if (error instanceof RunError) throw error;
      failures.push(`rsync: failed to connect to ${host} (${address}): ${(error as Error).message}`);
    }
  }
  throw new RunError('ERR_CONNECT', failures.join('\n'), 10);
}

function connectOne(address: string, port: number, contimeoutSeconds: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    const timer =
      contimeoutSeconds > 0
        ? setTimeout(() => {
            socket.destroy();
            reject(
              new RunError('ERR_CONNECT_TIMEOUT', 'rsync: timed out while connecting to the daemon', 35),
            );
          }, contimeoutSeconds * 1000)
        : undefined;
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
