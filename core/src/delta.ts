// The matcher: finds the blocks of a basis in a file that is read piece by piece into core memory, and tells what is
// literal and what is a block. Implements the sender's half of docs/protocol/04-transfer.md section 6.
// A sender's loop (no byte is copied between the file and the socket):
//
//   matcher.open(head, options);           // once per file; then matcher.sums.take(...) until sums.missing is 0
//   matcher.start();
//   while (!matcher.done) {
//     const lengthBytes = readSync(fd, matcher.window());
//     matcher.feed(lengthBytes, lengthBytes === 0, sink);
//   }
import { digestBytes } from './checksum-kinds.ts';
import {
  EVENT_BYTES,
  FLAG_IN_PLACE,
  RECORD_BLOCK_LENGTH,
  RECORD_CONSUMED,
  RECORD_COUNT,
  RECORD_DIGEST_LENGTH,
  RECORD_FALSE_ALARMS,
  RECORD_FILTER_HITS,
  RECORD_FLAGS,
  RECORD_KIND,
  RECORD_LAST_LENGTH,
  RECORD_PENDING,
  RECORD_REFUSED,
  RECORD_SEED,
  RECORD_WORK,
} from './delta-record.ts';
import type { DeltaFunctions } from './delta-record.ts';
import { BlockSums, DeltaLimitError } from './delta-sums.ts';
import type { CoreInstance } from './instance.ts';
import type { SumHead } from './sum-head.ts';

export interface DeltaOptions {
  /** Checksum kind of the transfer (checksum-kinds.ts). */
  readonly kind: number;
  /** Checksum seed of the connection, signed 32 bits; 0 = none. */
  readonly seed: number;
  /** The receiver overwrites the basis while it reads it (04-transfer.md section 6.3 says when). */
  readonly inPlace?: boolean;
  /**
   * Append mode: no sums follow the head; what the basis already has is not sent. `verify`: that prefix is read and given to
   * {@link DeltaSink.consumed}; `skip`: it is not even read, see {@link DeltaMatcher.readFrom}.
   */
  readonly append?: 'verify' | 'skip';
}

/**
 * Receives a file's events in file order, without gaps. Addresses are in core memory and hold until the next call of
 * {@link DeltaMatcher.window}. A literal run comes in multiples of 32 KiB except for its last piece.
 */
export interface DeltaSink {
  literal(address: number, lengthBytes: number): void;
  /** Consecutive blocks; `lengthBytes` counts a short last block as what it is. */
  match(firstBlock: number, blockCount: number, address: number, lengthBytes: number): void;
  /** The next bytes of the file, in order and each once, before their events: for the whole-file checksum. */
  consumed?(address: number, lengthBytes: number): void;
}

/** Protocols below 30 allow blocks of 2^29 bytes, later ones 128 KiB; that check is the codec's. */
const MAX_BLOCK_LENGTH = 2 ** 29;
const DEFAULT_WINDOW_BYTES = 1 << 20;
/** window() never gives less. */
const LEAST_ROOM_BYTES = 1 << 16;
/** Literal bytes that may be kept back (assembly/delta/matcher.ts LITERAL_PIECE). */
const LITERAL_KEPT_BYTES = 32768;
const EVENT_CAPACITY = 2048;

export class DeltaMatcher {
  /** The block sums of the file at hand: fill them between {@link open} and {@link start}. */
  readonly sums: BlockSums;
  readonly #core: CoreInstance;
  readonly #functions: DeltaFunctions;
  readonly #windowBytes: number;
  readonly #record: number;
  readonly #events: number;
  #work = 0;
  #workBytes = 0;
  #buffer = 0;
  #bufferBytes = 0;
  /** Bytes in front of what is left over, and what is left over, in the buffer. */
  #start = 0;
  #length = 0;
  #room = 0;
  #lookAheadBytes = 0;
  #prefixLeft = 0;
  #readFrom = 0;
  #state: 'closed' | 'sums' | 'scanning' | 'done' = 'closed';
  #literalBytes = 0;
  #matchedBytes = 0;

  /** `windowBytes`: how much window() offers at most. Memory is taken when the first file needs it, and kept for the next. */
  constructor(core: CoreInstance, windowBytes = DEFAULT_WINDOW_BYTES) {
    this.#core = core;
    this.#functions = core.functions<DeltaFunctions>();
    this.#windowBytes = Math.min(Math.max(windowBytes, LEAST_ROOM_BYTES), DEFAULT_WINDOW_BYTES);
    this.#record = core.alloc(this.#functions.delta_record_size());
    this.#events = core.alloc(EVENT_CAPACITY * EVENT_BYTES);
    this.sums = new BlockSums(core);
  }

