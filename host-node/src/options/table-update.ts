// Options about what is compared and updated (docs/protocol/05-options.md §3.4).
import { usageError } from './option-error.ts';
import type { RawOptions } from './raw-options.ts';
import { integer, set, text } from './row.ts';
import type { OptionRow } from './row.ts';
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
    status: 'later',
    help: 'leave out larger files',
  },
  {
    long: 'min-size',
    argument: 'text',
    value: 'SIZE',
    group,
    told: 'push',
    status: 'later',
    help: 'leave out smaller files',
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
    status: 'later',
    help: 'use a similar file as basis',
    negations: ['no-fuzzy', 'no-y'],
  },
  {
    long: 'compare-dest',
    argument: 'text',
    value: 'DIR',
    group,
    told: 'push',
    status: 'later',
    help: 'leave out what is the same in DIR',
  },
  {
    long: 'copy-dest',
    argument: 'text',
    value: 'DIR',
    group,
    told: 'push',
    status: 'later',
    help: 'copy what is the same from DIR',
  },
  {
    long: 'link-dest',
    argument: 'text',
    value: 'DIR',
    group,
    told: 'push',
    status: 'later',
    help: 'hard-link what is the same in DIR',
  },
];
