// One client run, from parsed options to the exit code: finds the other end, runs the session, tells the events.
// Transports are loaded when one is needed: a local run does without sockets, child processes and all they bring.
import { type Endpoints, isLocal, type Remote, resolveEndpoints } from '../options/endpoint.ts';
import { OptionError } from '../options/option-error.ts';
import type { Options } from '../options/options.ts';
import { serverArguments } from '../options/server-args.ts';
import type { EventSink } from '../report/events.ts';
import { EXIT_SIGNAL, finalExitCode, type ProcessRole } from '../report/exit-codes.ts';
import { PeerExit, RunError } from '../session/run-error.ts';
import { Session } from '../session/session.ts';
import { pump } from '../transfer/pump.ts';
import type { RemoteShell } from '../transport/remote-shell.ts';
import { clientSession, type ClientSession } from './client-session.ts';
import { runLocalCopy } from './local-copy.ts';

export interface ClientEnvironment {
  readonly sink: EventSink;
  /** A line that is no event: message of the day, module list. latin1, without newline. */
  line(text: string): void;
  readonly signal: AbortSignal;
  /** Takes the lines of the remote shell's stderr (latin1). Absent: they go to this process's own stderr. */
  readonly remoteStderr?: (line: string) => void;
  /** false: a password that is missing is an error; nobody is asked at the terminal. */
  readonly asksForPassword?: boolean;
}

/** How a run ended. */
export interface ClientResult {
  /** rsync's exit code. */
  readonly exitCode: number;
  /** Who stands in the exit line. */
  readonly role: ProcessRole;
  /** No exit line: the peer has announced its own end and printed its reason (01 §13.2). */
  readonly quiet: boolean;
}

/** After a failed run the remote shell may end by itself for so long. */
const SHELL_PATIENCE_MS = 1000;

const FILTER_CODES: readonly string[] = ['ERR_FILTER_RULE', 'ERR_FILTER_FILE'];

/** Runs one client to its end; never throws for anything a user or a peer can do. */
export async function runClient(options: Options, environment: ClientEnvironment): Promise<ClientResult> {
  const { sink } = environment;
  const role = roleOfOperands(options);
  const fail = (error: RunError | OptionError): ClientResult => {
    const { message, exitCode } = error;
    sink.event({ type: 'message', severity: 'error', text: message, fromPeer: false });
    sink.event({ type: 'finished', exitCode });
    // rsync reads its filters together with the other options, before it is anybody.
    const isOption = error instanceof RunError && FILTER_CODES.includes(error.code);
    return { exitCode, role: isOption ? 'client' : role, quiet: false };
  };
  try {
    const endpoints = resolveEndpoints(options, process.platform === 'win32');
    return await runEndpoints(options, endpoints, environment);
  } catch (error) {
    if (environment.signal.aborted) {
      sink.event({ type: 'finished', exitCode: EXIT_SIGNAL });
      return { exitCode: EXIT_SIGNAL, role, quiet: false };
    }
    if (error instanceof RunError || error instanceof OptionError) return fail(error);
    throw error;
  }
}

/** What rsync calls itself before a session runs: a first operand elsewhere, or none, makes it the receiver. */
function roleOfOperands(options: Options): ProcessRole {
  const isWindows = process.platform === 'win32';
  return options.operands.length > 0 && isLocal(options.operands[0]!, isWindows) ? 'sender' : 'Receiver';
}

async function runEndpoints(
  options: Options,
  endpoints: Endpoints,
  environment: ClientEnvironment,
): Promise<ClientResult> {
  if (endpoints.direction === 'local') return await runLocalCopy(options, endpoints, environment);
  const { remote } = endpoints;
  if (remote.kind === 'daemon') return await runOverDaemon(options, endpoints, environment);
  return await runOverShell(options, endpoints, environment);
}

type RemoteEndpoints = Exclude<Endpoints, { direction: 'local' }>;

async function runOverShell(
  options: Options,
  endpoints: RemoteEndpoints,
  environment: ClientEnvironment,
): Promise<ClientResult> {
  const { remote, direction } = endpoints;
  const words = [
    ...(await shellWords(options, remote)),
    options.rsyncPath,
    ...serverArguments(options, { push: direction === 'push', paths: remote.paths, quoting: true }),
  ];
  if (options.verbose >= 2 && !options.quiet) environment.line(openingLine(words));
  const { startRemoteShell } = await import('../transport/remote-shell.ts');
  const shell = await startRemoteShell(words, roleOfOperands(options), environment.remoteStderr);
  const client = clientSession(options, endpoints, environment);
  await pump(client.session, shell.duplex, pumpOptions(options, environment));
  const shellCode = await leaveShell(shell, client.session.error !== undefined, environment.signal);
  return finish(client, environment, shellCode);
}

/** -vv: the command that is started (07 §3). */
function openingLine(words: readonly string[]): string {
  const shown = words.map((word) => (/[^A-Za-z0-9,.\-_=+@/]/.test(word) ? `"${word}"` : word));
  return `opening connection using: ${shown.join(' ')}  (${words.length} args)`;
}

