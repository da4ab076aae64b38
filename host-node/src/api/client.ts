// One client run, from parsed options to the exit code: finds the other end, runs the session, tells the events.
// Transports are loaded when one is needed: a local run does without sockets, child processes and all they bring.
import { inputsOnce } from '../flist/rule-files.ts';
import { type Endpoints, resolveEndpoints } from '../options/endpoint.ts';
import { OptionError } from '../options/option-error.ts';
import type { ExitDebug, Options } from '../options/options.ts';
import { EXIT_SIGNAL } from '../report/exit-codes.ts';
import { RunError } from '../session/run-error.ts';
import { requireRing } from '../transfer/read-ahead-choice.ts';
import type { ClientEnvironment, ClientResult } from './client-environment.ts';
import { requireSameConversion } from './far-options.ts';
import { faultLines } from './fault-lines.ts';
import { openListedNames } from './listed-names.ts';
import { requireSafeMunging } from './munging.ts';
import { ownCharset } from './own-charset.ts';
import { earlyExitLines } from './outcome.ts';
import { runLocalCopy } from './local-copy.ts';
import { openRecording } from './record-batch.ts';
import { roleOfOperands } from './remote-role.ts';
import { readRules, RuleMistake } from './read-rules.ts';

const OPTION_CODES: readonly string[] = [
  'ERR_FILTER_RULE',
  'ERR_FILTER_FILE',
  'ERR_FILES_FROM',
  'ERR_MUNGING',
];

/** Runs one client to its end; never throws for anything a user or a peer can do. */
export async function runClient(options: Options, environment: ClientEnvironment): Promise<ClientResult> {
  const { sink } = environment;
  const role = roleOfOperands(options);
  const fail = (error: RunError | OptionError): ClientResult => {
    const { exitCode } = error;
    for (const text of faultLines(error)) {
      sink.event({ type: 'message', severity: 'error', text, fromPeer: false });
    }
    // rsync opens these files together with reading the other options, before it is anybody.
    const isOption = error instanceof RunError && OPTION_CODES.includes(error.code);
    const early = error instanceof RunError && error.code === 'ERR_BATCH_FILE' ? 'Receiver' : role;
    const who = isOption ? 'client' : early;
    const exitDebug = exitDebugOf(options, error);
    if (exitDebug !== undefined) {
      for (const line of earlyExitLines(who, exitDebug, exitCode)) environment.line(line);
    }
    sink.event({ type: 'finished', exitCode });
    return { exitCode, role: who, quiet: false };
  };
  try {
    const inputs = environment.inputs ?? inputsOnce();
    readRules(options, inputs);
    requireRing(options);
    if (options.batch?.mode === 'read')
      return await (await import('./play-batch.ts')).runBatch(options, options.batch.file, environment);
    const program = environment.program ?? ['ocrsync'];
    const endpoints = endpointsOf(options, program);
    requireSafeMunging(options);
    const names = environment.names ?? openListedNames(options, endpoints.direction !== 'pull');
    const recording = openRecording(options, program, isListing(options, endpoints));
    try {
      return await runEndpoints(options, endpoints, {
        ...environment,
        inputs,
        ...(names === undefined ? {} : { names }),
        ...(recording === undefined ? {} : { recording }),
      });
    } finally {
      recording?.close();
    }
  } catch (error) {
    if (environment.signal.aborted) {
      sink.event({ type: 'finished', exitCode: EXIT_SIGNAL });
      return { exitCode: EXIT_SIGNAL, role, quiet: false };
    }
    if (error instanceof RunError || error instanceof OptionError) return fail(error);
    throw error;
  }
}

/** What of an end before anybody is connected is told: of a mistake in a rule, as far as it was asked for where that stood. */
function exitDebugOf(options: Options, error: RunError | OptionError): ExitDebug | undefined {
  if (error instanceof RuleMistake) return error.exitDebug;
  const { debug, dryRun, quiet } = options;
  return quiet || debug.exit < 1 ? undefined : { level: debug.exit, dryRun };
}

/** rsync looks at operands, of which it needs some, after it has made the files of a batch. */
function endpointsOf(options: Options, program: readonly string[]): Endpoints {
  try {
    return resolveEndpoints(options, process.platform === 'win32');
  } catch (error) {
    if (options.operands.length > 0) openRecording(options, program, false)?.close();
    throw error;
  }
}

function isListing({ listOnly }: Options, endpoints: Endpoints): boolean {
  return listOnly || (endpoints.direction !== 'push' && endpoints.destination === undefined);
}

async function runEndpoints(
  options: Options,
  endpoints: Endpoints,
  environment: ClientEnvironment,
): Promise<ClientResult> {
  if (endpoints.direction === 'local') {
    ownCharset(options);
    return await runLocalCopy(options, endpoints, environment);
  }
  requireSameConversion(options);
  const { remote } = endpoints;
  if (remote.kind === 'daemon') {
    const { runOverDaemon } = await import('./over-daemon.ts');
    return await runOverDaemon(options, endpoints, environment);
  }
  const { runOverShell } = await import('./over-shell.ts');
  return await runOverShell(options, endpoints, environment);
}
