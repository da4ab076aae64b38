// A TCP connection to a daemon (docs/protocol/02-daemon.md §2): every resolved address in order, with --contimeout each.
import { type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { systemErrorText } from '../fs/errno.ts';
import type { SocketSetting } from '../options/socket-options.ts';
import type { ProcessRole } from '../report/exit-codes.ts';
import { RunError } from '../session/run-error.ts';
import { applySocketSettings } from './socket-settings.ts';
import { StaticInput } from './static-input.ts';
import { StreamDuplex } from './stream-duplex.ts';

export interface ConnectOptions {
  /** Who we are in messages. */
  readonly role: ProcessRole;
  /** 0 = as long as the system tries. */
  readonly contimeoutSeconds: number;
  /** 0: what the name resolves to. */
  readonly ipVersion: 0 | 4 | 6;
  /** Name or address of our own end; null: the system's choice. */
  readonly address: string | null;
  readonly settings: readonly SocketSetting[];
  /** A line about something that does not stop the run. */
  warn(text: string): void;
  readonly signal: AbortSignal;
  /** --debug=CONNECT2: it worked, with this address. */
  readonly connected?: ((address: string) => void) | undefined;
}

/** The resolver's errors in the words of the C library. */
const RESOLVER_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
};
const OTHER_FAMILY = 'Address family for hostname not supported';

/** Connects; RunError with exit code 10 (35 after the time-out, 20 when stopped), one line for each address that failed. */
export async function connectTcp(host: string, port: number, options: ConnectOptions): Promise<StreamDuplex> {
  const failures: string[] = [];
  for (const { address, family } of await addressesOf(host, options.ipVersion, `: ${host} ${port}`)) {
    const local = options.address === null ? undefined : await localAddress(options.address, family);
    try {
      const received = new StaticInput();
      const to = { host: address, port, onread: received.onread };
      const socket = await connectOne(
        local === undefined ? to : { ...to, localAddress: local },
        options.contimeoutSeconds,
        options.signal,
      );
      socket.setNoDelay(true);
      options.connected?.(address);
      for (const failure of applySocketSettings(socket, options.settings)) {
        options.warn(`rsync: [${options.role}] ${failure}`);
      }
      return new StreamDuplex(socket, socket, received.listen);
    } catch (error) {
      if (error instanceof RunError) throw error;
      const reason = systemErrorText(error as NodeJS.ErrnoException);
      failures.push(`rsync: [${options.role}] failed to connect to ${host} (${address}): ${reason}`);
    }
  }
  throw new RunError('ERR_CONNECT', failures.join('\n'), 10);
}

/** `named`: how the failure's line goes on behind `getaddrinfo`. */
async function addressesOf(host: string, ipVersion: 0 | 4 | 6, named: string): Promise<LookupAddress[]> {
  const fail = (reason: string): RunError =>
    new RunError('ERR_RESOLVE', `rsync: getaddrinfo${named}: ${reason}`, 10);
  const own = isIP(host);
  if (own !== 0 && ipVersion !== 0 && own !== ipVersion) throw fail(OTHER_FAMILY);
  try {
    return await lookup(host, { all: true, verbatim: true, family: ipVersion });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw fail(RESOLVER_WORDS[code ?? ''] ?? message);
  }
}

async function localAddress(address: string, family: number): Promise<string> {
  const [first] = await addressesOf(address, family === 6 ? 6 : 4, ` ${address}`);
  return first!.address;
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
