// Options about deleting (docs/protocol/05-options.md §3.5).
import { set } from './row.ts';
import type { OptionRow } from './row.ts';

const group = 'delete';
const flag = 'none';

export const DELETE_ROWS: readonly OptionRow[] = [
  {
    long: 'delete',
    argument: flag,
    group,
    told: 'push',
    status: 'done',
    help: 'delete what the source does not have',
    apply: set(true, 'delete'),
  },
  {
    long: 'delete-during',
    aliases: ['del'],
    argument: flag,
    group,
    told: 'push',
    status: 'done',
    help: '... directory by directory, during the transfer',
    apply: set(true, 'delete', 'deleteDuring'),
  },
  {
    long: 'delete-before',
    argument: flag,
    group,
    told: 'push',
    status: 'later',
    help: '... before the transfer',
  },
  {
    long: 'delete-delay',
    argument: flag,
    group,
    told: 'push',
    status: 'later',
    help: '... found during, deleted after it',
  },
  {
    long: 'delete-after',
    argument: flag,
    group,
    told: 'push',
    status: 'later',
    help: '... after the transfer',
  },
  {
    long: 'delete-excluded',
    argument: flag,
    group,
    told: 'push',
    status: 'later',
    help: '... and what is excluded',
  },
  {
    long: 'force',
    argument: flag,
    group,
    told: 'push',
    status: 'later',
    help: 'replace directories that are not empty',
    negations: ['no-force'],
  },
  {
    long: 'ignore-errors',
    argument: flag,
    group,
    told: 'both',
    status: 'later',
    help: 'delete despite read errors',
    negations: ['no-ignore-errors'],
  },
  {
    long: 'max-delete',
    argument: 'integer',
    value: 'NUMBER',
    group,
    told: 'push',
    status: 'later',
    help: 'delete no more than that',
  },
];
