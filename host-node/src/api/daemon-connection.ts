// How a client gets to a daemon: a socket, a proxy's tunnel, a program, or a remote shell (docs/protocol/02-daemon.md §2, §12.5).
import { systemErrorText } from '../fs/errno.ts';
import type { Remote } from '../options/endpoint.ts';
import type { Options } from '../options/options.ts';
import { parseSocketOptions } from '../options/socket-options.ts';
import { connectProgramWords } from '../transport/connect-program.ts';
import { openTunnel, parseProxy } from '../transport/http-proxy.ts';
import { type RemoteShell, startRemoteShell } from '../transport/remote-shell.ts';
import type { StreamDuplex } from '../transport/stream-duplex.ts';
import { connectTcp } from '../transport/tcp.ts';
import { TcpPair } from '../transport/tcp-pair.ts';
import type { ClientEnvironment } from './client-environment.ts';
import { shellOptions, shellWords } from './over-shell.ts';
import { roleOfOperands } from './remote-role.ts';

/** The way leads through a child process of ours: it has to be started before rights are given up. */
export function needsChild(options: Options, remote: Remote): boolean {
  return remote.daemonOverShell || options.connectProgram !== null;
}

/** The connection, before its first byte. */
export async function connectDaemon(
  options: Options,
  remote: Remote,
  environment: ClientEnvironment,
): Promise<RemoteShell> {
  if (remote.daemonOverShell) {
    const words = [...shellWords(options, remote), options.rsyncPath, '--server', '--daemon', '.'];
    const shell = shellOptions(options, environment);
    return await startRemoteShell(words, { ...shell, variables: { RSYNC_PORT: String(remote.port) } });
  }
  if (options.connectProgram !== null) {
    const words = connectProgramWords(options.connectProgram, remote.host, options.shell);
    const shell = shellOptions(options, environment);
    const wire = await TcpPair.make().catch((error: NodeJS.ErrnoException) => {
      shell.warn(`socketpair: ${systemErrorText(error)}: $RSYNC_CONNECT_PROG gets pipes`);
      return undefined;
    });
    const program = await startRemoteShell(words, { ...shell, wire });
    // What became of the program is not what became of the run.
    return { ...program, exitCode: program.exitCode.then(() => 0) };
  }
  const duplex = await connectSocket(options, remote, environment);
  return { duplex, exitCode: Promise.resolve(0), kill: () => undefined };
}

async function connectSocket(
  options: Options,
  remote: Remote,
  environment: ClientEnvironment,
): Promise<StreamDuplex> {
  const warn = (text: string): void =>
    environment.sink.event({ type: 'message', severity: 'warning', text, fromPeer: false });
  const sockopts = parseSocketOptions(options.sockopts ?? '');
  for (const text of sockopts.warnings) warn(text);
  const connection = {
    role: roleOfOperands(options),
    contimeoutSeconds: options.contimeoutSeconds,
    ipVersion: options.ipVersion,
    address: options.address,
    settings: sockopts.settings,
    warn,
    signal: environment.signal,
    connected: (address: string) => {
      if (options.debug.connect < 2 || options.quiet) return;
      environment.line(`Connected to ${options.proxy === null ? remote.host : 'the proxy'} (${address})`);
    },
  };
  if (options.proxy === null) return await connectTcp(remote.host, remote.port, connection);
  const proxy = parseProxy(options.proxy);
  const duplex = await connectTcp(proxy.host, proxy.port, connection);
  const leave = (): void => duplex.destroy();
  environment.signal.addEventListener('abort', leave, { once: true });
  try {
    await openTunnel(duplex, remote.host, remote.port, proxy);
  } catch (error) {
    duplex.destroy();
    throw error;
  } finally {
    environment.signal.removeEventListener('abort', leave);
  }
  return duplex;
}