  /** Begins a file. Throws {@link DeltaLimitError} for a head that is out of bounds, before any memory is taken for it. */
  open(head: SumHead, options: DeltaOptions): void {
    this.#state = 'closed';
    const lastLength = checkedLastLength(head, options.kind);
    const count = options.append === undefined ? head.count : 0;
    this.sums.open(count, head.s2Length);
    const basisBytes = head.count === 0 ? 0 : (head.count - 1) * head.blockLength + lastLength;
    this.#readFrom = options.append === 'skip' ? basisBytes : 0;
    this.#prefixLeft = options.append === 'verify' ? basisBytes : 0;
    const { u32, i32 } = this.#core;
    const at = this.#record >> 2;
    u32[at + (RECORD_COUNT >> 2)] = count;
    u32[at + (RECORD_BLOCK_LENGTH >> 2)] = head.blockLength;
    u32[at + (RECORD_LAST_LENGTH >> 2)] = lastLength;
    u32[at + (RECORD_DIGEST_LENGTH >> 2)] = head.s2Length;
    i32[at + (RECORD_KIND >> 2)] = options.kind;
    u32[at + (RECORD_FLAGS >> 2)] = options.inPlace ? FLAG_IN_PLACE : 0;
    i32[at + (RECORD_SEED >> 2)] = options.seed;
    this.#lookAheadBytes = count === 0 ? 0 : head.blockLength * (options.inPlace ? 2 : 1);
    this.#start = this.#length = this.#room = 0;
    this.#literalBytes = this.#matchedBytes = 0;
    this.#state = 'sums';
  }

