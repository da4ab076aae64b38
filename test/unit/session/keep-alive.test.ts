// 01-session.md §12 under a virtual clock.
import { describe, expect, it } from 'vitest';
import type { SessionConfig } from '@ocrsync/node/session/config';
import type { Session } from '@ocrsync/node/session/session';
import { type Task, WAIT_TURN } from '@ocrsync/node/session/wait';
import { CLIENT_HELLO, FILE_A, frame, int, listOf, made, put, SERVER_HELLO, taken } from './kit.ts';

const KEEP_ALIVE = '00000007';

/** A pushing client that has sent its list at `nowMs` = 1000 and waits. */
function waiting(changes: Partial<SessionConfig>, ...said: Buffer[]): Session {
  const { session } = made(changes, { entries: [FILE_A] });
  for (const piece of [SERVER_HELLO, ...said]) put(session, piece);
  session.run(1000);
  taken(session);
  session.run(1000);
  return session;
}

describe('a time-out of ten seconds', () => {
  it('lets a sender say that it is alive after five seconds without a byte, and again five later', () => {
    const session = waiting({ timeoutSeconds: 10 });
    session.run(5999);
    expect(taken(session).toString('hex')).toBe('');
    session.run(6000);
    expect(taken(session).toString('hex')).toBe(KEEP_ALIVE);
    session.run(6001);
    session.run(11_000);
    expect(taken(session).toString('hex')).toBe('');
    session.run(11_001);
    expect(taken(session).toString('hex')).toBe(KEEP_ALIVE);
  });

  it('never ends a server whose keep-alives are taken', () => {
    const { session } = made({ role: 'server', timeoutSeconds: 10 }, { entries: [FILE_A] });
    put(session, CLIENT_HELLO);
    for (let nowMs = 1000; nowMs < 200_000; nowMs += 500) {
      session.run(nowMs);
      taken(session);
    }
    expect(session.error).toBeUndefined();
  });

  it('ends a client after four of them although its keep-alives are taken: a stopped server leaves room for thousands', () => {
    const session = waiting({ timeoutSeconds: 10 });
    for (let nowMs = 1000; nowMs < 41_000; nowMs += 500) {
      session.run(nowMs);
      taken(session);
    }
    expect(session.error).toBeUndefined();
    expect(session.nextDeadlineMs(40_500)).toBe(500);
    session.run(41_000);
    expect(session.error).toMatchObject({ exitCode: 30 });
  });

  it('counts nothing against the server while the client has work of its own', () => {
    let works = true;
    function* long(): Task {
      while (works) yield WAIT_TURN;
    }
    const { session } = made({ side: 'receiver', timeoutSeconds: 10 }, { begin: long, wantsFiles: true });
    put(session, SERVER_HELLO);
    put(session, listOf([FILE_A], { role: 'server' }));
    for (let nowMs = 1000; nowMs < 200_000; nowMs += 500) {
      works = nowMs < 100_000;
      session.run(nowMs);
      taken(session);
      if (nowMs === 138_000) expect(session.error).toBeUndefined();
    }
    expect(session.error).toMatchObject({ exitCode: 30 });
  });

  it('lets a client wait for as long as its server says at least that it is alive', () => {
    const session = waiting({ timeoutSeconds: 10 });
    for (let nowMs = 1000; nowMs < 200_000; nowMs += 500) {
      if (nowMs % 30_000 === 0) put(session, frame(0, ''));
      session.run(nowMs);
      taken(session);
    }
    expect(session.error).toBeUndefined();
  });

  it('ends the run when nothing moves, with code 30 and without a word to the peer', () => {
    const session = waiting({ timeoutSeconds: 10 });
    session.run(6000);
    expect(session.channel.writer.queuedBytes).toBe(4);
    session.run(10_999);
    expect(session.error).toBeUndefined();
    session.run(11_000);
    expect(session.error).toMatchObject({
      message: '[sender] io timeout after 10 seconds -- exiting',
      exitCode: 30,
    });
    expect(taken(session).toString('hex')).toBe(KEEP_ALIVE);
  });

  it('begins anew with every byte that comes', () => {
    const session = waiting({ timeoutSeconds: 10 });
    for (const nowMs of [9000, 18_000, 27_000]) {
      put(session, frame(0, ''));
      session.run(nowMs);
    }
    expect(session.error).toBeUndefined();
    session.run(37_000);
    expect(session.error).toMatchObject({ exitCode: 30 });
  });

  it('asks to be woken for the next keep-alive, and with bytes still queued for the time-out only', () => {
    expect(waiting({ timeoutSeconds: 10 }).nextDeadlineMs(2000)).toBe(4000);
    const { session } = made({ timeoutSeconds: 10 }, { entries: [FILE_A] });
    put(session, SERVER_HELLO);
    session.run(1000);
    session.run(8000);
    expect(session.channel.writer.queuedBytes).toBeGreaterThan(0);
    expect(session.nextDeadlineMs(8000)).toBe(3000);
  });

  it('counts in the handshake too, where no keep-alive is possible', () => {
    const { session } = made({ side: 'receiver', timeoutSeconds: 10 });
    session.run(1000);
    taken(session);
    session.run(2000);
    expect(session.nextDeadlineMs(2000)).toBe(10_000);
    session.run(12_000);
    expect(session.error).toMatchObject({ message: '[Receiver] io timeout after 10 seconds -- exiting' });
  });

  it('lets a receiving side without its first list send no keep-alive, so that a silent sender ends it', () => {
    const { session } = made({ side: 'receiver', timeoutSeconds: 10 });
    put(session, SERVER_HELLO);
    session.run(1000);
    taken(session);
    for (let nowMs = 1000; nowMs <= 11_000; nowMs += 500) {
      session.run(nowMs);
      expect(taken(session).toString('hex')).toBe('');
    }
    expect(session.error).toMatchObject({ message: '[Receiver] io timeout after 10 seconds -- exiting' });
  });

  it('lets the receiving side send keep-alives once it has the list', () => {
    const { session } = made({ side: 'receiver', timeoutSeconds: 10 });
    put(session, SERVER_HELLO);
    put(session, listOf([FILE_A], { role: 'server' }));
    session.run(1000);
    taken(session);
    session.run(1000);
    session.run(6000);
    expect(taken(session).toString('hex')).toBe(KEEP_ALIVE);
  });

  it('cannot say anything on an unframed stream, and ends the run with a silent peer', () => {
    const { session } = made({ ownProtocol: 29, timeoutSeconds: 10 }, { entries: [FILE_A] });
    put(session, Buffer.concat([int(32), int(1)]));
    session.run(1000);
    taken(session);
    for (let nowMs = 1000; nowMs <= 11_000; nowMs += 500) session.run(nowMs);
    expect(taken(session).length).toBe(0);
    expect(session.error).toMatchObject({ exitCode: 30 });
  });
});