/** Waits for the shell's end; one that lingers after a failure, or when the run is stopped, is ended. */
async function leaveShell(shell: RemoteShell, failed: boolean, signal: AbortSignal): Promise<number> {
  const kill = (): void => shell.kill();
  const timer = failed && !signal.aborted ? setTimeout(kill, SHELL_PATIENCE_MS) : undefined;
  if (signal.aborted) kill();
  else signal.addEventListener('abort', kill, { once: true });
  try {
    return await shell.exitCode;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
}

async function shellWords(options: Options, remote: Remote): Promise<string[]> {
  if (remote.host.startsWith('-')) {
    throw new RunError('ERR_HOST', "Invalid remote host: hostnames may not start with '-'.", 1);
  }
  const user = remote.user === null ? [] : ['-l', remote.user];
  const { splitShellCommand } = await import('../transport/remote-shell.ts');
  return [...splitShellCommand(options.rsh), ...user, remote.host];
}

async function runOverDaemon(
  options: Options,
  endpoints: RemoteEndpoints,
  environment: ClientEnvironment,
): Promise<ClientResult> {
  const { remote, direction } = endpoints;
  if (options.proxy !== null) throw new RunError('ERR_UNSUPPORTED', 'RSYNC_PROXY is not supported yet', 4);
  const path = remote.paths[0] ?? '';
  if (path.startsWith('/')) {
    throw new RunError('ERR_DAEMON', 'ERROR: The remote path must start with a module name not a /', 5);
  }
  const verbose = options.verbose >= 2 && !options.quiet;
  if (verbose && !remote.daemonOverShell) {
    environment.line(`opening tcp connection to ${remote.host} port ${remote.port}`);
  }
  const connection = await connectDaemon(options, remote, environment);
  const { duplex } = connection;
  const module = path.split('/', 1)[0]!;
  const leave = (): void => duplex.destroy();
  environment.signal.addEventListener('abort', leave, { once: true });
  const { greetDaemon, sendDaemonArguments } = await import('../transport/daemon-client.ts');
  const agreement = await greetDaemon(duplex, {
    module,
    user: remote.user ?? options.defaultUser,
    ownProtocol: options.protocol,
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
  const paths = remote.paths.map((each) => daemonPath(each, module));
  const agreed = { ...options, protocol: Math.min(options.protocol, agreement.protocol) };
  const words = serverArguments(agreed, { push: direction === 'push', paths, quoting: false });
  if (verbose) environment.line(`sending daemon args: ${words.join(' ')}  (${words.length} args)`);
  sendDaemonArguments(duplex, agreement.protocol, words);
  const client = clientSession(agreed, endpoints, environment, agreement.protocol);
  await pump(client.session, duplex, pumpOptions(options, environment));
  const failed = client.session.error !== undefined;
  return finish(client, environment, await leaveShell(connection, failed, environment.signal));
}

/** The connection to a daemon: a socket, or the stdio of `RSYNC_PATH --server --daemon .` behind a remote shell. */
async function connectDaemon(
  options: Options,
  remote: Remote,
  environment: ClientEnvironment,
): Promise<RemoteShell> {
  if (!remote.daemonOverShell) {
    const { connectTcp } = await import('../transport/tcp.ts');
    const duplex = await connectTcp(remote.host, remote.port, {
      role: roleOfOperands(options),
      contimeoutSeconds: options.contimeoutSeconds,
      signal: environment.signal,
    });
    return { duplex, exitCode: Promise.resolve(0), kill: () => undefined };
  }
  const { startRemoteShell } = await import('../transport/remote-shell.ts');
  const words = [...(await shellWords(options, remote)), options.rsyncPath, '--server', '--daemon', '.'];
  return await startRemoteShell(words, roleOfOperands(options), environment.remoteStderr);
}

/** A path that is only the module's name is sent as `module/`; ` module/` inside would be split by the daemon (02 §8). */
function daemonPath(path: string, module: string): string {
  if (path === module) return `${module}/`;
  return path.replaceAll(` ${module}/`, `[ ]${module}/`);
}

export function pumpOptions(
  options: Options,
  environment: Pick<ClientEnvironment, 'signal'>,
): Parameters<typeof pump>[2] {
  return {
    nowMs: () => performance.now(),
    bwlimitKiBPerSecond: options.bwlimitKiBPerSecond,
    leavesFirst: false,
    signal: environment.signal,
  };
}

/** Tells the summary or the fault, and works out the exit code (01 §13.3). */
export function finish(
  client: ClientSession,
  environment: ClientEnvironment,
  peerCode: number,
): ClientResult {
  const { session } = client;
  const code = environment.signal.aborted ? EXIT_SIGNAL : outcomeOf(session, client.transferErrors());
  if (session.error === undefined) client.summary();
  else client.explain(session.error);
  const exitCode = isOwnFault(session.error) ? code : Math.max(code, peerCode);
  environment.sink.event({ type: 'finished', exitCode });
  // In a local copy the peer is the other half of this process: nobody else prints the exit line.
  const quiet = session.error instanceof PeerExit && !session.config.local;
  return { exitCode, role: roleOf(session), quiet };
}

/** A peer that this end broke off from ends with an error because of that: its code says nothing. */
function isOwnFault(error: Error | undefined): boolean {
  if (error === undefined || error instanceof PeerExit) return false;
  return !('code' in error) || error.code !== 'ERR_CONNECTION_CLOSED';
}

/** Who a client is at the end of its run: the receiving side has split into two by then. */
function roleOf(session: Session): ProcessRole {
  if (session.config.local && session.error instanceof PeerExit) return 'Receiver';
  if (session.config.side === 'sender') return 'sender';
  return session.channel.role === 'receiver' ? 'generator' : 'Receiver';
}

/** Exit code of one end's session. */
export function outcomeOf(session: Session, transferErrors: boolean): number {
  const { error } = session;
  if (error === undefined) {
    return finalExitCode(session.context?.ioError ?? 0, transferErrors || session.transferErrors);
  }
  return 'exitCode' in error && typeof error.exitCode === 'number' ? error.exitCode : 12;
}
