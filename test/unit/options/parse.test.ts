import { describe, expect, it } from 'vitest';
import { byteStrings } from '@ocrsync/node/options/byte-strings';
import { DEFAULT_OPTIONS } from '@ocrsync/node/options/default-options';
import { parseArguments } from '@ocrsync/node/options/parse';
import { OPTION_NAMES, OPTION_ROWS } from '@ocrsync/node/options/table';
import { optionsOf, stopOf } from './run-line.ts';

describe('the command line is read in popt’s manner', () => {
  it('a letter with a value takes the rest of its cluster', () => {
    const options = optionsOf('-avessh s h:d');
    expect([options.recursive, options.verbose, options.rsh, options.rshExplicit]).toEqual([
      true,
      1,
      'ssh',
      true,
    ]);
  });
  it('one = after a short letter is dropped', () => {
    expect(optionsOf('-B=10 s d').blockSize).toBe(10);
    expect(optionsOf("'-f=- x' s d").filters).toEqual([{ kind: 'filter', text: '- x' }]);
  });
  it('a value option takes the next word whatever it looks like', () => {
    const options = optionsOf('--exclude --delete -r s d');
    expect(options.filters).toEqual([{ kind: 'exclude', text: '--delete' }]);
    expect(options.delete).toBe(false);
  });
  it('options may stand after operands, and -- ends them', () => {
    expect(optionsOf('s d -n -- -v').operands).toEqual(['s', 'd', '-v']);
    expect(optionsOf('s d -n -- -v').dryRun).toBe(true);
  });
  it('a lone dash is an operand', () => expect(optionsOf('- d').operands).toEqual(['-', 'd']));
  it('a word is not searched for --server when it is a value', () => {
    expect(optionsOf('--exclude --server s d').isServer).toBe(false);
  });

  it.each([
    ['--foo s d', '--foo: unknown option'],
    ['--foo=bar s d', '--foo=bar: unknown option'],
    ['-aZv s d', '-aZv: unknown option'],
    ['--recurs s d', '--recurs: unknown option'],
    ['--no-archive s', '--no-archive: unknown option'],
    ['--no-a s', '--no-a: unknown option'],
    ['--no-stats s', '--no-stats: unknown option'],
    ['--verbose=1 s', '--verbose=1: option does not take an argument'],
    ['-v=1 s', '-v=1: option does not take an argument'],
    ['--exclude', '--exclude: missing argument'],
    ['-ae', '-ae: missing argument'],
    ['--timeout=12abc s', '--timeout=12abc: invalid numeric value'],
    ['--timeout 12x s', '12x: invalid numeric value'],
    ['--checksum-seed=5000000000 s', '--checksum-seed=5000000000: number too large or too small'],
    ['-B 5q s d', '--block-size=5q is invalid'],
    ['-B 131073 s d', '--block-size=131073 is too large (max: 128.00K)'],
    ['--protocol=29 -B 999999999 s d', '--block-size=999999999 is too large (max: 512.00M)'],
    ['-B -1 s d', '--block-size=-1 is invalid'],
    ['--bwlimit 511b s d', '--bwlimit=511b is too small (min: 512 or 0 for unlimited)'],
    ['-n --delete s d', '--delete does not work without --recursive (-r) or --dirs (-d).'],
    ['--append -W s d', '--append cannot be used with --whole-file'],
    ['--server --foo . d', 'on remote machine: --foo: unknown option'],
    ['--server --delete . d', '--delete does not work without --recursive (-r) or --dirs (-d).'],
  ])('%s is refused as rsync does, exit 1', (line, text) => {
    expect(stopOf(line)).toMatchObject({ stderr: `rsync: ${text}\n`, stdout: '', exitCode: 1 });
  });

  it.each([
    ['--cc=foo s d', 'unknown checksum name: foo', 4],
    ['--cc=md5,foo,x s d', 'unknown checksum name: foo,x', 4],
    ['--cc= s d', 'unknown checksum name: ', 4],
    ['--zc=foo s d', 'unknown compress name: foo', 4],
    ['-c --cc=md5,none s d', 'Invalid checksum-choice for --checksum: none (0)', 4],
    ['--info=foo3 s d', 'Unknown --info item: "foo"', 1],
    ['--protocol=33 s d', '--protocol must be no more than 32 on the Client.', 2],
    ['--protocol=26 s d', '--protocol must be at least 27 on the Client.', 2],
  ])('%s: %s', (line, text, exitCode) => {
    expect(stopOf(line)).toMatchObject({ stderr: `${text}\n`, exitCode });
  });

  it('a server ignores --info names it does not know', () => {
    expect(optionsOf('--server --info=foo,NAME2 . d').info.name).toBe(2);
  });
});

