// The options that change the bytes of a stream, as the bits a batch begins with, and back
// (docs/protocol/04-transfer.md §17.1, §17.2).
import type { Options } from '../options/options.ts';

interface StreamFlag {
  /** In messages. */
  readonly name: string;
  readonly isSet: (options: Options) => boolean;
  readonly changed: (options: Options, on: boolean) => Options;
  /** First protocol whose batches have it. */
  readonly since: number;
}

/** In the order of their bits. */
const STREAM_FLAGS: readonly StreamFlag[] = [
  flag('--recurse (-r)', 27, 'recursive'),
  flag('--owner (-o)', 27, 'owner'),
  flag('--group (-g)', 27, 'group'),
  flag('--links (-l)', 27, 'links'),
  flag('--devices (-D)', 27, 'devices'),
  {
    name: '--hard-links (-H)',
    since: 27,
    isSet: ({ hardLinks }) => hardLinks > 0,
    changed: (options, on) => ({ ...options, hardLinks: on ? 1 : 0 }),
  },
  flag('--checksum (-c)', 27, 'checksum'),
  flag('--dirs (-d)', 29, 'dirs'),
  flag('--compress (-z)', 29, 'compress'),
  { name: '--iconv', since: 30, isSet: ({ iconv }) => iconv !== null, changed: (options) => options },
  flag('--acls (-A)', 30, 'acls'),
  {
    name: '--xattrs (-X)',
    since: 30,
    isSet: ({ xattrs }) => xattrs > 0,
    changed: (options, on) => ({ ...options, xattrs: on ? 1 : 0 }),
  },
  flag('--inplace', 30, 'inplace'),
  {
    name: '--append',
    since: 30,
    isSet: ({ append }) => append === 1,
    changed: (options, on) => ({ ...options, append: on ? 1 : 0 }),
  },
  {
    name: '--append-verify',
    since: 30,
    isSet: ({ append }) => append === 2,
    changed: (options, on) => ({ ...options, append: on ? 2 : options.append === 2 ? 0 : options.append }),
  },
];

type Switch =
  | 'recursive'
  | 'owner'
  | 'group'
  | 'links'
  | 'devices'
  | 'checksum'
  | 'dirs'
  | 'compress'
  | 'acls'
  | 'inplace';

function flag(name: string, since: number, field: Switch): StreamFlag {
  return {
    name,
    since,
    isSet: (options) => options[field],
    changed: (options, on) => ({ ...options, [field]: on }),
  };
}

/** All bits; {@link streamFlagMask} says which of them a protocol's batches have. */
export function streamFlags(options: Options): number {
  return STREAM_FLAGS.reduce((flags, each, bit) => (each.isSet(options) ? flags | (1 << bit) : flags), 0);
}

/** What a batch says, over what was typed. `tell` hears of each difference. 'iconv': that one has to be typed. */
export function withStreamFlags(
  options: Options,
  flags: number,
  protocol: number,
  tell: (text: string) => void,
): Options | 'iconv' {
  let played = options;
  for (const [bit, each] of STREAM_FLAGS.entries()) {
    if (protocol < each.since) continue;
    const on = (flags & (1 << bit)) !== 0;
    if (each.isSet(options) === on) continue;
    if (each.name === '--iconv') return 'iconv';
    played = each.changed(played, on);
    tell(`${on ? 'Setting' : 'Clearing'} the ${each.name} option to match the batchfile.`);
  }
  return protocol < 29 ? { ...played, dirs: played.recursive } : played;
}

/** The bits that batches of a protocol have. */
export function streamFlagMask(protocol: number): number {
  return STREAM_FLAGS.reduce((mask, { since }, bit) => (protocol >= since ? mask | (1 << bit) : mask), 0);
}
