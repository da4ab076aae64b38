// The option sets of the matrix. Each runs in both directions, over every transport and pairing.
// To add one: a unique name, the options, and the kind of tree and destination it needs to show its effect.

import { alternateSets } from './option-sets-alternate.ts';
import { attributeSets } from './option-sets-attributes.ts';
import { deleteSets } from './option-sets-delete.ts';
import { filterSets } from './option-sets-filters.ts';
import { listSets } from './option-sets-list.ts';
import { finishSets } from './option-sets-finish.ts';
import { metadataSets } from './option-sets-metadata.ts';
import { outputSets } from './option-sets-output.ts';

/** A set whose cells are skipped below a protocol version, and why. */
export interface ProtocolExcuse {
  readonly version: number;
  /** Only the local copy; remote cells run. */
  readonly localOnly?: boolean;
  readonly reason: string;
}

export interface OptionSet {
  readonly name: string;
  readonly options: readonly string[];
  /** `plain` unless the set is about special files, odd names, owners or modes; `big` is 20,000 entries and > 4 GiB. */
  readonly tree?: 'plain' | 'mixed' | 'big' | 'attributes';
  /** `changed`: a mutated copy; `conflicting`: also full directories where files come; `shortened`: prefixes. */
  readonly destination?: 'empty' | 'changed' | 'conflicting' | 'shortened' | 'equal';
  /** A tree for --link-dest and its kin: in `alt` beside the destination, or in `.alt` inside it, where 3.4.1 can read a basis. */
  readonly alternate?: { readonly state: 'changed' | 'equal'; readonly where: 'beside' | 'inside' };
  /** Source operands relative to the cell's directory; `src/` by default. */
  readonly sources?: readonly string[];
  /** Left out by --quick. */
  readonly onlyFull?: boolean;
  /** No destination operand: the run lists. */
  readonly listsOnly?: boolean;
  /** The run may change its source. */
  readonly changesSource?: boolean;
  /** Compare whether large files have holes. */
  readonly holes?: boolean;
  /** Left out, counted and named, where an older --protocol is forced and rsync itself fails. */
  readonly sinceProtocol?: ProtocolExcuse;
  /** NAME2: both ends print names, so that their order is a race in every direction. */
  readonly racingNames?: boolean;
  /** The receiving side prints each line itself, from one process: the order of a pull is exact, too. */
  readonly exactPullOrder?: boolean;
}

const changed = 'changed' as const;
const mixed = 'mixed' as const;

const archive: OptionSet[] = [
  { name: 'archive', options: ['-a'] },
  { name: 'archive-mixed', options: ['-a'], tree: mixed },
  { name: 'archive-itemize', options: ['-ai'], tree: mixed },
  { name: 'archive-verbose', options: ['-av'], tree: mixed, destination: changed },
  { name: 'archive-itemize-changed', options: ['-ai'], destination: changed },
  { name: 'archive-itemize-all', options: ['-aii'], destination: changed },
  { name: 'archive-equal', options: ['-aii'], tree: mixed, destination: 'equal' },
  { name: 'recursive-only', options: ['-rv'], destination: changed },
  { name: 'recursive-times', options: ['-rti'], destination: changed },
  { name: 'links-times', options: ['-rlti'], tree: mixed, destination: changed },
  { name: 'perms-only', options: ['-rpi'], tree: mixed },
  { name: 'no-perms', options: ['-ai', '--no-perms'], tree: mixed, destination: changed },
  { name: 'no-times', options: ['-ai', '--no-times'], destination: changed },
  { name: 'no-owner-group', options: ['-ai', '--no-o', '--no-g'], tree: mixed },
  { name: 'no-devices', options: ['-ai', '--no-D'], tree: mixed },
  { name: 'no-links', options: ['-av', '--no-links'], tree: mixed },
  { name: 'no-recursion', options: ['-ai', '--no-r'], destination: changed },
  { name: 'numeric-ids', options: ['-ai', '--numeric-ids'], tree: mixed },
  { name: 'hard-links', options: ['-aHi'], tree: mixed },
  { name: 'hard-links-changed', options: ['-aHi', '--delete'], tree: mixed, destination: changed },
];

