import { describe, expect, it } from 'vitest';
import { parseLocation, resolveEndpoints } from '@ocrsync/node/options/endpoint';
import { supportTable } from '@ocrsync/node/options/support-table';
import { optionsOf, serverWords } from './run-line.ts';

const endpoints = (line: string) => resolveEndpoints(optionsOf(line));

describe('an operand is local, a remote shell’s, or a daemon’s', () => {
  it.each([
    ['a/b', { kind: 'local', path: 'a/b' }],
    ['./a:b', { kind: 'local', path: './a:b' }],
    ['/x:y', { kind: 'local', path: '/x:y' }],
    ['h:p', { kind: 'shell', host: 'h', user: null, path: 'p' }],
    ['h:', { kind: 'shell', host: 'h', user: null, path: '' }],
    [':p', { kind: 'shell', host: '', user: null, path: 'p' }],
    ['u@v@h:p', { kind: 'shell', host: 'h', user: 'u@v', path: 'p' }],
    ['[::1]:p', { kind: 'shell', host: '::1', user: null, path: 'p' }],
    ['u@[fe80::1]:p', { kind: 'shell', host: 'fe80::1', user: 'u', path: 'p' }],
    ['[::1:p', { kind: 'local', path: '[::1:p' }],
    ['[]:p', { kind: 'local', path: '[]:p' }],
    ['C:/x', { kind: 'shell', host: 'C', user: null, path: '/x' }],
    ['h::m/p', { kind: 'daemon', host: 'h', user: null, port: 0, path: 'm/p' }],
    ['rsync://h/m/p', { kind: 'daemon', host: 'h', user: null, port: 0, path: 'm/p' }],
    ['RSYNC://u@h:8730/m', { kind: 'daemon', host: 'h', user: 'u', port: 8730, path: 'm' }],
    ['rsync://[::1]:8/m', { kind: 'daemon', host: '::1', user: null, port: 8, path: 'm' }],
    ['rsync://h', { kind: 'daemon', host: 'h', user: null, port: 0, path: '' }],
    ['rsync://h:99x/m', { kind: 'shell', host: 'rsync', user: null, path: '//h:99x/m' }],
  ])('%s', (operand, location) => expect(parseLocation(operand)).toEqual(location));

  it('a drive letter is no host on Windows', () => {
    expect(parseLocation('C:\\x', true)).toEqual({ kind: 'local', path: 'C:\\x' });
    expect(parseLocation('c:', true).kind).toBe('local');
    expect(parseLocation('cc:/x', true).kind).toBe('shell');
  });
});

describe('direction follows from the operands', () => {
  it('pull, with more sources of the same host', () => {
    expect(endpoints('h:a :b h:c d')).toMatchObject({
      direction: 'pull',
      remote: { host: 'h', paths: ['a', 'b', 'c'] },
      destination: 'd',
    });
  });
  it('a last operand that begins with a colon is a source: a listing', () => {
    expect(endpoints('h:a :b')).toMatchObject({
      direction: 'pull',
      destination: null,
      remote: { paths: ['a', 'b'] },
    });
  });
  it('push and local', () => {
    expect(endpoints('a b u@h:d')).toMatchObject({
      direction: 'push',
      sources: ['a', 'b'],
      remote: { user: 'u', paths: ['d'] },
    });
    expect(endpoints('a b d')).toEqual({ direction: 'local', sources: ['a', 'b'], destination: 'd' });
    expect(endpoints('a')).toEqual({ direction: 'local', sources: ['a'], destination: null });
  });
  it('the URL’s port beats --port, which beats 873', () => {
    expect(endpoints('--port=9 rsync://h:8/m d')).toMatchObject({ remote: { port: 8 } });
    expect(endpoints('--port=9 h::m d')).toMatchObject({ remote: { port: 9, daemonOverShell: false } });
    expect(endpoints('h::m d')).toMatchObject({ remote: { port: 873 } });
  });
  it('only -e sends :: through the remote shell', () => {
    expect(endpoints('-e x h::m d')).toMatchObject({ remote: { daemonOverShell: true } });
    expect(resolveEndpoints(optionsOf('h::m d', { RSYNC_RSH: 'x' }))).toMatchObject({
      remote: { daemonOverShell: false },
    });
  });
  it.each([
    ['h:a x:d', 'The source and destination cannot both be remote.'],
    ['h:a b d', 'Unexpected local arg: b\nIf arg is a remote file/dir, prefix it with a colon (:).'],
    ['a h:b h:d', 'Unexpected remote arg: h:b'],
    ['h:a h2:b d', 'All source args must come from the same machine.'],
    ['h:a u@h:b d', 'All source args must come from the same machine.'],
    ['h:a u@:b d', 'All source args must come from the same machine.'],
    ['h:a h::b d', 'All source args must use the same hostspec format.'],
    ['rsync://h:1/m rsync://h:2/m d', 'All source args must use the same port number.'],
    ["'' d", 'Empty source arg specified.'],
    ["s ''", 'Empty destination arg specified (use "." or see --old-args).'],
    ["h:s ''", 'Empty destination arg specified (use "." or see --old-args).'],
    ['s -- -x:d', "Invalid remote host: hostnames may not start with '-'."],
    ['h::/m d', 'ERROR: The remote path must start with a module name not a /'],
    [
      '--password-file=x h:s d',
      'The --password-file option may only be used when accessing an rsync daemon.',
    ],
    ['--contimeout=3 s d', 'The --contimeout option may only be used when connecting to an rsync daemon.'],
  ])('%s is refused', (line, text) => expect(() => endpoints(line)).toThrow(text));
  it('with --old-args an empty destination is the current directory', () => {
    expect(endpoints("--old-args s ''")).toMatchObject({ destination: '.' });
  });
});

describe('server words, as observed with rsync 3.4.1 (01-session.md §14.5)', () => {
  it.each([
    ['-a src/ h:d/', '-logDtpre.iLsfxCIvu . d/'],
    ['-a h:s/ d/', '--sender -logDtpre.iLsfxCIvu . s/'],
    ['-az src/ h:d/', '-logDtprze.iLsfxCIvu . d/'],
    ['-a --zc=zstd --zl=3 s h:d/', '-logDtpre.iLsfxCIvu --compress-level=3 --compress-choice=zstd . d/'],
    ['-azz s h:d/', '-logDtpre.iLsfxCIvu --new-compress . d/'],
    ['-a --zc=zlib s h:d/', '-logDtprze.iLsfxCIvu --old-compress . d/'],
    ['-d --delete s h:d/', '-de.LsfxCIvu --no-r --delete . d/'],
    ['-rP s h:d/', '-re.iLsfxCIvu --log-format=X --partial . d/'],
    ['-r --append-verify s h:d/', '-re.iLsfxCIvu --append --append . d/'],
    ['-r --protocol=29 s h:d/', '-r . d/'],
    ['--list-only h:s/', '--sender -de.LsfxCIvu --list-only . s/'],
    ['-a --del s h:', '-logDtpre.iLsfxCIvu --delete-during . .'],
  ])('%s', (line, expected) => expect(serverWords(line)).toEqual(['--server', ...expected.split(' ')]));
});

describe('the support table', () => {
  it('has a row for every public option, with its state', () => {
    expect(supportTable()).toContain('| `--archive, -a` |  | the same as -rlptgoD | yes |');
    expect(supportTable()).toContain(
      '| `--crtimes, -N` | `--no-crtimes` `--no-N` | copy creation times (Linux cannot set them) | refused by name |',
    );
  });
});
