// Differences that are known: faults of the real rsync that ocrsync does not copy, and open ones of ours. Each says by the lines and the
// case, never by a seed, what it covers, so that it goes on being true when the random cases change.
import type { Case } from './differential-case.ts';
import {
  areSecondTries,
  differOnlyIn,
  has,
  haveDifferentBytes,
  isConnectionEnd,
  isFailedNode,
  isMode,
  isNoWay,
  isReadOnlyInPlace,
  isSecondTry,
  isUpdate,
  noEndWithRsync,
  replaces,
} from './differential-lines.ts';
import { recordsBatch } from './differential-extras.ts';
import { knownOfAlternates } from './differential-known-alternates.ts';
import { knownOfBatches } from './differential-known-batches.ts';

export interface KnownDifference {
  readonly reason: string;
  covers(one: Case, found: readonly string[]): boolean;
}

export const knownDifferences: readonly KnownDifference[] = [
  ...knownOfAlternates,
  ...knownOfBatches,
  {
    reason: 'rsync itself breaks down over access times in protocol 27',
    covers: (one, found) =>
      one.protocol === 27 &&
      (has(found, 'buffer overflow: recv_file_entry') ||
        // SAME_ATIME does not fit into one byte of flags: the lists are wrong, or waited for without end (03 §4.3).
        has(found, '+ err: --atimes requires protocol 28 or higher (negotiated 27).')),
  },
  {
    reason: 'rsync stores ids in %stat that it has never set',
    covers: (one, found) =>
      one.options.flat().some((word) => word.endsWith('--fake-super')) &&
      differOnlyIn(found, / "user\.rsync\.%stat"=[0-9a-f]+/),
  },
  {
    reason: 'rsync lacks values of attributes in protocols that cannot carry them',
    covers: (one, found) => (one.protocol ?? 32) < 30 && has(found, 'Missing abbreviated xattr value'),
  },
  {
    reason:
      'a missing argument for --delete-missing-args breaks the lists of rsync 3.4.1, which 3.5.0 has put right',
    covers: (_one, found) => has(found, 'err: invalid file mode 00 for '),
  },
  {
    reason:
      'rsync 3.4.1 logs names raw, where 3.5.0 escapes them (docs/protocol/09-rsync-3.5.md, last table, row 25)',
    covers: (_one, found) =>
      found.every((line) => / log: /.test(line)) &&
      found.some((line) => /^\+ log: .*\\#[0-3][0-7]{2}/.test(line)),
  },
  {
    reason:
      "rsync gives a file that --ignore-existing keeps in a directory's place the time of that directory",
    covers: (one, found) =>
      one.options.flat().includes('--ignore-existing') &&
      found.every((line) => / tree: ".*" file /.test(line)) &&
      differOnlyIn(found, / [0-9]{10,}(?= )/),
  },
  {
    reason: 'the help of ocrsync has its own words',
    covers: (_one, found) => has(found, 'err: --8-bit-output, -8 '),
  },
  {
    reason:
      'where rsync finds the first of hard links hangs on which lists it has freed, and on what it matched elsewhere (--debug=hlink2; docs/protocol/07-output.md §12.2)',
    covers: (one, found) =>
      one.options.flat().includes('--debug=hlink2') &&
      found.every((line) =>
        /^[-+] out: hlink for \d+ \(.*\): (found flist match \(alt -?\d+\)|leader is -?\d+ \(.*\)|virtual first|waiting for -?\d+|looking for a leader)$/.test(
          line,
        ),
      ),
  },
  {
    reason: 'the far half of a local rsync that has options of its own refuses --secluded-args',
    covers: (one, found) =>
      one.direction === 'local' &&
      one.options.some((words) => /^(-M|--remote-option)/.test(words[0] ?? '')) &&
      has(found, '- err: rsync: --secluded-args conflicts with --old-args.'),
  },
  {
    reason: 'rsync fails its own assertion about hard-link groups',
    covers: (_one, found) => has(found, "match_gnums: Assertion `gnum >= hlink_flist->ndx_start' failed"),
  },
  {
    reason:
      '--update replaces another kind of object as 3.5.0 does (docs/protocol/09-rsync-3.5.md, last table, row 18)',
    covers: (one, found) =>
      isUpdate(one) &&
      found.some((line) => line.startsWith('- tree: ')) &&
      // The file may be one that the sender cannot open: what was in its way has gone by then.
      (replaces(found) ||
        (one.unprivileged && has(found, '+ err: rsync: [sender] send_files failed to open '))),
  },
  {
    reason:
      '`!` clears the list of a CVS file as in 3.5.0 (docs/protocol/09-rsync-3.5.md, last table, row 23)',
    covers: (_one, found) => has(found, "err: '!' rule has trailing characters: !"),
  },
  {
    reason: 'rsync 3.4.1 loses the owning group in the ACL of a directory that gets its sticky bit',
    covers: (_one, found) =>
      found.every((line) => / dir 1[0-7]{3} /.test(line)) &&
      differOnlyIn(found, /(?<="system\.posix_acl_access"=02000000(?:.{16})+0400)0[0-7]00/),
  },
  {
    reason: 'control characters in the log file are escaped as in 3.5.0 (docs/protocol/09-rsync-3.5.md §14)',
    covers: (_one, found) =>
      found.every((line) => /^[-+] log: /.test(line)) &&
      found.some((line) => /^\+ .*\\#0[0-3][0-7]/.test(line)),
  },
  {
    reason: 'a rule from a file is named, not shown, as in 3.5.0 (docs/protocol/09-rsync-3.5.md §13)',
    covers: (_one, found) =>
      found.length === 2 && found.every((line) => line.includes('err: discarding over-long filter: ')),
  },
  {
    reason:
      'a compression level without -z: rsync negotiates what its server does not, and reads what is no list, which hangs on the seed',
    covers: (one, found) =>
      one.transport === 'daemon' &&
      one.options.some((words) => /^--(zl|compress-level)\b/.test(words[0] ?? '')) &&
      (has(found, 'err: over-long vstring received (') ||
        has(found, 'err: Failed to negotiate a compress choice.')) &&
      found.every((line) => /^[-+] (exit [1-9]|err: )/.test(line)),
  },
  {
    reason:
      'the two halves of a local rsync that records a batch count blocks in other ways when one has options of its own',
    covers: (one, found) =>
      one.direction === 'local' &&
      recordsBatch(one.options) &&
      one.options.some((words) => /^(-M|--remote-option)/.test(words[0] ?? '')) &&
      found.some((line) => /^- err: Invalid block length \d+ \[sender\]$/.test(line)),
  },
  {
    reason:
      'the server of an old protocol sees a failed client go and says so; rsync kills its ssh before that is through, ocrsync hears it out',
    covers: (one, found) =>
      one.transport === 'ssh' &&
      (one.protocol ?? 32) < 31 &&
      found.every((line) =>
        /^\+ err: rsync(: connection unexpectedly closed| error: error in rsync protocol data stream) .*\[sender\]$/.test(
          line,
        ),
      ),
  },
  {
    reason: 'rsync crashes with --delay-updates and `.` as its directory (docs/protocol/04-transfer.md §3.1)',
    covers: (one, found) =>
      one.options.flat().includes('--delay-updates') &&
      one.options.some((words) => /^--partial-dir[= ](\.|)$/.test(words.join(' '))) &&
      found.includes('- exit 12') &&
      found.includes('+ exit 0'),
  },
  {
    reason:
      'rsync 3.4.1 waits without an end for a group of hard links whose first name its sender could not open',
    covers: (one, found) =>
      one.unprivileged &&
      one.options.some((words) => /^(-[a-zA-Z]*H|--hard-links$)/.test(words[0] ?? '')) &&
      (found[0] === noEndWithRsync || (has(found, '- exit timeout') && has(found, '+ exit 23'))),
  },
  {
    reason:
      'rsync cannot read what is not its own without a trace; ocrsync then reads it all the same (docs/options.md)',
    covers: (one, found) =>
      one.unprivileged &&
      one.options.flat().includes('--open-noatime') &&
      found.some((line) =>
        /^- err: rsync: \[sender\] send_files failed to open ".*": Operation not permitted \(1\)$/.test(line),
      ),
  },
  {
    reason:
      'a file that is sent under two names goes when its first copy has arrived: before or after the second was opened',
    covers: (one, found) =>
      one.options.flat().includes('--remove-source-files') &&
      one.options.some((words) => /^(-[a-zA-Z]*[Lk]|--copy-(dir)?links$)/.test(words[0] ?? '')) &&
      has(found, 'out: sender file already removed: ') &&
      has(found, '+ err: file has vanished: '),
  },
  {
    reason: 'rsync 3.4.1 waits without an end at a batch that lacks the second try of a file',
    covers: (_one, found) => found.includes('- batch exit timeout'),
  },
  {
    reason: 'a read-only file of the user is written in place as by 3.5.0 (docs/protocol/09-rsync-3.5.md §8)',
    covers: (one, found) =>
      one.unprivileged &&
      one.options.flat().some((word) => /^--(inplace|append)/.test(word)) &&
      found.some((line) => isReadOnlyInPlace[0]?.test(line)) &&
      found.every((line) => isReadOnlyInPlace.some((pattern) => pattern.test(line))),
  },
  {
    reason: '--max-alloc=0 is refused as by 3.5.0 (docs/protocol/09-rsync-3.5.md §11)',
    covers: (_one, found) => has(found, '+ err: rsync: max-alloc must be greater than zero'),
  },
  {
    reason:
      'a daemon of 3.4.1 keeps the backslashes that 3.4.1 puts before wildcards in option words: maps do nothing; ocrsync sends them bare (docs/protocol/02-daemon.md §8)',
    covers: (one, found) =>
      one.transport === 'daemon' &&
      one.options.some((words) => /^--(chown|(usermap|groupmap)[= ].*\*)/.test(words.join(' '))) &&
      found.every((line) => /^[-+] (tree|out: sending daemon args): /.test(line)) &&
      differOnlyIn(
        found.filter((line) => !line.includes(' out: sending daemon args: ')),
        / [0-9]+:[0-9]+(?= )/,
      ),
  },
  {
    reason: 'rsync makes the way to a destination that ends in `.`, and then fails to make the destination',
    covers: (one, found) =>
      one.options.flat().includes('--mkpath') &&
      found.some((line) =>
        /^- err: .*\[Receiver\] mkdir ".*\/\.\/?[^"/]*" failed: File exists \(17\)$/.test(line),
      ),
  },
  {
    reason:
      'rsync loses the end of a group of hard-linked symlinks of which --compare-dest has one: it waits without an end, or fails',
    covers: (one, found) =>
      one.options.some((words) => /^(-[a-zA-Z]*H|--hard-links$)/.test(words[0] ?? '')) &&
      one.options.flat().some((word) => word.startsWith('--compare-dest')) &&
      (has(found, '- exit timeout') || has(found, ' (got_flist_entry_status) [')),
  },
  {
    reason:
      'rsync appends to a file that is not there behind the length of its basis elsewhere: zeros, which --append-verify mostly notices (docs/protocol/04-transfer.md §3.10)',
    covers: (one, found) =>
      one.options.some((words) => /^--append/.test(words[0] ?? '')) &&
      one.options.some((words) => /^(--fuzzy|-[a-zA-Z]*y|--(compare|copy|link)-dest)/.test(words[0] ?? '')) &&
      haveDifferentBytes(found.filter((line) => !isSecondTry(line))),
  },
  {
    reason:
      'rsync takes the rights to a directory that it gives extended attributes from itself while it works there; without -p it is chance whether it gets its own bits again (docs/protocol/04-transfer.md §9.1)',
    covers: (one, found) =>
      one.options.some((words) => /^(-[a-zA-Z]*X|--xattrs)/.test(words[0] ?? '')) &&
      one.unprivileged &&
      found.every((line) => line.includes(' dir ')) &&
      (differOnlyIn(found, /(?<=tree: "(?:[^"\\]|\\.)*" dir [0-7])[0-7](?=[0-7]{2} )/) ||
        (!one.options.some((words) => /^(-[a-zA-Z]*[ap]|--archive|--perms)/.test(words[0] ?? '')) &&
          differOnlyIn(found, /(?<=tree: "(?:[^"\\]|\\.)*" dir )[0-7]{4}(?= )/))),
  },
  {
    reason:
      'below protocol 30 rsync 3.4.1 sends the secluded words to a daemon twice, which refuses a second map (docs/protocol/02-daemon.md §8)',
    covers: (one, found) =>
      one.transport === 'daemon' &&
      (one.protocol ?? 32) < 30 &&
      found.some((line) => /^- err: rsync: You can only specify --(user|group)map once\.$/.test(line)),
  },
  {
    reason:
      'the far half of a local rsync with remote options forwards the names of --files-from to the near one, which takes them for requests',
    covers: (one, found) =>
      one.direction === 'local' &&
      one.options.some((words) => /^(-M|--remote-option)/.test(words[0] ?? '')) &&
      one.options.flat().some((word) => word.startsWith('--files-from')) &&
      found.some((line) =>
        /^- err: (unexpected tag \d+ |File-list index \d+ not in .* )\[sender(\/inc)?\]$/.test(line),
      ),
  },
  {
    reason:
      'rsync 3.4.1 crashes when it plays some batches with ACLs or extended attributes, its own among them',
    covers: (one, found) =>
      recordsBatch(one.options) &&
      one.options.flat().some((word) => /^(--acls$|--xattrs$|-[a-zA-Z]*[AX])/.test(word)) &&
      // Of its receiver, of which the generator only sees the end.
      (has(found, '- batch exit signal SIGSEGV') ||
        has(
          found,
          '- batch err: rsync: connection unexpectedly closed (# bytes received so far) [generator]',
        )) &&
      found.every((line) => /^[-+] (batch |tree: "again|… )/.test(line)),
  },
  {
    reason:
      'a negative --timeout is none, as in 3.5.0 (docs/protocol/09-rsync-3.5.md §9); 3.4.1 ends at its first wait',
    covers: (one, found) =>
      one.options.some((words) => /^--timeout[= ]-/.test(words.join(' '))) &&
      (found.some((line) => /^- err: \[\w+\] io timeout after 0 seconds -- exiting$/.test(line)) ||
        found.every((line) =>
          /^\+ err: rsync( error: error in rsync protocol data stream \(code 12\)|: connection unexpectedly closed)/.test(
            line,
          ),
        )),
  },
  {
    reason:
      'rsync 3.4.1 refuses its own names where a forwarded --files-from has `..` in them (docs/protocol/03-file-list.md §16.2)',
    covers: (one, found) =>
      one.direction === 'pull' &&
      one.options.flat().some((word) => word.startsWith('--files-from')) &&
      Object.values(one.lists).some((list) => list.includes('/../')) &&
      has(found, '- err: ERROR: rejecting unrequested file-list name: '),
  },
  {
    reason:
      'a daemon that fails resets the connection if it has not read all yet: rsync sends a list in two pieces, ocrsync in one (docs/protocol/02-daemon.md §9)',
    covers: (one, found) =>
      one.transport === 'daemon' &&
      one.direction === 'push' &&
      (one.protocol ?? 32) < 31 &&
      found.includes('- exit 10') &&
      found.includes('+ exit 12') &&
      found.every((line) => isConnectionEnd.test(line)),
  },
  {
    reason:
      'rsync makes the first name of a group of hard links once more, as a file, after it could not make way for it; with lists in parts it then waits without an end or stops',
    covers: (one, found) =>
      one.options.some((words) => /^(-[a-zA-Z]*H|--hard-links$)/.test(words[0] ?? '')) &&
      has(found, '- err: could not make way for new regular file: ') &&
      (found.every((line) => isNoWay.test(line)) ||
        has(found, '- exit timeout') ||
        has(found, ' (finish_hard_link) [')),
  },
  {
    reason:
      'where nothing is yet, rsync makes a node under a temporary name or not as the object that it has looked at before it was of one kind or another: told when it fails',
    covers: (_one, found) =>
      found.every((line) => isFailedNode.test(line)) &&
      differOnlyIn(
        found.map((line) => line.replace(/\.([^/"]*)\.#(?=" failed: )/, '$1')),
        isFailedNode,
      ),
  },
  {
    reason:
      'rsync 3.4.1 cannot open the basis of a file written in place in an absolute --backup-dir; 3.5.0 can',
    covers: (one, found) =>
      one.options.flat().some((word) => /^--(inplace|append)/.test(word)) &&
      one.options.some((words) => /^--backup-dir[ =](CASE)?\//.test(words.join(' '))) &&
      found.length > 0 &&
      (has(found, ' failed verification -- update discarded') ||
        found.every(isMode) ||
        areSecondTries(found)),
  },
];

/** Why a difference is none of ours, or undefined. */
export function knownReason(one: Case, found: readonly string[]): string | undefined {
  return knownDifferences.find((known) => known.covers(one, found))?.reason;
}
