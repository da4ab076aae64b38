// 01-session.md §8, §13: where frames begin, what each message does, which are refused, and how the ends announce an error.
import type { SessionConfig } from '@ocrsync/node/session/config';
import type { Session } from '@ocrsync/node/session/session';
import { describe, expect, it } from 'vitest';
import { feed } from '../../simulation/feed.ts';
import {
  bytes,
  CLIENT_HELLO,
  data,
  DIRECTORY,
  FILE_A,
  frame,
  int,
  listOf,
  made,
  SERVER_HELLO,
  type World,
} from './kit.ts';

/** A pushing client after the handshake, then `said`. */
function pushing(...said: Buffer[]) {
  const one = made({}, { entries: [FILE_A] });
  const { output, state } = feed(one.session, [SERVER_HELLO, ...said], false);
  return { ...one, output, state };
}

/** A pulling client that has the list of one file, then `said`. */
function pulling(world: World, ...said: Buffer[]) {
  const one = made({ side: 'receiver' }, world);
  const list = listOf([FILE_A], { role: 'server' });
  const { output, state } = feed(one.session, [SERVER_HELLO, list, ...said], false);
  return { ...one, output, state };
}

function serving(side: 'sender' | 'receiver', changes: Partial<SessionConfig>, ...said: Buffer[]) {
  const one = made({ role: 'server', side, ...changes }, { entries: [FILE_A] });
  const { output, state } = feed(one.session, [CLIENT_HELLO, ...said], false);
  return { ...one, output, state };
}

describe('framing', () => {
  function outputFramed(changes: Partial<SessionConfig>): boolean {
    const protocol = changes.ownProtocol ?? 32;
    const flags = protocol >= 30 && changes.role !== 'server' ? bytes('81fe') : Buffer.alloc(0);
    const seed = changes.role === 'server' ? Buffer.alloc(0) : int(1);
    const { session } = made(changes);
    feed(session, [int(protocol), flags, seed], false);
    return session.channel.outputMux;
  }

  it.each([
    ['server', 'sender', 27, false, true],
    ['server', 'receiver', 27, false, true],
    ['server', 'receiver', 32, false, true],
    ['client', 'sender', 32, false, true],
    ['client', 'receiver', 30, false, true],
    ['client', 'sender', 29, false, false],
    ['client', 'receiver', 29, false, false],
    ['client', 'sender', 29, true, false],
    ['client', 'receiver', 29, true, true],
  ] as const)(
    'of the stream that a %s who is the %s writes at protocol %d (removing source files: %s): %s',
    (role, side, ownProtocol, removeSourceFiles, framed) => {
      expect(outputFramed({ role, side, ownProtocol, removeSourceFiles })).toBe(framed);
    },
  );

  it('of a client below protocol 30 is expected by the server only where the client removes source files', () => {
    const changes = { ownProtocol: 29, removeSourceFiles: true, filterList: true };
    const framed = serving('sender', changes, data('03000000'), data('2d2061'), data('00000000'));
    expect(framed.told).toContain('rule - a');
    const plain = serving('receiver', changes, int(3), Buffer.from('- a'), int(0));
    expect(plain.told).toContain('rule - a');
  });
});

