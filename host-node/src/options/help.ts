// --help, --version, -VV and --info=help, made from the table (docs/protocol/05-options.md §5.3, §9). Text in our own words.
import type { HelpGroup, OptionRow } from './row.ts';
import { OPTION_ROWS, rowName } from './table.ts';
import { COMPATIBLE_VERSION, NEWEST_PROTOCOL, VERSION } from './version.ts';

const CHECKSUMS = ['xxh128', 'xxh3', 'xxh64', 'md5', 'md4', 'sha1', 'none'];
const COMPRESSIONS = ['zstd', 'lz4', 'zlibx', 'zlib', 'none'];
const AUTH_DIGESTS = ['sha512', 'sha256', 'sha1', 'md5', 'md4'];
/** In rsync's words: the rolling sum is SIMD in WebAssembly, digests are OpenSSL's through Node. */
const OPTIMIZATIONS = ['SIMD-roll', 'no asm-roll', 'openssl-crypto', 'no asm-MD5'];
const NAME_COLUMN = 25;

const GROUP_TITLES: readonly (readonly [HelpGroup, string])[] = [
  ['output', 'What is printed'],
  ['selection', 'What is walked'],
  ['attributes', 'Attributes'],
  ['update', 'What is updated, and how'],
  ['delete', 'Deleting'],
  ['filters', 'Filters'],
  ['connection', 'Connection'],
];

const USAGE = `Usage: ocrsync [OPTION]... SRC [SRC]... DEST
  or   ocrsync [OPTION]... SRC [SRC]... [USER@]HOST:DEST
  or   ocrsync [OPTION]... SRC [SRC]... [USER@]HOST::DEST
  or   ocrsync [OPTION]... SRC [SRC]... rsync://[USER@]HOST[:PORT]/DEST
  or   ocrsync [OPTION]... [USER@]HOST:SRC [DEST]
  or   ocrsync [OPTION]... [USER@]HOST::SRC [DEST]
  or   ocrsync [OPTION]... rsync://[USER@]HOST[:PORT]/SRC [DEST]
One colon means: through a remote shell. Two colons, or rsync://, mean: to an rsync daemon;
what follows is then a module's name.
`;

/** `--long=VALUE, -s` as --help and the support table show a row. */
export function rowSpelling(row: OptionRow): string {
  const value = row.value === undefined ? '' : row.value;
  if (row.long === null) return `-${row.short}${value === '' ? '' : ` ${value}`}`;
  const long = `--${row.long}${value === '' ? '' : `=${value}`}`;
  return row.short === undefined ? long : `${long}, -${row.short}`;
}

function optionLine(row: OptionRow): string {
  const name = rowSpelling(row);
  return name.length < NAME_COLUMN
    ? `${name.padEnd(NAME_COLUMN)}${row.help}`
    : `${name}\n${' '.repeat(NAME_COLUMN)}${row.help}`;
}

/** What --help prints on stdout. */
export function helpText(): string {
  const parts = [
    firstLines(),
    '',
    'Copies files, to or from another machine too, sending only what differs.',
    '',
    USAGE,
  ];
  for (const [group, title] of GROUP_TITLES) {
    parts.push(`${title}`);
    for (const row of OPTION_ROWS) {
      if (row.group === group && row.status === 'done') parts.push(optionLine(row));
    }
    parts.push('');
  }
  parts.push('Known options of rsync that this version refuses:');
  const later = OPTION_ROWS.filter((row) => row.status === 'later' && row.group !== 'internal').map(rowName);
  parts.push(wrapped(later, ' '), '');
  parts.push('-h is help only when it stands alone. The manual: https://www.npmjs.com/package/ocrsync');
  return `${parts.join('\n')}\n`;
}

/** What a wrong command line gets on stderr: the same text. */
export function usageText(): string {
  return helpText();
}

function firstLines(): string {
  return `ocrsync  version ${VERSION}  protocol version ${NEWEST_PROTOCOL}\nrsync version ${COMPATIBLE_VERSION} compatible; MIT licence`;
}

