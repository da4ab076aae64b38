// Counters of one end, and the statistics record that a server sender writes (docs/protocol/01-session.md §10.4, 04 §16).
import type { FileList } from '@ocrsync/core/file-list';
import { tally } from '@ocrsync/core/file-list-bulk';
import type { Channel } from './channel.ts';
import { ITEM_IS_NEW, ITEM_TRANSFER } from './item.ts';
import type { Entry } from './ports.ts';
import type { Task } from './wait.ts';

const TYPE_MASK = 0o170000;
const DIRECTORY = 0o040000;
const SYMLINK = 0o120000;
const CHARACTER_DEVICE = 0o020000;
const BLOCK_DEVICE = 0o060000;
const REGULAR = 0o100000;

/** Counts by kind of entry, in the order in which --stats prints them. */
export interface KindCounts {
  regular: number;
  directory: number;
  symlink: number;
  device: number;
  special: number;
}

const KINDS = ['regular', 'directory', 'symlink', 'device', 'special'] as const;

function noCounts(): KindCounts {
  return { regular: 0, directory: 0, symlink: 0, device: 0, special: 0 };
}

function kindOf(mode: number): keyof KindCounts {
  switch (mode & TYPE_MASK) {
    case REGULAR:
      return 'regular';
    case DIRECTORY:
      return 'directory';
    case SYMLINK:
      return 'symlink';
    case CHARACTER_DEVICE:
    case BLOCK_DEVICE:
      return 'device';
    default:
      return 'special';
  }
}

/** Everything that --stats and the summary print; bytes on the wire are the driver's raw counts after the handshake. */
export class Statistics {
  readonly files = noCounts();
  readonly created = noCounts();
  deleted: KindCounts = noCounts();
  transferredFiles = 0;
  transferredBytes = 0;
  literalBytes = 0;
  matchedBytes = 0;
  /** Sum of the sizes of regular files and symlink targets in the lists. */
  totalBytes = 0;
  listBytes = 0;
  listBuildMs = 0;
  listTransferMs = 0;
  /** Raw bytes read and written by this end since the handshake. */
  readBytes = 0;
  writtenBytes = 0;
  /** File data of a local copy that took no way through the stream; counted as written. */
  bypassedBytes = 0;

  countList(list: FileList): void {
    const counted = tally(list);
    for (const kind of KINDS) this.files[kind] += counted[kind];
    this.totalBytes += counted.totalBytes;
  }

  countItem(entry: Entry, iflags: number): void {
    if (iflags & ITEM_IS_NEW)
      this.created[iflags & ITEM_TRANSFER ? 'regular' : kindOf(entry.list.mode(entry.row))]++;
    if (!(iflags & ITEM_TRANSFER)) return;
    this.transferredFiles++;
    this.transferredBytes += entry.list.sizeBytes(entry.row);
  }

  /** The record of a server sender: read, written, total size and, from protocol 29 on, the two times. */
  write(channel: Pick<Channel, 'writer'>, protocol: number): void {
    const { writer } = channel;
    writer.varlong30(protocol, this.readBytes, 3);
    writer.varlong30(protocol, this.writtenBytes, 3);
    writer.varlong30(protocol, this.totalBytes, 3);
    if (protocol < 29) return;
    writer.varlong30(protocol, Math.max(1, this.listBuildMs), 3);
    writer.varlong30(protocol, this.listTransferMs, 3);
  }

  /** Takes the server's record over: what it read is what this end sent. */
  *read(channel: Channel, protocol: number): Task {
    const values: number[] = [];
    for (let field = 0; field < (protocol < 29 ? 3 : 5); field++) {
      while (!channel.reader.tryVarlong30(protocol, 3)) yield* channel.more();
      values.push(channel.reader.value);
    }
    this.writtenBytes = values[0]!;
    this.readBytes = values[1]!;
    this.totalBytes = values[2]!;
    this.listBuildMs = values[3] ?? 0;
    this.listTransferMs = values[4] ?? 0;
  }
}
