// 01-session.md §10 and 04-transfer.md §13.9, §14, §16: phases, counters, statistics, empty lists, the goodbye.
import type { SessionConfig } from '@ocrsync/node/session/config';
import { describe, expect, it } from 'vitest';
import { feed } from '../../simulation/feed.ts';
import { bytes, CLIENT_HELLO, data, DIRECTORY, FILE_A, int, made, SERVER_HELLO } from './kit.ts';
import { DATA_OF_A, DONE, INCREMENTAL, receiver, sender, WANT_A } from './roles.ts';

describe('NDX_DONE', () => {
  it.each([
    [27, ['ffffffff', 'ffffffff', 'ffffffff'], ['ffffffff', 'ffffffff', '']],
    [28, ['ffffffff', 'ffffffff', 'ffffffff'], ['ffffffff', 'ffffffff', '']],
    [29, ['ffffffff', 'ffffffff ffffffff', 'ffffffff'], ['ffffffff', 'ffffffff ffffffff', '']],
    [30, ['00', '00 00', '00'], ['00', '0000', '']],
    [31, ['00', '00 00 00', '00'], ['00', '000000', '']],
    [32, ['00', '00 00 00', '00'], ['00', '000000', '']],
  ])(
    'is answered by a pushing sender of protocol %d as often as upstream answers',
    (ownProtocol, said, answers) => {
      const { session } = sender({ ownProtocol }, {});
      const heard = said.map((piece) => {
        const { output } = feed(session, [data(piece)], false);
        const framed = ownProtocol >= 30 && output.length > 0;
        return (framed ? output.subarray(4) : output).toString('hex');
      });
      expect(heard).toEqual(answers.map((answer) => answer.replaceAll(' ', '')));
      expect(session.error).toBeUndefined();
      expect(session.run(9)).toBe('done');
    },
  );

  it('too many or something else in the goodbye is refused', () => {
    const { session } = sender({}, {}, data('00'), data('0000'), data('00'), data('ff03'));
    expect(session.error).toMatchObject({
      message: 'Invalid packet at end of run (-4) [sender]',
      exitCode: 2,
    });
    const late = receiver(
      {},
      {},
      data('00'),
      data('0000'),
      data('0000 0000 0000 0000 0000 0000 0000 00'),
      data('ff03'),
    );
    expect(late.session.error).toMatchObject({ message: 'Invalid packet at end of run (-4) [receiver]' });
  });

  it.each([
    [28, ['ffffffff', 'ffffffff', 'ffffffff'], ['ffffffff', 'ffffffff']],
    [29, ['ffffffff', 'ffffffff'.repeat(2), 'ffffffff'], ['ffffffff', 'ffffffff'.repeat(2)]],
    [30, ['00', '0000', '00'], ['00', '0000']],
    [31, ['00', '000000', '00'], ['00', '0000', '00']],
    [32, ['00', '000000', '00'], ['00', '0000', '00']],
  ])(
    'is written by the generator of a server of protocol %d in groups %j',
    (ownProtocol, groups, answers) => {
      const { session, output } = receiver({ ownProtocol, role: 'server' }, {});
      const heard = [output];
      for (const answer of answers) {
        const raw = ownProtocol < 30;
        heard.push(feed(session, [raw ? bytes(answer) : data(answer)], false).output);
      }
      const written = heard.filter((piece) => piece.length > 0).map((piece) => piece.toString('hex'));
      expect(written).toEqual(groups.map((group) => data(group).toString('hex')));
      expect(session.error).toBeUndefined();
      expect(session.run(9)).toBe('done');
    },
  );

  it.each([
    [28, { deletesLate: 'after' as const }, ['ffffffff', 'ffffffff', 'ffffffff'], ['ffffffff', 'ffffffff']],
    [30, { deletesLate: 'after' as const }, ['00', '0000', '00'], ['00', '0000']],
    [32, { deletesLate: 'delay' as const }, ['00', '0000', '00', '00'], ['00', '00', '00', '00']],
    [32, { delaysUpdates: true }, ['00', '00', '0000', '00'], ['00', '00', '00', '00']],
    [30, { delaysUpdates: true }, ['00', '00', '00', '00'], ['00', '00', '00']],
    [
      32,
      { delaysUpdates: true, deletesLate: 'after' as const },
      ['00', '00', '00', '00', '00'],
      ['00', '00', '00', '00'],
    ],
  ])(
    'waits for the end of the transfer before late work: protocol %d, %j',
    (ownProtocol, late, groups, answers) => {
      const { session, output, told } = receiver({ ownProtocol, role: 'server', ...late }, {});
      const heard = [output];
      for (const [at, answer] of answers.entries()) {
        const lastPhase = ownProtocol < 29 ? 1 : 2;
        expect(told.includes('late deletions')).toBe(at > lastPhase);
        const raw = ownProtocol < 30;
        heard.push(feed(session, [raw ? bytes(answer) : data(answer)], false).output);
      }
      const written = heard.filter((piece) => piece.length > 0).map((piece) => piece.toString('hex'));
      expect(written).toEqual(groups.map((group) => data(group).toString('hex')));
      expect(told).toContain('late deletions');
      expect(session.error).toBeUndefined();
      expect(session.run(9)).toBe('done');
    },
  );

  it('closes lists one by one with incremental recursion, oldest first', () => {
    const subLists = new Map([[1, [{ ...FILE_A, name: 'd/a' }]]]);
    const entries = [DIRECTORY, { name: 'd', mode: 0o040755 }, FILE_A];
    const asked = receiver({ ...INCREMENTAL, role: 'server' }, { entries, subLists });
    expect(asked.output.toString('hex')).toBe(data('0000').toString('hex'));
    const after = feed(asked.session, [data('00')], false).output;
    expect(after.toString('hex')).toBe('');
    expect(feed(asked.session, [data('00')], false).output.toString('hex')).toBe(
      data('000000').toString('hex'),
    );
    const answering = sender(INCREMENTAL, { entries, subLists });
    expect(feed(answering.session, [data('0000')], false).output).toEqual(data('0000'));
    expect(feed(answering.session, [data('000000')], false).output).toEqual(data('000000'));
  });

  it('waits for the answer to every request of a list', () => {
    const { session, output } = receiver({ ...INCREMENTAL, role: 'server' }, { wantsFiles: true });
    expect(output.toString('hex')).toBe(data(`03${WANT_A}`).toString('hex'));
    const answered = feed(session, [data(`03 00a0 ${DATA_OF_A}`)], false).output;
    expect(answered.toString('hex')).toBe(data('00').toString('hex'));
  });
});

