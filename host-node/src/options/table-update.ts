// Options about what is compared and updated (docs/protocol/05-options.md §3.4).
import { usageError } from './option-error.ts';
import type { AlternateDestinations } from './options.ts';
import type { RawOptions } from './raw-options.ts';
import { count, integer, number, set, text } from './row.ts';
import type { Action, OptionRow } from './row.ts';
import { parseSize } from './values.ts';

const group = 'update';
const flag = 'none';

/** The limit depends on the --protocol met so far (§2 rule 2). */
function setBlockSize(raw: RawOptions, value: string): void {
  const max = raw.protocol < 30 ? 2 ** 29 : 2 ** 17;
  const bytes = parseSize(value, { unit: 'b', min: 0, max, unlimited: false });
  if (typeof bytes === 'string') throw usageError(`--block-size=${value} ${bytes}`);
  raw.blockSize = bytes;
}

const MOST_DIRECTORIES = 20;

function sizeOfFile(option: string, value: string): number {
  const bytes = parseSize(value, { unit: 'b', min: 0, max: 2 ** 63, unlimited: false });
  if (typeof bytes === 'string') throw usageError(`--${option}=${value} ${bytes}`);
  return bytes;
}

/** The three kinds exclude each other; each may be given many times. */
function alternate(kind: AlternateDestinations['kind']): Action {
  return (raw, value) => {
    const before = raw.alternateKind;
    if (before !== null && before !== kind) {
      throw usageError(`ERROR: the --${kind}-dest option conflicts with the --${before}-dest option`);
    }
    if (raw.alternateDirectories.length >= MOST_DIRECTORIES) {
      throw usageError(`ERROR: at most ${MOST_DIRECTORIES} --${kind}-dest args may be specified`);
    }
    raw.alternateKind = kind;
    raw.alternateDirectories.push(value);
  };
}

export const UPDATE_ROWS: readonly OptionRow[] = [
  {
    long: 'checksum',
    short: 'c',
    argument: flag,
    group,
    told: 'both',
    status: 'done',
    help: 'compare by checksum, not by time and size',
    apply: set(true, 'checksum'),
    negations: ['no-checksum', 'no-c'],
    negate: set(false, 'checksum'),
  },
  {
    long: 'checksum-choice',
    aliases: ['cc'],
    argument: 'text',
    value: 'NAME',
    group,
    told: 'both',
    status: 'done',
    help: 'which checksum to use',
    apply: text('checksumChoice'),
  },
  {
    long: 'checksum-seed',
    argument: 'integer',
    value: 'NUMBER',
    group,
    told: 'both',
    status: 'done',
    help: 'seed of the checksums',
    apply: integer('checksumSeed'),
  },
  {
    long: 'ignore-times',
    short: 'I',
    argument: flag,
    group,
    told: 'both',
    status: 'done',
    help: 'transfer even what has the same time and size',
    apply: set(true, 'ignoreTimes'),
  },
  {
    long: 'size-only',
    argument: flag,
    group,
    told: 'push',
    status: 'done',
    help: 'compare by size alone',
    apply: set(true, 'sizeOnly'),
  },
  {
    long: 'update',
    short: 'u',
    argument: flag,
    group,
    told: 'both',
    status: 'done',
    help: 'leave files alone that are newer at the destination',
    apply: set(true, 'update'),
  },
  {
    long: 'existing',
    aliases: ['ignore-non-existing'],
    argument: flag,
    group,
    told: 'push',
    status: 'done',
    help: 'create no new files',
    apply: set(true, 'existing'),
  },
  {
    long: 'ignore-existing',
    argument: flag,
    group,
    told: 'push',
    status: 'done',
    help: 'change no existing files',
    apply: set(true, 'ignoreExisting'),
  },
  {
    long: 'max-size',
    argument: 'text',
    value: 'SIZE',
    group,
    told: 'push',
    status: 'done',
    help: 'leave out larger files',
    apply: (raw, value) => {
      raw.maxSize = sizeOfFile('max-size', value);
    },
  },
  {
    long: 'min-size',
    argument: 'text',
    value: 'SIZE',
    group,
    told: 'push',
    status: 'done',
    help: 'leave out smaller files',
    apply: (raw, value) => {
      raw.minSize = sizeOfFile('min-size', value);
    },
  },
  {
    long: 'whole-file',
    short: 'W',
    argument: flag,
    group,
    told: 'both',
    status: 'done',
    help: 'send files whole, without comparing blocks',
    apply: set(true, 'wholeFile'),
    negations: ['no-whole-file', 'no-W'],
    negate: set(false, 'wholeFile'),
  },
  {
    long: 'block-size',
    short: 'B',
    argument: 'text',
    value: 'SIZE',
    group,
    told: 'both',
    status: 'done',
    help: 'length of the compared blocks',
    apply: setBlockSize,
  },
  {
    long: 'fuzzy',
    short: 'y',
    argument: flag,
    group,
    told: 'push',
    status: 'done',
    help: 'use a similar file as basis',
    apply: count('fuzzy'),
    negations: ['no-fuzzy', 'no-y'],
    negate: number('fuzzy', 0),
  },
  {
    long: 'compare-dest',
    argument: 'text',
    value: 'DIR',
    group,
    told: 'push',
    status: 'done',
    help: 'leave out what is the same in DIR',
    apply: alternate('compare'),
  },
  {
    long: 'copy-dest',
    argument: 'text',
    value: 'DIR',
    group,
    told: 'push',
    status: 'done',
    help: 'copy what is the same from DIR',
    apply: alternate('copy'),
  },
  {
    long: 'link-dest',
    argument: 'text',
    value: 'DIR',
    group,
    told: 'push',
    status: 'done',
    help: 'hard-link what is the same in DIR',
    apply: alternate('link'),
  },
];
