// The --stats block and the two closing lines (docs/protocol/07-output.md §8).
import type { Options } from '../options/options.ts';
import type { KindCounts, RunStatistics } from './events.ts';
import { commaDecimal, commaInteger, humanDecimal, humanInteger } from './numbers.ts';
import type { NumberLevel } from './numbers.ts';

function counts(label: string, kinds: KindCounts, level: NumberLevel): string {
  const named: readonly (readonly [string, number])[] = [
    ['reg', kinds.regular],
    ['dir', kinds.directories],
    ['link', kinds.symlinks],
    ['dev', kinds.devices],
    ['special', kinds.specials],
  ];
  const total = named.reduce((sum, [, count]) => sum + count, 0);
  const parts = named
    .filter(([, count]) => count !== 0)
    .map(([name, count]) => `${name}: ${commaInteger(count, level)}`);
  return `${label}: ${commaInteger(total, level)}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

/** The block of --stats: an empty line, then one line a figure. No newlines at the ends. */
export function statsLines(statistics: RunStatistics, level: NumberLevel): string[] {
  const bytes = (value: number): string => humanInteger(value, level);
  const lines = ['', counts('Number of files', statistics.files, level)];
  if (statistics.protocol >= 29) lines.push(counts('Number of created files', statistics.created, level));
  if (statistics.protocol >= 31) lines.push(counts('Number of deleted files', statistics.deleted, level));
  lines.push(
    `Number of regular files transferred: ${commaInteger(statistics.transferredFiles, level)}`,
    `Total file size: ${bytes(statistics.totalSizeBytes)} bytes`,
    `Total transferred file size: ${bytes(statistics.totalTransferredSizeBytes)} bytes`,
    `Literal data: ${bytes(statistics.literalBytes)} bytes`,
    `Matched data: ${bytes(statistics.matchedBytes)} bytes`,
    `File list size: ${bytes(statistics.fileListSizeBytes)}`,
  );
  if (statistics.fileListBuildMs > 0) {
    const seconds = (milliseconds: number): string => commaDecimal(milliseconds / 1000, level, 3);
    lines.push(
      `File list generation time: ${seconds(statistics.fileListBuildMs)} seconds`,
      `File list transfer time: ${seconds(statistics.fileListTransferMs)} seconds`,
    );
  }
  lines.push(
    `Total bytes sent: ${bytes(statistics.sentBytes)}`,
    `Total bytes received: ${bytes(statistics.receivedBytes)}`,
  );
  return lines;
}

/** What is said behind the speedup. */
export interface SummaryKind {
  readonly dryRun: boolean;
  readonly batch: Options['batch'];
}

function kindText({ dryRun, batch }: SummaryKind): string {
  if (batch?.mode === 'only-write') return ' (BATCH ONLY)';
  return dryRun ? ' (DRY RUN)' : '';
}

/** An empty line, `sent … received …`, `total size is …`. */
export function summaryLines(statistics: RunStatistics, level: NumberLevel, kind: SummaryKind): string[] {
  const { sentBytes, receivedBytes, totalSizeBytes } = statistics;
  const moved = sentBytes + receivedBytes;
  const rate = humanDecimal(moved / (0.5 + statistics.elapsedWholeSeconds), level, 2);
  const speedup = moved === 0 ? 0 : totalSizeBytes / moved;
  return [
    '',
    `sent ${humanInteger(sentBytes, level)} bytes  received ${humanInteger(receivedBytes, level)} bytes  ${rate} bytes/sec`,
    `total size is ${humanInteger(totalSizeBytes, level)}  speedup is ${commaDecimal(speedup, level, 2)}${kindText(kind)}`,
  ];
}
