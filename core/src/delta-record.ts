// Offsets (bytes) of the fields of the matcher's record that the host writes or reads, and the layout of its events.
// Mirror of core/assembly/delta/record.ts and events.ts.

export const RECORD_COUNT = 0;
export const RECORD_BLOCK_LENGTH = 4;
export const RECORD_LAST_LENGTH = 8;
export const RECORD_DIGEST_LENGTH = 12;
export const RECORD_KIND = 16;
export const RECORD_FLAGS = 20;
export const RECORD_SEED = 24;
export const RECORD_SUM1 = 32;
export const RECORD_DIGESTS = 36;
export const RECORD_DIGEST_STRIDE = 40;
export const RECORD_WORK = 44;
export const RECORD_CONSUMED = 48;
export const RECORD_PENDING = 52;
export const RECORD_FALSE_ALARMS = 56;
export const RECORD_FILTER_HITS = 60;
export const RECORD_REFUSED = 64;

export const FLAG_IN_PLACE = 1;

/** {window offset, length, first block, block count or 0 for a literal}, each u32. */
export const EVENT_BYTES = 16;

export interface DeltaFunctions {
  delta_record_size(): number;
  delta_work_size(count: number): number;
  delta_open(record: number): number;
  delta_scan(
    record: number,
    window: number,
    lengthBytes: number,
    endOfFile: number,
    events: number,
    capacity: number,
  ): number;
  delta_take_sums(
    from: number,
    count: number,
    digestLength: number,
    sum1: number,
    digests: number,
    stride: number,
  ): void;
}
