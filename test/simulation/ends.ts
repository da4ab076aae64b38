// Makes our client's and server's ends for real directories, without a process or a pipe: a test moves the bytes.
import { makeClientSession } from '@ocrsync/node/api/client-session';
import type { Filesystem } from '@ocrsync/node/fs/filesystem';
import { outcomeOf } from '@ocrsync/node/api/outcome';
import { SessionEnds } from '@ocrsync/node/api/session-ends';
import { resolveEndpoints } from '@ocrsync/node/options/endpoint';
import { parseArguments } from '@ocrsync/node/options/parse';
import { serverArguments } from '@ocrsync/node/options/server-args';
import { parseServerArguments } from '@ocrsync/node/options/server-parse';
import { Session } from '@ocrsync/node/session/session';
import { availableMethods } from '@ocrsync/node/transfer/compression/available';
import { ServerReport } from '@ocrsync/node/transfer/server-report';
import { sessionConfig } from '@ocrsync/node/transfer/session-config';

/** One end, ready to be fed. */
export interface End {
  readonly session: Session;
  /** rsync's exit code, once the session is done. */
  exitCode(): number;
  /** Closes what the end keeps open between calls: a test that counts descriptors calls it first. */
  release(): void;
}

const never = new AbortController().signal;

/** A client for `words`, operands included. Also gives the words that its server gets. */
export function clientEnd(
  words: readonly string[],
  filesystem?: Filesystem,
): End & { readonly serverWords: readonly string[] } {
  const parsed = parseArguments(words, {});
  if (parsed.kind === 'stop') throw new Error(parsed.stderr);
  const { options } = parsed;
  const endpoints = resolveEndpoints(options, false);
  if (endpoints.direction === 'local') throw new Error('both ends are local');
  const push = endpoints.direction === 'push';
  const environment = { sink: { event: () => undefined }, line: () => undefined, signal: never };
  const client = makeClientSession(options, environment, {
    side: push ? 'sender' : 'receiver',
    local: false,
    sources: push ? endpoints.sources : [],
    destination: push ? '' : (endpoints.destination ?? ''),
    remoteSources: push ? [] : endpoints.remote.paths,
    daemon: false,
    filesystem,
  });
  return {
    session: client.session,
    exitCode: () => outcomeOf(client.session, client.transferErrors()),
    release: () => client.release(),
    serverWords: serverArguments(options, { push, paths: endpoints.remote.paths, quoting: false }),
  };
}

/** A server for the words that follow `rsync` on its command line. */
export function serverEnd(words: readonly string[], filesystem?: Filesystem): End {
  const request = parseServerArguments(words, {});
  if (request.kind === 'stop') throw new Error(request.stderr);
  const { options, paths } = request;
  const side = options.isServerSender ? 'sender' : 'receiver';
  const report = new ServerReport({ messagesInBand: false, quiet: false, stderr: () => undefined });
  const ends = new SessionEnds({
    options,
    report,
    role: 'server',
    side,
    local: false,
    sources: side === 'sender' ? paths : [],
    destination: side === 'receiver' ? (paths[0] ?? '.') : '',
    remoteSources: [],
    daemon: false,
    filesystem,
  });
  const config = sessionConfig(options, {
    role: 'server',
    side,
    local: false,
    freshSeed: 4711,
    messagesInBand: false,
    availableMethods: options.compress ? availableMethods() : [],
  });
  const session = new Session(config, ends);
  report.channel = session.channel;
  return {
    session,
    exitCode: () => outcomeOf(session, report.transferErrors),
    release: () => ends.release(),
  };
}
