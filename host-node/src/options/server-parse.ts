// A `--server` command line: the same table and scanner, with a server's rules (docs/protocol/05-options.md §13, 01-session.md §16).
import { parseArguments } from './parse.ts';
import type { StopOutcome } from './parse.ts';
import type { Options } from './options.ts';
import type { Environment } from './resolve.ts';

/** What a server was asked to do. */
export interface ServerRequest {
  readonly kind: 'server';
  readonly options: Options;
  /** Sender: what to send (never empty: `.`). Receiver: exactly one destination. */
  readonly paths: readonly string[];
}

/**
 * Reads a server's words, from `--server` on, as a remote shell or a daemon's client gave them.
 * @param words latin1 byte strings
 */
export function parseServerArguments(
  words: readonly string[],
  environment: Environment,
): ServerRequest | StopOutcome {
  const outcome = parseArguments(words, environment);
  if (outcome.kind === 'stop') return outcome;
  const { options } = outcome;
  if (!options.isServer) return refused('--server is missing');
  const paths = options.operands;
  if (options.isServerSender) return { kind: 'server', options, paths: paths.length === 0 ? ['.'] : paths };
  if (paths.length > 1) return refused('a receiving server has one destination');
  return { kind: 'server', options, paths: paths.length === 0 ? ['.'] : paths };
}

function refused(text: string): StopOutcome {
  return {
    kind: 'stop',
    stdout: '',
    stderr: `rsync: on remote machine: ${text}\n`,
    exitCode: 1,
    isServer: true,
    filters: [],
  };
}