describe('no time-out', () => {
  it('never wakes, speaks or ends', () => {
    const session = waiting({});
    expect(session.nextDeadlineMs(2000)).toBeUndefined();
    session.run(1e9);
    expect(taken(session).length).toBe(0);
    expect(session.error).toBeUndefined();
  });
});

describe('the handshake of a server', () => {
  it('takes at most sixty seconds, however slowly the client speaks', () => {
    const { session } = made({ role: 'server' });
    session.run(1000);
    expect(session.nextDeadlineMs(1000)).toBe(60_000);
    for (const [second, byte] of [...CLIENT_HELLO].slice(0, 3).entries()) {
      put(session, Buffer.of(byte));
      session.run(20_000 * (second + 1));
    }
    expect(session.error).toBeUndefined();
    session.run(61_000);
    expect(session.error).toMatchObject({ message: '[sender] handshake timeout -- exiting', exitCode: 30 });
  });

  it('takes no longer than --timeout', () => {
    const { session } = made({ role: 'server', timeoutSeconds: 3 });
    session.run(1000);
    put(session, CLIENT_HELLO.subarray(0, 1));
    session.run(2000);
    expect(session.nextDeadlineMs(2000)).toBe(2000);
    session.run(4000);
    expect(session.error).toMatchObject({ message: '[sender] handshake timeout -- exiting', exitCode: 30 });
  });

  it('of a client that says nothing at all ends with the words of --timeout', () => {
    const { session } = made({ role: 'server', timeoutSeconds: 3 });
    session.run(1000);
    session.run(4000);
    expect(session.error).toMatchObject({ message: '[sender] io timeout after 3 seconds -- exiting' });
  });

  it('limits nothing once it is over, and no client, whose shell may ask for a password first', () => {
    const { session } = made({ role: 'server' }, { entries: [FILE_A] });
    put(session, CLIENT_HELLO);
    session.run(1000);
    taken(session);
    session.run(1000);
    expect(session.nextDeadlineMs(2000)).toBeUndefined();
    session.run(1e9);
    const client = made({ side: 'receiver' }).session;
    client.run(1000);
    client.run(1e9);
    expect([session.error, client.error]).toEqual([undefined, undefined]);
  });
});

describe("a daemon's IO_TIMEOUT", () => {
  function lullAfter(own: number, told: number): number | undefined {
    const session = waiting({ timeoutSeconds: own }, frame(33, int(told)));
    return session.nextDeadlineMs(1000);
  }

  it.each([
    [0, 77, 39_000],
    [100, 20, 10_000],
    [20, 100, 10_000],
    [20, 0, 10_000],
    [20, -5, 10_000],
    [0, 86_400, 43_200_000],
    [0, 86_401, undefined],
    [0, 0, undefined],
  ])('with an own time-out of %d s and %d s told: next keep-alive after %s ms', (own, told, lull) => {
    expect(lullAfter(own, told)).toBe(lull);
  });
});

describe('a server with a time-out', () => {
  it('keeps its clock like a client', () => {
    const { session } = made({ role: 'server', timeoutSeconds: 4 }, { entries: [FILE_A] });
    put(session, CLIENT_HELLO);
    session.run(1000);
    taken(session);
    session.run(1000);
    session.run(3000);
    expect(taken(session).toString('hex')).toBe(KEEP_ALIVE);
  });
});
