// A run that ends before its time has deleted nothing of what is due at its end (docs/protocol/04-transfer.md §13.1, §14.1).
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ensurePeer } from '../../interop/peers.ts';
import { ourCommand, Transfer } from './crash-kit.ts';

const rsync = ensurePeer('3.4.1');
const TIMEOUT_MS = 60_000;
const VICTIMS = ['victim', 'old/in', 'old/deep/er', '.hidden'];
let transfers: Transfer[] = [];

afterEach(() => {
  for (const transfer of transfers) transfer.remove();
  transfers = [];
});

function transfer(): Transfer {
  const made = new Transfer();
  transfers.push(made);
  for (const name of VICTIMS) {
    mkdirSync(path.dirname(path.join(made.destination, name)), { recursive: true });
    writeFileSync(path.join(made.destination, name), name);
  }
  return made;
}

function left(run: Transfer): string[] {
  return VICTIMS.filter((name) => existsSync(path.join(run.destination, name)));
}

describe.each(['--delete-after', '--delete-delay'])('%s', { timeout: TIMEOUT_MS }, (mode) => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'deletes nothing when the pulling client gets %s',
    async (signal) => {
      const run = transfer();
      run.start(ourCommand, 'pull', rsync, [mode]);
      await run.underWay();
      run.kill('client', signal);
      await run.end();
      expect(left(run)).toEqual(VICTIMS);
    },
  );

  it.each(['SIGKILL', 'SIGTERM'] as const)('deletes nothing when our server gets %s', async (signal) => {
    const run = transfer();
    run.start(rsync, 'push', ourCommand, [mode]);
    await run.underWay();
    run.kill('server', signal);
    await run.end();
    await run.serverGone();
    expect(left(run)).toEqual(VICTIMS);
  });

  it('deletes nothing when the client of our server dies', async () => {
    const run = transfer();
    run.start(rsync, 'push', ourCommand, [mode]);
    await run.underWay();
    run.kill('client', 'SIGKILL');
    await run.end();
    await run.serverGone();
    expect(left(run)).toEqual(VICTIMS);
  });

  it('deletes all of it in a run that comes to its end', async () => {
    const run = transfer();
    run.start(ourCommand, 'pull', rsync, [mode, '--bwlimit=0']);
    expect((await run.end()).code).toBe(0);
    expect(left(run)).toEqual([]);
    expect(run.final()).toEqual(run.big);
  });
});
