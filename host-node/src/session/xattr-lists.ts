// The lists of extended attributes inside records of the transfer phase: the generator asks for long values by their
// numbers, the sender answers with the values (docs/protocol/03-file-list.md §11.2, 04-transfer.md §2). Touches no disk.
import { MOST_XATTR_BYTES } from '@ocrsync/core/received-blocks';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { Channel } from './channel.ts';
import type { SessionContext } from './context.ts';
import { ITEM_LOCAL_CHANGE, ITEM_REPORT_XATTR, ITEM_XNAME_FOLLOWS } from './item.ts';
import type { Entry, SourceBlocks } from './ports.ts';
import type { Task } from './wait.ts';

const LINKED = ITEM_LOCAL_CHANGE | ITEM_XNAME_FOLLOWS;

/** Records have flags since then; before, nobody can be asked for a long value, and it is told as missing. */
const FLAGS_PROTOCOL = 29;

/** Whether a record with these flags carries a list, on its way to the sender and back. */
export function carriesXattrList(context: SessionContext, iflags: number): boolean {
  const { config, negotiated, protocol } = context;
  if (!config.list.xattrs || config.dryRun || protocol < FLAGS_PROTOCOL) return false;
  if ((iflags & ITEM_REPORT_XATTR) === 0) return false;
  const linksAreBare = protocol >= 31 && !negotiated.avoidXattrOptimisation;
  return !linksAreBare || (iflags & LINKED) !== LINKED;
}

/** Generator: the numbers (from 1) of the values it needs, in any order. */
export function writeXattrRequest(channel: Channel, numbers: readonly number[]): void {
  let last = 0;
  for (const number of numbers) {
    channel.writer.varint(number - last);
    last = number;
  }
  channel.writer.byte(0);
}

/** Sender: the numbers asked for. None may come twice. */
export function* readXattrRequest(
  context: SessionContext,
  entry: Entry,
  blocks: SourceBlocks,
): Task<number[]> {
  const { channel } = context;
  const numbers = new Set<number>();
  let last = 0;
  for (;;) {
    while (!channel.reader.tryVarint()) yield* channel.more();
    if (channel.reader.value === 0) return [...numbers];
    last += channel.reader.value;
    if (!blocks.hasLongXattr(entry, last) || numbers.has(last)) refuse(context, entry, last);
    numbers.add(last);
  }
}

/** Sender: the values, in the order asked for. */
export function* writeXattrAnswer(
  context: SessionContext,
  entry: Entry,
  numbers: readonly number[],
  blocks: SourceBlocks,
): Task {
  const { channel } = context;
  let last = 0;
  for (const number of numbers) {
    const value = blocks.readXattr(entry, number);
    channel.writer.varint(number - last);
    channel.writer.varint(value.length);
    channel.writer.bytes(value);
    last = number;
    yield* channel.room();
  }
  channel.writer.byte(0);
}

/** Receiver: takes the values into the table of the session. Only what was asked for is taken. */
export function* readXattrAnswer(context: SessionContext, entry: Entry): Task {
  const { channel, blocks } = context;
  const { reader } = channel;
  const set = blocks.xattrs(entry.list.xattrs(entry.row));
  let last = 0;
  for (;;) {
    while (!reader.tryVarint()) yield* channel.more();
    if (reader.value === 0) return;
    last += reader.value;
    const attribute = set[last - 1];
    if (attribute === undefined || !attribute.asked || attribute.value !== undefined) {
      refuse(context, entry, last);
    }
    while (!reader.tryVarint()) yield* channel.more();
    blocks.takeValue(attribute, yield* readValue(context, reader.value));
  }
}

function* readValue({ channel }: SessionContext, lengthBytes: number): Task<Uint8Array> {
  const { reader, core } = channel;
  if (lengthBytes < 0 || lengthBytes > MOST_XATTR_BYTES) {
    const text = `xattr datum_len exceeds per-value limit [${channel.role}]`;
    throw new ProtocolError('ERR_XATTR_VALUE_LENGTH', text, 2, reader.byteOffset);
  }
  const pieces: Uint8Array[] = [];
  for (let left = lengthBytes; left > 0;) {
    const count = Math.min(left, reader.dataLength);
    if (count === 0) {
      yield* channel.more();
      continue;
    }
    pieces.push(core.u8.slice(reader.dataAt, reader.dataAt + count));
    reader.consume(count);
    left -= count;
  }
  return pieces.length === 1 ? pieces[0]! : joined(pieces, lengthBytes);
}

function joined(pieces: readonly Uint8Array[], lengthBytes: number): Uint8Array {
  const whole = new Uint8Array(lengthBytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function refuse({ channel }: SessionContext, { list, row }: Entry, number: number): never {
  const text = `[${channel.role}] could not find xattr #${number} for ${list.name(row)}`;
  throw new ProtocolError('ERR_XATTR_NUMBER', text, 2, channel.reader.byteOffset);
}
