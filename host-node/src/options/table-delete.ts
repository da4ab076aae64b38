// Options about deleting (docs/protocol/05-options.md §3.5).
import { integer, set } from './row.ts';
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
    apply: (raw) => {
      raw.deleteDuring = 1;
    },
  },
  {
    long: 'delete-before',
    argument: flag,
    group,
    told: 'push',
    status: 'done',
    help: '... before the transfer',
    apply: set(true, 'deleteBefore'),
  },
  {
    long: 'delete-delay',
    argument: flag,
    group,
    told: 'push',
    status: 'done',
    help: '... found during, deleted after it',
    apply: (raw) => {
      raw.deleteDuring = 2;
    },
  },
  {
    long: 'delete-after',
    argument: flag,
    group,
    told: 'push',
    status: 'done',
    help: '... after the transfer',
    apply: set(true, 'deleteAfter'),
  },
  {
    long: 'delete-excluded',
    argument: flag,
    group,
    told: 'push',
    status: 'done',
    help: '... and what is excluded',
    apply: set(true, 'deleteExcluded'),
  },
  {
    long: 'force',
    argument: flag,
    group,
    told: 'push',
    status: 'done',
    help: 'replace directories that are not empty',
    apply: set(true, 'force'),
    negations: ['no-force'],
    negate: set(false, 'force'),
  },
  {
    long: 'ignore-errors',
    argument: flag,
    group,
    told: 'both',
    status: 'done',
    help: 'delete despite read errors',
    apply: set(true, 'ignoreErrors'),
    negations: ['no-ignore-errors'],
    negate: set(false, 'ignoreErrors'),
  },
  {
    long: 'max-delete',
    argument: 'integer',
    value: 'NUMBER',
    group,
    told: 'push',
    status: 'done',
    help: 'delete no more than that',
    apply: integer('maxDelete'),
  },
];
