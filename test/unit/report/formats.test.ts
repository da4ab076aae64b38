import { describe, expect, it } from 'vitest';
import { escapeText, escapeServerText } from '@ocrsync/node/report/escape';
import { exitLine, finalExitCode } from '@ocrsync/node/report/exit-codes';
import { isShown, itemize } from '@ocrsync/node/report/itemize';
import { listLine } from '@ocrsync/node/report/list-only';
import { permissionText } from '@ocrsync/node/report/mode-text';
import { commaDecimal, commaInteger, fixed, humanDecimal, humanInteger } from '@ocrsync/node/report/numbers';
import { changeLine, deletionLine } from '@ocrsync/node/report/out-format';
import { localTime } from '@ocrsync/node/report/times';
import { change, entry } from './events.ts';

const CONTEXT = {
  times: true,
  symlinkTimes: true,
  group: false,
  dryRun: false,
  digestHexLength: 32,
  processId: 77,
  nowSeconds: 0,
};

describe('numbers', () => {
  it.each([
    [123456, ['123456', '123,456', '123.46K', '120.56K']],
    [999, ['999', '999', '999', '999']],
    [1000, ['1000', '1,000', '1.00K', '1,000']],
    [1023, ['1023', '1,023', '1.02K', '1,023']],
    [1024, ['1024', '1,024', '1.02K', '1.00K']],
    [999999, ['999999', '999,999', '1000.00K', '976.56K']],
    [12345678901, ['12345678901', '12,345,678,901', '12.35G', '11.50G']],
    [5e18, ['5000000000000000000', '5,000,000,000,000,000,000', '5000.00P', '4440.89P']],
  ])('%d at the four levels', (value, texts) => {
    expect([0, 1, 2, 3].map((level) => humanInteger(value, level as 0 | 1 | 2 | 3))).toEqual(texts);
  });
  it('rates', () => {
    expect([0, 1, 2, 3].map((level) => humanDecimal(248092, level as 0, 2))).toEqual([
      '248092.00',
      '248,092.00',
      '248.09K',
      '242.28K',
    ]);
    expect(humanDecimal(968, 2, 2)).toBe('968.00');
    expect(humanDecimal(1234.999, 1, 2)).toBe('1,234.00');
  });
  it('speedup and counts never get units', () => {
    expect([0, 1, 2, 3].map((level) => commaDecimal(18399.35, level as 0, 2))).toEqual([
      '18399.35',
      '18,399.35',
      '18,399.35',
      '18,399.35',
    ]);
    expect([0, 1, 2].map((level) => commaInteger(1234, level as 0))).toEqual(['1234', '1,234', '1,234']);
  });
  it('ties go to even, as printf has them', () => {
    expect([0.125, 0.375, 2.625, 0.5].map((value) => fixed(value, 2))).toEqual([
      '0.12',
      '0.38',
      '2.62',
      '0.50',
    ]);
    expect(fixed(1.005, 2)).toBe('1.00');
  });
});

describe('names are escaped for the screen', () => {
  it.each([
    ['nl\nname', 'nl\\#012name'],
    ['tab\there', 'tab\there'],
    ['a\\#0123', 'a\\#134#0123'],
    ['a\\#01', 'a\\#01'],
    ['back\\slash', 'back\\slash'],
    ['\x1b[2J', '\\#033[2J'],
    ['del\x7f', 'del\x7f'],
    ['u\xc3\xa4', 'u\xc3\xa4'],
    ['bad\xff', 'bad\\#377'],
    ['cut\xe2\x82', 'cut\\#342\\#202'],
    ['over\xc0\xaf', 'over\\#300\\#257'],
    ['surrogate\xed\xa0\x80', 'surrogate\\#355\\#240\\#200'],
    ['\rstart', '\rstart'],
    ['mid\rdle', 'mid\\#015dle'],
  ])('%j', (text, printed) => expect(escapeText(text, 'utf-8', false)).toBe(printed));
  it('-8 leaves high bytes alone, not control characters', () => {
    expect(escapeText('\xff\n', 'utf-8', true)).toBe('\xff\\#012');
  });
  it('the C locale has no high bytes', () =>
    expect(escapeText('\xc3\xa4', 'ascii', false)).toBe('\\#303\\#244'));
});

describe('the itemize string', () => {
  const string = (iflags: number, kind: 'file' | 'directory' | 'symlink' | 'special' = 'file', more = {}) =>
    itemize(iflags, { kind, sentAway: false, times: true, symlinkTimes: true, ...more });
  it.each([
    [0xa000, 'file', {}, '>f+++++++++'],
    [0xa000, 'file', { sentAway: true }, '<f+++++++++'],
    [0x6000, 'directory', {}, 'cd+++++++++'],
    [0x6000, 'symlink', {}, 'cL+++++++++'],
    [0x6000, 'special', {}, 'cS+++++++++'],
    [0x7000, 'file', {}, 'hf+++++++++'],
    [0x800c, 'file', {}, '>f.st......'],
    [0x8004, 'file', {}, '>f.s.......'],
    [0x8008, 'file', { times: false }, '>f..T......'],
    [0x8002, 'file', {}, '>fc........'],
    [0x8000, 'file', {}, '>f.........'],
    [0x0010, 'file', {}, '.f...p.....'],
    [0x0060, 'directory', {}, '.d....og...'],
    [0x0001, 'file', {}, '.f......u..'],
    [0x0400, 'file', {}, '.f......n..'],
    [0x0401, 'file', {}, '.f......b..'],
    [0x0180, 'file', {}, '.f.......ax'],
    [0x400a, 'symlink', {}, 'cLc.t......'],
    [0x0008, 'symlink', { symlinkTimes: false }, '.L..T......'],
    [0x000c, 'symlink', {}, '.L..T......'],
    [0x500c, 'file', {}, 'hf.st......'],
    [0x18000, 'file', { sentAway: true }, '<f?????????'],
    [0x0000, 'file', {}, '.f         '],
    [0x5000, 'file', {}, 'hf         '],
    [0x4000, 'directory', {}, 'cd         '],
  ] as const)('%# flags %d of a %s', (iflags, kind, more, expected) =>
    expect(string(iflags, kind, more)).toBe(expected),
  );

  it('unchanged items are shown only when asked for', () => {
    expect(isShown(0, false, undefined)).toBe(false);
    expect(isShown(0x5000, false, '')).toBe(false);
    expect(isShown(0x4000, false, undefined)).toBe(false);
    expect(isShown(0, true, undefined)).toBe(true);
    expect(isShown(0x8, false, undefined)).toBe(true);
  });
});