describe('a file that failed its verification', () => {
  it('is asked for again before the phase of redos ends, and answered by the same number', () => {
    const { session, output, told } = receiver({ role: 'server' }, { wantsFiles: true, results: ['redo'] });
    expect(output).toEqual(data(`02 ${WANT_A} 00`));
    const again = feed(session, [data(`02 00a0 ${DATA_OF_A}`)], false).output;
    expect(again).toEqual(data(`fe0000 0080 ${'00'.repeat(16)}`));
    expect(feed(session, [data('00')], false).output).toEqual(data('000000'));
    expect(told).not.toContain('has a');
    feed(session, [data(`fe0000 0080 ${DATA_OF_A}`), data('0000'), data('00')], false);
    expect(told).toContain('has a');
    expect(session.error).toBeUndefined();
    expect(session.run(9)).toBe('done');
  });
});

describe('deletion counters', () => {
  const deleted = [2, 2, 1, 0, 0] as const;

  function last(changes: Partial<SessionConfig>): string {
    const { session } = receiver({ role: 'server', ...changes }, { deleted });
    return feed(session, [data('00')], false)
      .output.subarray(4)
      .toString('hex');
  }

  it('stand before the late NDX_DONE when statistics are wanted and something was to be deleted', () => {
    expect(last({ statsWanted: true, deletes: true })).toBe('0000ff020202010000' + '00');
    expect(last({ statsWanted: true })).toBe('000000');
    expect(last({ deletes: true })).toBe('000000');
    expect(last({ statsWanted: true, deletes: true, ownProtocol: 30 })).toBe('0000');
  });

  it('are stored by a client, and copied by a server behind its statistics', () => {
    const client = sender({}, {}, data('00'), data('0000 ff02 0202010000 00'));
    expect(client.session.context?.statistics.deleted).toEqual({
      regular: 2,
      directory: 2,
      symlink: 1,
      device: 0,
      special: 0,
    });
    expect(client.output.includes(bytes('ff02'))).toBe(false);
    const server = sender({ role: 'server' }, {}, data('00'), data('0000 ff02 0202010000 00'));
    expect(server.output.toString('hex')).toContain('ff020202010000' + '00');
  });

  it('are taken by a pulling client behind the statistics', () => {
    const statistics = '003000 007900 000600 000100 000000';
    const { session } = receiver({}, {}, data('00'), data('0000'), data(`${statistics} ff02 0100000000 00`));
    expect(session.error).toBeUndefined();
    expect(session.context?.statistics.deleted.regular).toBe(1);
    expect(session.run(9)).toBe('done');
  });
});

