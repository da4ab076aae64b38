import { expect, it } from 'vitest';
import { randomBelow } from '@ocrsync/node/fs/random';

it('gives each number below the limit about as often as the others', () => {
  const counts = new Array<number>(62).fill(0);
  const rounds = 62 * 400;
  for (let i = 0; i < rounds; i++) counts[randomBelow(62)]!++;
  // 400 expected, deviation 20: six deviations on either side happen once in a million runs.
  for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(120);
});

it('keeps below small and large limits', () => {
  for (let i = 0; i < 300; i++) {
    expect(randomBelow(1)).toBe(0);
    expect(randomBelow(2 ** 31)).toBeLessThan(2 ** 31);
    expect(Number.isInteger(randomBelow(2 ** 32))).toBe(true);
  }
});

it('does not repeat itself when its bytes are used up', () => {
  const words = new Set(Array.from({ length: 2000 }, () => randomBelow(2 ** 32)));
  expect(words.size).toBeGreaterThan(1990);
});
