// Option sets about how a received file gets its final name: backups, partial directory, delayed updates, holes, removal of sources.
import type { OptionSet } from './option-sets.ts';

const changed = 'changed' as const;
const mixed = 'mixed' as const;

export const finishSets: readonly OptionSet[] = [
  { name: 'backup', options: ['-aib', '--delete'], tree: mixed, destination: changed },
  { name: 'backup-suffix', options: ['-aib', '--suffix=.old', '--delete'], destination: changed },
  {
    name: 'backup-dir',
    options: ['-ai', '--backup-dir=kept', '--delete'],
    tree: mixed,
    destination: changed,
  },
  { name: 'backup-verbose', options: ['-avvb'], destination: changed, racingNames: true },
  { name: 'backup-conflicts', options: ['-aib', '--delete'], destination: 'conflicting' },
  { name: 'backup-inplace', options: ['-aib', '--inplace', '--no-W'], destination: changed },
  {
    name: 'backup-append',
    options: ['-aib', '--append'],
    destination: 'shortened',
    // No record names the backup as the basis: rsync's second try reads another file than it summed, and its damaged file is left.
    sinceProtocol: {
      version: 29,
      reason: 'the second try of --append with a backup damages the file in rsync',
    },
  },
  { name: 'partial-dir', options: ['-ai', '--partial-dir=.rsync-partial', '--no-W'], destination: changed },
  {
    name: 'delay-updates',
    options: ['-ai', '--delay-updates', '--delete'],
    tree: mixed,
    destination: changed,
  },
  { name: 'delay-updates-backup', options: ['-aHib', '--delay-updates'], tree: mixed, destination: changed },
  { name: 'temp-dir', options: ['-ai', '--temp-dir=/tmp'], destination: changed },
  { name: 'sparse', options: ['-ai', '--sparse'], destination: changed, holes: true },
  {
    name: 'sparse-inplace',
    options: ['-ai', '--sparse', '--inplace', '--no-W'],
    destination: changed,
    holes: true,
  },
  { name: 'preallocate', options: ['-ai', '--preallocate'], destination: changed },
  { name: 'fsync', options: ['-ai', '--fsync'], destination: changed },
  {
    name: 'remove-source-files',
    options: ['-ai', '--remove-source-files'],
    destination: changed,
    changesSource: true,
  },
  {
    // Without lines: when a link is told depends on when its file has arrived.
    name: 'remove-source-files-links',
    options: ['-aH', '--remove-source-files'],
    tree: mixed,
    destination: changed,
    changesSource: true,
  },
  {
    name: 'remove-sent-files',
    options: ['-ai', '--remove-sent-files'],
    destination: changed,
    changesSource: true,
  },
  {
    name: 'remove-source-files-delayed',
    options: ['-ai', '--remove-source-files', '--delay-updates'],
    destination: changed,
    changesSource: true,
  },
];