describe('the statistics record', () => {
  it('of a pull gives the server’s counts the other way round', () => {
    const { session } = receiver(
      {},
      {},
      data('00'),
      data('0000'),
      data('002e00 007900 000600 000100 000000 00'),
    );
    expect(session.context?.statistics).toMatchObject({
      writtenBytes: 46,
      readBytes: 121,
      totalBytes: 6,
      listBuildMs: 1,
      listTransferMs: 0,
    });
  });

  it('has three longints at protocol 28 and five at 29', () => {
    const three = '20000000 75000000 06000000';
    const old = receiver({ ownProtocol: 28 }, {}, DONE.old, data(`ffffffff ${three}`));
    expect(old.session.error).toBeUndefined();
    expect(old.session.context?.statistics).toMatchObject({
      writtenBytes: 32,
      readBytes: 117,
      totalBytes: 6,
    });
    expect(old.session.run(9)).toBe('done');
    const five = receiver({ ownProtocol: 29 }, {}, DONE.old, data('ffffffff ffffffff'), data(three));
    expect(five.session.run(9)).toBe('idle');
    feed(five.session, [data('01000000 00000000')], false);
    expect(five.session.run(9)).toBe('done');
  });

  it('is written by a server directly after its last answer, and not by a client', () => {
    const server = sender({ role: 'server' }, {}, data('00'), data('000000'));
    // Read: two frames; written: all but the handshake, the open frame's header and two answers included.
    const written = (server.head.length - 10 + 5 + 6).toString(16).padStart(2, '0');
    expect(server.output).toEqual(
      Buffer.concat([data('00'), data(`0000 000c00 00${written}00 000300 000100 000000 00`)]),
    );
    expect(sender({}, {}, data('00'), data('000000')).output).toEqual(
      Buffer.concat([data('00'), data('000000')]),
    );
  });

  it('counts everything behind the handshake, frame headers included', () => {
    const { session, head } = sender({}, {}, data('00'), data('000000'), data('00'));
    const { statistics } = session.context!;
    expect(statistics.readBytes).toBe(5 + 7);
    expect(statistics.writtenBytes).toBe(head.length - 4 + 5 + 6);
  });
});

