// Local copies: both ends in this process, the same two machines over memory (docs/protocol/04-transfer.md §18).
import type { Filesystem } from '../fs/filesystem.ts';
import type { Endpoints } from '../options/endpoint.ts';
import type { Options } from '../options/options.ts';
import { VERSION } from '../options/version.ts';
import { exitLine } from '../report/exit-codes.ts';
import { ownText, wireText } from '../session/charset.ts';
import { PeerExit, RunError } from '../session/run-error.ts';
import { Session } from '../session/session.ts';
import { inputsOnce } from '../flist/rule-files.ts';
import { availableMethods } from '../transfer/compression/available.ts';
import { LocalArrivals } from '../transfer/local-arrivals.ts';
import { LocalData } from '../transfer/local-data.ts';
import { LocalReceiverReport } from '../transfer/local-report.ts';
import { runPair } from '../transfer/pair.ts';
import { sessionConfig } from '../transfer/session-config.ts';
import type { ClientEnvironment, ClientResult } from './client-environment.ts';
import { endsSilently, exitDebugLine, finish, isDataFault, outcomeOf, pumpOptions } from './outcome.ts';
import { farOptions } from './far-options.ts';
import { faultLines } from './fault-lines.ts';
import { makeClientSession, wantsDigests } from './client-session.ts';
import { freshSeed } from './fresh-seed.ts';
import { ownCharset } from './own-charset.ts';
import { tellNoCommand } from './no-command.ts';
import { receiverPlan, senderPlan } from './run-confinement.ts';
import { SessionEnds } from './session-ends.ts';

/** Copies (or lists) within this machine, or within the file system given instead. */
export async function runLocalCopy(
  given: Options,
  endpoints: Extract<Endpoints, { direction: 'local' }>,
  environment: ClientEnvironment,
  filesystem?: Filesystem,
): Promise<ClientResult> {
  const options: Options = { ...given, wholeFile: given.wholeFile ?? given.batch === null };
  const destination = endpoints.destination ?? '';
  tellNoCommand(options, destination, environment);
  const far = farOptions(options, destination);
  const { writable } = receiverPlan(far, destination);
  environment.confinement?.begin({
    writable: [...writable, ...senderPlan(options, endpoints.sources).writable],
  });
  const localData =
    mayLeaveStream(options) && options.remoteOptions.length === 0
      ? new LocalData(environment.sink.ignores?.includes('progress') === true)
      : undefined;
  const both = {
    local: true,
    destination,
    remoteSources: [],
    daemon: false,
    localData,
    arrivals: new LocalArrivals(),
    inputs: environment.inputs ?? inputsOnce(),
    filesystem,
  };
  const { sources } = endpoints;
  const client = makeClientSession(options, environment, { ...both, side: 'sender', sources });
  const here = ownCharset(options, 'local');
  const charset = ownCharset(options, 'remote');
  const report = new LocalReceiverReport(
    environment.sink,
    { ...far, tellsCreated: tellsCreated(options, far) },
    (text) => ownText(here, wireText(charset, text)),
  );
  const ends = new SessionEnds({
    options: far,
    report,
    role: 'server',
    confinement: environment.confinement,
    ...both,
    side: 'receiver',
    sources: [],
  });
  const config = sessionConfig(far, {
    role: 'server',
    side: 'receiver',
    local: true,
    charset,
    freshSeed: freshSeed(),
    messagesInBand: true,
    availableMethods: options.compress ? availableMethods() : [],
  });
  const receiving = new Session(config, ends);
  await runPair(client.session, receiving, pumpOptions(options, environment));
  ends.release();
  // What both ends refuse for the same reason is told once.
  const isOwn = receiving.error?.message !== client.session.error?.message;
  if (isOwn) explainEnd(receiving, report);
  const code = outcomeOf(receiving, report.transferErrors);
  if (receiving.error === undefined && report.endsByReceiver) {
    report.message('error', exitLine(code, 'generator', VERSION));
  }
  return finish(client, environment, code);
}

/** Why the other half ended early, and its exit line. */
function explainEnd(receiving: Session, report: LocalReceiverReport): void {
  const { error } = receiving;
  if (error === undefined || error instanceof PeerExit || endsSilently(receiving)) return;
  if (error instanceof RunError && error.code === 'ERR_ABORTED') return;
  const code = outcomeOf(receiving, false);
  for (const text of faultLines(error)) report.message('error', text);
  const role = isDataFault(receiving) ? 'receiver' : 'Receiver';
  report.message('error', exitLine(code, role, VERSION));
  report.debug?.('exit', 1, () => exitDebugLine(role, receiving.config, code));
}

/** A limit of speed and compression are of the stream; appended data is summed with what is there; %C wants a sum of the data, and some of --debug each step. */
function mayLeaveStream(options: Options): boolean {
  const { deltasum, own, send, recv, time } = options.debug;
  if (wantsDigests(options) || deltasum > 1 || own + send + recv + time > 0) return false;
  return (
    options.batch === null && !options.compress && options.bwlimitKiBPerSecond === 0 && options.append === 0
  );
}

/** rsync's far half has the levels of the near one besides its own, and is silenced by its own -q alone (observed). */
function tellsCreated(near: Options, far: Options): boolean {
  const asks = ({ info, formatHasItemize, itemize }: Options): boolean =>
    info.name > 0 || formatHasItemize || itemize > 0;
  return !far.quiet && (asks(near) || asks(far));
}
