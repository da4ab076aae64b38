// The matcher's exports: a sum table is opened once per file, then the file's bytes are scanned window by window and come
// back as events: runs of literal bytes and runs of consecutive basis blocks, in file order, without gaps.
// Implements docs/protocol/04-transfer.md section 6. Never reads a file, never keeps an address between calls but its record.
import { KIND_NONE, digestBytes } from '../checksum/kinds';
import { rollSum } from '../checksum/rolling';
import { BAD_ARGUMENT, TOO_LARGE } from '../status';
import { chooseBlock, earnCredit, equalsDigest, mayUse, openCredit, sumOf } from './choice';
import { matchAhead } from './ahead';
import { emitLiteral, emitMatch, eventsFull, openEvents } from './events';
import { rollToMatch } from './filter-scan';
import { DeltaRecord, FLAG_IN_PLACE, MAX_BLOCKS, MAX_BLOCK_LENGTH, RECORD_BYTES } from './record';
import { strongDigest } from './strong';
import { fillTable, findSlot, layOutTable, tableBytes } from './table';

/** Literals are given out in multiples of this until their run ends, so that the host's pieces fall where upstream's do. */
const LITERAL_PIECE: usize = 32768;

export function delta_record_size(): usize {
  return RECORD_BYTES;
}

/** Bytes of work memory for a table of `count` blocks, or a status. */
export function delta_work_size(count: u32): i32 {
  return count > MAX_BLOCKS ? TOO_LARGE : <i32>tableBytes(count);
}

@inline
function byteMask(bytes: i32): u64 {
  if (bytes <= 0) return 0;
  return bytes >= 8 ? ~<u64>0 : (<u64>1 << (<u64>bytes * 8)) - 1;
}

/** Builds the table from the record's fields and the sums they point to. 0 or a status. */
export function delta_open(at: usize): i32 {
  const record = changetype<DeltaRecord>(at);
  const length = record.blockLength;
  if (record.count > MAX_BLOCKS || length > MAX_BLOCK_LENGTH) return TOO_LARGE;
  if (record.digestLength > <u32>digestBytes(record.kind) || record.digestLength > record.digestStride) return BAD_ARGUMENT;
  if (record.count && (length == 0 || record.lastLength == 0 || record.lastLength > length)) return BAD_ARGUMENT;
  // Without a strong sum nothing can be matched safely: everything becomes literal data.
  if (record.digestLength == 0 || record.kind == KIND_NONE) record.count = 0;
  const short: u32 = record.count != 0 && record.lastLength < length ? 1 : 0;
  record.fullBlocks = record.count - short;
  record.digestMask0 = byteMask(record.digestLength);
  record.digestMask1 = byteMask(<i32>record.digestLength - 8);
  record.digestMask2 = byteMask(<i32>record.digestLength - 16);
  record.position = record.hasSum = record.sum = record.want = 0;
  record.falseAlarms = record.filterHits = record.refused = record.finished = 0;
  record.fileOffset = 0;
  openCredit(record);
  if (record.fullBlocks) {
    layOutTable(record);
    fillTable(record);
  }
  return 0;
}

/**
 * Scans `length` bytes at `window`, which begin at the first byte not yet given out. Writes events of 16 bytes {window
 * offset, length, first block, block count (0 = literal)} and returns their number; `consumed` bytes were given out and
 * must not be shown again. `pending`: the events' room ran out, call again with the rest. `finished`: after end of file.
 */
export function delta_scan(at: usize, window: usize, length: u32, endOfFile: u32, events: usize, capacity: u32): i32 {
  const record = changetype<DeltaRecord>(at);
  if (capacity < 4 || record.position > length || record.finished) return BAD_ARGUMENT;
  record.windowAt = window;
  record.windowEnd = window + length;
  record.pending = 0;
  openEvents(record, events, capacity);
  const scannedFrom = window + record.position;
  let literal = scanBlocks(record, window, endOfFile);
  const scannedTo = window + record.position;
  earnCredit(record, <u32>(scannedTo - scannedFrom));
  if (endOfFile && !record.pending) {
    finishFile(record, literal);
    literal = record.windowEnd;
    record.position = 0;
  } else {
    const whole = (scannedTo - literal) & ~(LITERAL_PIECE - 1);
    if (!record.pending && whole) {
      emitLiteral(record, literal, whole);
      literal += whole;
    }
    record.position = <u32>(scannedTo - literal);
  }
  record.consumed = <u32>(literal - window);
  record.fileOffset += record.consumed;
  return <i32>((record.lastEvent - events) >> 4);
}

/** Finds full blocks as far as the window allows. Returns where the open literal run begins; sets position. */
function scanBlocks(record: DeltaRecord, window: usize, endOfFile: u32): usize {
  const length = record.blockLength;
  const end = record.windowEnd;
  let at = window + record.position;
  if (record.fullBlocks == 0) {
    // At most the short last block can match: keep that many bytes back.
    const kept: usize = endOfFile || record.count == 0 ? 0 : record.lastLength;
    if (end - at > kept) record.position = <u32>(end - kept - window);
    return window;
  }
  let literal = window;
  // In place, a run of zeros may be aligned to a block up to one length further on: that must be in sight.
  const ahead = record.flags & FLAG_IN_PLACE && !endOfFile ? length : 0;
  const limit = end - window < ahead ? window : end - ahead;
  while (true) {
    if (eventsFull(record)) {
      record.pending = 1;
      break;
    }
    let found: u32 = 0;
    if (!record.hasSum) {
      if (at > limit || limit - at < length) break;
      const run = matchAhead(record, at, limit);
      if (run) {
        emitLiteral(record, literal, at - literal);
        emitMatch(record, at, record.want, run);
        record.want += run;
        at += run * length;
        literal = at;
        continue;
      }
      record.sum = rollSum(at, length);
      const slot = findSlot(record, record.sum);
      if (slot) found = chooseBlock(record, at, record.sum, slot);
    }
    if (!found) {
      if (at <= limit && limit - at >= length) found = rollToMatch(record, at, limit);
      else break;
      if (!found) {
        at = record.foundAt;
        record.hasSum = 1;
        break;
      }
    }
    emitLiteral(record, literal, record.foundAt - literal);
    emitMatch(record, record.foundAt, found - 1, 1);
    record.want = found;
    record.hasSum = 0;
    at = literal = record.foundAt + length;
  }
  record.position = <u32>(at - window);
  return literal;
}

/** The end of the file: the short last block fits only here; the rest is literal. */
function finishFile(record: DeltaRecord, literal: usize): void {
  const end = record.windowEnd;
  record.finished = 1;
  if (record.fullBlocks < record.count && end - literal >= record.lastLength) {
    const block = record.fullBlocks;
    const at = end - record.lastLength;
    const fileOffset = record.fileOffset + <u64>(at - record.windowAt);
    if (sumOf(record, block) == rollSum(at, record.lastLength) && mayUse(record, block, fileOffset)) {
      strongDigest(record, at, record.lastLength, record.digest);
      if (equalsDigest(record, block, record.digest)) {
        emitLiteral(record, literal, at - literal);
        emitMatch(record, at, block, 1);
        return;
      }
      record.falseAlarms++;
    }
  }
  emitLiteral(record, literal, end - literal);
}
