// Writes the beginning of a session as a server of protocol 32 that sends, byte by byte and without the core: what a dishonest one
// would say (docs/protocol/01-session.md §3, 03-file-list.md §5).
import { frameBytes } from './frames.ts';

export const TOP_DIRECTORY = 0x01;
export const HARD_LINKED = 0x200;
export const HARD_LINK_FIRST = 0x1000;
const LONG_NAME = 0x40;
/** Owner and group are those before; without -o and -g they must be. */
const SAME_IDS = 0x18;
const DAY = [0x65, 0x25, 0x7d, 0x93];
const TYPE_MASK = 0o170000;

export const DIRECTORY = 0o040755;
export const FILE = 0o100644;
export const LINK = 0o120777;

export interface MadeEntry {
  readonly name: string;
  readonly mode: number;
  readonly flags?: number;
  /** Target of a symlink; undefined: the list is one without links. */
  readonly target?: string;
  /** Bytes between flags, name and the rest that only some lists have, such as a reference to a hard link. */
  readonly reference?: readonly number[];
  /** As a varlong; otherwise a day in 2024. */
  readonly time?: readonly number[];
}

/** What {@link serverSays} says before its list. */
export const GREETING_BYTES = 10;

/** Up to 2^14. */
function varint(value: number): number[] {
  return value < 0x80 ? [value] : [0x80 | (value >> 8), value & 0xff];
}

function entryBytes({ name, mode, flags = 0, target, reference = [], time = DAY }: MadeEntry): Buffer {
  const fourBytes = Buffer.alloc(4);
  fourBytes.writeUInt32LE(mode);
  const link =
    target === undefined || (mode & TYPE_MASK) !== (LINK & TYPE_MASK) ? [] : [...varint(target.length)];
  return Buffer.concat([
    Buffer.from([...varint(flags | SAME_IDS | LONG_NAME), ...varint(name.length)]),
    Buffer.from(name, 'latin1'),
    Buffer.from([...reference, 0, 0, 0, ...time]),
    fourBytes,
    Buffer.from(link),
    Buffer.from(target ?? '', 'latin1'),
  ]);
}

/** Greeting, flags, seed, and one whole list that ends with this io_error. */
export function serverSays(entries: readonly MadeEntry[], ioError = 0): Buffer {
  const hello = Buffer.from('2000000081fe01000000', 'hex');
  const list = Buffer.concat([...entries.map(entryBytes), Buffer.from([0, ...varint(ioError)])]);
  return Buffer.concat([hello, frameBytes({ code: 0, payload: list })]);
}
