// `--server`: this process is the far end of somebody's remote shell; its stdin and stdout are the wire
// (docs/protocol/01-session.md §16, 05-options.md §13).
import type { StopOutcome } from '../options/parse.ts';
import { parseServerArguments, type ServerRequest } from '../options/server-parse.ts';
import { escapeServerText } from '../report/escape.ts';
import { listLine } from '../report/list-only.ts';
import type { Options } from '../options/options.ts';
import { type ProcessRole, exitLine } from '../report/exit-codes.ts';
import { VERSION } from '../options/version.ts';
import { Session } from '../session/session.ts';
import { PeerExit, RunError } from '../session/run-error.ts';
import { serverInputs } from '../flist/rule-files.ts';
import { availableMethods } from '../transfer/compression/available.ts';
import { requireRing } from '../transfer/read-ahead-choice.ts';
import { entryInfo } from '../transfer/entry-info.ts';
import { pump } from '../transfer/pump.ts';
import { oldDeletionLine } from '../transfer/old-deletion-line.ts';
import { ServerReport } from '../transfer/server-report.ts';
import { sessionConfig } from '../transfer/session-config.ts';
import { expandPathWords } from './path-words.ts';
import { readSecludedWords } from '../transport/secluded-args.ts';
import { standardDuplex } from '../transport/standard-duplex.ts';
import type { StreamDuplex } from '../transport/stream-duplex.ts';
import { ownCharset, wordsFromWire } from './own-charset.ts';
import { endsSilently, isDataFault, outcomeOf } from './outcome.ts';
import { faultLines } from './fault-lines.ts';
import { freshSeed } from './fresh-seed.ts';
import { mistakeInRules } from './read-rules.ts';
import { requireSafeMunging } from './munging.ts';
import { openListedNames } from './listed-names.ts';
import { receiverPlan, senderPlan, type RunConfinement } from './run-confinement.ts';
import { openServerLog, type ServerLog } from './server-log.ts';
import { requireOwnRules } from './server-rules.ts';
import { SessionEnds } from './session-ends.ts';

/** Of choices that were refused before there were roles. */
const EXIT_UNSUPPORTED = 4;

export interface ServerEnvironment {
  /** Writes to this process's stderr; latin1, newline included. */
  stderr(text: string): void;
  readonly signal: AbortSignal;
  /** Makes what takes rights away from the process before the client is heard. Absent: it keeps them. */
  readonly confinement?: (options: Options) => RunConfinement | undefined;
}

/** Serves one session on stdin and stdout. Returns rsync's exit code. */
export async function runServer(words: readonly string[], environment: ServerEnvironment): Promise<number> {
  let hasRequest = false;
  try {
    const wire = standardDuplex();
    const request = await readRequest(words, wire);
    hasRequest = true;
    if (request.kind === 'stop') {
      const mistake = mistakeInRules(request.filters, 'server');
      if (mistake !== undefined) throw mistake;
      environment.stderr(request.stderr);
      if (request.exitCode !== 0) environment.stderr(`${exitLine(request.exitCode, 'server', VERSION)}\n`);
      return request.exitCode;
    }
    return await serve(request, wire, environment);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    for (const line of faultLines(error)) environment.stderr(`${line}\n`);
    // A charset is looked for only when the ends have their roles, but for the one of secluded words.
    const side = words.includes('--sender') ? 'sender' : 'Receiver';
    const role = error.code === 'ERR_ICONV' && hasRequest ? side : 'server';
    environment.stderr(`${exitLine(error.exitCode, role, VERSION)}\n`);
    return error.exitCode;
  }
}

/** What the words of the command line ask for, and with --secluded-args those that follow on the wire. */
async function readRequest(
  words: readonly string[],
  wire: StreamDuplex,
): Promise<ServerRequest | StopOutcome> {
  const visible = parseServerArguments(words, process.env);
  if (visible.kind === 'stop' || !visible.options.secludedArgs) return visible;
  // What begins the second block are options again; path words of the first one mean nothing (02-daemon.md §8.1).
  const options = words.filter((word) => word.startsWith('-'));
  const secluded = wordsFromWire(await readSecludedWords(wire), visible.options);
  const request = parseServerArguments([...options, ...secluded], process.env);
  return request.kind === 'stop' ? request : { ...request, paths: expandPathWords(request.paths) };
}

