// The distances are those that rsync 3.4.1 printed with --debug=fuzzy2.
import { describe, expect, it } from 'vitest';
import { DISQUALIFIED, distanceText, nameDistance, nameSuffix } from '@ocrsync/node/transfer/fuzzy-distance';

const FIRST_LIMIT = 25 * 65536;
const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Wanted name, and the candidates in order with what upstream printed; the limit shrinks as it goes. */
const RUNS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'big',
    [
      ['attr', '4.00040'],
      ['big-old', '4.00364'],
      ['cont', '4.00031'],
      ['new', '3.00032'],
    ],
  ],
  [
    'big',
    [
      ['bigx', '1.00120'],
      ['bih', '1.00001'],
    ],
  ],
  [
    'attr',
    [
      ['aaa', '3.00152'],
      ['big-old', '7.00078'],
      ['zzz', '4.00020'],
    ],
  ],
  [
    'new',
    [
      ['aaa', '3.00039'],
      ['big-old', '65535.00001'],
      ['zzz', '3.00036'],
    ],
  ],
  [
    'timeonly',
    [
      ['big-old', '5.00211'],
      ['bigx', '7.00455'],
      ['bih', '7.00574'],
    ],
  ],
  ['a0', [['aaa', '2.00049']]],
  [
    '.x.tar.gz.4',
    [
      ['.x.tar.gz', '2.00098'],
      ['a.', '65535.00001'],
    ],
  ],
  ['.x.tar.gz.4', [['foo-1.bak~', '40.01540']]],
  ['.x.tar.gz.4', [['ü.tar.é', '26.01844']]],
  [
    'foo-2',
    [
      ['.x.tar.gz', '39.02913'],
      ['a.', '15.00516'],
      ['a.~1~', '5.00165'],
    ],
  ],
  ['foo-2', [['foo-1.bak~', '46.03953']]],
  ['foo-2', [['x.txt.3', '47.04010']]],
  ['foo-2', [['ü.tar.é', '38.64858']]],
  ['foo-2', [['é1', '5.00188']]],
  [
    'a..',
    [
      ['.x.tar.gz', '27.02543'],
      ['a.', '1.00046'],
    ],
  ],
  ['x.txt.bak~', [['.x.tar.gz', '37.01398']]],
  ['x.txt.bak~', [['a.~1~', '48.03682']]],
  ['x.txt.bak~', [['foo-1.bak~', '5.00230']]],
  ['x.txt.bak~', [['x.txt.3', '34.00877']]],
  ['x.txt.bak~', [['ü.tar.é', '38.02979']]],
];

/** One candidate each: wanted name, candidate, distance. */
const SINGLES = `
q a.bak 5.00006
q a.c.orig 28.01460
q a.c.old 27.01463
q a.c.bak 27.01456
q a.c~ 24.01463
q a.c.bak~ 48.03493
q a.c.~1~ 27.01463
q a.~1~ 5.00013
q a.c.3~ 26.01463
q a.c.orig~ 59.04803
q .a.b 24.01455
q ..a.b 25.01455
q a. 12.00522
q a.. 13.00527
q a.1.2 25.01013
q a.c.12 26.01513
q .c 2.00014
q a.b. 14.00521
q ~ 1.00013
q a~ 2.00013
q .~ 2.00013
q a.é 33.64572
q é 2.00056
q a.c.old~ 48.03663
q a.c.~x~ 37.02933
q a.c.~12~ 48.02723
q a.1~ 24.00963
q a.c. 14.00520
q a.~ 13.00473
q a.c.~1 36.02272
é.d a.bak 25.01733
é.d a.c.orig 17.00557
é.d a.c.old 15.00443
é.d a.c.bak 16.00426
é.d a.c~ 14.00207
é.d a.c.bak~ 37.02562
é.d a.c.~1~ 16.00425
é.d a.~1~ 25.01676
é.d a.c.3~ 15.00301
é.d a.c.orig~ 48.04003
é.d .a.b 13.00243
é.d ..a.b 14.00243
é.d a. 13.01172
é.d a.. 13.01126
é.d a.1.2 14.00824
é.d a.c.12 15.00323
é.d .c 23.01461
é.d a.b. 14.01120
é.d ~ 24.01486
é.d a~ 24.01537
é.d .~ 23.01486
é.d a.é 24.02786
é.d é 22.01606
é.d a.c.old~ 26.02749
é.d a.c.~x~ 26.01946
é.d a.c.~12~ 37.01715
é.d a.1~ 14.00657
é.d a.c. 14.01119
é.d a.~ 13.01098
é.d a.c.~1 25.01039
`;

describe('distance of names', () => {
  it.each(RUNS)('to %s is what upstream has', (wanted, candidates) => {
    let limit = FIRST_LIMIT;
    for (const [candidate, text] of candidates) {
      const distance = nameDistance(latin1(candidate), latin1(wanted), limit);
      expect(`${candidate} ${distanceText(distance)}`).toBe(`${candidate} ${text}`);
      limit = Math.min(limit, distance);
    }
  });

  it('takes suffixes, single digits and bytes beyond ASCII as upstream does', () => {
    const lines = SINGLES.trim().split('\n');
    const found = lines.map((line) => {
      const [wanted, candidate] = line.split(' ') as [string, string, string];
      return `${wanted} ${candidate} ${distanceText(nameDistance(latin1(candidate), latin1(wanted), FIRST_LIMIT))}`;
    });
    expect(found).toEqual(lines);
  });

  it('is none where the lengths differ by more than the limit', () => {
    expect(nameDistance('abcdef', 'a', 4 * 65536)).toBe(DISQUALIFIED);
    expect(nameDistance('abcdef', 'a', 5 * 65536)).toBeLessThan(DISQUALIFIED);
  });

  it('tells a suffix from numbers and from marks of old copies', () => {
    const suffixes = [
      'a.tar.gz',
      'a.txt.3',
      'a.1.2',
      'a.c~',
      'a.bak',
      'a.c.orig',
      '.hidden',
      'a.c.~1~~',
      'none',
      'a.',
    ];
    expect(suffixes.map(nameSuffix)).toEqual(['.gz', '.txt', '.1', '.c', '', '.c', '', '.~1~', '', '.']);
  });
});
