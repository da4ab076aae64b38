// Options about filters, the connection and the session (docs/protocol/05-options.md §3.6, §3.7).
import { usageError } from './option-error.ts';
import type { FilterArgument } from './options.ts';
import type { RawOptions } from './raw-options.ts';
import { integer, number, set, text } from './row.ts';
import type { Action, OptionRow } from './row.ts';
import { parseInteger, parseSize, rateKiB } from './values.ts';

const group = 'connection';
const flag = 'none';
const filters = 'filters';

function int(value: string): number {
  const parsed = parseInteger(value);
  return typeof parsed === 'number' ? parsed : 0;
}

function rule(kind: FilterArgument['kind']): Action {
  return (raw, value) => {
    raw.filters.push({ kind, text: value });
  };
}

/** First -F: per-directory rules from `.rsync-filter`; second: those files are not copied; more: nothing. */
function perDirectory(raw: RawOptions): void {
  raw.perDirectoryFilters += 1;
  if (raw.perDirectoryFilters === 1) raw.filters.push({ kind: 'filter', text: ': /.rsync-filter' });
  if (raw.perDirectoryFilters === 2) raw.filters.push({ kind: 'filter', text: '- .rsync-filter' });
}

function setRate(raw: RawOptions, value: string): void {
  const bytes = parseSize(value, { unit: 'k', min: 512, max: Number.MAX_SAFE_INTEGER, unlimited: true });
  if (typeof bytes === 'string') throw usageError(`--bwlimit=${value} ${bytes}`);
  raw.bwlimitKiBPerSecond = rateKiB(bytes);
}

export const FILTER_ROWS: readonly OptionRow[] = [
  {
    long: 'filter',
    short: 'f',
    argument: 'text',
    value: 'RULE',
    group: filters,
    told: 'never',
    status: 'done',
    help: 'add a filter rule',
    apply: rule('filter'),
  },
  {
    long: null,
    short: 'F',
    argument: flag,
    group: filters,
    told: 'never',
    status: 'done',
    help: 'read rules from .rsync-filter files; twice: do not copy those',
    apply: perDirectory,
  },
  {
    long: 'exclude',
    argument: 'text',
    value: 'PATTERN',
    group: filters,
    told: 'never',
    status: 'done',
    help: 'leave out what matches',
    apply: rule('exclude'),
  },
  {
    long: 'include',
    argument: 'text',
    value: 'PATTERN',
    group: filters,
    told: 'never',
    status: 'done',
    help: 'do not leave out what matches',
    apply: rule('include'),
  },
  {
    long: 'exclude-from',
    argument: 'text',
    value: 'FILE',
    group: filters,
    told: 'never',
    status: 'done',
    help: 'read --exclude patterns from FILE',
    apply: rule('exclude-from'),
  },
  {
    long: 'include-from',
    argument: 'text',
    value: 'FILE',
    group: filters,
    told: 'never',
    status: 'done',
    help: 'read --include patterns from FILE',
    apply: rule('include-from'),
  },
  {
    long: 'cvs-exclude',
    short: 'C',
    argument: flag,
    group: filters,
    told: 'both',
    status: 'later',
    help: 'leave out what CVS leaves out',
  },
];