describe('a message', () => {
  it.each([1, 2, 3, 4])('of text, code %d, is told with its newline', (code) => {
    expect(pushing(frame(code, Buffer.from('text\n'))).told).toContain(`message ${code} text\n`);
  });

  it('ERROR_XFER alone makes the run end with 23', () => {
    expect(pushing(frame(1, Buffer.from('x'))).session.transferErrors).toBe(true);
    for (const code of [2, 3, 4]) {
      expect(pushing(frame(code, Buffer.from('x'))).session.transferErrors).toBe(false);
    }
  });

  it('DELETED names a file, or a directory by a NUL at its end', () => {
    const { told } = pushing(frame(101, Buffer.from('old/f')), frame(101, Buffer.from('old\0')));
    expect(told).toContain('peer deleted old/f');
    expect(told).toContain('peer deleted old/');
  });

  it('IO_ERROR adds its bits, and only the three that exist', () => {
    const { session } = pulling({}, frame(22, int(2)), frame(22, int(0x7ffffff9)));
    expect(session.context?.ioError).toBe(3);
  });

  it('between two halves of an item disturbs nothing', () => {
    const { session, told } = pushing(
      data('01'),
      frame(2, Buffer.from('m')),
      data('00'),
      frame(0, ''),
      data('20'),
    );
    expect(session.error).toBeUndefined();
    expect(told).toContain('message 2 m');
  });

  it('NO_SEND settles a request: the phase ends without the file', () => {
    const { session, told } = pulling(
      { wantsFiles: true },
      frame(102, int(0)),
      data('00'),
      data('0000'),
      data('000100 000000 000000 000100 000000'),
      data('00'),
    );
    expect(session.error).toBeUndefined();
    expect(told).toContain('lacks a');
  });

  it('NO_SEND for a number that no list has is refused', () => {
    expect(pulling({ wantsFiles: true }, frame(102, int(5))).session.error).toMatchObject({
      message: 'File-list index 5 not in -1 - 0 (read_ndx_and_attrs) [receiver]',
      exitCode: 2,
    });
  });

  it('SUCCESS that nobody asked for is ignored', () => {
    expect(pushing(frame(100, int(0))).session.error).toBeUndefined();
  });

  it('SUCCESS for a number that no list has is refused where sources are removed, and one for a directory ignored', () => {
    const removing = (ndx: number, changes: Partial<SessionConfig> = {}) => {
      const { session } = made({ removeSourceFiles: true, ...changes }, { entries: [DIRECTORY, FILE_A] });
      feed(session, [SERVER_HELLO, frame(100, int(ndx))], false);
      return session.error;
    };
    for (const ndx of [-1, 2, 0x7fffffff]) {
      expect(removing(ndx)).toMatchObject({ code: 'ERR_FILE_INDEX', exitCode: 2 });
    }
    expect(removing(0)).toBeUndefined();
    expect(removing(1)?.message).toBe('nobody removes source files');
    expect(removing(1, { batchOnly: true })).toBeUndefined();
  });

  it('NOOP and the empty DATA frame are ignored', () => {
    expect(pushing(frame(42, ''), frame(0, ''), frame(0, '')).session.error).toBeUndefined();
  });
});

describe('a frame that may not be', () => {
  it.each([
    [56, '00', 'unexpected tag 56 [sender]'],
    [-7, '00', 'unexpected tag -7 [sender]'],
    [22, '00', 'invalid multi-message 22:1 [sender]'],
    [33, '0000', 'invalid multi-message 33:2 [sender]'],
    [42, '00', 'invalid multi-message 42:1 [sender]'],
    [86, '0000', 'invalid multi-message 86:2 [sender]'],
    [100, '', 'invalid multi-message 100:0 [sender]'],
    [102, '0000000000', 'invalid multi-message 102:5 [sender]'],
    [5, '41', 'invalid multi-message 5:1 [sender]'],
    [6, '41', 'invalid multi-message 6:1 [sender]'],
    [7, '41', 'invalid multi-message 7:1 [sender]'],
    [8, '41', 'invalid multi-message 8:1 [sender]'],
    [9, '00000000', 'invalid multi-message 9:4 [sender]'],
    [10, '0000000000000000', 'invalid multi-message 10:8 [sender]'],
  ])('code %d with %j is refused: %s', (code, payload, message) => {
    expect(pushing(frame(code, payload)).session.error).toMatchObject({ message, exitCode: 12 });
  });

  it.each([1, 2, 3, 4, 101])('is a text of code %d with 5120 bytes', (code) => {
    expect(pushing(frame(code, Buffer.alloc(5119, 'a'))).session.error).toBeUndefined();
    const { error } = pushing(frame(code, Buffer.alloc(5120, 'a'))).session;
    expect(error).toMatchObject({ message: `multiplexing overflow ${code}:5120 [sender]`, exitCode: 12 });
  });

  it('names a receiving side `Receiver`, and the recursion that is agreed', () => {
    const incremental = { capabilities: '.iLsfxCIvu', incrementalAllowed: true };
    const { session } = serving('receiver', incremental, frame(56, ''));
    expect(session.error?.message).toBe('unexpected tag 56 [Receiver/inc]');
    expect(serving('receiver', {}, frame(6, '41')).session.error?.message).toBe(
      'invalid multi-message 6:1 [Receiver]',
    );
  });
});

describe('IO_TIMEOUT', () => {
  it.each(['sender', 'receiver'] as const)('is refused by a server that is the %s', (side) => {
    const name = side === 'sender' ? 'sender' : 'Receiver';
    expect(serving(side, {}, frame(33, int(5))).session.error).toMatchObject({
      message: `invalid multi-message 33:4 [${name}]`,
      exitCode: 12,
    });
  });
});

/** What the session wrote after its handshake and list, as far as it is frames with this code. */
function frames(output: Buffer, code: number): string[] {
  const found: string[] = [];
  const tag = (7 + code) & 0xff;
  for (let at = 0; at + 4 <= output.length; at++) {
    const length = output.readUIntLE(at, 3);
    if (output[at + 3] === tag && (length === 4 || length === 0)) {
      found.push(output.subarray(at + 4, at + 4 + length).toString('hex'));
    }
  }
  return found;
}

