// 01-session.md §10, §20 and 04-transfer.md §2.4, §13.9, §14, §16, §20: records, phases, counters, the goodbye.
import type { SessionConfig } from '@ocrsync/node/session/config';
import { describe, expect, it } from 'vitest';
import { feed } from '../../simulation/feed.ts';
import {
  bytes,
  CLIENT_HELLO,
  data,
  DIRECTORY,
  FILE_A,
  int,
  listOf,
  made,
  put,
  SERVER_HELLO,
  taken,
  type World,
} from './kit.ts';

const ENTRIES = [DIRECTORY, FILE_A];
const INCREMENTAL = { capabilities: '.iLsfxCIvu', incrementalAllowed: true };
/** Numbers of the two entries: 0 and 1; with incremental recursion 1 and 2. */
const WANT_A = `00a0${'00'.repeat(16)}`;
const DATA_OF_A = `${'00'.repeat(16)} 03000000 616263 00000000 ${'00'.repeat(16)}`;

/** Hello of the peer for a protocol; `flags` from 30 on. */
function helloTo(role: 'client' | 'server', protocol: number, flags = '81fe'): Buffer {
  if (role === 'server') return int(protocol);
  return Buffer.concat([int(protocol), protocol >= 30 ? bytes(flags) : Buffer.alloc(0), int(1)]);
}

/** A sender with two entries (or others), after `said`; what it wrote after hello and list. */
function sender(changes: Partial<SessionConfig>, world: World, ...said: Buffer[]) {
  const one = made({ ...changes, side: 'sender' }, { entries: ENTRIES, ...world });
  const role = changes.role ?? 'client';
  put(one.session, helloTo(role, changes.ownProtocol ?? 32, changes.incrementalAllowed ? '81ff' : '81fe'));
  one.session.run(1);
  const head = taken(one.session);
  const { output, state } = feed(one.session, said, false);
  return { ...one, head, output, state };
}

/** A receiving side that has the list of two entries, after `said`; what it wrote from its list on. */
function receiver(changes: Partial<SessionConfig>, world: World, ...said: Buffer[]) {
  const role = changes.role ?? 'client';
  const other = role === 'client' ? 'server' : 'client';
  const one = made({ ...changes, side: 'receiver' }, world);
  const hello = helloTo(role, changes.ownProtocol ?? 32, changes.incrementalAllowed ? '81ff' : '81fe');
  const { role: _role, ...alike } = changes;
  const from = sender(
    { ...alike, role: other },
    { entries: world.entries ?? ENTRIES, ...(world.subLists && { subLists: world.subLists }) },
  );
  const list = from.head.subarray(helloBytes(other, changes.ownProtocol ?? 32));
  put(one.session, hello);
  one.session.run(1);
  taken(one.session);
  const { output, state } = feed(one.session, [list, ...said], false);
  return { ...one, output, state };
}

function helloBytes(role: 'client' | 'server', protocol: number): number {
  return role === 'client' ? 4 : protocol >= 30 ? 10 : 8;
}

const DONE = { old: data('ffffffff'), new: data('00') };

describe('a record that a sender refuses', () => {
  it.each([
    ['a number behind the list', '0300 00', 'File-list index 2 not in -1 - 1 (read_ndx_and_attrs) [sender]'],
    ['the end of lists', 'ff01', 'Invalid file index: -2 (-1 - 1) [sender]'],
    ['an announcement of a list', 'ff65', 'Invalid file index: -102 (-1 - 1) [sender]'],
    [
      'data of a directory',
      `0100a0${'00'.repeat(16)}`,
      'received request to transfer non-regular file: 0 [sender]',
    ],
    ['an overlong name', '01 0010 ff ff', 'over-long vstring received (32767 > 4095)'],
    ['a negative count', `0200a0 ffffffff 00000000 00000000 00000000`, 'Invalid checksum count -1 [sender]'],
    [
      'a block length above 128 KiB',
      `0200a0 00000000 01000200 00000000 00000000`,
      'Invalid block length 131073 [sender]',
    ],
    [
      'blocks of no bytes',
      `0200a0 01000000 00000000 02000000 00000000`,
      'Invalid zero block length [sender]',
    ],
    [
      'sums longer than the digest',
      `0200a0 00000000 00000000 11000000 00000000`,
      'Invalid checksum length 17 [sender]',
    ],
    [
      'a remainder above the block',
      `0200a0 01000000 10000000 02000000 11000000`,
      'Invalid remainder length 17 [sender]',
    ],
  ])('asks for %s', (_what, said, message) => {
    const { session } = sender({}, {}, data(said));
    expect(session.error).toMatchObject({ message, exitCode: 2 });
  });

  it('asks for data in the third phase', () => {
    const { session } = sender({}, {}, data('00 00'), data(`02${WANT_A}`));
    expect(session.error).toMatchObject({
      message: 'got transfer request in phase 2 [sender]',
      exitCode: 2,
    });
  });

  it('is a counter record below protocol 31', () => {
    expect(sender({ ownProtocol: 30 }, {}, data('ff02')).session.error).toMatchObject({
      message: 'Invalid file index: -3 (-1 - 1) [sender]',
      exitCode: 2,
    });
  });

  it.each([28, 29])('is an index at protocol %d that no list has', (ownProtocol) => {
    expect(sender({ ownProtocol }, {}, data('0900000000200000')).session.error).toMatchObject({
      message: 'File-list index 9 not in -1 - 1 (read_ndx_and_attrs) [sender]',
    });
  });

  it('asks with incremental recursion for data of a list’s own directory, or of a list that is gone', () => {
    const world = { subLists: new Map([[0, []]]) };
    expect(sender(INCREMENTAL, world, data(`01${WANT_A}`)).session.error).toMatchObject({
      message: 'received request to transfer non-regular file: 0 [sender]',
    });
    expect(sender(INCREMENTAL, world, data('00'), data('02 0800')).session.error).toMatchObject({
      message: 'File-list index 1 not in 3 - 3 (read_ndx_and_attrs) [sender]',
    });
  });
});

