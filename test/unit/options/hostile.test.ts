// Whatever words a peer or a user gives, parsing answers with a value: never another exception, never a half-read option.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLocation } from '@ocrsync/node/options/endpoint';
import { parseServerArguments } from '@ocrsync/node/options/server-parse';
import { parseArguments } from '@ocrsync/node/options/parse';
import { serverArguments } from '@ocrsync/node/options/server-args';
import { OPTION_NAMES } from '@ocrsync/node/options/table';
import { parseInteger, parseSize } from '@ocrsync/node/options/values';

const spelling = fc.constantFrom(...OPTION_NAMES.keys());
const junk = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 12,
});
const word = fc.oneof(
  spelling,
  fc.tuple(spelling, junk).map(([name, value]) => `${name}=${value}`),
  fc.tuple(fc.constantFrom('-'), junk).map(([dash, rest]) => dash + rest),
  junk,
  fc.constantFrom('.', '--', '-', '-logDtpre.iLsfxCIvu', '--log-format=%i', '--append', '--partial'),
);

describe('any words are answered', () => {
  it('on a client', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const outcome = parseArguments(words, {});
        if (outcome.kind === 'stop')
          return outcome.exitCode >= 0 && (outcome.stdout !== '' || outcome.stderr !== '');
        return Object.isFrozen(outcome.options);
      }),
      { numRuns: 2000 },
    );
  });
  it('on a server, which then has a path', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const outcome = parseServerArguments(['--server', ...words], {});
        return outcome.kind === 'stop' || (outcome.options.isServer && outcome.paths.length > 0);
      }),
      { numRuns: 2000 },
    );
  });
  it('an operand is always something', () => {
    fc.assert(fc.property(junk, (text) => ['local', 'shell', 'daemon'].includes(parseLocation(text).kind)));
  });
  it('numbers are finite or refused', () => {
    fc.assert(
      fc.property(junk, (text) => {
        const size = parseSize(text, { unit: 'b', min: 0, max: 2 ** 40, unlimited: true });
        const integer = parseInteger(text);
        expect(typeof size === 'string' || (size >= 0 && size <= 2 ** 40)).toBe(true);
        expect(typeof integer === 'string' || Number.isInteger(integer)).toBe(true);
      }),
    );
  });
});

describe('what a client sends, a server reads back', () => {
  const flags = [
    '-r',
    '-l',
    '-p',
    '-t',
    '-g',
    '-o',
    '-D',
    '-v',
    '-n',
    '-u',
    '-c',
    '-I',
    '-R',
    '-W',
    '-H',
    '-z',
    '-d',
    '-q',
    '--delete',
    '--inplace',
    '--append',
    '--size-only',
    '--existing',
    '--ignore-existing',
    '--numeric-ids',
    '--partial',
    '--checksum-seed=5',
    '-B2048',
    '--timeout=7',
    '--bwlimit=9',
    '--no-i-r',
  ];
  const same = [
    'recursive',
    'links',
    'perms',
    'times',
    'group',
    'owner',
    'devices',
    'specials',
    'verbose',
    'dryRun',
    'update',
    'checksum',
    'ignoreTimes',
    'relative',
    'wholeFile',
    'hardLinks',
    'compress',
    'compressChoice',
    'dirs',
    'quiet',
    'delete',
    'inplace',
    'append',
    'sizeOnly',
    'existing',
    'ignoreExisting',
    'numericIds',
    'partial',
    'checksumSeed',
    'blockSize',
    'timeoutSeconds',
    'bwlimitKiBPerSecond',
    'impliedDirs',
  ] as const;
  it('the same options on both ends of a push', () => {
    fc.assert(
      fc.property(fc.subarray(flags), (words) => {
        const outcome = parseArguments([...words, 's', 'h:d'], {});
        fc.pre(outcome.kind === 'options');
        if (outcome.kind !== 'options') return;
        const list = serverArguments(outcome.options, { push: true, paths: ['d'], quoting: true });
        const request = parseServerArguments(list, {});
        if (request.kind === 'stop') throw new Error(request.stderr);
        for (const field of same) expect(request.options[field], field).toEqual(outcome.options[field]);
      }),
      { numRuns: 1000 },
    );
  });
});