describe('ERROR_EXIT', () => {
  it('with a code ends the session with that code', () => {
    expect(pushing(frame(86, int(42))).session.error).toMatchObject({ name: 'PeerExit', exitCode: 42 });
  });

  it.each([0, 256, 300, -1])(
    'with the code %d, which is no failure a shell could see, ends with 12',
    (code) => {
      const { error } = pushing(frame(86, int(code))).session;
      expect(error).toMatchObject({ name: 'ProtocolError', exitCode: 12 });
      expect(error?.message).toContain(`error exit with code ${code}`);
    },
  );

  it('that is empty and answers nothing ends with 12', () => {
    expect(pushing(frame(86, '')).session.error).toMatchObject({ name: 'ProtocolError', exitCode: 12 });
  });

  it('is answered with an empty one by a sender and by a receiving side without a list', () => {
    expect(frames(pushing(frame(86, int(11))).output, 86)).toEqual(['']);
    const early = made({ side: 'receiver' });
    expect(frames(feed(early.session, [SERVER_HELLO, frame(86, int(11))], false).output, 86)).toEqual(['']);
  });

  it('is passed on with its code by a generator', () => {
    expect(frames(pulling({}, frame(86, int(11))).output, 86)).toEqual(['0b000000']);
  });

  it('is answered by a server only if its messages go in band', () => {
    expect(frames(serving('sender', {}, frame(86, int(11))).output, 86)).toEqual([]);
    expect(frames(serving('sender', { messagesInBand: true }, frame(86, int(11))).output, 86)).toEqual(['']);
  });

  it('is not sent back for what the peer announced, however the session ends', () => {
    const { session } = pushing(frame(86, int(11)));
    expect(feed(session, [frame(86, '')], true).output.length).toBe(0);
  });

  function announced(exitCode: number, changes: Partial<SessionConfig> = {}, hello = SERVER_HELLO): string[] {
    const { session } = made(changes);
    feed(session, [hello], false);
    session.abort(Object.assign(new Error('x'), { exitCode }));
    return frames(feed(session, [], false).output, 86);
  }

  it.each([1, 2, 3, 4, 11, 20, 22, 23])('announces the own end with code %d', (code) => {
    expect(announced(code)).toEqual([int(code).toString('hex')]);
  });

  it.each([0, 10, 12, 19, 30])('does not announce the own end with code %d', (code) => {
    expect(announced(code)).toEqual([]);
  });

  it('does not exist below protocol 31', () => {
    expect(announced(11, { ownProtocol: 30 })).toEqual([]);
    expect(announced(11, { ownProtocol: 29 }, Buffer.concat([int(32), int(1)]))).toEqual([]);
  });

  it('before the handshake is over says nothing', () => {
    expect(announced(11, {}, int(32))).toEqual([]);
  });

  it('lets the receiver give up its temporary files', () => {
    expect(pulling({}, frame(86, int(11))).told).toContain('abandoned');
  });
});

describe('the end of the stream', () => {
  function closed(session: Session, ...said: Buffer[]): string | undefined {
    feed(session, said);
    return session.error?.message;
  }

  it('where bytes were due is told with the role and how many came after the handshake', () => {
    expect(closed(made().session)).toBe(
      'rsync: connection unexpectedly closed (0 bytes received so far) [sender]',
    );
    expect(closed(made({ side: 'receiver' }).session, bytes('20000000'))).toBe(
      'rsync: connection unexpectedly closed (0 bytes received so far) [Receiver]',
    );
    expect(closed(made({ role: 'server', side: 'sender' }).session)).toBe(
      'rsync: connection unexpectedly closed (0 bytes received so far) [sender]',
    );
    expect(closed(made({ role: 'server', side: 'receiver' }).session)).toBe(
      'rsync: connection unexpectedly closed (0 bytes received so far) [Receiver]',
    );
  });

  it('counts what came behind the handshake, frames included', () => {
    const one = made({ side: 'receiver' }, {});
    expect(closed(one.session, SERVER_HELLO, bytes('03000007'), bytes('0102'))).toBe(
      'rsync: connection unexpectedly closed (6 bytes received so far) [Receiver]',
    );
  });

  it('has exit code 12, and a receiver after its list is called `receiver`', () => {
    const one = made({ side: 'receiver' }, {});
    feed(one.session, [SERVER_HELLO, listOf([FILE_A], { role: 'server' })]);
    expect(one.session.error).toMatchObject({ exitCode: 12 });
    expect(one.session.error?.message).toMatch(/\[receiver\]$/);
  });
});