describe('a record that a receiver refuses', () => {
  const world = { wantsFiles: true };

  it.each([
    [
      'a number behind the list',
      '03 0020',
      'File-list index 2 not in -1 - 1 (read_ndx_and_attrs) [receiver]',
    ],
    ['the end of lists without incremental recursion', 'ff01', 'Invalid file index: -2 (-1 - 1) [receiver]'],
    ['a list without incremental recursion', 'ff65', 'Invalid file index: -102 (-1 - 1) [receiver]'],
    ['data of a directory', '01 00a0', 'received request to transfer non-regular file: 0 [receiver]'],
  ])('is %s', (_what, said, message) => {
    expect(receiver({}, world, data(said)).session.error).toMatchObject({ message, exitCode: 2 });
  });

  it('is data in the third phase', () => {
    const answers = [data(`02 00a0 ${DATA_OF_A}`), data('00'), data('00')];
    expect(receiver({}, world, ...answers, data('fe0000 00a0')).session.error).toMatchObject({
      message: 'got transfer request in phase 2 [receiver]',
      exitCode: 2,
    });
  });

  it.each([
    ['a directory number that was never announced', 'ff 68', 'rsync: refusing invalid dir_ndx 5 >= 1'],
    ['a second list of the same directory', 'ff 63', 'rsync: refusing malicious duplicate flist for dir 0'],
    ['a number between the special ones', 'ff 02', 'Invalid dir index: -4 (-1 - 0) [receiver]'],
  ])('is, with incremental recursion, %s', (_what, said, message) => {
    expect(receiver(INCREMENTAL, world, data(said)).session.error).toMatchObject({ message, exitCode: 2 });
  });

  it('is a list after the end of lists', () => {
    const entries = [DIRECTORY, { name: 'd', mode: 0o040755 }, FILE_A];
    const { session } = receiver(INCREMENTAL, { entries }, data('fffe8066000000 0000'));
    expect(session.error).toMatchObject({
      message: 'rsync: refusing a file list after the last one (dir 1)',
      exitCode: 2,
    });
  });

  it('is data while only listing', () => {
    const { session, told } = receiver({ listOnly: true }, {}, data(`02 00a0 ${DATA_OF_A}`));
    expect(session.error).toMatchObject({
      message: 'rsync: refusing a file that was not asked for: 1 [receiver]',
      exitCode: 2,
    });
    expect(told).not.toContain('received a: abc');
  });

  it('is a counter out of its range', () => {
    const { error } = receiver({}, {}, data('ff02 f0ffffffff')).session;
    expect(error).toMatchObject({ exitCode: 2 });
    expect(error?.message).toMatch(/^wire value deleted_files out of range: -1 /);
    expect(receiver({}, {}, data('ff02 f000000010')).session.error).toBeUndefined();
    expect(receiver({}, {}, data('ff02 f001000010')).session.error).toMatchObject({ exitCode: 2 });
  });
});

describe('the keep-alive record of protocol 29', () => {
  const keepAlive = data('02000000 0020');

  it('is ignored by a receiver', () => {
    expect(receiver({ ownProtocol: 29 }, {}, keepAlive).session.error).toBeUndefined();
  });

  it('is ignored by a sender, and answered by an empty frame where it can', () => {
    const server = sender({ ownProtocol: 29, role: 'server' }, {}, bytes('02000000 0020'));
    expect(server.session.error).toBeUndefined();
    expect(server.output.toString('hex')).toBe('00000007');
    const client = sender({ ownProtocol: 29 }, {}, keepAlive);
    expect(client.session.error).toBeUndefined();
    expect(client.output.toString('hex')).toBe('');
  });

  it('is ignored in the goodbye', () => {
    const done = 'ffffffff';
    const { session, state } = sender(
      { ownProtocol: 29 },
      {},
      data(done),
      data(done),
      data(done),
      keepAlive,
      data(done),
    );
    expect(session.error).toBeUndefined();
    expect(state).toBe('done');
  });

  it('is refused with other flags, and at protocol 30', () => {
    const text = 'File-list index 2 not in -1 - 1 (read_ndx_and_attrs) [sender]';
    expect(sender({ ownProtocol: 29 }, {}, data('02000000 0820')).session.error).toMatchObject({
      message: text,
    });
    expect(sender({ ownProtocol: 30 }, {}, data('03 0020')).session.error).toMatchObject({ message: text });
  });
});

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
    expect(last({ statsWanted: true, deleteDuring: true })).toBe('0000ff020202010000' + '00');
    expect(last({ statsWanted: true })).toBe('000000');
    expect(last({ deleteDuring: true })).toBe('000000');
    expect(last({ statsWanted: true, deleteDuring: true, ownProtocol: 30 })).toBe('0000');
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

describe('a request below protocol 29', () => {
  it('is told by both ends as one of which no more is known', () => {
    const sent = sender({ ownProtocol: 28 }, {}, data(`01000000 ${'00'.repeat(16)}`));
    expect(sent.told).toContain('item a 18000');
    const got = receiver({ ownProtocol: 28 }, { wantsFiles: true }, data(`01000000 ${DATA_OF_A}`));
    expect(got.told).toContain('item a 18000');
    expect(sent.session.error ?? got.session.error).toBeUndefined();
  });
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

it('lists made by the kit are what a peer reads', () => {
  expect(listOf([FILE_A], { role: 'server' }).length).toBeGreaterThan(4);
});
