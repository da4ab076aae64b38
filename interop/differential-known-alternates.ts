// Differences of alternate directories, and of destinations that a dry run lacks (docs/protocol/04-transfer.md §3.10), that are known:
// faults of the real rsync that ocrsync does not copy. As in differential-known.ts each says by the case and the lines what it covers.
import type { Case } from './differential-case.ts';
import type { KnownDifference } from './differential-known.ts';
import { has, isDryRun, isEmptiedSpecial, isMode } from './differential-lines.ts';

/** A file that rsync has removed before it could link or copy it; as nobody. */
const isSpared = /^\+ tree: "(?:[^"\\]|\\.)*" file /;

/** What 3.4.1 says of a link that is refused, and both of what is then made. */
const isRefusedLink: readonly RegExp[] = [
  /^- (err|log): rsync: \[generator\] failed to hard-link .* with .*: .* \(\d+\)$/,
  /^- (err|log): rsync error: some files\/attrs were not transferred /,
  /^(- exit 23|\+ exit 0)$/,
  /^- (out|log): c[LDS]c\.{8} /,
  /^\+ (out|log): c[LDS] {10}/,
];

/** A name of a group of hard links in a dry run, compared with what is somewhere else and not. */
const isLinkElsewhere = /^(- (out|log): hf {10}|\+ (out|log): hf\+{9} )/;

export const knownOfAlternates: readonly KnownDifference[] = [
  {
    reason: 'rsync 3.4.1 cannot open a basis in an alternate directory named with `..`; 3.5.0 can',
    covers: (one, found) =>
      one.options.some((words) => /^--(compare|copy|link)-dest[ =]\.\.\//.test(words.join(' '))) &&
      (has(found, ' failed verification -- update discarded') || found.every(isMode)),
  },
  {
    reason:
      'rsync has removed the file that it then can neither link nor copy from --link-dest (docs/protocol/04-transfer.md §3.10)',
    covers: (one, found) =>
      one.unprivileged && hasAlternates(one, 'link') && found.every((line) => isSpared.test(line)),
  },
  {
    reason:
      'a link, device or special file of --link-dest that cannot be linked is made, as by 3.5.0 (docs/protocol/09-rsync-3.5.md, last table, row 46)',
    covers: (one, found) =>
      hasAlternates(one, 'link') &&
      found.some((line) => isRefusedLink[0]?.test(line)) &&
      found.every(
        (line) =>
          isRefusedLink.some((pattern) => pattern.test(line)) || (one.unprivileged && isSpared.test(line)),
      ),
  },
  {
    reason:
      'a dry run of rsync without a destination compares hard links with what lies where it was started (docs/protocol/04-transfer.md §3.10), and 3.4.1 wants to empty devices and specials there; 3.5.0 does not',
    covers: (one, found) =>
      isDryRun(one) &&
      (has(found, '- err: rsync: [generator] opendir "') ||
        found.some((line) => isLinkElsewhere.test(line))) &&
      found.every(
        (line) =>
          isEmptiedSpecial.test(line) ||
          /^(- exit 23|\+ exit 0)$/.test(line) ||
          (hasAlternates(one, '(compare|copy|link)') && isLinkElsewhere.test(line)),
      ),
  },
];

function hasAlternates(one: Case, kind: string): boolean {
  return one.options.some((words) => new RegExp(`^--${kind}-dest`).test(words[0] ?? ''));
}