describe('an empty list', () => {
  it('ends a server that sends after its list', () => {
    const { session, state } = sender({ role: 'server' }, { entries: [], ioError: 1 });
    expect(state).toBe('done');
    expect(session.error).toBeUndefined();
  });

  it('is followed by the end of lists with incremental recursion, and carries its io_error', () => {
    const { head } = sender({ ...INCREMENTAL, role: 'server' }, { entries: [], ioError: 1 });
    expect(head.subarray(10).toString('hex')).toBe('04000007' + '0001' + 'ff01');
  });

  it('ends a client that receives, and its io_error counts', () => {
    const { session, state, told } = receiver({}, { entries: [] });
    expect(state).toBe('done');
    expect(told).toContain('list done: 0');
    const plain = made({ side: 'receiver' });
    feed(plain.session, [SERVER_HELLO, data('0001')], false);
    expect(plain.session.context?.ioError).toBe(1);
    expect(session.error).toBeUndefined();
  });

  it('of a push runs the whole protocol', () => {
    const pushing = sender({}, { entries: [] }, data('00'), data('000000'), data('00'));
    expect(pushing.session.error).toBeUndefined();
    expect(pushing.state).toBe('done');
    const { session, output } = receiver({ role: 'server' }, { entries: [] });
    expect(output).toEqual(data('00'));
    feed(session, [data('00'), data('0000'), data('00')], false);
    expect(session.run(9)).toBe('done');
  });

  it('of a push with incremental recursion too', () => {
    const { session, output } = receiver({ ...INCREMENTAL, role: 'server' }, { entries: [] });
    expect(output).toEqual(data('00'));
    feed(session, [data('00'), data('0000'), data('00')], false);
    expect(session.error).toBeUndefined();
    expect(session.run(9)).toBe('done');
  });
});

describe('io_error', () => {
  it('travels as an int behind the list below protocol 30', () => {
    const { head } = sender({ ownProtocol: 29 }, { ioError: 3 });
    expect(head.subarray(-4)).toEqual(int(3));
    const plain = made({ side: 'receiver', ownProtocol: 29 });
    feed(plain.session, [int(32), int(1), data('00 ffffffff')], false);
    expect(plain.session.context?.ioError).toBe(7);
  });

  it('travels in a message at protocol 30', () => {
    const { head } = sender({ ownProtocol: 30 }, { ioError: 2 });
    expect(head.toString('hex')).toContain('0400001d02000000');
    expect(sender({}, { ioError: 2 }).head.toString('hex')).not.toContain('0400001d');
  });
});

describe('the filter list', () => {
  it('goes from the client to the server, ending in zero', () => {
    const client = made({ side: 'receiver', filterList: true }, { rules: ['- *.o', '+ a'] });
    const { output } = feed(client.session, [SERVER_HELLO], false);
    const said = Buffer.concat([int(5), Buffer.from('- *.o'), int(3), Buffer.from('+ a'), int(0)]);
    expect(output.subarray(8)).toEqual(said);
    const server = made({ role: 'server', side: 'sender', filterList: true }, { entries: [FILE_A] });
    feed(server.session, [CLIENT_HELLO, data(said.toString('hex'))], false);
    expect(server.told).toEqual(expect.arrayContaining(['rule - *.o', 'rule + a']));
  });

  it.each([-1, 8192, 0x7fffffff])(
    'with a rule of %d bytes is refused before its bytes are waited for',
    (length) => {
      const { session } = made({ role: 'server', side: 'sender', filterList: true });
      feed(session, [CLIENT_HELLO, data(int(length).toString('hex'))], false);
      expect(session.error).toMatchObject({
        message: `overflow: filter rule number 1 has ${length} bytes [sender]`,
        exitCode: 2,
      });
    },
  );
});

describe('listing only', () => {
  it('asks for nothing and says its NDX_DONEs', () => {
    const { session, output, told } = receiver({ listOnly: true }, { wantsFiles: true });
    expect(output).toEqual(data('00'));
    expect(told).toEqual(expect.arrayContaining(['listed .', 'listed a']));
    expect(told).not.toContain('root opened');
    expect(feed(session, [data('00')], false).output).toEqual(data('000000'));
  });
});