/** Words separated and wrapped at 75 columns, indented by four. */
function wrapped(words: readonly string[], separator: string): string {
  const lines: string[] = [];
  let line = '   ';
  words.forEach((word, i) => {
    const piece = i === words.length - 1 ? word : word + separator.trimEnd();
    if (line.length + 1 + piece.length > 75) {
      lines.push(line);
      line = '   ';
    }
    line += ` ${piece}`;
  });
  lines.push(line);
  return lines.join('\n');
}

/** What of this machine --version tells. */
export interface PlatformFacts {
  /** One line. */
  readonly line: string;
  readonly extendedAttributes: boolean;
}

/** They come and go with the native helper. */
const HELPER_CAPABILITIES: readonly string[] = ['ACLs', 'xattrs', 'prealloc'];

/** Not the default, but there. */
const SECLUDED = 'optional secluded-args';

/** Capabilities in rsync's order and words; scripts look for them. */
const CAPABILITIES: readonly string[] = [
  '64-bit files',
  '64-bit inums',
  '64-bit timestamps',
  '64-bit long ints',
  'socketpairs',
  'symlinks',
  'symtimes',
  'hardlinks',
  'hardlink-specials',
  'hardlink-symlinks',
  'IPv6',
  'atimes',
  'batchfiles',
  'inplace',
  'append',
  'ACLs',
  'xattrs',
  SECLUDED,
  'iconv',
  'prealloc',
  'stop-at',
  'no crtimes',
];

function capabilitiesOn(platform: PlatformFacts | undefined): string[] {
  const lacks = (name: string): boolean =>
    platform?.extendedAttributes === false && HELPER_CAPABILITIES.includes(name);
  return CAPABILITIES.map((name) => (lacks(name) ? `no ${name}` : name));
}

/** What --version prints on stdout. */
export function versionText(platform?: PlatformFacts): string {
  return [
    firstLines(),
    'Capabilities:',
    wrapped(capabilitiesOn(platform), ', '),
    'Optimizations:',
    wrapped(OPTIMIZATIONS, ', '),
    'Checksum list:',
    `    ${CHECKSUMS.join(' ').replace('xxh64', 'xxh64 (xxhash)')}`,
    'Compress list:',
    `    ${COMPRESSIONS.join(' ')}`,
    'Daemon auth list:',
    `    ${AUTH_DIGESTS.join(' ')}`,
    ...(platform === undefined ? [] : ['In force here:', `    ${platform.line}`]),
    '',
    'ocrsync is free software under the MIT licence, without any warranty.',
    '',
  ].join('\n');
}

/** What -VV prints: one JSON object with rsync's keys. */
export function versionJson(platform?: PlatformFacts): string {
  const value = {
    program: 'ocrsync',
    version: VERSION,
    compatible_version: COMPATIBLE_VERSION,
    protocol: `${NEWEST_PROTOCOL}.0`,
    capabilities: {
      file_bits: 64,
      inum_bits: 64,
      timestamp_bits: 64,
      long_int_bits: 64,
      ...flagObject(capabilitiesOn(platform).slice(4)),
    },
    optimizations: flagObject(OPTIMIZATIONS),
    checksum_list: CHECKSUMS,
    compress_list: COMPRESSIONS,
    daemon_auth_list: AUTH_DIGESTS,
    license: 'MIT',
    caveat: 'ocrsync comes without any warranty',
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** `no x` → `x: false`; `-` becomes `_`. */
function flagObject(words: readonly string[]): Record<string, boolean | 'optional'> {
  const flags: Record<string, boolean | 'optional'> = {};
  for (const word of words) {
    const [, prefix, name] = /^(?:(no|optional) )?(.*)$/.exec(word)!;
    flags[name!.replaceAll('-', '_')] = prefix === 'optional' ? 'optional' : prefix === undefined;
  }
  return flags;
}
