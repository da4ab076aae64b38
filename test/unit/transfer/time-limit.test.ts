import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { SyncError, sync } from '@ocrsync/node';
import { atLimit } from '@ocrsync/node/transfer/time-limit';

it('calls at the moment, not before, and not when it was called off', async () => {
  vi.useFakeTimers();
  const calls: string[] = [];
  atLimit(Date.now() + 5000, () => calls.push('five'));
  const callOff = atLimit(Date.now() + 3000, () => calls.push('three'));
  atLimit(null, () => calls.push('never'));
  await vi.advanceTimersByTimeAsync(2999);
  callOff();
  expect(calls).toEqual([]);
  await vi.advanceTimersByTimeAsync(2001);
  expect(calls).toEqual(['five']);
  vi.useRealTimers();
});

it('waits longer than a timer can', async () => {
  vi.useFakeTimers();
  const days = 86_400_000;
  let called = false;
  atLimit(Date.now() + 40 * days, () => (called = true));
  await vi.advanceTimersByTimeAsync(39 * days);
  expect(called).toBe(false);
  await vi.advanceTimersByTimeAsync(1 * days);
  expect(called).toBe(true);
  vi.useRealTimers();
});

it('ends a slow local copy with exit code 30 and leaves no temporary file', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-limit-'));
  const now = vi.spyOn(Date, 'now');
  try {
    writeFileSync(path.join(directory, 'big'), Buffer.alloc(8 << 20, 'x'));
    const realNow = performance.timeOrigin + performance.now();
    // The parser sees a clock that is a minute behind: a minute from then is now, and a bit.
    now.mockReturnValueOnce(realNow - 59_500);
    now.mockImplementation(() => performance.timeOrigin + performance.now());
    const error = await sync(path.join(directory, 'big'), path.join(directory, 'copy/'), {
      args: ['--stop-after=1', '--bwlimit=500'],
    }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SyncError);
    expect(error).toMatchObject({
      exitCode: 30,
      message: expect.stringContaining('stopping at requested limit'),
    });
    expect(readdirSync(path.join(directory, 'copy'))).toEqual([]);
  } finally {
    now.mockRestore();
    rmSync(directory, { recursive: true });
  }
});
