// A client's session with all that belongs to it: the host side, the report, the summary at the end.
import type { LogTotals } from '../report/log-renderer.ts';
import type { BatchHead } from '../session/batch-recorder.ts';
import { type Endpoints, parseLocation } from '../options/endpoint.ts';
import { formatHas } from '../options/item-format.ts';
import type { Options } from '../options/options.ts';
import type { AgreedVersions } from '../session/config.ts';
import { Session } from '../session/session.ts';
import { PeerExit, RunError } from '../session/run-error.ts';
import { ClientReport } from '../transfer/client-report.ts';
import { availableMethods } from '../transfer/compression/available.ts';
import { sessionConfig } from '../transfer/session-config.ts';
import type { ClientEnvironment } from './client-environment.ts';
import { faultLines } from './fault-lines.ts';
import { ownCharset } from './own-charset.ts';
import { SessionEnds, type WorkingEnd } from './session-ends.ts';
import { runStatistics } from './run-statistics.ts';

export interface ClientSession {
  readonly session: Session;
  transferErrors(): boolean;
  /** Tells the totals. */
  summary(): void;
  /** An end that the peer has announced is told again (07 §11). */
  readonly tellsPeersEnd: boolean;
  /** Of the session, if it has come so far. */
  totals(): LogTotals | undefined;
  /** Tells why the run ended early; who has stopped it, or has heard it from the peer, knows. */
  explain(error: Error): void;
  /** Gives back what the file system keeps open. */
  release(): void;
}

/** Makes the client's end for a push or a pull. `greeting`: what a daemon agreed to. */
export function clientSession(
  options: Options,
  endpoints: Exclude<Endpoints, { direction: 'local' }>,
  environment: ClientEnvironment,
  greeting?: AgreedVersions,
): ClientSession {
  const push = endpoints.direction === 'push';
  return makeClientSession(options, environment, {
    side: push ? 'sender' : 'receiver',
    local: false,
    sources: push ? endpoints.sources : [],
    destination: push ? '' : (endpoints.destination ?? ''),
    remoteSources: push ? [] : endpoints.remote.paths,
    daemon: endpoints.remote.kind === 'daemon',
    inputs: environment.inputs,
    ...(greeting === undefined ? {} : { greeting }),
  });
}

export interface ClientSide extends WorkingEnd {
  /** The head of the batch that is played instead of a peer. */
  readonly playedBatch?: BatchHead | undefined;
  readonly greeting?: AgreedVersions;
}

export function makeClientSession(
  options: Options,
  environment: ClientEnvironment,
  side: ClientSide,
): ClientSession {
  const { sink } = environment;
  const startMs = Date.now();
  const report = new ClientReport({
    sink,
    side: side.side,
    local: side.local,
    preserveOwner: options.owner,
    preserveGroup: options.group,
    debug: options.debug,
    checksum: options.checksum,
    // Of a local copy most data is not summed: what is told must not depend on which way it goes.
    digests: !side.local || wantsDigests(options),
    nowMs: () => performance.now(),
    longName: (entry) => ends.longName(entry),
  });
  report.localData = side.localData;
  const ends = new SessionEnds({
    options,
    report,
    role: 'client',
    confinement: environment.confinement,
    batch: environment.recording,
    names: environment.names,
    ...side,
  });
  environment.recording?.script(ends.batchRules(), scriptDestination(options));
  const config = sessionConfig(options, {
    role: 'client',
    side: side.side,
    local: side.local,
    charset: ownCharset(options),
    freshSeed: 0,
    messagesInBand: false,
    availableMethods: options.compress ? availableMethods() : [],
    playedBatch: side.playedBatch,
    ...(side.greeting === undefined ? {} : { greeting: side.greeting }),
  });
  const session = new Session(config, ends);
  ends.onContext = (context) => {
    report.statistics = context.statistics;
    report.positionOf = (entry) => context.lists.progressOf(entry);
  };
  return {
    session,
    transferErrors: () => report.transferErrors,
    release: () => ends.release(),
    summary: () => {
      const { context } = session;
      if (context) sink.event({ type: 'summary', statistics: runStatistics(context, startMs) });
    },
    tellsPeersEnd: options.logFile !== null && options.info.stats === 0,
    totals: () => session.context && runStatistics(session.context, startMs),
    explain: (error) => {
      const isStop = error instanceof RunError && error.code === 'ERR_ABORTED';
      if (!isStop && !(error instanceof PeerExit)) {
        for (const text of faultLines(error)) {
          sink.event({ type: 'message', severity: 'error', text, fromPeer: false });
        }
      }
    },
  };
}

/** %C is to be shown, and the file list has no digests. */
export function wantsDigests({ checksum, itemFormat, logFile, logFileFormat }: Options): boolean {
  if (checksum) return false;
  return formatHas(itemFormat ?? '', 'C') || (logFile !== null && formatHas(logFileFormat ?? '', 'C'));
}

/** The last operand without a host: where the script of a batch plays it. */
function scriptDestination({ operands }: Options): string {
  const place = parseLocation(operands.at(-1) ?? '', false);
  return place.path;
}
