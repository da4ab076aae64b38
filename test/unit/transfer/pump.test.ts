// The driver's last wait: a peer that takes no more bytes does not hold a run that has failed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { RunError } from '@ocrsync/node/session/run-error';
import type { Duplex, DuplexSink } from '@ocrsync/node/transfer/duplex';
import { pump } from '@ocrsync/node/transfer/pump';
import { clientEnd } from '../../simulation/ends.ts';

/** A connection whose other end has stopped reading. */
class StoppedDuplex implements Duplex {
  sink: DuplexSink | undefined;
  destroyed = false;
  attach(sink: DuplexSink): void {
    this.sink = sink;
  }
  write(): boolean {
    return false;
  }
  endOutput(): void {}
  whenFlushed(): void {}
  pause(): void {}
  resume(): void {}
  destroy(): void {
    this.destroyed = true;
  }
}

it('leaves soon after a fault although its queue never empties', async () => {
  const work = mkdtempSync(path.join(tmpdir(), 'ocrsync-pump-'));
  try {
    mkdirSync(path.join(work, 'source'));
    for (let i = 0; i < 50; i++) writeFileSync(path.join(work, 'source', `file-${i}`), '');
    const { session } = clientEnd(['-a', '--checksum-choice=md5', `${work}/source/`, 'host:target/']);
    const duplex = new StoppedDuplex();
    const options = { nowMs: () => performance.now(), bwlimitKiBPerSecond: 0, leavesFirst: false };
    const ended = pump(session, duplex, options);
    duplex.sink!.data(Buffer.from('2000000081fe01000000', 'hex'));
    expect(session.channel.writer.queuedBytes).toBeGreaterThan(0);
    session.abort(new RunError('ERR_IO_TIMEOUT', '[sender] io timeout after 3 seconds -- exiting', 30));
    duplex.sink!.data(Buffer.from('00000007', 'hex'));
    await ended;
    expect(duplex.destroyed).toBe(true);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}, 10_000);

it('tells a reset connection in the words of the system, as a fault of the socket', async () => {
  const { session } = clientEnd(['-a', 'host:source/', `${tmpdir()}/ocrsync-never-made/`]);
  const duplex = new StoppedDuplex();
  const options = { nowMs: () => performance.now(), bwlimitKiBPerSecond: 0, leavesFirst: false };
  const ended = pump(session, duplex, options);
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
  duplex.sink!.error(reset);
  duplex.sink!.end();
  await ended;
  const message = 'rsync: [Receiver] read error: Connection reset by peer (104)';
  expect(session.error).toMatchObject({ message, exitCode: 10 });
}, 10_000);
