// --read-batch: a receiving client whose other end is a file (docs/protocol/04-transfer.md §17.2).
import { CoreInstance } from '@ocrsync/core/instance';
import { WireReader } from '@ocrsync/core/wire-reader';
import { BatchInput } from '../fs/batch-file.ts';
import type { Options } from '../options/options.ts';
import { NEWEST_PROTOCOL, OLDEST_PROTOCOL } from '../options/version.ts';
import type { BatchHead } from '../session/batch-recorder.ts';
import { RunError } from '../session/run-error.ts';
import { withStreamFlags } from '../transfer/batch-options.ts';
import { play } from '../transfer/playback.ts';
import type { ClientEnvironment, ClientResult } from './client-environment.ts';
import { makeClientSession } from './client-session.ts';
import { tellNoCommand } from './no-command.ts';
import { finish } from './outcome.ts';
import { batchError } from './record-batch.ts';
import { receiverPlan } from './run-confinement.ts';

const EXIT_USAGE = 1;
const EXIT_PROTOCOL = 2;
const EXIT_FILE_IO = 11;
const EXIT_STREAM = 12;

/** Plays a batch onto the last operand. */
export async function runBatch(
  given: Options,
  file: string,
  environment: ClientEnvironment,
): Promise<ClientResult> {
  const input = openInput(file, given.insecureLinks);
  try {
    const source = new BatchSource(input, file);
    const head = source.head();
    const options = playedOptions(given, head, environment);
    const destination = given.operands.at(-1) ?? '';
    tellNoCommand(options, destination, environment);
    environment.confinement?.begin(receiverPlan(options, destination));
    const client = makeClientSession(options, environment, {
      side: 'receiver',
      local: false,
      sources: [],
      destination,
      remoteSources: [],
      daemon: false,
      playedBatch: head,
    });
    await play(client.session, {
      nowMs: () => performance.now(),
      signal: environment.signal,
      stopAtMs: options.stopAtMs,
      read: (into) => source.read(into),
    });
    return finish(client, environment, 0);
  } finally {
    input.close();
  }
}

/** The command line, corrected by what the batch was recorded with. */
function playedOptions(given: Options, head: BatchHead, { sink }: ClientEnvironment): Options {
  const tell = (text: string): void => {
    if (given.info.misc >= 1) sink.event({ type: 'message', severity: 'info', text, fromPeer: false });
  };
  const options = withStreamFlags(given, head.streamFlags, head.protocol, tell);
  if (options !== 'iconv') return { ...options, listOnly: false };
  const text = given.iconv === null ? 'Please specify the' : 'Do not specify the';
  throw new RunError('ERR_BATCH_ICONV', `${text} --iconv option to use this batch file.`, EXIT_USAGE);
}

function openInput(file: string, insecureLinks: boolean): BatchInput {
  try {
    return new BatchInput(file, insecureLinks);
  } catch (error) {
    throw batchError(file, 'open', error, EXIT_FILE_IO);
  }
}

/** The head, read by itself, and what follows it. */
class BatchSource {
  readonly #input: BatchInput;
  readonly #file: string;

  constructor(input: BatchInput, file: string) {
    this.#input = input;
    this.#file = file;
  }

  /** Fills the space with the next bytes; 0 at the end. */
  read(into: Uint8Array): number {
    try {
      return this.#input.read(into);
    } catch (error) {
      throw batchError(this.#file, 'read', error, EXIT_FILE_IO);
    }
  }

  head(): BatchHead {
    const reader = new WireReader(new CoreInstance());
    const need = (take: () => boolean): number => {
      while (!take()) {
        // One byte at a time: what follows the head is not this reader's.
        const space = reader.space().subarray(0, 1);
        if (this.read(space) === 0) throw tooShort();
        reader.commit(1);
        reader.advance();
      }
      return reader.value;
    };
    const streamFlags = need(() => reader.tryInt());
    const protocol = need(() => reader.tryInt());
    if (protocol > NEWEST_PROTOCOL) {
      const text = `The protocol version in the batch file is too new (${protocol} > ${NEWEST_PROTOCOL}).`;
      throw new RunError('ERR_BATCH_PROTOCOL', text, EXIT_PROTOCOL);
    }
    if (protocol < OLDEST_PROTOCOL) {
      const text = `The protocol version in the batch file is too old (${protocol} < ${OLDEST_PROTOCOL}).`;
      throw new RunError('ERR_BATCH_PROTOCOL', text, EXIT_PROTOCOL);
    }
    const compatFlags = protocol >= 30 ? need(() => reader.tryVarint()) : 0;
    const seed = need(() => reader.tryInt());
    return { streamFlags, protocol, compatFlags, seed };
  }
}

function tooShort(): RunError {
  const text = 'rsync: connection unexpectedly closed (0 bytes received so far) [Receiver]';
  return new RunError('ERR_CONNECTION_CLOSED', text, EXIT_STREAM);
}
