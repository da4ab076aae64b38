// Options about the run of the session: our own switches, limits of time, batches, the roles (docs/protocol/05-options.md §3.7).
import { parseMoment } from './moment.ts';
import { usageError } from './option-error.ts';
import type { RawOptions } from './raw-options.ts';
import { set, text } from './row.ts';
import type { OptionRow } from './row.ts';
import { leadingInteger } from './values.ts';

const group = 'connection';
const flag = 'none';
/** The moment fits into 63 bits of seconds. */
const LATEST_SECONDS = 2 ** 63;

function setRing(raw: RawOptions, value: string): void {
  if (value !== 'auto' && value !== 'on' && value !== 'off') {
    throw usageError(`--io-uring=${value} is invalid: use auto, on or off`);
  }
  raw.ioUring = value;
}

function setStopAfter(raw: RawOptions, value: string): void {
  const minutes = leadingInteger(value);
  const stopAtMs = Date.now() + minutes * 60_000;
  if (minutes <= 0 || stopAtMs >= LATEST_SECONDS * 1000)
    throw usageError(`invalid --stop-after value: ${value}`);
  raw.stopAtMs = stopAtMs;
}

function setStopAt(raw: RawOptions, value: string): void {
  const at = parseMoment(value, new Date());
  if (at === 'format') throw usageError(`invalid --stop-at format: ${value}`);
  if (at === 'past') throw usageError(`--stop-at time is not in the future: ${value}`);
  raw.stopAtMs = at;
}

export const SESSION_ROWS: readonly OptionRow[] = [
  {
    long: 'io-uring',
    argument: 'text',
    value: 'MODE',
    group,
    told: 'never',
    status: 'done',
    help: 'read ahead by io_uring: auto (cold files), on, off',
    apply: setRing,
  },
  {
    long: 'confine',
    argument: flag,
    group,
    told: 'never',
    status: 'done',
    help: 'give up rights that the run does not need, or fail; --no-confine: keep them (default: where it can)',
    apply: set(true, 'confine'),
    negations: ['no-confine'],
    negate: set(false, 'confine'),
  },
  {
    long: 'stop-after',
    aliases: ['time-limit'],
    argument: 'text',
    value: 'MINUTES',
    group,
    told: 'never',
    status: 'done',
    help: 'stop after that time',
    apply: setStopAfter,
  },
  {
    long: 'stop-at',
    argument: 'text',
    value: 'TIME',
    group,
    told: 'never',
    status: 'done',
    help: 'stop at that moment',
    apply: setStopAt,
  },
  {
    long: 'write-batch',
    argument: 'text',
    value: 'FILE',
    group,
    told: 'never',
    status: 'done',
    help: 'record the transfer in FILE',
    apply: text('writeBatch'),
  },
  {
    long: 'only-write-batch',
    argument: 'text',
    value: 'FILE',
    group,
    told: 'push',
    status: 'done',
    help: '... without doing it',
    apply: text('onlyWriteBatch'),
  },
  {
    long: 'read-batch',
    argument: 'text',
    value: 'FILE',
    group,
    told: 'never',
    status: 'done',
    help: 'do what FILE records',
    apply: text('readBatch'),
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