async function serve(
  { options, paths }: ServerRequest,
  wire: StreamDuplex,
  environment: ServerEnvironment,
): Promise<number> {
  const inputs = serverInputs();
  requireOwnRules(options, inputs);
  requireRing(options);
  const side = options.isServerSender ? 'sender' : 'receiver';
  const destination = side === 'receiver' ? (paths[0] ?? '.') : '';
  requireSafeMunging(options);
  const charset = ownCharset(options);
  const names = openListedNames(options, side === 'sender');
  const plan = side === 'receiver' ? receiverPlan(options, destination) : senderPlan(options, paths);
  const stderr = (text: string): void => environment.stderr(escaped(text));
  const messagesInBand = options.stderrMode === 'client';
  const { quiet, debug, stderrMode } = options;
  const own = new ServerReport({
    messagesInBand,
    stderrMode,
    quiet,
    charset,
    debug,
    stderr,
    listLine: (entry) => listLine(entryInfo(entry, options), options.humanReadable, options),
    oldDeletionLine: (name) => oldDeletionLine(options, name),
  });
  const logged = openServerLog(options, side, own, (text) => stderr(`${text}\n`));
  const report = logged?.report ?? own;
  const confinement = environment.confinement?.(options);
  confinement?.begin(plan);
  const ends = new SessionEnds({
    options,
    report,
    role: 'server',
    side,
    local: false,
    sources: side === 'sender' ? paths : [],
    destination,
    confinement,
    names,
    inputs,
    remoteSources: [],
    daemon: false,
  });
  const config = sessionConfig(options, {
    role: 'server',
    side,
    local: false,
    charset,
    freshSeed: freshSeed(),
    messagesInBand,
    availableMethods: options.compress ? availableMethods() : [],
  });
  const session = new Session(config, ends);
  own.channel = session.channel;
  const startMs = Date.now();
  let code: number | undefined;
  const settle = (): number => (code ??= settled(session, side, own, { stderr, logged, startMs }));
  // A client that knows of the end may leave a remote shell before it has brought the words about it.
  ends.failing = settle;
  if (logged !== undefined) ends.onContext = logged.begin;
  await pump(session, wire, {
    nowMs: () => performance.now(),
    bwlimitKiBPerSecond: options.bwlimitKiBPerSecond,
    stopAtMs: options.stopAtMs,
    leavesFirst: true,
    signal: environment.signal,
  });
  return settle();
}

/** Where the words about the end go. */
interface LastWords {
  stderr(text: string): void;
  readonly logged: ServerLog | undefined;
  readonly startMs: number;
}

/** The exit code, and the words about it. */
function settled(
  session: Session,
  side: 'sender' | 'receiver',
  report: ServerReport,
  { stderr, logged, startMs }: LastWords,
): number {
  const code = outcomeOf(session, report.transferErrors);
  const { error, context } = session;
  const finish = (role: ProcessRole): number => {
    const last = exitLine(code, role, VERSION);
    stderr(`${last}\n`);
    logged?.exit(last, role, context, startMs);
    return code;
  };
  if (error === undefined) {
    if (report.endsByReceiver) return finish('generator');
    if (context !== undefined) logged?.summary(context, startMs);
    return code;
  }
  // An end that the peer has announced is told only where there is a log (07 §11).
  const isPeers = error instanceof PeerExit;
  if ((isPeers && logged === undefined) || endsSilently(session)) return code;
  for (const line of isPeers ? [] : faultLines(error)) {
    stderr(`${line}\n`);
    logged?.log.line(line);
  }
  const negotiating = context === undefined && code === EXIT_UNSUPPORTED;
  const receiving = isDataFault(session) ? 'receiver' : 'Receiver';
  const role = side === 'sender' ? 'sender' : negotiating ? 'server' : receiving;
  return code === 0 ? code : finish(role);
}

/** A server's own stderr is a screen like the client's: names are made harmless for it. */
function escaped(text: string): string {
  return `${escapeServerText(text.endsWith('\n') ? text.slice(0, -1) : text)}\n`;
}
