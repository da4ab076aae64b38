// NDX_DEL_STATS: counters of deleted entries by kind (docs/protocol/04-transfer.md §13.9).
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { Channel } from './channel.ts';
import { DELETED_COUNT_LIMIT } from './limits.ts';
import { NDX_DEL_STATS } from './ndx.ts';
import type { KindCounts } from './statistics.ts';
import type { Task } from './wait.ts';

const FIELDS = ['regular', 'directory', 'symlink', 'device', 'special'] as const;

/** Writes the record, index included. */
export function writeDeleteStatistics(channel: Channel, protocol: number, counts: KindCounts): void {
  channel.writer.ndx(protocol, NDX_DEL_STATS);
  for (const field of FIELDS) channel.writer.varint(counts[field]);
}

/** Reads what follows the index. */
export function* readDeleteStatistics(channel: Channel): Task<KindCounts> {
  const counts: KindCounts = { regular: 0, directory: 0, symlink: 0, device: 0, special: 0 };
  for (const field of FIELDS) {
    while (!channel.reader.tryVarint()) yield* channel.more();
    const value = channel.reader.value;
    if (value < 0 || value > DELETED_COUNT_LIMIT) {
      throw new ProtocolError(
        'ERR_DELETE_STATISTICS',
        `wire value deleted_files out of range: ${value} not in [0,${DELETED_COUNT_LIMIT}] [${channel.role}]`,
        2,
        channel.reader.byteOffset,
      );
    }
    counts[field] = value;
  }
  return counts;
}