describe('--out-format', () => {
  const line = (format: string, event = change(entry('dir/f', 'file', { lengthBytes: 4096 }), 0xa000)) =>
    changeLine(format, event, CONTEXT);
  it.each([
    ['%%i|%n', '%>f+++++++++|dir/f'],
    ['[%10n][%-10n]', '[     dir/f][dir/f     ]'],
    ["%'l %''l %'''l %l", '4,096 4.10K 4.00K 4096'],
    ["%'10l|%-'10l|%10'l", "     4,096|%-'10l|     4,096"],
    ['[%L][%5L][%-5L]', '[][         ][         ]'],
    ['%q%h%a%u%P%z%', '%q%h%a%u%P%z%'],
    ['%-14i|%3i', '>f+++++++++   |>f+++++++++'],
    ['%o %B %f %U %G %b %c [%C] %m %p', `send rw-r--r-- src/dir/f 0 DEFAULT 0 0 [${' '.repeat(32)}]  77`],
    ['', ''],
  ])('%j', (format, expected) => expect(line(format)).toBe(expected));
  it('links have their arrow', () => {
    const link = change(entry('ln', 'symlink', { linkTarget: 'f' }), 0x6000);
    expect(line('[%L][%5L][%-5L]', link)).toBe('[ -> f][ ->     f][ -> f    ]');
    const hard = change(entry('hard'), 0x7000, { hardLinkTo: 'dir/f' });
    expect(line('%i %n%L [%5L]', hard)).toBe('hf+++++++++ hard => dir/f [ => dir/f]');
  });
  it('directories end with a slash in %n, not in %f', () => {
    expect(line('%n %f', change(entry('dir', 'directory'), 0x6000))).toBe('dir/ src/dir');
  });
  it('a deletion has neutral values', () => {
    const expected = `del. x --------- 0 ${localTime(0, '-')} 0 DEFAULT [${' '.repeat(32)}] *deleting   [] x`;
    expect(deletionLine('%o %n %B %l %M %U %G [%C] %i [%L] %f', 'x', CONTEXT)).toBe(expected);
  });
});

describe('listing lines and modes', () => {
  it('has the columns of ls', () => {
    const directory = entry('.', 'directory', { lengthBytes: 4096, mtimeSeconds: 1577934245 });
    expect(listLine(directory, 1, { links: false, atimes: 0 })).toBe(
      `drwxr-xr-x          4,096 ${localTime(1577934245)} .`,
    );
    expect(listLine(directory, 0, { links: false, atimes: 0 })).toBe(
      `drwxr-xr-x        4096 ${localTime(1577934245)} .`,
    );
    const link = entry('l', 'symlink', { mode: 0o120777, lengthBytes: 4, linkTarget: 'file' });
    expect(listLine(link, 1, { links: true, atimes: 0 })).toBe(
      `lrwxrwxrwx              4 ${localTime(0)} l -> file`,
    );
    expect(listLine(link, 1, { links: false, atimes: 0 }).endsWith(' l')).toBe(true);
  });
  it('shows setuid, setgid and sticky', () => {
    expect(permissionText(0o7777)).toBe('rwsrwsrwt');
    expect(permissionText(0o7000)).toBe('--S--S--T');
  });
});

describe('exit', () => {
  it('the last line keeps what scripts match', () => {
    const line = exitLine(23, 'sender', '0.1.0');
    expect(line).toMatch(/^rsync error: .* \(code 23\) at \S+\(\d+\) \[\w+=[^\]]+\]$/);
    expect(exitLine(24, 'sender', '0.1.0')).toMatch(/^rsync warning: /);
    expect(exitLine(255, 'sender', '0.1.0')).toContain('unexplained error (code 255)');
    expect(exitLine(0, 'client', '0.1.0')).toBe('');
  });
  it('23 beats 24 beats 25', () => {
    expect([
      finalExitCode(0, false),
      finalExitCode(4, false),
      finalExitCode(6, false),
      finalExitCode(7, false),
      finalExitCode(2, true),
    ]).toEqual([0, 25, 24, 23, 23]);
  });
});

it('a server on its own stderr knows no locale: DEL and high bytes are escaped', () => {
  expect(escapeServerText('a\x7fb\xc3\xa9\tc')).toBe('a\\#177b\\#303\\#251\tc');
});
