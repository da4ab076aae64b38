// Differences of recorded and played batches that are known (docs/protocol/04-transfer.md §3.15, §17): faults of the real rsync that
// ocrsync does not copy. As in differential-known.ts each says by the case and the lines what it covers.
import type { Case } from './differential-case.ts';
import { recordsBatch } from './differential-extras.ts';
import type { KnownDifference } from './differential-known.ts';

export const knownOfBatches: readonly KnownDifference[] = [
  {
    reason:
      'rsync sets user and group 0 when it plays with -o and -g what was recorded without (docs/protocol/04-transfer.md §17.2)',
    covers: (one, found) =>
      recordsBatch(one.options) &&
      !(hasLetter(one, 'o', '--owner') && hasLetter(one, 'g', '--group')) &&
      found.every((line) => line.includes(' tree: "again')) &&
      found.some((line) => line.startsWith('- ') && / (0:\d+|\d+:0) /.test(line)) &&
      withoutOwners(found, '-') === withoutOwners(found, '+'),
  },
  {
    reason:
      'a server of 3.4.1 that gets its words in secret changes the destination of --only-write-batch (docs/protocol/04-transfer.md §3.15)',
    covers: (one, found) =>
      one.direction === 'push' &&
      one.options.flat().some((word) => /^-[a-zA-Z]*s|^--(secluded|protect)-args$/.test(word)) &&
      one.options.flat().some((word) => word.startsWith('--only-write-batch')) &&
      found.some((line) => /^- (tree: "dst|err: .*\[Receiver\] mkdir ".*" failed: No such file)/.test(line)),
  },
  {
    reason:
      'rsync makes no backup for a file in place that it only records, and fails at it (`open "X~": Success`)',
    covers: (one, found) =>
      one.options.flat().some((word) => word.startsWith('--only-write-batch')) &&
      one.options.some((words) => /^(--backup|-[a-zA-Z]*b)/.test(words[0] ?? '')) &&
      one.options.some((words) => /^--(inplace|append)/.test(words[0] ?? '')) &&
      found.includes('- exit 23') &&
      found.includes('+ exit 0') &&
      found.some((line) => /^- err: rsync: \[generator\] open ".*": Success \(0\)$/.test(line)) &&
      found.every((line) => isOfLostBackup.some((pattern) => pattern.test(line))),
  },
  {
    reason:
      'a batch of a protocol below 29 does not say that it is compressed (docs/protocol/04-transfer.md §17.2): both fail at playing what is no data',
    covers: (one, found) =>
      recordsBatch(one.options) &&
      (one.protocol ?? 32) < 29 &&
      one.options.some((words) => /^(--((new|old)-)?compress$|-[a-zA-Z]*z)/.test(words[0] ?? '')) &&
      found.some((line) => / batch err: .*\((code 2|code 12)\) at /.test(line)) &&
      found.every(
        (line) => /^[-+] (batch |tree: "again)/.test(line) && !/^[-+] batch exit (0|timeout)$/.test(line),
      ),
  },
  {
    // A server keeps to the list of batches where it is told of one by --only-write-batch; the far half of a local copy always.
    reason:
      'the far end of a 3.4.1 that records a batch refuses every method that was chosen but md5 and zlib (docs/protocol/01-session.md §5.4)',
    covers: (one, found) =>
      (one.direction === 'local'
        ? recordsBatch(one.options)
        : one.direction === 'push' &&
          one.options.flat().some((word) => word.startsWith('--only-write-batch'))) &&
      found.some((line) =>
        /^- err: Your --(checksum|compress)-choice value \([\w,]+\) was refused by the server\.$/.test(line),
      ),
  },
];

/** The run that failed, and what a batch that lacks those files does not bring. */
const isOfLostBackup: readonly RegExp[] = [
  /^(- exit 23|\+ exit 0|- batch exit 23|\+ batch exit 0)$/,
  /^- err: rsync(: \[generator\] open ".*": Success \(0\)$| error: some files\/attrs were not transferred )/,
  /^\+ (batch )?out: [<>]f/,
  /^- batch err: (\(No batched update for "|rsync error: some files\/attrs were not transferred )/,
  /^[-+] tree: "again/,
];

/** -a has them all. */
function hasLetter(one: Case, letter: string, long: string): boolean {
  const words = one.options.flat();
  return words.some(
    (word) => word === long || word === '--archive' || new RegExp(`^-[a-zA-Z]*[a${letter}]`).test(word),
  );
}

function withoutOwners(found: readonly string[], sign: string): string {
  return found
    .filter((line) => line.startsWith(sign))
    .map((line) => line.slice(1).replace(/ \d+:\d+(?= )/, ''))
    .sort()
    .join('\n');
}
