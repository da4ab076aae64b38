// Names of --files-from on their way through the connection, from the receiving side to the sender, while the list comes back
// (docs/protocol/01-session.md §17, 03-file-list.md §3.4). What a name means is flist/'s business.
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { Channel } from './channel.ts';
import { FORWARDED_NAME_BYTES } from './limits.ts';
import { type Task, WAIT_TURN } from './wait.ts';

/** Until then names travel bare, whatever the rest of the stream does. */
const FRAMED_SINCE_PROTOCOL = 31;
const NAMES_PER_TURN = 64;
const NUL = '\0';

/** The receiving side: sends all names that `next` gives, and the end mark. */
export function* sendNames(channel: Channel, protocol: number, next: () => string | undefined): Task {
  const write = writerOf(channel, protocol);
  let pending = '';
  let count = 0;
  for (let name = next(); name !== undefined; name = next()) {
    pending += name + NUL;
    if (++count % NAMES_PER_TURN !== 0) continue;
    write(pending);
    pending = '';
    yield* channel.room();
    yield WAIT_TURN;
  }
  write(pending + NUL);
  channel.holdsFrames = false;
}

function writerOf(channel: Channel, protocol: number): (text: string) => void {
  if (protocol >= FRAMED_SINCE_PROTOCOL) return (text) => channel.writer.latin1(text);
  channel.holdsFrames = true;
  return (text) => channel.writer.bare(text);
}

/** The sender: to be called when the names are the next thing to come. `isFramed`: this direction has frames by now. */
export function expectNames(channel: Channel, protocol: number, isFramed: boolean): ReceivedNames {
  const suspends = isFramed && protocol < FRAMED_SINCE_PROTOCOL;
  if (suspends) suspendFrames(channel);
  return new ReceivedNames(channel, suspends);
}

function suspendFrames({ reader, role }: Channel): void {
  try {
    reader.disableMux();
  } catch {
    const text = `unexpected data before the names of --files-from [${role}]`;
    throw new ProtocolError('ERR_FILES_FROM', text, 2, reader.byteOffset);
  }
}

export class ReceivedNames {
  readonly #channel: Channel;
  readonly #suspended: boolean;
  #ended = false;

  constructor(channel: Channel, suspended: boolean) {
    this.#channel = channel;
    this.#suspended = suspended;
  }

  /** undefined: there are no more. */
  *next(): Task<string | undefined> {
    if (this.#ended) return undefined;
    const { reader } = this.#channel;
    while (!reader.tryCString(FORWARDED_NAME_BYTES)) yield* this.#channel.more();
    const name = reader.text();
    if (name !== '') return name;
    this.#ended = true;
    if (this.#suspended) reader.enableMux();
    return undefined;
  }
}
