// What the command does with its words: parse, run as client or server, print, exit (docs/protocol/05-options.md).
import module from 'node:module';
import { runClient } from '@ocrsync/node/api/client';
import type { ClientEnvironment, ClientResult } from '@ocrsync/node/api/client-environment';
import type { EventSink } from '@ocrsync/node/report/events';
import { openLogFile } from '@ocrsync/node/api/log-file';
import { platformFacts } from '@ocrsync/node/api/capabilities';
import { earlyExitLines } from '@ocrsync/node/api/outcome';
import { mistakeInRules } from '@ocrsync/node/api/read-rules';
import { RunConfinement } from '@ocrsync/node/api/run-confinement';
import { byteString } from '@ocrsync/node/options/byte-strings';
import { usageText } from '@ocrsync/node/options/help';
import { DEFAULT_OPTIONS } from '@ocrsync/node/options/default-options';
import type { Options } from '@ocrsync/node/options/options';
import { parseArguments, type StopOutcome } from '@ocrsync/node/options/parse';
import { VERSION } from '@ocrsync/node/options/version';
import {
  EXIT_CRASHED,
  EXIT_FILE_SELECT,
  EXIT_SYNTAX,
  exitLine,
  type ProcessRole,
} from '@ocrsync/node/report/exit-codes';
import type { LogRenderer } from '@ocrsync/node/report/log-renderer';
import { tee } from '@ocrsync/node/report/tee';
import { isDoctor } from './doctor-words.ts';
import { commandWords } from './command-words.ts';
import { EXPLAIN_USAGE, explainWords } from './explain-words.ts';
import { rendererFor } from './rendering.ts';
import { writeAll } from './write-all.ts';

/** Runs one command line and ends the process with rsync's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  let exitCode: number;
  try {
    exitCode = await run(commandWords(argv));
  } catch (error) {
    exitCode = EXIT_CRASHED;
    writeAll(2, `ocrsync: internal error, please report it: ${String(error)}\n`);
    if (process.env['OCRSYNC_TRACE']) writeAll(2, `${(error as Error).stack}\n`);
    printExitLine(exitCode, 'client');
  }
  process.exit(exitCode);
}

async function run(typed: readonly string[]): Promise<number> {
  const words = explainWords(typed);
  if (words === undefined) {
    const isAsked = typed.some((word) => word === '--help' || word === '-h');
    writeAll(isAsked ? 1 : 2, EXPLAIN_USAGE);
    return isAsked ? 0 : EXIT_SYNTAX;
  }
  if (!startDirectoryExists()) {
    writeAll(2, 'rsync: getcwd(): No such file or directory (2)\n');
    printExitLine(EXIT_FILE_SELECT, 'Receiver');
    return EXIT_FILE_SELECT;
  }
  if (isDoctor(words)) {
    const { doctor } = await import('./doctor.ts');
    writeAll(1, Buffer.from(await doctor(words), 'utf8').toString('latin1'));
    return 0;
  }
  const outcome = parseArguments(words, process.env, platformFacts);
  if (outcome.kind === 'stop') return stop(outcome, outcome.isServer ? 'server' : 'client');
  const { options } = outcome;
  if (!options.isServer && options.operands.length === 0) {
    const { filters } = options;
    const usage = { stdout: '', stderr: usageText(), exitCode: EXIT_SYNTAX, filters };
    return stop(usage, 'Receiver');
  }
  const signal = abortOnSignals();
  if (options.isServer) {
    const { runServer } = await import('@ocrsync/node/api/server');
    return await runServer(words, {
      stderr: (text) => writeAll(2, text),
      signal,
      confinement: ownConfinement,
    });
  }
  if (options.explain !== null) {
    const { explain } = await import('./explain.ts');
    const { exitCode, role, quiet } = await explain(options, {
      line: (text) => writeAll(2, `${text}\n`),
      signal,
      confinement: ownConfinement(options),
    });
    if (!quiet) printExitLine(exitCode, role);
    return exitCode;
  }
  const { log, warnings } = openLogFile(options, 'client');
  const screen = rendererFor(options);
  const sink = log === undefined ? screen : tee([screen, log]);
  for (const { severity, text } of warnings) sink.event({ type: 'message', severity, text, fromPeer: false });
  const result = await runClient(options, {
    sink,
    line: linesTo(sink),
    signal,
    program: ownProgram(),
    confinement: ownConfinement(options),
  });
  if (!result.quiet) printExitLine(result.exitCode, result.role, log, result.totals);
  return result.exitCode;
}

/** With the Node that runs it: the one that a shell finds may be too old. Deno would need words of its own. */
function ownProgram(): string[] {
  const { argv, execArgv, execPath, versions } = process;
  if (argv[1] === undefined) return ['ocrsync'];
  const runtime = versions['deno'] === undefined ? [execPath, ...execArgv] : [];
  return [...runtime, argv[1]].map(byteString);
}

/** An answer without a run. A mistake in a rule that stands before is told instead, as rsync reads rules on the way. */
function stop(answer: Omit<StopOutcome, 'kind' | 'isServer'>, role: ProcessRole): number {
  const reader = role === 'server' ? 'server' : 'client';
  const mistake = mistakeInRules(answer.filters, reader);
  const { stdout, stderr, exitCode } =
    mistake === undefined
      ? answer
      : { stdout: '', stderr: `${mistake.message}\n`, exitCode: mistake.exitCode };
  writeAll(1, stdout);
  writeAll(2, stderr);
  const { log } = openLogFile({ ...DEFAULT_OPTIONS, logFile: answer.logFile ?? null }, 'client');
  for (const line of stderr.split('\n')) if (line !== '') log?.line(line);
  printExitLine(exitCode, mistake === undefined ? role : reader, log);
  const exitDebug = mistake === undefined ? answer.exitDebug : mistake.exitDebug;
  if (reader === 'client' && exitDebug !== undefined) {
    for (const line of earlyExitLines(reader, exitDebug, exitCode)) {
      writeAll(1, `${line}\n`);
      log?.line(line);
    }
  }
  return exitCode;
}

/** Lines that are no events of the engine. */
function linesTo(sink: EventSink): ClientEnvironment['line'] {
  return (text, audience) => {
    const unlogged = audience === 'screen' ? { unlogged: true } : {};
    sink.event({ type: 'message', severity: 'info', text, fromPeer: true, ...unlogged });
  };
}

/** Somebody may have removed it. */
function startDirectoryExists(): boolean {
  try {
    process.cwd();
    return true;
  } catch {
    return false;
  }
}

/**
 * The process is there for this one run, so it may give up what the run does not need. What was compiled is kept for the next
 * start before: the cache of compiled code is a place where a confined process must not write.
 */
function ownConfinement(options: Options): RunConfinement | undefined {
  return RunConfinement.of(options, {
    warn: (text) => writeAll(2, `ocrsync: ${text}\n`),
    beforehand: () => module.flushCompileCache?.(),
  });
}

function printExitLine(
  exitCode: number,
  role: ProcessRole,
  log?: LogRenderer,
  totals?: ClientResult['totals'],
): void {
  const line = exitLine(exitCode, role, VERSION);
  if (line !== '') log?.exit(line, role, totals);
  if (line !== '') writeAll(2, `${line}\n`);
}

/** INT, TERM and HUP end a run in order: temporary files are removed or kept, and the exit code is 20. */
function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => controller.abort(signal));
  }
  return controller.signal;
}
