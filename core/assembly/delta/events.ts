// The events of one scan: 16 bytes each {window offset, length, first block, block count; count 0 = literal}.
// Matches of consecutive blocks become one event: an identical file is a handful of them.
import { DeltaRecord } from './record';

const EVENT_BYTES: usize = 16;
/** One turn of the scan and the end of the file write at most this many. */
const EVENTS_KEPT_FREE: usize = 3;

export function openEvents(record: DeltaRecord, at: usize, capacity: u32): void {
  record.events = record.lastEvent = at;
  record.eventsEnd = at + (<usize>capacity - EVENTS_KEPT_FREE) * EVENT_BYTES;
}

@inline
export function eventsFull(record: DeltaRecord): bool {
  return record.lastEvent > record.eventsEnd;
}

/** `lengthBytes` 0 writes nothing. */
export function emitLiteral(record: DeltaRecord, at: usize, lengthBytes: usize): void {
  if (lengthBytes == 0) return;
  writeEvent(record, at, <u32>lengthBytes, 0, 0);
}

/** A run of `blockCount` blocks; only a run of one may be the short last block. */
export function emitMatch(record: DeltaRecord, at: usize, block: u32, blockCount: u32): void {
  const length = block < record.fullBlocks ? blockCount * record.blockLength : record.lastLength;
  if (record.lastEvent > record.events) {
    const previous = record.lastEvent - EVENT_BYTES;
    const count = load<u32>(previous, 12);
    if (count != 0 && load<u32>(previous, 8) + count == block) {
      store<u32>(previous, load<u32>(previous, 4) + length, 4);
      store<u32>(previous, count + blockCount, 12);
      return;
    }
  }
  writeEvent(record, at, length, block, blockCount);
}

@inline
function writeEvent(record: DeltaRecord, at: usize, length: u32, block: u32, blockCount: u32): void {
  const event = record.lastEvent;
  store<u32>(event, <u32>(at - record.windowAt));
  store<u32>(event, length, 4);
  store<u32>(event, block, 8);
  store<u32>(event, blockCount, 12);
  record.lastEvent = event + EVENT_BYTES;
}
