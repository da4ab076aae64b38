import { finalMode } from '@ocrsync/node/transfer/final-mode';
import { randomSuffix, temporaryPrefix } from '@ocrsync/node/transfer/temp-name';
import { describe, expect, it } from 'vitest';

describe('names of temporary files', () => {
  it.each([
    ['file', '.file.'],
    ['.hid', '.hid.'],
    ['..two', '..two.'],
    ['sub/file.', 'sub/.file.'],
    ['Ã©'.repeat(127), '.'],
    ['sub/' + 'a'.repeat(255), `sub/.${'a'.repeat(246)}.`],
  ])('%s becomes %s and six letters', (name, prefix) => {
    expect(temporaryPrefix(name)).toBe(prefix);
  });

  it('never make a leaf of more than 255 bytes', () => {
    for (let length = 1; length <= 255; length++) {
      expect(temporaryPrefix('x'.repeat(length))!.length + randomSuffix().length).toBeLessThanOrEqual(255);
    }
  });

  it('are refused where the directory leaves no room', () => {
    expect(temporaryPrefix(`${'d/'.repeat(2046)}f`)).toBeUndefined();
  });
});

describe('the mode of an object when permissions are not preserved', () => {
  const existing = { mode: 0o100640 } as Parameters<typeof finalMode>[1];

  it('is the one it has', () => expect(finalMode(0o104755, existing, 0o022)).toBe(0o100640));
  it('is cut by the umask when it is new', () =>
    expect(finalMode(0o104777, undefined, 0o022)).toBe(0o100755));
  it('is not taken from an object of another kind', () =>
    expect(finalMode(0o040777, existing, 0o027)).toBe(0o040750));
});
