// Options about symlinks and hard links (docs/protocol/05-options.md §3.3).
import { count, number, set } from './row.ts';
import type { OptionRow } from './row.ts';

const group = 'attributes';
const flag = 'none';

export const LINK_ROWS: readonly OptionRow[] = [
  {
    long: 'links',
    short: 'l',
    argument: flag,
    group,
    told: 'both',
    status: 'done',
    help: 'copy symlinks as symlinks',
    apply: set(true, 'links'),
    negations: ['no-links', 'no-l'],
    negate: set(false, 'links'),
  },
  {
    long: 'copy-links',
    short: 'L',
    argument: flag,
    group,
    told: 'pull',
    status: 'done',
    help: 'copy what symlinks point to',
    apply: set(true, 'copyLinks'),
  },
  {
    long: 'copy-unsafe-links',
    argument: flag,
    group,
    told: 'both',
    status: 'later',
    help: '-L for symlinks that leave the tree',
  },
  {
    long: 'safe-links',
    argument: flag,
    group,
    told: 'both',
    status: 'later',
    help: 'leave out symlinks that leave the tree',
  },
  {
    long: 'munge-links',
    argument: flag,
    group,
    told: 'never',
    status: 'later',
    help: 'store symlinks in an inert form',
    negations: ['no-munge-links'],
  },
  {
    long: 'copy-dirlinks',
    short: 'k',
    argument: flag,
    group,
    told: 'pull',
    status: 'later',
    help: '-L for symlinks to directories',
  },
  {
    long: 'keep-dirlinks',
    short: 'K',
    argument: flag,
    group,
    told: 'push',
    status: 'later',
    help: 'a symlink to a directory is a directory at the destination',
  },
  {
    long: 'hard-links',
    short: 'H',
    argument: flag,
    group,
    told: 'both',
    status: 'done',
    help: 'copy hard links',
    apply: count('hardLinks'),
    negations: ['no-hard-links', 'no-H'],
    negate: number('hardLinks', 0),
  },
];
