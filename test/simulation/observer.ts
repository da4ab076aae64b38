// Listens to a sender's bytes and tells what they say: entries, records, tokens, digests. It decides nothing and asks for
// nothing, so that two senders that answered the same requests can be compared.
import { digestBytes } from '@ocrsync/core/checksum-kinds';
import type { FileList } from '@ocrsync/core/file-list';
import { CompressedTokenReader } from '@ocrsync/core/token-codec';
import { PlainTokenInput, type TokenInput } from '@ocrsync/core/token-input';
import { TOKEN_END, TOKEN_LITERAL } from '@ocrsync/core/wire-reader';
import { BASIS_FNAME } from '@ocrsync/node/session/item';
import type { Channel } from '@ocrsync/node/session/channel';
import type { SessionContext } from '@ocrsync/node/session/context';
import type { Item } from '@ocrsync/node/session/item';
import type {
  Entry,
  GeneratorFiles,
  GeneratorSink,
  ReceiveResult,
  ReceiverFiles,
} from '@ocrsync/node/session/ports';
import { Session, type SessionHost } from '@ocrsync/node/session/session';
import type { Task } from '@ocrsync/node/session/wait';
import { createTokenDecompressor } from '@ocrsync/node/transfer/compression/codec';
import { clientEnd, serverEnd } from './ends.ts';
import { feed } from './feed.ts';

export interface Observed {
  /** Content of the file that the sender's matches mean. */
  basis(name: string): Buffer;
  /** Whether the real generator asked for this file: its list stays open until it came. */
  isAskedFor(name: string): boolean;
}

/** What a stream said, one line each. Lists are sorted by the session; directory sizes are the file system's own. */
export function observe(
  push: boolean,
  words: readonly string[],
  observed: Observed,
  pieces: Iterable<Uint8Array>,
): string[] {
  const told: string[] = [];
  // The receiving end's configuration comes from the same words; its host is replaced.
  const { config } = push ? serverEnd(words).session : clientEnd(words).session;
  const quiet = (): undefined => undefined;
  const host: SessionHost = {
    report: {
      negotiated: (negotiated) => told.push(JSON.stringify(negotiated)),
      listDone: quiet,
      listed: quiet,
      item: (entry, item) =>
        told.push(`item ${entry.list.name(entry.row)} ${item.iflags.toString(16)} ${item.xname ?? ''}`),
      peerMessage: (code, text) => told.push(`message ${code} ${text}`),
      peerDeleted: (name) => told.push(`deleted ${name}`),
      deleted: quiet,
      destinationCreated: quiet,
      progress: quiet,
      transferred: quiet,
      message: quiet,
    },
    filterRules: () => [],
    takeFilterRules: quiet,
    makeSender: () => {
      throw new Error('an observer sends nothing');
    },
    makeReceiver: (context) => ({
      lists: { learnId: quiet, accept: (list) => told.push(...entriesOf(list)) },
      generator: new PatientGenerator(observed),
      receiver: new TellingReceiver(context, told, observed.basis),
    }),
  };
  const session = new Session(config, host);
  feed(session, pieces, false);
  if (session.error !== undefined) throw session.error;
  return told;
}

function entriesOf(list: FileList): string[] {
  return Array.from({ length: list.count }, (_, position) => {
    const row = list.rowAt(position);
    const size = list.isDirectory(row) ? '' : list.sizeBytes(row);
    const time = `${list.mtimeSec(row)}.${list.mtimeNsec(row)}`;
    return `entry ${list.name(row)} ${list.mode(row).toString(8)} ${size} ${time}`;
  });
}

/** Asks for what the real one has asked for, to whom nobody listens. */
class PatientGenerator implements GeneratorFiles {
  readonly #observed: Observed;
  readonly deleted = [0, 0, 0, 0, 0] as const;

  constructor(observed: Observed) {
    this.#observed = observed;
  }

  openRoot(): void {
    // Nothing is written.
  }
  nextToVisit(_list: FileList, position: number): number {
    return position;
  }
  *visit({ list, row, ndx }: Entry, _visit: unknown, sink: GeneratorSink): Task {
    if ((list.mode(row) & 0o170000) !== 0o100000) return;
    if (this.#observed.isAskedFor(list.name(row))) yield* sink.request(ndx, 0, BASIS_FNAME, undefined);
  }
  openNothing(): void {}

  *begin(): Task {}
  *deleteIn(): Task {}
  *deleteLate(): Task {}
  *finished(): Task {}
  *touchUp(): Task {}
  forget(): void {
    // Nothing was kept.
  }
}

class TellingReceiver implements ReceiverFiles {
  readonly #context: SessionContext;
  readonly #told: string[];
  readonly #tokens: TokenInput;
  readonly #basis: (name: string) => Buffer;

  constructor(context: SessionContext, told: string[], basis: (name: string) => Buffer) {
    this.#basis = basis;
    this.#context = context;
    this.#told = told;
    const { channel, negotiated, protocol } = context;
    const byteOffset = (): number => channel.reader.byteOffset;
    this.#tokens =
      negotiated.compression === 'none'
        ? new PlainTokenInput(channel.reader)
        : new CompressedTokenReader(
            channel.reader,
            createTokenDecompressor(negotiated.compression, channel.core, { protocol, byteOffset }),
          );
  }

  skip(): Task {
    throw new Error('nothing is skipped here');
  }

  *receive(entry: Entry, item: Item, channel: Channel): Task<ReceiveResult> {
    this.#context.report.item(entry, item);
    const { reader, core } = channel;
    const { negotiated, protocol } = this.#context;
    const limits = { protocol, digestBytes: digestBytes(negotiated.transferChecksum) };
    while (!reader.trySumHead(limits)) yield* channel.more();
    const { sumCount, blockLength, s2Length, remainder } = reader;
    this.#told.push(`head ${entry.list.name(entry.row)} ${sumCount} ${blockLength} ${s2Length} ${remainder}`);
    this.#tokens.begin();
    const literal: Uint8Array[] = [];
    for (;;) {
      while (!this.#tokens.tryToken()) yield* channel.more();
      const { tokenKind, at, length, block } = this.#tokens;
      if (tokenKind === TOKEN_LITERAL) {
        literal.push(core.u8.slice(at, at + length));
        continue;
      }
      if (literal.length > 0)
        this.#told.push(`literal ${Buffer.concat(literal.splice(0)).toString('base64')}`);
      if (tokenKind === TOKEN_END) break;
      this.#told.push(`match ${block}`);
      if (!this.#tokens.wantsMatched) continue;
      const from = block * blockLength;
      const matched = this.#basis(entry.list.name(entry.row)).subarray(from, from + blockLength);
      const address = core.alloc(matched.length);
      core.u8.set(matched, address);
      this.#tokens.matched(address, matched.length);
      core.free(address);
    }
    while (!reader.tryBytes(limits.digestBytes)) yield* channel.more();
    this.#told.push(
      `digest ${Buffer.from(core.u8.subarray(reader.at, reader.at + reader.length)).toString('hex')}`,
    );
    return 'good';
  }

  abandon(): void {
    // Nothing is open.
  }
}