const output: OptionSet[] = [
  { name: 'verbose-itemize', options: ['-avi'], destination: changed },
  { name: 'very-verbose', options: ['-avv'], destination: changed, racingNames: true },
  { name: 'dry-run', options: ['-ain', '--delete'], tree: mixed, destination: changed },
  { name: 'dry-run-verbose', options: ['-avn'], destination: changed },
  { name: 'quiet', options: ['-aq'], destination: changed },
  { name: 'human-readable', options: ['-avh', '--stats'], destination: changed },
  { name: 'stats', options: ['-a', '--stats', '--delete'], tree: mixed, destination: changed },
  { name: 'progress', options: ['-a', '--progress'], destination: changed },
  { name: 'progress2', options: ['-a', '--info=progress2'], destination: changed },
  { name: 'out-format', options: ['-a', '--out-format=%o|%i|%n%L|%l|%B|%U:%G|%M'], destination: changed },
  { name: 'out-format-name', options: ['-a', '--out-format=%n', '--delete'], destination: changed },
  {
    name: 'info-flags',
    options: ['-a', '--info=name2,del,stats1'],
    destination: changed,
    racingNames: true,
  },
  { name: 'list-only', options: ['-a', '--list-only'], tree: mixed, listsOnly: true, exactPullOrder: true },
  { name: 'list-only-flat', options: ['--list-only'], listsOnly: true, exactPullOrder: true },
];

const updates: OptionSet[] = [
  // At dir5/file5 a newer directory stands in the way of a file: there -u follows 3.5.0, which makes way (security-rules-oracle).
  { name: 'update', options: ['-aui', '--exclude=/dir5/file5'], destination: changed },
  { name: 'checksum', options: ['-aci'], destination: changed },
  { name: 'ignore-times', options: ['-aI', '-i'], destination: changed },
  { name: 'size-only', options: ['-ai', '--size-only'], destination: changed },
  { name: 'ignore-existing', options: ['-ai', '--ignore-existing'], destination: changed },
  { name: 'existing', options: ['-ai', '--existing'], destination: changed },
  { name: 'existing-delete', options: ['-ai', '--existing', '--delete'], destination: changed },
  { name: 'delete', options: ['-ai', '--delete'], tree: mixed, destination: changed },
  { name: 'delete-conflicts', options: ['-ai', '--delete'], tree: mixed, destination: 'conflicting' },
  { name: 'conflicts-kept', options: ['-ai'], destination: 'conflicting' },
  { name: 'checksum-equal', options: ['-ac', '--stats'], destination: 'equal' },
];

const filters: OptionSet[] = [
  { name: 'exclude-plain', options: ['-ai', '--exclude=*.o', '--delete'], destination: changed },
  { name: 'exclude-anchored', options: ['-ai', '--exclude=/play/a', '--exclude=build/'] },
  { name: 'include-exclude', options: ['-ai', '--include=*/', '--include=*.c', '--exclude=*'] },
  {
    name: 'exclude-wildcards',
    options: ['-ai', '--exclude=play/**/b', '--exclude=size-[0-7]*', '--exclude=t?o.*'],
  },
  {
    name: 'exclude-from',
    options: ['-ai', '--exclude-from=lists/exclude', '--delete'],
    destination: changed,
  },
  { name: 'merge-dir', options: ['-ai', '--filter=dir-merge .rules', '--delete'], destination: changed },
  { name: 'merge-dir-modifiers', options: ['-ai', '--filter=:en- .rules'] },
  { name: 'filter-short', options: ['-aFi', '--delete'], destination: changed },
  {
    name: 'filter-sides',
    options: ['-ai', '--filter=H *.bak', '--filter=P *.o', '--delete'],
    destination: changed,
  },
  {
    name: 'prune-odd',
    options: ['-ai', '--exclude=bad-*', '--exclude=\\[*', '--exclude=*\\\\*'],
    tree: mixed,
  },
];

const compression: OptionSet[] = ['zlib', 'zlibx', 'zstd', 'lz4'].map((codec) => ({
  name: `compress-${codec}`,
  options: ['-az', `--compress-choice=${codec}`, '--stats'],
  destination: changed,
}));
compression.push(
  { name: 'compress-default', options: ['-azi'], destination: changed },
  {
    name: 'compress-level',
    options: ['-az', '--compress-level=9', '--compress-choice=zlib'],
    destination: changed,
  },
  { name: 'compress-level-zstd', options: ['-az', '--zl=12', '--zc=zstd'], destination: changed },
  { name: 'compress-none', options: ['-azi', '--compress-choice=none'], destination: changed },
);

