// A run with a daemon, over TCP or behind a remote shell (docs/protocol/02-daemon.md §2, §4, §8).
import type { Options } from '../options/options.ts';
import { splitServerArguments } from '../options/server-args.ts';
import { RunError } from '../session/run-error.ts';
import { pump } from '../transfer/pump.ts';
import { greetDaemon, sendDaemonArguments } from '../transport/daemon-client.ts';
import { secludedBlock } from '../transport/secluded-args.ts';
import type { ClientEnvironment, ClientResult } from './client-environment.ts';
import { clientSession } from './client-session.ts';
import { connectDaemon, needsChild } from './daemon-connection.ts';
import { readEarlyInput } from './early-input.ts';
import { finish, pumpOptions } from './outcome.ts';
import { wordsToWire } from './own-charset.ts';
import { confineBeside, leaveShell, requireCharset, wordsLine } from './over-shell.ts';
import { type RemoteEndpoints, roleOfOperands } from './remote-role.ts';
import { clientPlan } from './run-confinement.ts';

export async function runOverDaemon(
  options: Options,
  endpoints: RemoteEndpoints,
  environment: ClientEnvironment,
): Promise<ClientResult> {
  const { remote, direction } = endpoints;
  const path = remote.paths[0] ?? '';
  if (path.startsWith('/')) {
    throw new RunError('ERR_DAEMON', 'ERROR: The remote path must start with a module name not a /', 5);
  }
  const tells = (flag: 'connect' | 'cmd'): boolean => options.debug[flag] >= 1 && !options.quiet;
  if (tells('connect') && !remote.daemonOverShell) {
    environment.line(`opening tcp connection to ${remote.host} port ${remote.port}`);
  }
  const plan = clientPlan(options, endpoints);
  // Threads that look a host up inherit it; a remote shell must not.
  const byChild = needsChild(options, remote);
  if (!byChild) environment.confinement?.begin(plan);
  const connection = await connectDaemon(options, remote, environment);
  if (byChild) confineBeside(connection, environment, plan);
  requireCharset(options, connection);
  const { duplex } = connection;
  const module = path.split('/', 1)[0]!;
  const leave = (): void => duplex.destroy();
  environment.signal.addEventListener('abort', leave, { once: true });
  const agreement = await greetDaemon(duplex, {
    module,
    user: remote.user ?? options.defaultUser,
    ownProtocol: options.protocol,
    earlyInput: () => earlyInputOf(options),
    password: async () => {
      const { readPassword } = await import('./password.ts');
      return await readPassword(options, roleOfOperands(options), environment.asksForPassword ?? true);
    },
    motd: (line) => {
      if (options.motd && !options.quiet) environment.line(line);
    },
  }).finally(() => environment.signal.removeEventListener('abort', leave));
  if (agreement === undefined) {
    duplex.destroy();
    environment.sink.event({ type: 'finished', exitCode: 0 });
    return { exitCode: 0, role: 'client', quiet: true };
  }
  const paths = remote.paths.map((each) => daemonPath(each, module, options));
  const agreed = { ...options, protocol: Math.min(options.protocol, agreement.protocol) };
  const told = splitServerArguments(agreed, { push: direction === 'push', paths, quoting: false });
  const words = told.visible;
  if (tells('cmd')) environment.line(wordsLine('sending daemon args:', words), 'screen');
  sendDaemonArguments(duplex, agreement.protocol, words);
  if (options.secludedArgs && tells('cmd'))
    environment.line(wordsLine('protected args:', told.secluded), 'screen');
  if (options.secludedArgs) duplex.write(secludedBlock(wordsToWire(told.secluded, options)));
  const client = clientSession(agreed, endpoints, environment, agreement);
  await pump(client.session, duplex, pumpOptions(options, environment));
  const { error } = client.session;
  return finish(client, environment, await leaveShell(connection, error, environment.signal));
}

function earlyInputOf(options: Options): Buffer | undefined {
  const { earlyInput, insecureLinks } = options;
  return earlyInput === null ? undefined : readEarlyInput(earlyInput, roleOfOperands(options), insecureLinks);
}

/** A path that is only the module's name is sent as `module/`; ` module/` inside would be split by the daemon (02 §8). */
function daemonPath(path: string, module: string, options: Options): string {
  if (path === module) return `${module}/`;
  if (options.secludedArgs || options.oldArgs > 0) return path;
  return path.replaceAll(` ${module}/`, `[ ]${module}/`);
}
