// Options about the connection and the session (docs/protocol/05-options.md §3.7).
import { usageError } from './option-error.ts';
import type { RawOptions } from './raw-options.ts';
import { integer, number, set, text } from './row.ts';
import type { OptionRow } from './row.ts';
import { parseSize, rateKiB } from './values.ts';

const group = 'connection';
const flag = 'none';

function setRate(raw: RawOptions, value: string): void {
  const bytes = parseSize(value, { unit: 'k', min: 512, max: Number.MAX_SAFE_INTEGER, unlimited: true });
  if (typeof bytes === 'string') throw usageError(`--bwlimit=${value} ${bytes}`);
  raw.bwlimitKiBPerSecond = rateKiB(bytes);
}

/** Kept in order; nobody here looks at them. */
function addRemoteOption(raw: RawOptions, value: string): void {
  if (!value.startsWith('-')) throw usageError(`Remote option must start with a dash: ${value}`);
  raw.remoteOptions.push(value);
}

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
    status: 'done',
    help: 'an option for the other end alone',
    apply: addRemoteOption,
  },
  {
    long: 'secluded-args',
    short: 's',
    aliases: ['protect-args'],
    argument: flag,
    group,
    told: 'both',
    status: 'done',
    help: 'send arguments through the protocol',
    apply: set(true, 'secludedArgs'),
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
      raw.oldArgs = Math.max(raw.oldArgs, 0) + 1;
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
    status: 'done',
    help: 'do not check what the sender sends against what was asked',
    apply: set(true, 'trustSender'),
  },
  {
    long: 'blocking-io',
    argument: flag,
    group,
    told: 'never',
    status: 'done',
    help: 'for remote shells that need it',
    apply: set(true, 'blockingIo'),
    negations: ['no-blocking-io'],
    negate: set(false, 'blockingIo'),
  },
  {
    long: 'timeout',
    argument: 'integer',
    value: 'SECONDS',
    group,
    told: 'both',
    status: 'done',
    help: 'give up when nothing moves that long',
    apply: integer('timeoutSeconds'),
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
    apply: integer('contimeoutSeconds'),
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
    status: 'done',
    help: 'local address of the connection',
    apply: text('address'),
  },
  {
    long: 'port',
    argument: 'integer',
    value: 'PORT',
    group,
    told: 'never',
    status: 'done',
    help: 'port of the daemon (default 873)',
    apply: integer('port'),
  },
  {
    long: 'sockopts',
    argument: 'text',
    value: 'LIST',
    group,
    told: 'never',
    status: 'done',
    help: 'options of the socket',
    apply: text('sockopts'),
  },
  {
    long: 'ipv4',
    short: '4',
    argument: flag,
    group,
    told: 'never',
    status: 'done',
    help: 'IPv4 alone',
    apply: number('ipVersion', 4),
  },
  {
    long: 'ipv6',
    short: '6',
    argument: flag,
    group,
    told: 'never',
    status: 'done',
    help: 'IPv6 alone',
    apply: number('ipVersion', 6),
  },
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
    status: 'done',
    help: "data for the daemon's early exec command",
    apply: text('earlyInput'),
  },
  {
    long: 'protocol',
    argument: 'integer',
    value: 'NUMBER',
    group,
    told: 'never',
    status: 'done',
    help: 'speak an older protocol (27-32)',
    apply: integer('protocol'),
  },
];