const checksums: OptionSet[] = ['xxh128', 'xxh3', 'xxh64', 'md5', 'md4', 'sha1', 'none'].map((kind) => ({
  name: `checksum-${kind}`,
  options: [kind === 'none' ? '-ai' : '-aci', `--checksum-choice=${kind}`],
  destination: changed,
}));
checksums.push({
  name: 'checksum-pair',
  options: ['-aci', '--checksum-choice=xxh64,md4'],
  destination: changed,
});

const data: OptionSet[] = [
  { name: 'whole-file', options: ['-aW', '--stats'], destination: changed },
  { name: 'no-whole-file', options: ['-a', '--no-W', '--stats'], destination: changed },
  { name: 'block-size', options: ['-a', '--no-W', '--block-size=700', '--stats'], destination: changed },
  { name: 'block-size-odd', options: ['-a', '--no-W', '-B4099', '--stats'], destination: changed },
  { name: 'inplace', options: ['-a', '--inplace', '--no-W', '--stats'], destination: changed },
  { name: 'partial', options: ['-ai', '--partial'], destination: changed },
  { name: 'append', options: ['-ai', '--append'], destination: 'shortened' },
  { name: 'append-verify', options: ['-ai', '--append-verify'], destination: 'shortened' },
  { name: 'bwlimit', options: ['-a', '--bwlimit=20m'], destination: changed },
  { name: 'timeout', options: ['-a', '--timeout=30'], destination: changed },
  { name: 'protocol-30', options: ['-ai', '--protocol=30', '--delete'], tree: mixed, destination: changed },
  { name: 'protocol-31', options: ['-ai', '--protocol=31', '--delete'], tree: mixed, destination: changed },
  { name: 'protocol-30-data', options: ['-az', '--no-W', '--stats', '--protocol=30'], destination: changed },
];

const operands: OptionSet[] = [
  { name: 'relative', options: ['-aRi'], sources: ['src/./play/a/b', 'src/./dir1/'] },
  {
    name: 'relative-no-implied',
    options: ['-aRi', '--no-implied-dirs'],
    sources: ['src/./play/a/b'],
    // "invalid path from sender" (3.2.7 to 3.5.0; docs/protocol/03 §4.6).
    sinceProtocol: { version: 30, reason: 'rsync refuses the list that it sends itself' },
  },
  { name: 'dirs', options: ['-dlti'], destination: changed },
  { name: 'copy-links', options: ['-rLti'], sources: ['src/dir1/', 'src/dir2/', 'src/link'] },
  { name: 'copy-links-dangling', options: ['-aLi'], tree: mixed },
  { name: 'single-file', options: ['-ai'], sources: ['src/prose.txt'], destination: changed },
  {
    name: 'several-sources',
    options: ['-ai'],
    sources: ['src/dir0', 'src/dir1/', 'src/prose.txt', 'src/play'],
  },
  { name: 'source-directory', options: ['-ai', '--delete'], sources: ['src'] },
  { name: 'source-missing', options: ['-ai'], sources: ['src/dir0', 'src/absent'] },
];

const big: OptionSet[] = [
  { name: 'big', options: ['-a', '--stats'], tree: 'big' },
  { name: 'big-update', options: ['-ai', '--delete'], tree: 'big', destination: changed },
  { name: 'big-compressed', options: ['-az'], tree: 'big' },
];

export const optionSets: readonly OptionSet[] = [
  ...archive,
  ...output,
  ...updates,
  ...filters,
  ...compression,
  ...checksums,
  ...data,
  ...operands,
  ...alternateSets,
  ...attributeSets,
  ...deleteSets,
  ...listSets,
  ...metadataSets,
  ...finishSets,
  ...filterSets,
  ...outputSets,
  ...big,
];

/** The file that `exclude-from` reads. */
export const excludeList = '# comment\n; also a comment\n\n*.bak\n+ /play/x/core\ncore\n- /dir3/\n*.o\n';

/** The file that `files-from` reads. */
export const nameList = 'play/a/b\n# comment\n\ndir0/\n./prose.txt\r\n/dir1\nabsent\nplay/./a/\n';
