// Long values of extended attributes are asked for and answered inside the records, and what is refused there
// (docs/protocol/03-file-list.md §11.2, 04-transfer.md §2).
import { describe, expect, it } from 'vitest';
import { XattrIndex } from '@ocrsync/core/xattr-index';
import type { SessionContext } from '@ocrsync/node/session/context';
import type { SourceBlocks, TargetXattrs } from '@ocrsync/node/session/ports';
import { feed } from '../../simulation/feed.ts';
import { bytes, config, data, DIRECTORY, FILE_A, made, put, taken } from './kit.ts';
import { receiver, sender } from './roles.ts';

const VALUE = Buffer.from('0123456789'.repeat(4));
const list = { ...config().list, xattrs: true };
const entries = [
  { ...DIRECTORY, xattrs: 1 },
  { ...FILE_A, xattrs: 2 },
];

/** `.` has no attributes; `a` has a short one and two long ones. */
function blocks(told: string[] = []): SourceBlocks {
  const index = new XattrIndex();
  index.number([]);
  index.number([
    { name: 'user.a', lengthBytes: 40, shown: new Uint8Array(16) },
    { name: 'user.b', lengthBytes: 1, shown: Uint8Array.of(1) },
    { name: 'user.c', lengthBytes: 40, shown: new Uint8Array(16).fill(1) },
  ]);
  return {
    writeLiteral: (_kind, number, sink) => index.write(number, sink),
    hasLongXattr: (entry, number) => index.longName(entry.list.xattrs(entry.row), number) !== undefined,
    readXattr: (_entry, number) => {
      told.push(`read ${number}`);
      return VALUE;
    },
  };
}

const answer = (length: string): string => `01 ${length} ${VALUE.toString('hex')}`;
const hex = (bytes: Buffer): string => bytes.toString('hex');
const spaced = (text: string): string => text.replaceAll(' ', '');

describe('a sender', () => {
  const asked = (...said: string[]) => sender({ list }, { entries, blocks: blocks() }, data(said.join('')));

  it('answers a record without data with the values that it lists', () => {
    expect(hex(asked('02 0001 01 02 00').output)).toContain(
      spaced(`02 0001 ${answer('28')} 02 28 ${VALUE.toString('hex')} 00`),
    );
  });

  it('follows numbers that go back', () => {
    expect(hex(asked('02 0001 03 feffffffff 00').output)).not.toContain('ffffffff');
    const back = asked('02 0001 03 f0feffffff 00');
    expect(back.session.error).toBeUndefined();
    expect(hex(back.output)).toContain(spaced(`02 0001 03 28 ${VALUE.toString('hex')} f0feffffff 28`));
  });

  it('reads no list where the flags have no bit for it', () => {
    expect(hex(asked('02 0800').output)).toContain('020800');
  });

  it('reads a list for a name that the other end linked', () => {
    expect(hex(asked('02 0051 00 00').output)).toContain('0200510000');
  });

  it('reads none for it from a peer of protocol 31 that does not promise one', () => {
    const { session } = made({ list }, { entries, blocks: blocks() });
    put(session, bytes('20000000 81ee 01000000'));
    session.run(1);
    taken(session);
    const { output } = feed(session, [data('02 0051 00')], false);
    expect(hex(output)).toContain('02005100');
  });

  it.each([
    ['a number that the file does not have', '02 0001 04 00', 4],
    ['a value that travelled in the list', '02 0001 02 00', 2],
    ['a value twice', '02 0001 01 02 f0feffffff 00', 1],
    ['attributes of a file without any', '01 0001 01 00', 1],
  ])('refuses a request for %s', (_what, said, number) => {
    const name = said.startsWith('01') ? '.' : 'a';
    expect(asked(said).session.error).toMatchObject({
      message: `[sender] could not find xattr #${number} for ${name}`,
      exitCode: 2,
    });
  });
});

describe('a receiving side', () => {
  /** Asks for both long values of `a`. */
  function target(late: string[]): (context: SessionContext) => TargetXattrs {
    return (context) => {
      const set = (row: number) => context.blocks.xattrs(row);
      return {
        wanted: (entry) => {
          const numbers = [1, 3];
          for (const number of numbers) set(entry.list.xattrs(entry.row))[number - 1]!.asked = true;
          return numbers;
        },
        applyLate: (entry) => {
          const values = set(entry.list.xattrs(entry.row)).map(({ value }) => value?.length);
          late.push(`${entry.list.name(entry.row)} ${values.join(' ')}`);
        },
      };
    };
  }

  const heard = (late: string[], ...said: string[]) =>
    receiver(
      { list },
      { entries, blocks: blocks(), tells: 0x100, xattrs: target(late) },
      ...said.map((text) => data(text)),
    );

  it('writes its numbers behind the flags', () => {
    expect(hex(heard([]).output)).toContain(spaced('02 0001 01 02 00'));
  });

  it('takes the values, in any pieces, before it sets the attributes', () => {
    const late: string[] = [];
    const half = VALUE.subarray(0, 20).toString('hex');
    const rest = VALUE.subarray(20).toString('hex');
    const { session } = heard(late, `02 0001 01 28 ${half}`, `${rest} 02 01 ff 00`);
    expect(session.error).toBeUndefined();
    expect(late).toEqual(['a 40 1 1']);
  });

  it.each([
    ['that were not asked for', '02 0001 02 01 00 00', 2],
    ['twice', `02 0001 ${answer('28')} 02 01 00 f0feffffff 01 00 00`, 1],
    ['behind the last one', '02 0001 04 01 00 00', 4],
  ])('refuses values %s', (_what, said, number) => {
    expect(heard([], said).session.error).toMatchObject({
      message: `[receiver] could not find xattr #${number} for a`,
      exitCode: 2,
    });
  });

  it.each(['f001000008', 'f0ffffffff'])('refuses a value of length %s', (length) => {
    expect(heard([], `02 0001 01 ${length}`).session.error).toMatchObject({
      message: 'xattr datum_len exceeds per-value limit [receiver]',
      exitCode: 2,
    });
  });
});

describe('protocol 29 and older', () => {
  it.each([
    ['acls', '--acls'],
    ['xattrs', '--xattrs'],
  ])('cannot carry %s', (field, name) => {
    const { session } = sender({ list: { ...config().list, [field]: true }, ownProtocol: 29 }, {});
    expect(session.error).toMatchObject({
      message: `${name} requires protocol 30 or higher (negotiated 29).`,
      exitCode: 2,
    });
  });
});
