// A run through a remote shell: starts it, drives the session over its stdio, waits for its end.
import type { Remote } from '../options/endpoint.ts';
import type { ConfinementPlan } from '../fs/confinement.ts';
import type { Options } from '../options/options.ts';
import { splitServerArguments } from '../options/server-args.ts';
import { isTimedOut, RunError } from '../session/run-error.ts';
import { pump } from '../transfer/pump.ts';
import {
  type RemoteShell,
  type ShellOptions,
  splitShellCommand,
  startRemoteShell,
} from '../transport/remote-shell.ts';
import { secludedBlock } from '../transport/secluded-args.ts';
import type { ClientEnvironment, ClientResult } from './client-environment.ts';
import { clientSession } from './client-session.ts';
import { finish, pumpOptions } from './outcome.ts';
import { ownCharset, wordsToWire } from './own-charset.ts';
import { type RemoteEndpoints, roleOfOperands } from './remote-role.ts';
import { clientPlan } from './run-confinement.ts';

/** After a failed run the remote shell may end by itself for so long. */
const SHELL_PATIENCE_MS = 1000;

export async function runOverShell(
  options: Options,
  endpoints: RemoteEndpoints,
  environment: ClientEnvironment,
): Promise<ClientResult> {
  const { remote, direction } = endpoints;
  const told = splitServerArguments(options, {
    push: direction === 'push',
    paths: remote.paths,
    quoting: true,
  });
  const words = [...shellWords(options, remote), options.rsyncPath, ...told.visible];
  if (options.debug.cmd >= 1 && !options.quiet) tellCommand(options, remote, words, environment);
  const shell = await startRemoteShell(words, shellOptions(options, environment));
  requireCharset(options, shell);
  if (options.secludedArgs) {
    const { secluded } = told;
    if (options.debug.cmd >= 1 && !options.quiet)
      environment.line(wordsLine('protected args:', secluded), 'screen');
    shell.duplex.write(secludedBlock(wordsToWire(secluded, options)));
  }
  confineBeside(shell, environment, clientPlan(options, endpoints));
  const client = clientSession(options, endpoints, environment);
  await pump(client.session, shell.duplex, pumpOptions(options, environment));
  const shellCode = await leaveShell(shell, client.session.error, environment.signal);
  return finish(client, environment, shellCode);
}

/** How a run's remote shell is started. */
export function shellOptions(options: Options, { sink, remoteStderr }: ClientEnvironment): ShellOptions {
  return {
    role: roleOfOperands(options),
    stderrLine: remoteStderr,
    isSlowed: options.bwlimitKiBPerSecond > 0,
    warn: (text) => sink.event({ type: 'message', severity: 'warning', text, fromPeer: false }),
  };
}

/** rsync connects before it looks for the charset of --iconv. */
export function requireCharset(options: Options, connection: Pick<RemoteShell, 'kill'>): void {
  try {
    ownCharset(options);
  } catch (error) {
    connection.kill();
    throw error;
  }
}

/** A shell that runs already keeps its rights; it is ended when the process cannot be confined and had to be. */
export function confineBeside(
  shell: RemoteShell,
  environment: ClientEnvironment,
  plan: ConfinementPlan,
): void {
  try {
    environment.confinement?.begin(plan);
  } catch (error) {
    shell.kill();
    throw error;
  }
}

/** CMD: what is started (07 §3, §12.1). */
function tellCommand(
  options: Options,
  remote: Remote,
  words: readonly string[],
  environment: ClientEnvironment,
): void {
  if (options.debug.cmd >= 2) {
    const { host, user, paths } = remote;
    const command = `cmd=${options.rsh} machine=${host} user=${user ?? '<NULL>'}`;
    environment.line(`${command} path=${paths[0] ?? '<NULL>'}`);
    environment.line(words.map((word, index) => `cmd[${index}]=${word} `).join(''));
  }
  environment.line(wordsLine('opening connection using:', words), 'screen');
}

export function wordsLine(head: string, words: readonly string[]): string {
  const shown = words.map((word) => (/[^A-Za-z0-9,.\-_=+@/]/.test(word) ? `"${word}"` : word));
  return `${head} ${shown.join(' ')}  (${words.length} args)`;
}

/** Waits for the shell's end; one that lingers after a failure, or when the run is stopped, is ended. */
export async function leaveShell(
  shell: RemoteShell,
  failure: Error | undefined,
  signal: AbortSignal,
): Promise<number> {
  const kill = (): void => shell.kill();
  const patienceMs = isTimedOut(failure) ? 0 : SHELL_PATIENCE_MS;
  const timer = failure && !signal.aborted ? setTimeout(kill, patienceMs) : undefined;
  if (signal.aborted) kill();
  else signal.addEventListener('abort', kill, { once: true });
  try {
    return await shell.exitCode;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
}

/** The remote shell's own words, up to the host. */
export function shellWords(options: Options, remote: Remote): string[] {
  if (remote.host.startsWith('-')) {
    throw new RunError('ERR_HOST', "Invalid remote host: hostnames may not start with '-'.", 1);
  }
  const command = splitShellCommand(options.rsh);
  const named = remote.daemonOverShell && command.includes('-l');
  const user = remote.user === null || named ? [] : ['-l', remote.user];
  const isSsh = command[0]?.split('/').at(-1) === 'ssh';
  const version = options.ipVersion !== 0 && isSsh ? [`-${options.ipVersion}`] : [];
  return [...command, ...user, ...version, remote.host];
}
