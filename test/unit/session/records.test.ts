// 01-session.md §20 and 04-transfer.md §2.4, §20: records that are refused, and those that only say that somebody lives.
import { describe, expect, it } from 'vitest';
import { bytes, data, DIRECTORY, FILE_A } from './kit.ts';
import { DATA_OF_A, INCREMENTAL, receiver, sender, WANT_A } from './roles.ts';

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

  it('is data of a file that the generator did not ask for, or not again', () => {
    const record = `02 00a0 ${DATA_OF_A}`;
    const message = 'rsync: refusing a file that was not asked for: 1 [receiver]';
    const never = receiver({}, { wantsFiles: false }, data(record));
    expect(never.session.error).toMatchObject({ message, exitCode: 2 });
    expect(never.told).not.toContain('received a: abc');
    const twice = receiver({}, { wantsFiles: true }, data(record), data(`fe0000 00a0 ${DATA_OF_A}`));
    expect(twice.session.error).toMatchObject({ message, exitCode: 2 });
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

describe('a request below protocol 29', () => {
  it('is told by both ends as one of which no more is known', () => {
    const sent = sender({ ownProtocol: 28 }, {}, data(`01000000 ${'00'.repeat(16)}`));
    expect(sent.told).toContain('item a 18000');
    const got = receiver({ ownProtocol: 28 }, { wantsFiles: true }, data(`01000000 ${DATA_OF_A}`));
    expect(got.told).toContain('item a 18000');
    expect(sent.session.error ?? got.session.error).toBeUndefined();
  });
});
