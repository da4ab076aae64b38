// Random command lines of the differential tester, drawn from the table of options, so that a new option is tested by
// standing there. Options that would leave the case's directory or whose output cannot be compared are named here, with why.
import { OPTION_ROWS } from '../host-node/src/options/table.ts';
import type { OptionRow } from '../host-node/src/options/row.ts';
import type { Random } from './random.ts';

/** Never drawn: what they do is the tester's own business, or not comparable. */
const leftOut: Readonly<Record<string, string>> = {
  rsh: 'the transport is drawn apart',
  'rsync-path': 'the transport is drawn apart',
  protocol: 'drawn apart',
  port: 'drawn apart',
  address: 'drawn apart',
  sockopts: 'drawn apart',
  ipv4: 'drawn apart',
  ipv6: 'the daemon listens on IPv4',
  'password-file': 'drawn apart',
  'early-input': 'drawn apart',
  'stop-at': 'drawn apart',
  'stop-after': 'drawn apart',
  'write-batch': 'drawn apart',
  'only-write-batch': 'drawn apart',
  'read-batch': 'a case that writes one reads it',
  'copy-as': 'needs users of the machine',
  version: 'ours has its own',
  help: 'ours has its own',
  server: 'no option of users',
  sender: 'no option of users',
  explain: 'ocrsync only',
  json: 'ocrsync only',
  'io-uring': 'ocrsync only',
  confine: 'ocrsync only',
  'confine-root': 'not in 3.4.1',
  'drop-D': 'not in 3.4.1',
  'insecure-links': 'not in 3.4.1',
  'compress-threads': 'not in 3.4.1',
  debug: 'drawn apart',
  outbuf: 'drawn apart',
  msgs2stderr: 'drawn apart',
};

type Value = (random: Random) => string;
const among =
  (...choices: readonly string[]): Value =>
  (random) =>
    random.pick(choices);

const sizes = among(
  '0',
  '1',
  '700',
  '701',
  '1K',
  '1.5k',
  '20000',
  '1KB',
  '5k-1',
  '5k+1',
  '1m',
  'x',
  '-1',
  '',
);
const directories = among('../alt1', '../alt2', 'sub', '.', '../none', 'CASE/alt1', '../alt1/');
const chmodWords = among(
  'u+w',
  'Du=rwx,Fgo-rwx',
  'a+X',
  '644',
  'D755,F640',
  'go=',
  'ug=rwX,o=r',
  'u+s',
  'D2755',
  'x',
  '+t',
  'g-s',
);
const formats = among(
  '%i %n%L',
  '%o %n %l %b',
  '%n',
  '%M %B %U:%G %n',
  '%C %n',
  '%f',
  '%% %i',
  "%'l %'''l %n",
  '%5n|',
  '%z',
  '%c %l',
);

const values: Readonly<Record<string, Value>> = {
  info: among(
    'name',
    'name2',
    'all0',
    'del',
    'skip2',
    'stats2',
    'misc2',
    'copy',
    'mount',
    'backup',
    'remove',
    'symsafe',
    'none',
    'flist2',
    'nonreg0',
    'bogus',
    'stats2,del',
  ),
  stderr: among('all', 'errors', 'client', 'x'),
  'out-format': formats,
  'log-file': among('CASE/log'),
  'log-file-format': formats,
  'modify-window': among('0', '1', '-1', '2', '100'),
  chmod: chmodWords,
  usermap: among('0:1', '*:2', '1234:0,*:1', '0-10:5', 'root:daemon', ':9', 'x'),
  groupmap: among('0:1', '*:2', '1234:0,*:1', '0-10:5', 'root:daemon', ':9'),
  chown: among('1:2', '5', ':6', 'daemon:bin', '0:0', 'nobody-here'),
  'remote-option': among('--fake-super', '-v', '--no-perms', '--bogus'),
  timeout: among('30', '0', '-1', 'x'),
  contimeout: among('30'),
  bwlimit: among('0', '9m', '1.5m', 'x'),
  'compress-choice': among('zlib', 'zlibx', 'zstd', 'lz4', 'none', 'auto', 'bogus'),
  'compress-level': among('1', '6', '9', '0', '-1', '22', '99', '3'),
  'skip-compress': among('gz/jpg/o', 'txt', '', 'c/[ot]*'),
  'partial-dir': among('.part', '../part', 'CASE/part', '.', ''),
  'temp-dir': among('../tmp', 'CASE/tmp', 'none', 'sub', '.'),
  'backup-dir': among('../bak', 'CASE/bak', 'sub/bak', '.bak', '.', 'bak/'),
  suffix: among('~', '.old', '', '-b', 'a/b'),
  'max-alloc': among('1g', '100m', '0', '1'),
  'max-delete': among('0', '1', '2', '5', '-1', 'x'),
  'files-from': among('lists/files', 'lists/files', 'lists/none', 'lists/odd'),
  iconv: among('utf-8,latin1', 'latin1,utf-8', 'utf-8', '-', '.', 'bogus'),
  'checksum-choice': among(
    'xxh128',
    'xxh3',
    'xxh64',
    'md5',
    'md4',
    'sha1',
    'none',
    'auto',
    'xxh64,md4',
    'md5,none',
    'bogus',
  ),
  'checksum-seed': among('1', '0', '-5', '2147483647'),
  'max-size': sizes,
  'min-size': sizes,
  'block-size': among('700', '1', '1000', '4099', '0', '131072', '131073', '128k', 'x'),
  'compare-dest': directories,
  'copy-dest': directories,
  'link-dest': directories,
  exclude: pattern,
  include: pattern,
  filter,
  'exclude-from': among('lists/exclude', 'lists/none', 'lists/merge'),
  'include-from': among('lists/include', 'lists/exclude'),
};