describe('no option of rsync is ignored in silence', () => {
  const later = OPTION_ROWS.filter((row) => row.status === 'later' && row.impossible !== true);
  it.each(later.map((row) => (row.long === null ? `-${row.short}` : `--${row.long}`)))(
    '%s is refused by name',
    (name) => {
      expect(stopOf(`${name} x y z`)).toMatchObject({ exitCode: 4 });
      expect(stopOf(`${name} x y z`).stderr).toMatch(
        new RegExp(`^ocrsync: ${name} is not supported yet \\(`),
      );
    },
  );
  it('what no Linux can do is refused in the words of rsync', () => {
    expect(stopOf('-aN s d').stderr).toBe('rsync: This rsync does not support --crtimes (-N)\n');
  });
  it('but what only asks for the default is accepted', () => {
    expect(optionsOf('-a --no-acls --no-X --no-sparse --no-backup --no-fuzzy s d').recursive).toBe(true);
  });
  it('the table has every long name once', () => expect(OPTION_NAMES.size).toBeGreaterThan(200));
});

describe('implications', () => {
  it('an empty run is the documented default, but for the directory listing', () => {
    expect(optionsOf('s d')).toEqual({ ...DEFAULT_OPTIONS, operands: ['s', 'd'], words: ['s', 'd'] });
    expect(Object.isFrozen(optionsOf('s d'))).toBe(true);
  });
  it('-a is weak: --no-r after it wins, before it loses', () => {
    expect(optionsOf('-a --no-r s d').recursive).toBe(false);
    expect(optionsOf('--no-r -a s d').recursive).toBe(true);
  });
  it('one operand lists, with its directory', () => {
    expect(optionsOf('s')).toMatchObject({
      listOnly: true,
      listOnlyExplicit: false,
      dirs: true,
      dirsExplicit: false,
    });
    expect(optionsOf('--no-d s').dirs).toBe(false);
  });
  it('append writes in place, and that clears partial', () => {
    expect(optionsOf('--append --partial s d')).toMatchObject({ inplace: true, partial: false, append: 1 });
  });
  it('a server counts --append', () => {
    expect(optionsOf('--server --append --append . d').append).toBe(2);
    expect(optionsOf('--append --append s d').append).toBe(1);
  });
  it('a level or a choice turns compression on', () => {
    expect(optionsOf('--zl=0 s d')).toMatchObject({ compress: true, compressLevel: 0, compressChoice: null });
    expect(optionsOf('--zc=ZSTD s d')).toMatchObject({ compress: true, compressChoice: 'zstd' });
    expect(optionsOf('-z --zc=none s d').compress).toBe(false);
    expect(optionsOf('-zz s d').compressChoice).toBe('zlibx');
    expect(optionsOf('--zc=auto s d').compress).toBe(false);
  });
  it('transfer checksum none forces whole files', () =>
    expect(optionsOf('--cc=none s d').wholeFile).toBe(true));
  it('-F means its rules, in the order of the line', () => {
    expect(optionsOf('--include=a -F --exclude-from=- -FF s d').filters).toEqual([
      { kind: 'include', text: 'a' },
      { kind: 'filter', text: ': /.rsync-filter' },
      { kind: 'exclude-from', text: '-' },
      { kind: 'filter', text: '- .rsync-filter' },
    ]);
  });
  it('--info beats what -v, --stats and --progress imply, wherever it stands', () => {
    for (const line of ['-v --info=name0 s d', '--info=name0 -v s d'])
      expect(optionsOf(line).info.name).toBe(0);
    expect(optionsOf('--progress --info=name0 s d').itemFormat).toBe(null);
    expect(optionsOf('-vv --stats s d').info.stats).toBe(3);
    expect(optionsOf('-v s d').info).toMatchObject({
      name: 1,
      flist: 1,
      stats: 1,
      del: 1,
      nonreg: 1,
      skip: 0,
    });
  });
  it('the line format follows from -v, -i, --progress and --out-format', () => {
    expect(optionsOf('-v s d').itemFormat).toBe('%n%L');
    expect(optionsOf('--progress s d').itemFormat).toBe('%n%L');
    expect(optionsOf('-i --progress s d').itemFormat).toBe('%i %n%L');
    expect(optionsOf('-i --progress s d').info.name).toBe(0);
    expect(optionsOf('--out-format=%b s d').itemFormatBeforeTransfer).toBe(false);
    expect(optionsOf('-i -vv s d').showUnchanged).toBe(true);
    expect(optionsOf('--info=progress2 s d')).toMatchObject({ itemFormat: null });
    expect(optionsOf('--server --log-format=%i%I . d')).toMatchObject({
      formatHasItemize: true,
      showUnchanged: true,
    });
  });
  it('numbers are C integers, sizes have units', () => {
    expect(optionsOf('--timeout=0x10 s d').timeoutSeconds).toBe(16);
    expect(optionsOf('--timeout=010 s d').timeoutSeconds).toBe(8);
    expect(optionsOf('--timeout= s d').timeoutSeconds).toBe(0);
    expect(optionsOf('-B 1.5kb-1 s d').blockSize).toBe(1499);
    expect(optionsOf('--bwlimit=1.5m s d').bwlimitKiBPerSecond).toBe(1536);
    expect(optionsOf('--bwlimit=0.5 s d').bwlimitKiBPerSecond).toBe(1);
  });
  it('reads the environment of its role', () => {
    expect(optionsOf('s d', { RSYNC_RSH: 'my shell' })).toMatchObject({
      rsh: 'my shell',
      rshExplicit: false,
    });
    expect(optionsOf('s d', { RSYNC_CHECKSUM_LIST: 'md5 xxh64 & md4' }).checksumList).toEqual([
      'md5',
      'xxh64',
    ]);
    expect(optionsOf('--server . d', { RSYNC_CHECKSUM_LIST: 'md5 & md4' }).checksumList).toEqual(['md4']);
    expect(optionsOf('s d', { RSYNC_PASSWORD: 'pß', LOGNAME: 'me' })).toMatchObject({
      password: 'p\xc3\x9f',
      defaultUser: 'me',
    });
    expect(optionsOf('--server . d', { RSYNC_PASSWORD: 'p' }).password).toBe(null);
  });
  it('names are bytes', () => expect(byteStrings(['ä', '€'])).toEqual(['\xc3\xa4', '\xe2\x82\xac']));
});

