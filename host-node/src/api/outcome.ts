// The end of a run: summary or fault told, exit code worked out (docs/protocol/01-session.md §13.3).
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { ExitDebug, Options } from '../options/options.ts';
import { EXIT_SIGNAL, finalExitCode, type ProcessRole } from '../report/exit-codes.ts';
import { PeerExit, RunError } from '../session/run-error.ts';
import type { Session } from '../session/session.ts';
import type { PumpOptions } from '../transfer/pump.ts';
import type { ClientEnvironment, ClientResult } from './client-environment.ts';
import type { ClientSession } from './client-session.ts';

/** How a client's session is driven. */
export function pumpOptions(options: Options, environment: Pick<ClientEnvironment, 'signal'>): PumpOptions {
  return {
    nowMs: () => performance.now(),
    bwlimitKiBPerSecond: options.bwlimitKiBPerSecond,
    stopAtMs: options.stopAtMs,
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
  const exitCode = codeOfBoth(session.error, code, peerCode);
  const totals = client.totals();
  client.release();
  tellExit(session, session.error === undefined ? peerCode : code, exitCode);
  environment.sink.event({ type: 'finished', exitCode });
  return {
    exitCode,
    role: lastSpeaker(session),
    quiet: session.error instanceof PeerExit && !client.tellsPeersEnd,
    totals,
  };
}

/** --debug=EXIT, and IO. `cause`: what the run was ended with, before the errors on the way are counted. */
function tellExit(session: Session, cause: number, exitCode: number): void {
  const { debug } = session;
  const { reader, writer } = session.channel;
  debug?.('io', 1, () => {
    return `[${roleOf(session)}] read ${reader.rawBytesTaken} bytes, wrote ${writer.rawBytesMade} bytes`;
  });
  debug?.('exit', 2, () => `${exitPlace(lastSpeaker(session), cause)}: entered`);
  debug?.('exit', 1, () => exitDebugLine(lastSpeaker(session), session.config, cause, exitCode));
}

function exitPlace(role: ProcessRole, cause: number): string {
  return `[${role}] _exit_cleanup(code=${cause}, file=ocrsync, line=1)`;
}

/** EXIT 1 (docs/protocol/07-output.md §12.2). */
export function exitDebugLine(
  role: ProcessRole,
  { dryRun }: Pick<Options, 'dryRun'>,
  cause: number,
  exitCode = cause,
): string {
  return `${exitPlace(role, cause)}: about to call exit(${exitCode})${dryRun ? ' (DRY RUN)' : ''}`;
}

/** What --debug=EXIT tells of an end before there is a run. */
export function earlyExitLines(role: ProcessRole, { level, dryRun }: ExitDebug, code: number): string[] {
  const lines = [exitDebugLine(role, { dryRun }, code)];
  if (level >= 2) lines.unshift(`${exitPlace(role, code)}: entered`);
  if (level >= 3) lines.push(`[${role}] sending MSG_ERROR_EXIT with exit_code ${code}`);
  return lines;
}

/**
 * The code of a run from those of its two ends. One that came to its end counts its own failures only beside a server without
 * any (observed: 25 beside a server's 23 is 23, and 23 beside a shell's 3 is 3); else the higher one stands.
 */
function codeOfBoth(error: Error | undefined, code: number, peerCode: number): number {
  if (isOwnFault(error)) return code;
  const ended = error === undefined && code !== EXIT_SIGNAL;
  return ended && peerCode !== 0 ? peerCode : Math.max(code, peerCode);
}

/** A peer that this end broke off from ends with an error because of that: its code says nothing. */
function isOwnFault(error: Error | undefined): boolean {
  if (error === undefined || error instanceof PeerExit) return false;
  return !('code' in error) || !['ERR_CONNECTION_CLOSED', 'ERR_CONNECTION_LOST'].includes(String(error.code));
}

/** Who a client is at the end of its run: the receiving side has split into two by then. */
function roleOf(session: Session): ProcessRole {
  if (session.config.side === 'sender') return 'sender';
  return session.channel.role === 'receiver' ? 'generator' : 'Receiver';
}

/** In whose name an end is told: of rsync's two receiving processes the one that takes the data has faults of its own. */
export function lastSpeaker(session: Session): ProcessRole {
  return isDataFault(session) ? 'receiver' : roleOf(session);
}

/** Whether a run ends by what the sender's bytes are, or by a file that they cannot be written to, after the halves have split. */
export function isDataFault({ config, channel, error }: Session): boolean {
  if (config.side === 'sender' || channel.role !== 'receiver' || error === undefined) return false;
  if (error instanceof RunError) return error.code === 'ERR_WRITE';
  return error instanceof ProtocolError && isOwnFault(error);
}

/** Exit code of one end's session. */
export function outcomeOf(session: Session, transferErrors: boolean): number {
  const { error } = session;
  if (error === undefined) {
    return finalExitCode(session.context?.ioError ?? 0, transferErrors || session.transferErrors);
  }
  return 'exitCode' in error && typeof error.exitCode === 'number' ? error.exitCode : 12;
}

/** Whether the client of a server is gone that speaks a protocol below 29: rsync says nothing of that then (01 §13). */
export function endsSilently({ error, context }: Session): boolean {
  if (context === undefined || context.negotiated.protocol >= 29) return false;
  return error !== undefined && 'code' in error && error.code === 'ERR_CONNECTION_CLOSED';
}