function pattern(random: Random): string {
  return random.pick(
    '*.o|*.c|sub/|/a|b|**/c|d?|[a-c]*|x.*|*|*/|sub/***|/sub/**|core|*.bak|/d1/b|d*/*|[!a]|y.txt|!x|.|..|/|a**b|\\*|s-*'.split(
      '|',
    ),
  );
}

function filter(random: Random): string {
  if (random.below(3) > 0) {
    const prefix = random.pick(
      '- |+ |P |R |H |S |-p |-s |-r |+r |-! |-/ |+,s |exclude |hide,|-C |x |-x '.split('|'),
    );
    return `${prefix}${pattern(random)}`;
  }
  return random.pick(
    '-C|:C|. lists/merge|merge,- lists/exclude|: .rules|:e .rules|:n- .rules|:- .rules|dir-merge,w .rules|:s .rules|!|clear|. none|: /.rules|:+ sub|:C- .cvsignore|- |'.split(
      '|',
    ),
  );
}

/** How often an option is drawn, 1 unless named: the heavy ones rule out most of what else could be seen. */
const weights: Readonly<Record<string, number>> = {
  'dry-run': 0.5,
  'list-only': 0.3,
  help: 0,
  'max-alloc': 0.2,
  quiet: 0.5,
  filter: 3,
  exclude: 3,
  include: 2,
  delete: 4,
  'delete-after': 2,
  backup: 3,
  'backup-dir': 2,
  'hard-links': 3,
  'files-from': 2,
  relative: 3,
  'link-dest': 3,
  'copy-dest': 2,
  'compare-dest': 2,
  sparse: 2,
  inplace: 2,
  partial: 1,
  'delay-updates': 2,
  iconv: 0.5,
  fsync: 0.3,
  timeout: 0.4,
  contimeout: 0.1,
  'io-uring': 0,
};

interface Drawn {
  readonly weight: number;
  draw(random: Random): string[];
}

function nameOf(row: OptionRow): string {
  return row.long ?? `-${row.short}`;
}

/** How an occurrence is written: long, an alias, a negation, or the letter. */
function spelled(random: Random, row: OptionRow): string[] {
  const negations = row.negations ?? [];
  if (negations.length > 0 && random.below(6) === 0) return [`--${random.pick(negations)}`];
  const value = row.argument === 'none' ? undefined : (values[nameOf(row)] as Value)(random);
  const longs = [row.long, ...(row.aliases ?? [])].filter((name) => name !== null);
  const isShort = row.short !== undefined && (longs.length === 0 || random.below(2) === 0);
  if (isShort) return value === undefined ? [`-${row.short}`] : [`-${row.short}`, value];
  const long = `--${random.pick(longs)}`;
  if (value === undefined) return [long];
  return random.below(4) === 0 ? [long, value] : [`${long}=${value}`];
}

/** Rows with an argument that nobody has written values for: the tester refuses to leave them out silently. */
export function rowsWithoutValues(): string[] {
  const lacking = OPTION_ROWS.filter(
    (row) =>
      row.argument !== 'none' &&
      !(nameOf(row) in values) &&
      !(nameOf(row) in leftOut) &&
      row.status === 'done',
  );
  return lacking.map(nameOf);
}

const drawable: readonly Drawn[] = OPTION_ROWS.filter(
  (row) =>
    row.status === 'done' && !(nameOf(row) in leftOut) && (row.argument === 'none' || nameOf(row) in values),
).map((row) => ({ weight: weights[nameOf(row)] ?? 1, draw: (random) => spelled(random, row) }));

const wholeWeight = drawable.reduce((sum, each) => sum + each.weight, 0);

const bases: readonly (readonly string[])[] = [
  ['-a'],
  ['-a'],
  ['-ai'],
  ['-ai'],
  ['-aii'],
  ['-av'],
  ['-avv'],
  ['-r'],
  ['-rti'],
  ['-rlptH'],
  ['-d'],
  ['-aAX'],
  ['-aHi'],
  ['-aX'],
  [],
];

/** Option words of one run; each inner array is one option with its value, so that it can be left out whole. */
export function randomOptions(random: Random): string[][] {
  const drawn: string[][] = [[...random.pick(bases)]];
  const count = random.below(5) === 0 ? 5 + random.below(5) : random.below(5);
  for (let index = 0; index < count; index++) {
    let mark = (random.below(1_000_000) / 1_000_000) * wholeWeight;
    const chosen = drawable.find((each) => (mark -= each.weight) < 0) ?? (drawable[0] as Drawn);
    drawn.push(chosen.draw(random));
  }
  return drawn.filter((words, index) => words.length > 0 && (index === 0 || !isThirdVerbose(drawn, index)));
}

/** -vvv is --debug by another name, which is left out above; so is a third one that only the other end is given. */
function isThirdVerbose(drawn: readonly string[][], index: number): boolean {
  const depth = ([first = '', value = '']: readonly string[]): number => {
    const word = first.replace(/^(-M|--remote-option)=?/, '') || value;
    if (word === '--verbose') return 1;
    return /^-[a-z]*v/.test(word) ? word.split('v').length - 1 : 0;
  };
  const before = drawn.slice(0, index).reduce((sum, words) => sum + depth(words), 0);
  return depth(drawn[index] as string[]) > 0 && before >= 2;
}
