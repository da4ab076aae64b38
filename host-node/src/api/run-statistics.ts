// A session's counters in the shape of the report room (docs/protocol/07-output.md §8).
import type { KindCounts, RunStatistics } from '../report/events.ts';
import type { SessionContext } from '../session/context.ts';
import type { KindCounts as SessionCounts } from '../session/statistics.ts';

/** Data bytes of upstream's buffer. */
const BUFFER_BYTES = 65532;

/** @param startMs wall clock at the start of the run */
export function runStatistics(context: SessionContext, startMs: number): RunStatistics {
  const { statistics, protocol } = context;
  return {
    protocol,
    files: counts(statistics.files),
    created: counts(statistics.created),
    deleted: counts(statistics.deleted),
    transferredFiles: statistics.transferredFiles,
    totalSizeBytes: statistics.totalBytes,
    totalTransferredSizeBytes: statistics.transferredBytes,
    literalBytes: statistics.literalBytes,
    matchedBytes: statistics.matchedBytes,
    fileListSizeBytes:
      context.config.side === 'sender' ? flushed(statistics.listBytes) : statistics.listBytes,
    fileListBuildMs: statistics.listBuildMs,
    fileListTransferMs: statistics.listTransferMs,
    sentBytes: statistics.writtenBytes,
    receivedBytes: statistics.readBytes,
    elapsedWholeSeconds: Math.floor(Date.now() / 1000) - Math.floor(startMs / 1000),
  };
}

function counts(from: SessionCounts): KindCounts {
  return {
    regular: from.regular,
    directories: from.directory,
    symlinks: from.symlink,
    devices: from.device,
    specials: from.special,
  };
}

/** What a sender says of its list's size is what had left its buffer by then: nothing, for short ones (04 §16). */
function flushed(listBytes: number): number {
  return Math.floor(listBytes / BUFFER_BYTES) * BUFFER_BYTES;
}
