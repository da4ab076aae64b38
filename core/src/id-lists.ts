// The lists of user and group names that follow a file list without incremental recursion
// (docs/protocol/03-file-list.md §9.2). What the names mean locally is the host's business.
import { ProtocolError } from './protocol-error.ts';
import type { WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

/** An id and its name, bytes as latin1 text. */
export interface IdListEntry {
  id: number;
  name: string;
}

interface Progress {
  names: IdListEntry[];
  id: number | undefined;
  nameBytes: number | undefined;
}

const MAX_NAME_BYTES = 255;
/** No system names more accounts; a peer that sends more wants our memory. */
const MAX_IDS = 1 << 20;

/** Lists that are half read. The wire gives no count, and a list may be larger than the reader's window. */
const unfinished = new WeakMap<WireReader, Progress>();

/** Writes one list with its terminator. `id0Names`: id 0's name belongs to the terminator, else id 0 is left out. */
export function writeIdList(
  writer: WireWriter,
  protocol: number,
  names: Iterable<IdListEntry>,
  id0Names: boolean,
): void {
  let rootName = '';
  for (const { id, name } of names) {
    if (name.length > MAX_NAME_BYTES) throw new RangeError(`user or group name of ${name.length} bytes`);
    if (id === 0) {
      rootName = name;
      continue;
    }
    if (name === '') continue;
    writer.varint30(protocol, id | 0);
    writer.byte(name.length);
    writer.latin1(name);
  }
  writer.varint30(protocol, 0);
  if (!id0Names) return;
  writer.byte(rootName.length);
  writer.latin1(rootName);
}

/**
 * Reads one list: its names, or undefined when more bytes are needed (items read so far are kept for the next call with
 * the same reader). Ids are unsigned. A nameless id 0 is left out.
 */
export function tryReadIdList(
  reader: WireReader,
  protocol: number,
  id0Names: boolean,
): IdListEntry[] | undefined {
  const progress = unfinished.get(reader) ?? { names: [], id: undefined, nameBytes: undefined };
  unfinished.set(reader, progress);
  for (;;) {
    if (progress.id === undefined) {
      if (!reader.tryVarint30(protocol)) return undefined;
      progress.id = reader.value >>> 0;
    }
    const last = progress.id === 0;
    if (last && !id0Names) break;
    if (progress.nameBytes === undefined) {
      if (!reader.tryByte()) return undefined;
      progress.nameBytes = reader.value;
    }
    if (!reader.tryBytes(progress.nameBytes)) return undefined;
    if (!last || progress.nameBytes > 0) progress.names.push({ id: progress.id, name: reader.text() });
    if (progress.names.length > MAX_IDS) {
      throw new ProtocolError('ERR_ID_LIST_LENGTH', `more than ${MAX_IDS} id names`, 22, reader.byteOffset);
    }
    if (last) break;
    progress.id = undefined;
    progress.nameBytes = undefined;
  }
  unfinished.delete(reader);
  return progress.names;
}