  /** Builds the table. All sums must have arrived. */
  start(): void {
    if (this.#state !== 'sums') throw new Error('start() before open()');
    if (this.sums.missing !== 0) throw new Error(`${this.sums.missing} block sums are missing`);
    const needBytes =
      this.#functions.delta_work_size(this.#core.u32[(this.#record + RECORD_COUNT) >> 2]!) >>> 0;
    if (needBytes > this.#workBytes) {
      if (this.#work !== 0) this.#core.free(this.#work);
      this.#work = this.#core.alloc(needBytes);
      this.#workBytes = needBytes;
    }
    this.#core.u32[(this.#record + RECORD_WORK) >> 2] = this.#work;
    this.sums.writeTo(this.#record);
    check(this.#functions.delta_open(this.#record), 'delta_open');
    this.#state = 'scanning';
  }

  /** Where in the file reading begins: 0, or behind the basis in append mode without verification. */
  get readFrom(): number {
    return this.#readFrom;
  }
  get done(): boolean {
    return this.#state === 'done';
  }
  get literalBytes(): number {
    return this.#literalBytes;
  }
  get matchedBytes(): number {
    return this.#matchedBytes;
  }
  /** Offsets whose sum1 was known but whose digest was not: upstream's "false alarms". */
  get falseAlarms(): number {
    return this.#core.u32[(this.#record + RECORD_FALSE_ALARMS) >> 2]!;
  }
  /** Offsets that passed the filter: upstream's "hash hits" plus the filter's own mistakes. */
  get filterHits(): number {
    return this.#core.u32[(this.#record + RECORD_FILTER_HITS) >> 2]!;
  }
  /** Offsets that were not examined because false alarms had used up their credit (a hostile table). */
  get refusedOffsets(): number {
    return this.#core.u32[(this.#record + RECORD_REFUSED) >> 2]!;
  }

  /** Room for the next bytes of the file: 64 KiB to 1 MiB of core memory. Invalid after any call that allocates. */
  window(): Uint8Array {
    if (this.#state !== 'scanning') throw new Error('window() outside start() … done');
    this.#makeRoom();
    const from = this.#buffer + this.#start + this.#length;
    this.#room = Math.min(this.#bufferBytes - this.#start - this.#length, this.#windowBytes);
    return this.#core.u8.subarray(from, from + this.#room);
  }

  /** Scans the first `lengthBytes` bytes of the last window; `endOfFile`: there are no more after them. */
  feed(lengthBytes: number, endOfFile: boolean, sink: DeltaSink): void {
    if (this.#state !== 'scanning') throw new Error('feed() outside start() … done');
    if (lengthBytes < 0 || lengthBytes > this.#room) throw new RangeError(`feed of ${lengthBytes} bytes`);
    this.#room = 0;
    this.#length += lengthBytes;
    this.#skipPrefix(sink);
    let pending = true;
    while (pending) {
      const window = this.#buffer + this.#start;
      const count = check(
        this.#functions.delta_scan(
          this.#record,
          window,
          this.#length,
          endOfFile ? 1 : 0,
          this.#events,
          EVENT_CAPACITY,
        ),
        'delta_scan',
      );
      const u32 = this.#core.u32;
      const consumedBytes = u32[(this.#record + RECORD_CONSUMED) >> 2]!;
      pending = u32[(this.#record + RECORD_PENDING) >> 2] !== 0;
      this.#start += consumedBytes;
      this.#length -= consumedBytes;
      if (consumedBytes !== 0) sink.consumed?.(window, consumedBytes);
      this.#deliver(window, count, sink);
    }
    if (endOfFile) this.#state = 'done';
  }

  /** Gives all memory back. The matcher cannot be used afterwards. */
  dispose(): void {
    this.#state = 'closed';
    this.sums.dispose();
    for (const at of [this.#record, this.#events, this.#work, this.#buffer])
      if (at !== 0) this.#core.free(at);
    this.#work = this.#workBytes = this.#buffer = this.#bufferBytes = 0;
  }

  #deliver(window: number, count: number, sink: DeltaSink): void {
    let at = this.#events >> 2;
    for (let i = 0; i < count; i++, at += EVENT_BYTES >> 2) {
      const u32 = this.#core.u32;
      const address = window + u32[at]!;
      const lengthBytes = u32[at + 1]!;
      const blockCount = u32[at + 3]!;
      if (blockCount === 0) {
        this.#literalBytes += lengthBytes;
        sink.literal(address, lengthBytes);
      } else {
        this.#matchedBytes += lengthBytes;
        sink.match(u32[at + 2]!, blockCount, address, lengthBytes);
      }
    }
  }

  #skipPrefix(sink: DeltaSink): void {
    if (this.#prefixLeft === 0) return;
    const skipped = Math.min(this.#prefixLeft, this.#length);
    if (skipped !== 0) sink.consumed?.(this.#buffer + this.#start, skipped);
    this.#prefixLeft -= skipped;
    this.#start += skipped;
    this.#length -= skipped;
  }

  #makeRoom(): void {
    const wishBytes =
      this.#windowBytes +
      Math.min(this.#lookAheadBytes, this.#windowBytes) +
      LITERAL_KEPT_BYTES +
      LEAST_ROOM_BYTES;
    const shortBytes = this.#length + LEAST_ROOM_BYTES;
    if (this.#bufferBytes < wishBytes || this.#bufferBytes < shortBytes) {
      this.#moveBuffer(Math.max(wishBytes, shortBytes > wishBytes ? this.#bufferBytes * 2 : 0, shortBytes));
    } else if (this.#bufferBytes - this.#start - this.#length < this.#windowBytes >> 1) {
      this.#core.u8.copyWithin(
        this.#buffer,
        this.#buffer + this.#start,
        this.#buffer + this.#start + this.#length,
      );
      this.#start = 0;
    }
  }

  #moveBuffer(bytes: number): void {
    const next = this.#core.alloc(bytes);
    if (this.#buffer !== 0) {
      const from = this.#buffer + this.#start;
      this.#core.u8.copyWithin(next, from, from + this.#length);
      this.#core.free(this.#buffer);
    }
    this.#buffer = next;
    this.#bufferBytes = bytes;
    this.#start = 0;
  }
}

function checkedLastLength(head: SumHead, kind: number): number {
  const { count, blockLength, s2Length, remainder } = head;
  for (const value of [count, blockLength, s2Length, remainder]) {
    if (!Number.isSafeInteger(value) || value < 0) throw new DeltaLimitError(`sum head with ${value}`);
  }
  const longest = digestBytes(kind);
  if (s2Length > longest)
    throw new DeltaLimitError(`strong sums of ${s2Length} bytes; the checksum has ${longest}`);
  if (blockLength > MAX_BLOCK_LENGTH) throw new DeltaLimitError(`block length ${blockLength}`);
  if (remainder > blockLength)
    throw new DeltaLimitError(`remainder ${remainder} of blocks of ${blockLength}`);
  if (count > 0 && blockLength === 0) throw new DeltaLimitError('block length 0');
  return remainder === 0 ? blockLength : remainder;
}

function check(result: number, call: string): number {
  if (result < 0) throw new Error(`${call} refused its arguments (${result})`);
  return result;
}