describe('answers without a run', () => {
  it('--help, and -h alone; not -h with operands', () => {
    expect(stopOf('--help').stdout).toContain('Usage: ocrsync [OPTION]... SRC [SRC]... DEST');
    expect(stopOf('-h').exitCode).toBe(0);
    expect(stopOf('-vh').stdout).toContain('Usage');
    expect(optionsOf('-h s d').humanReadable).toBe(2);
  });
  it('--files-from wants one source and one destination: else the usage, exit 1', () => {
    for (const line of ['--files-from=f s', '--files-from=f s t d', '--files-from=f']) {
      expect(stopOf(line)).toMatchObject({ exitCode: 1, stdout: '' });
      expect(stopOf(line).stderr).toContain('Usage:');
    }
    expect(optionsOf('--server --files-from=f . s').filesFrom).toEqual({
      where: 'local',
      file: 'f',
      host: null,
    });
  });
  it('--help acts before a wrong option that follows it', () => {
    expect(stopOf('--help --foo').exitCode).toBe(0);
    expect(stopOf('--foo --help').exitCode).toBe(1);
  });
  it('no argument at all: usage on stderr, exit 1', () => {
    expect(parseArguments([], {})).toMatchObject({ kind: 'stop', exitCode: 1, stdout: '' });
  });
  it('--sender needs --server', () =>
    expect(stopOf('--sender s d')).toMatchObject({ exitCode: 1, stdout: '' }));
  it('--version has the line scripts match; -VV is JSON', () => {
    expect(stopOf('--version').stdout).toMatch(/^\S+ +version (\S+) +protocol version 32\n/);
    expect(JSON.parse(stopOf('-VV').stdout)).toMatchObject({
      program: 'ocrsync',
      protocol: '32.0',
      capabilities: { file_bits: 64, hardlink_specials: true, secluded_args: 'optional', crtimes: false },
      optimizations: { SIMD_roll: true },
      daemon_auth_list: ['sha512', 'sha256', 'sha1', 'md5', 'md4'],
    });
  });
  it('--debug=help lists every flag and the levels of -v', () => {
    const { stdout, exitCode } = stopOf('--debug=help s d');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('2) BIND,CONNECT,CMD,DEL,DELTASUM,DUP,FILTER,FLIST,ICONV\n');
    expect(stdout).toMatch(/\n5\) CHDIR,DELTASUM4,FLIST4,FUZZY2,HASH,HLINK\n$/);
  });
  it('--info=help lists every flag and the levels of -v', () => {
    expect(stopOf('--info=help').stdout).toContain(
      '1) COPY,DEL,FLIST,MISC,NAME,STATS,SYMSAFE\n2) BACKUP,MISC2,MOUNT,NAME2,REMOVE,SKIP\n',
    );
  });
});