export const CONNECTION_ROWS: readonly OptionRow[] = [
  {
    long: 'rsh',
    short: 'e',
    argument: 'text',
    value: 'COMMAND',
    group,
    told: 'never',
    status: 'done',
    help: 'the remote shell (default ssh)',
    apply: text('rsh'),
  },
  {
    long: 'rsync-path',
    argument: 'text',
    value: 'PROGRAM',
    group,
    told: 'never',
    status: 'done',
    help: 'the program to run at the other end',
    apply: text('rsyncPath'),
  },
  {
    long: 'remote-option',
    short: 'M',
    argument: 'text',
    value: 'OPTION',
    group,
    told: 'both',
    status: 'later',
    help: 'an option for the other end alone',
  },
  {
    long: 'secluded-args',
    short: 's',
    aliases: ['protect-args'],
    argument: flag,
    group,
    told: 'both',
    status: 'later',
    help: 'send arguments through the protocol',
  },
  {
    long: 'no-secluded-args',
    aliases: ['no-protect-args', 'no-s'],
    argument: flag,
    group,
    told: 'never',
    status: 'done',
    help: 'send arguments on the command line (default)',
    apply: (raw) => {
      raw.secludedArgs = false;
    },
  },
  {
    long: 'old-args',
    argument: flag,
    group,
    told: 'never',
    status: 'done',
    help: 'the remote shell splits file arguments; twice: everything',
    apply: (raw) => {
      raw.oldArgs = (raw.oldArgs ?? 0) + 1;
    },
    negations: ['no-old-args'],
    negate: (raw) => {
      raw.oldArgs = 0;
    },
  },
  {
    long: 'trust-sender',
    argument: flag,
    group,
    told: 'never',
    status: 'later',
    help: 'do not check what the sender sends against what was asked',
  },
  {
    long: 'blocking-io',
    argument: flag,
    group,
    told: 'never',
    status: 'later',
    help: 'for remote shells that need it',
    negations: ['no-blocking-io'],
  },
  {
    long: 'timeout',
    argument: 'integer',
    value: 'SECONDS',
    group,
    told: 'both',
    status: 'done',
    help: 'give up when nothing moves that long',
    apply: integer('timeoutSeconds', int),
    negations: ['no-timeout'],
    negate: number('timeoutSeconds', 0),
  },
  {
    long: 'contimeout',
    argument: 'integer',
    value: 'SECONDS',
    group,
    told: 'never',
    status: 'done',
    help: 'give up connecting to a daemon after that',
    apply: integer('contimeoutSeconds', int),
    negations: ['no-contimeout'],
    negate: number('contimeoutSeconds', 0),
  },
  {
    long: 'bwlimit',
    argument: 'text',
    value: 'RATE',
    group,
    told: 'both',
    status: 'done',
    help: 'limit of the bandwidth, KiB per second',
    apply: setRate,
    negations: ['no-bwlimit'],
    negate: number('bwlimitKiBPerSecond', 0),
  },
  {
    long: 'address',
    argument: 'text',
    value: 'ADDRESS',
    group,
    told: 'never',
    status: 'later',
    help: 'local address of the connection',
  },
  {
    long: 'port',
    argument: 'integer',
    value: 'PORT',
    group,
    told: 'never',
    status: 'done',
    help: 'port of the daemon (default 873)',
    apply: integer('port', int),
  },
  {
    long: 'sockopts',
    argument: 'text',
    value: 'LIST',
    group,
    told: 'never',
    status: 'later',
    help: 'options of the socket',
  },
  { long: 'ipv4', short: '4', argument: flag, group, told: 'never', status: 'later', help: 'IPv4 alone' },
  { long: 'ipv6', short: '6', argument: flag, group, told: 'never', status: 'later', help: 'IPv6 alone' },
  {
    long: 'password-file',
    argument: 'text',
    value: 'FILE',
    group,
    told: 'never',
    status: 'done',
    help: 'password for a daemon',
    apply: text('passwordFile'),
  },
  {
    long: 'early-input',
    argument: 'text',
    value: 'FILE',
    group,
    told: 'never',
    status: 'later',
    help: "data for the daemon's early exec command",
  },
  {
    long: 'protocol',
    argument: 'integer',
    value: 'NUMBER',
    group,
    told: 'never',
    status: 'done',
    help: 'speak an older protocol (27-32)',
    apply: integer('protocol', int),
  },
  {
    long: 'stop-after',
    aliases: ['time-limit'],
    argument: 'text',
    value: 'MINUTES',
    group,
    told: 'never',
    status: 'later',
    help: 'stop after that time',
  },
  {
    long: 'stop-at',
    argument: 'text',
    value: 'TIME',
    group,
    told: 'never',
    status: 'later',
    help: 'stop at that moment',
  },
  {
    long: 'write-batch',
    argument: 'text',
    value: 'FILE',
    group,
    told: 'never',
    status: 'later',
    help: 'record the transfer in FILE',
  },
  {
    long: 'only-write-batch',
    argument: 'text',
    value: 'FILE',
    group,
    told: 'push',
    status: 'later',
    help: '... without doing it',
  },
  {
    long: 'read-batch',
    argument: 'text',
    value: 'FILE',
    group,
    told: 'never',
    status: 'later',
    help: 'do what FILE records',
  },
  {
    long: 'daemon',
    argument: flag,
    group: 'internal',
    told: 'never',
    status: 'later',
    help: 'serve as a daemon',
  },
  {
    long: 'config',
    argument: 'text',
    value: 'FILE',
    group: 'internal',
    told: 'never',
    status: 'later',
    help: "the daemon's configuration",
  },
  {
    long: 'dparam',
    argument: 'text',
    value: 'NAME=VALUE',
    group: 'internal',
    told: 'never',
    status: 'later',
    help: 'a setting of the daemon',
  },
  {
    long: 'detach',
    argument: flag,
    group: 'internal',
    told: 'never',
    status: 'later',
    help: 'the daemon leaves the terminal',
  },
  {
    long: 'no-detach',
    argument: flag,
    group: 'internal',
    told: 'never',
    status: 'later',
    help: '... or stays',
  },
  {
    long: 'server',
    argument: flag,
    group: 'internal',
    told: 'both',
    status: 'done',
    help: 'run as the other end',
    apply: set(true, 'isServer'),
  },
  {
    long: 'sender',
    argument: flag,
    group: 'internal',
    told: 'pull',
    status: 'done',
    help: '... and send',
    apply: set(true, 'isServerSender'),
  },
];
