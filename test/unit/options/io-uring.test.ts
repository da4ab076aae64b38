import { describe, expect, it } from 'vitest';
import { parseArguments } from '@ocrsync/node/options/parse';
import { serverArguments } from '@ocrsync/node/options/server-args';

function optionsOf(...words: string[]) {
  const outcome = parseArguments([...words, 's', 'h:d'], {});
  if (outcome.kind === 'stop') throw new Error(outcome.stderr);
  return outcome.options;
}

describe('--io-uring', () => {
  it('is auto unless it says on or off', () => {
    expect(optionsOf().ioUring).toBe('auto');
    expect(optionsOf('--io-uring=off').ioUring).toBe('off');
    expect(optionsOf('--io-uring', 'on').ioUring).toBe('on');
    expect(optionsOf('--io-uring=off', '--io-uring=auto').ioUring).toBe('auto');
  });

  it('refuses any other word', () => {
    for (const word of ['yes', 'ON', '', 'auto ']) {
      const outcome = parseArguments([`--io-uring=${word}`, 's', 'd'], {});
      expect(outcome).toMatchObject({ kind: 'stop', exitCode: 1 });
      if (outcome.kind === 'stop')
        expect(outcome.stderr).toContain(`--io-uring=${word} is invalid: use auto, on or off`);
    }
  });

  it('is a matter of this process: the other end is not told', () => {
    const told = serverArguments(optionsOf('--io-uring=on', '-a'), {
      push: true,
      paths: ['d'],
      quoting: true,
    });
    expect(told.join(' ')).not.toContain('uring');
  });
});
