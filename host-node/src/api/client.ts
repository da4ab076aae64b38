// One client run, from parsed options to the exit code: finds the other end, runs the session, tells the events.
// Transports are loaded when one is needed: a local run does without sockets, child processes and all they bring.
import { type Endpoints, resolveEndpoints } from '../options/endpoint.ts';
import { OptionError } from '../options/option-error.ts';
import type { Options } from '../options/options.ts';
import { EXIT_SIGNAL } from '../report/exit-codes.ts';
import { RunError } from '../session/run-error.ts';
import { requireRing } from '../transfer/read-ahead-choice.ts';
import type { ClientEnvironment, ClientResult } from './client-environment.ts';
import { faultLines } from './fault-lines.ts';
import { runLocalCopy } from './local-copy.ts';
import { roleOfOperands } from './remote-role.ts';

const FILTER_CODES: readonly string[] = ['ERR_FILTER_RULE', 'ERR_FILTER_FILE'];

/** Runs one client to its end; never throws for anything a user or a peer can do. */
export async function runClient(options: Options, environment: ClientEnvironment): Promise<ClientResult> {
  const { sink } = environment;
  const role = roleOfOperands(options);
  const fail = (error: RunError | OptionError): ClientResult => {
    const { exitCode } = error;
    for (const text of faultLines(error)) {
      sink.event({ type: 'message', severity: 'error', text, fromPeer: false });
    }
    sink.event({ type: 'finished', exitCode });
    // rsync reads its filters together with the other options, before it is anybody.
    const isOption = error instanceof RunError && FILTER_CODES.includes(error.code);
    return { exitCode, role: isOption ? 'client' : role, quiet: false };
  };
  try {
    requireRing(options);
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

async function runEndpoints(
  options: Options,
  endpoints: Endpoints,
  environment: ClientEnvironment,
): Promise<ClientResult> {
  if (endpoints.direction === 'local') return await runLocalCopy(options, endpoints, environment);
  const { remote } = endpoints;
  if (remote.kind === 'daemon') {
    const { runOverDaemon } = await import('./over-daemon.ts');
    return await runOverDaemon(options, endpoints, environment);
  }
  const { runOverShell } = await import('./over-shell.ts');
  return await runOverShell(options, endpoints, environment);
}
