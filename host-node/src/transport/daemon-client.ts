// A client's dialogue with a daemon, from the greeting to the arguments (docs/protocol/02-daemon.md §3, §4, §7, §8).
import type { AgreedVersions } from '../session/config.ts';
import { checkVersion } from '../session/handshake.ts';
import { RunError } from '../session/run-error.ts';
import { AUTH_DIGESTS, authResponse, chooseAuthDigest } from './daemon-auth.ts';
import { LineReader } from './line-reader.ts';
import type { StreamDuplex } from './stream-duplex.ts';

export interface DaemonRequest {
  /** Empty: list the modules. latin1. */
  readonly module: string;
  readonly user: string;
  readonly ownProtocol: number;
  /** Bytes for the daemon's early exec command; asked once the daemon has greeted. */
  earlyInput(): Buffer | undefined;
  /** Asked only when the daemon wants to know. */
  password(): Promise<string>;
  /** A line of the message of the day or of the module list. */
  motd(line: string): void;
}

/** What the dialogue ended with: versions to go on with, or `undefined` after a listing. */
export type DaemonAgreement = AgreedVersions | undefined;

function refuse(text: string): RunError {
  return new RunError('ERR_DAEMON', text, 5);
}

/** Talks until the daemon says OK (then arguments and binary data follow) or EXIT. RunError with exit code 5 when it refuses. */
export async function greetDaemon(duplex: StreamDuplex, request: DaemonRequest): Promise<DaemonAgreement> {
  const lines = new LineReader(duplex);
  try {
    send(duplex, `@RSYNCD: ${request.ownProtocol}.0 ${AUTH_DIGESTS.join(' ')}\n`);
    const { versions, digests } = parseGreeting(await lines.line(), request.ownProtocol);
    const early = request.earlyInput();
    if (early !== undefined && early.length > 0) {
      send(duplex, `#early_input=${early.length}\n`);
      duplex.write(early);
    }
    send(duplex, `${request.module}\n`);
    for (;;) {
      const line = await lines.line();
      if (line === undefined) throw refuse("rsync: didn't get server startup line");
      if (line === '@RSYNCD: OK') return versions;
      if (line === '@RSYNCD: EXIT') return undefined;
      if (line.startsWith('@ERROR')) throw refuse(line);
      if (line.startsWith('@RSYNCD: AUTHREQD ')) {
        const digest = chooseAuthDigest(digests, versions.protocol);
        const challenge = line.slice('@RSYNCD: AUTHREQD '.length);
        const response = authResponse(digest, await request.password(), challenge);
        send(duplex, `${request.user} ${response}\n`);
      } else request.motd(line);
    }
  } finally {
    lines.release();
  }
}

function parseGreeting(
  line: string | undefined,
  ownProtocol: number,
): { versions: AgreedVersions; digests: string } {
  if (line === undefined) throw refuse('rsync: did not see server greeting');
  const match = /^@RSYNCD: (\d+)(?:\.(\d+))?(?: (.*))?$/.exec(line);
  if (!match) throw refuse(`rsync: server sent "${line}" rather than greeting`);
  const remote = Number(match[1]);
  if (remote >= 30 && match[2] === undefined) {
    throw refuse(`rsync: the server omitted the subprotocol value: ${line}`);
  }
  if (remote > 31 && match[3] === undefined) {
    throw refuse(`rsync: the server omitted the digest name list: ${line}`);
  }
  const sub = Number(match[2] ?? 0);
  const agreed = Math.min(remote, ownProtocol) - (sub !== 0 && remote <= ownProtocol ? 1 : 0);
  checkVersion(agreed, remote, 'client');
  return { versions: { protocol: agreed, peerProtocol: remote }, digests: match[3] ?? '' };
}

/** Sends the server argument list (§8): NUL-terminated words, before protocol 30 lines; an empty one ends it. */
export function sendDaemonArguments(duplex: StreamDuplex, protocol: number, words: readonly string[]): void {
  const end = protocol >= 30 ? '\0' : '\n';
  send(duplex, words.map((word) => word + end).join('') + end);
}

function send(duplex: StreamDuplex, text: string): void {
  duplex.write(Buffer.from(text, 'latin1'));
}
