// --timeout below zero ends a client where it would hear its peer for the first time, as rsync 3.4.1 does (05-options.md).
import { describe, expect, it } from 'vitest';
import { endIfTimedOut } from '@ocrsync/node/api/negative-timeout';
import { optionsOf } from '../options/run-line.ts';

function ended(line: string): { message: string; exitCode: number } | undefined {
  try {
    endIfTimedOut(optionsOf(line));
    return undefined;
  } catch (error) {
    const { message, exitCode } = error as { message: string; exitCode: number };
    return { message, exitCode };
  }
}

describe('a time-out below zero', () => {
  it('has passed already for a receiving client', () => {
    const message = '[Receiver] io timeout after 0 seconds -- exiting';
    expect(ended('-r --timeout=-1 host:s/ d/')).toEqual({ message, exitCode: 30 });
  });

  it('has passed already for a sending client', () => {
    const message = '[sender] io timeout after 0 seconds -- exiting';
    expect(ended('-r --timeout=-7 s/ host:d/')).toEqual({ message, exitCode: 30 });
  });

  it('is none at zero, and is waited for above', () => {
    expect(ended('-r --timeout=0 s/ host:d/')).toBeUndefined();
    expect(ended('-r --timeout=1 s/ host:d/')).toBeUndefined();
  });
});
