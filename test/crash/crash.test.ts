// Real processes, interrupted in the middle of a big file (docs/protocol/08-hostile-peers.md §4, 04-transfer.md §9.3).
import { afterEach, describe, expect, it } from 'vitest';
import { ensurePeer } from '../../interop/peers.ts';
import { BIG_BYTES, ourCommand, Transfer } from './crash-kit.ts';

const rsync = ensurePeer('3.4.1');
const older = Buffer.from('what stood there before');
const TIMEOUT_MS = 40_000;
let transfers: Transfer[] = [];

afterEach(() => {
  for (const transfer of transfers) transfer.remove();
  transfers = [];
});

function transfer(before?: Buffer): Transfer {
  const made = new Transfer(before);
  transfers.push(made);
  return made;
}

/** Nothing of the new content is under the final name, and nothing lies about. */
function expectUntouched(run: Transfer): void {
  expect(run.final()).toEqual(older);
  expect(run.temporaries()).toEqual([]);
}

function expectPartial(run: Transfer): void {
  const part = run.final()!;
  expect(part.length).toBeGreaterThan(older.length);
  expect(part.length).toBeLessThan(BIG_BYTES);
  expect(part.equals(run.big.subarray(0, part.length))).toBe(true);
  expect(run.temporaries()).toEqual([]);
}

describe('our pulling client', { timeout: TIMEOUT_MS }, () => {
  it('leaves at most a temporary file when it is killed', async () => {
    const run = transfer(older);
    run.start(ourCommand, 'pull', rsync);
    await run.underWay();
    run.kill('client', 'SIGKILL');
    await run.end();
    expect(run.final()).toEqual(older);
    expect(run.temporaries()).toHaveLength(1);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends with 20 and cleans up at %s', async (signal) => {
    const run = transfer(older);
    run.start(ourCommand, 'pull', rsync);
    await run.underWay();
    run.kill('client', signal);
    expect((await run.end()).code).toBe(20);
    expectUntouched(run);
  });

  it('keeps what came with --partial', async () => {
    const run = transfer(older);
    run.start(ourCommand, 'pull', rsync, ['--partial']);
    await run.underWay();
    run.kill('client', 'SIGINT');
    expect((await run.end()).code).toBe(20);
    expectPartial(run);
  });

  it('cleans up and says so when the server is killed', async () => {
    const run = transfer(older);
    run.start(ourCommand, 'pull', rsync);
    await run.underWay();
    run.kill('server', 'SIGKILL');
    const { code, stderr } = await run.end();
    expect([12, 16, 137]).toContain(code);
    expect(stderr).toMatch(/connection unexpectedly closed \(\d+ bytes received so far\) \[receiver\]/);
    expectUntouched(run);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('cleans up when the server ends by %s', async (signal) => {
    const run = transfer(older);
    run.start(ourCommand, 'pull', rsync);
    await run.underWay();
    run.kill('server', signal);
    expect([12, 20]).toContain((await run.end()).code);
    expectUntouched(run);
  });

  it('gives up a silent peer after --timeout with 30', async () => {
    const run = transfer();
    run.startAgainst('exec sleep 60', ourCommand, ['--timeout=1']);
    const { code, stderr } = await run.end();
    expect(code).toBe(30);
    expect(stderr).toMatch(/io timeout after 1 seconds -- exiting/);
  });
});

describe('a pulling client without a proper peer or disk', { timeout: TIMEOUT_MS }, () => {
  it('takes the greeting of a login script for what it is', async () => {
    const run = transfer();
    run.startAgainst('echo "Welcome to this machine"; sleep 1', ourCommand, []);
    const { code, stderr } = await run.end();
    expect(code).toBe(2);
    expect(stderr).toMatch(/protocol version mismatch -- is your shell clean\?/);
  });

  it('ends with 12 when the server says nothing and ends', async () => {
    const run = transfer();
    run.startAgainst('exit 0', ourCommand, []);
    const { code, stderr } = await run.end();
    expect(code).toBe(12);
    expect(stderr).toMatch(/connection unexpectedly closed \(0 bytes received so far\) \[Receiver\]/);
  });

  it('ends with the exit code of a shell that could not reach the host', async () => {
    const run = transfer();
    run.startAgainst('exit 255', ourCommand, []);
    expect((await run.end()).code).toBe(255);
  });

  it('ends with 11 and cleans up when the file cannot be written', async () => {
    const run = transfer(older);
    run.start(run.limitedCommand(1 << 20), 'pull', rsync, ['--bwlimit=0']);
    const { code, stderr } = await run.end();
    expect(code).toBe(11);
    expect(stderr).toMatch(/write failed on ".*\/destination\/big": File too large \(27\)/);
    expectUntouched(run);
  });
});

describe('our receiving server', { timeout: TIMEOUT_MS }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('cleans up at %s', async (signal) => {
    const run = transfer(older);
    run.start(rsync, 'push', ourCommand);
    await run.underWay();
    run.kill('server', signal);
    await run.end();
    await run.serverGone();
    expectUntouched(run);
  });

  it('leaves at most a temporary file when it is killed', async () => {
    const run = transfer(older);
    run.start(rsync, 'push', ourCommand);
    await run.underWay();
    run.kill('server', 'SIGKILL');
    expect([10, 12, 137]).toContain((await run.end()).code);
    expect(run.final()).toEqual(older);
    expect(run.temporaries()).toHaveLength(1);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('cleans up when its client ends by %s', async (signal) => {
    const run = transfer(older);
    run.start(rsync, 'push', ourCommand);
    await run.underWay();
    run.kill('client', signal);
    await run.end();
    await run.serverGone();
    expectUntouched(run);
  });

  it('gives up a silent client after --timeout with 30', async () => {
    const run = transfer();
    run.startLonelyServer(['--timeout=1']);
    const { code, stderr } = await run.end();
    expect(code).toBe(30);
    expect(stderr).toMatch(/io timeout after 1 seconds -- exiting/);
  });

  it('keeps what came with --partial when its client is killed', async () => {
    const run = transfer(older);
    run.start(rsync, 'push', ourCommand, ['--partial']);
    await run.underWay();
    run.kill('client', 'SIGKILL');
    await run.end();
    await run.serverGone();
    expectPartial(run);
  });
});

describe('our pushing client', { timeout: TIMEOUT_MS }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with 20 at %s, and the real server cleans up',
    async (signal) => {
      const run = transfer(older);
      run.start(ourCommand, 'push', rsync);
      await run.underWay();
      run.kill('client', signal);
      expect((await run.end()).code).toBe(20);
      await run.serverGone();
      expectUntouched(run);
    },
  );

  it('ends with an error when the server is killed', async () => {
    const run = transfer(older);
    run.start(ourCommand, 'push', rsync);
    await run.underWay();
    run.kill('server', 'SIGKILL');
    const { code, stderr } = await run.end();
    expect([10, 12, 16, 137]).toContain(code);
    expect(stderr).not.toBe('');
  });
});
