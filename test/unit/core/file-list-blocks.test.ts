// ACLs and extended attributes behind the entries of a file list: the worked examples byte by byte, every split of their
// bytes, and what a hostile sender may write there (docs/protocol/03-file-list.md §10, §11, §19.12, §19.13; 08 cases 06, 19).
import { describe, expect, it } from 'vitest';
import { ACL_ABSENT } from '@ocrsync/core/acl';
import type { NewEntry } from '@ocrsync/core/file-list-entry';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { ReceivedXattr } from '@ocrsync/core/received-blocks';
import { Giver, hex, permissions, Taker } from './file-list-blocks-kit.ts';
import { exampleLists } from './file-list-examples.ts';
import { entryOf } from './file-list-harness.ts';

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');

const whole = (section: string): { start: number; bytes: Uint8Array }[] =>
  exampleLists(section, 0).map(({ start, entries, end }) => ({
    start: start!,
    bytes: Uint8Array.from([...entries.flatMap(({ bytes }) => [...bytes]), ...end]),
  }));

describe('ACLs in a file list', () => {
  const [first] = whole('19.12');

  for (const piece of [1, 2, 3, 7, 1000]) {
    it(`are understood as the notes say, in pieces of ${piece}`, () => {
      const taker = new Taker({ acls: true });
      const list = taker.take(first!.bytes, first!.start, piece);
      const shown: Record<string, string> = {};
      for (let row = 0; row < list.count; row++) {
        const access = permissions(taker.blocks.accessAcl(list.accessAcl(row)));
        const inherited = list.isDirectory(row)
          ? ` / ${permissions(taker.blocks.defaultAcl(list.defaultAcl(row)))}`
          : '';
        shown[list.name(row)] = access + inherited;
      }
      expect(shown).toEqual({
        '.': '---- / ----',
        a1: '----',
        a4: '-74- u1=6',
        e: '---- / ----',
        a2: '-47- u1=6 u12345=4 g2=7',
        a3: '-47- u1=6 u12345=4 g2=7',
        a5: '----',
        d: '---- / 7575 u1=7 g2=5',
      });
      expect(taker.names).toEqual(
        new Map([
          ['user0', 'root'],
          ['group0', 'root'],
          ['user1', 'daemon'],
          ['group2', 'bin'],
        ]),
      );
    });
  }

  it('are sent in the bytes of a real sender', () => {
    const taker = new Taker({ acls: true });
    const giver = new Giver({ acls: true });
    const told = new Set<string>();
    for (const { start, bytes } of whole('19.12')) {
      const list = taker.take(bytes, start);
      const announce = (kind: 'user' | 'group', id: number): string | undefined => {
        const key = `${kind}${id}`;
        if (told.has(key)) return undefined;
        told.add(key);
        return taker.names.get(key);
      };
      const again = giver.send(
        start,
        Array.from({ length: list.count }, (_, row): NewEntry => {
          const entry = entryOf(list, row);
          const names = {
            userName: announce('user', list.uid(row)),
            groupName: announce('group', list.gid(row)),
          };
          if (names.userName !== undefined) entry.userName = names.userName;
          if (names.groupName !== undefined) entry.groupName = names.groupName;
          const stripped = taker.blocks.accessAcl(list.accessAcl(row));
          // What the notes call "mask dropped": the mask of a4 equals its group bits.
          const mask = (list.mode(row) >> 3) & 7;
          const acl = stripped.mask === mask ? { ...stripped, mask: ACL_ABSENT } : stripped;
          entry.accessAcl = giver.access.number(acl, announce);
          entry.defaultAcl = list.isDirectory(row)
            ? giver.default.number(taker.blocks.defaultAcl(list.defaultAcl(row)), announce)
            : 0;
          return entry;
        }),
      );
      expect(hex(again)).toBe(hex(bytes));
    }
  });
});

describe('extended attributes in a file list', () => {
  const shown = ({ name, lengthBytes, value, digest }: ReceivedXattr): string =>
    `${name} ${lengthBytes} ${value === undefined ? `md5 ${hex(digest!)}` : text(value)}`;

  for (const piece of [1, 5, 1000]) {
    it(`are understood as the notes say, in pieces of ${piece}`, () => {
      const taker = new Taker({ xattrs: true });
      const [first] = whole('19.13');
      const list = taker.take(first!.bytes, first!.start, piece);
      const sets = Array.from({ length: list.count }, (_, row) => [
        list.name(row),
        taker.blocks.xattrs(list.xattrs(row)).map(shown),
      ]);
      const big = ['user.big 40 md5 9f0ae0380ed27dbf6b852843d2eece1f', 'user.small 3 abc'];
      expect(Object.fromEntries(sets)).toEqual({
        '.': [],
        x2: big,
        x3: ['trusted.t 2 tt', 'user.empty 0 ', 'user.exact32 32 01234567890123456789012345678901'],
        sl: [],
        x1: big,
        d: ['user.dir 1 D'],
      });
    });
  }

  it('are sent in the bytes of a real sender', () => {
    const taker = new Taker({ xattrs: true });
    const giver = new Giver({ xattrs: true });
    let entries = 0;
    for (const { start, bytes } of whole('19.13')) {
      const list = taker.take(bytes, start);
      const again = giver.send(
        start,
        Array.from({ length: list.count }, (_, row): NewEntry => {
          const entry = entryOf(list, row);
          if (entries++ === 0) Object.assign(entry, { userName: 'root', groupName: 'root' });
          const set = taker.blocks.xattrs(list.xattrs(row));
          entry.xattrs = giver.xattr.number(
            set.map(({ name, lengthBytes, value, digest }) => ({
              name,
              lengthBytes,
              shown: value ?? digest!,
            })),
          );
          return entry;
        }),
      );
      expect(hex(again)).toBe(hex(bytes));
    }
  });

  it('may be more than fit the window or the records at once', () => {
    const giver = new Giver({ xattrs: true });
    const value = new Uint8Array(32).fill(7);
    const set = Array.from({ length: 9000 }, (_, i) => ({
      name: `user.${'n'.repeat(200)}${String(i).padStart(6, '0')}`,
      lengthBytes: 32,
      shown: value,
    }));
    const file = { mode: 0o100644, sizeBytes: 0, mtimeSec: 1, mtimeNsec: 0, uid: 0, gid: 0, flags: 0 };
    const wire = giver.send(1, [
      { ...file, name: 'many', xattrs: giver.xattr.number(set) },
      { ...file, name: 'few', xattrs: giver.xattr.number([]) },
      { ...file, name: 'same', xattrs: giver.xattr.number(set) },
    ]);
    const taker = new Taker({ xattrs: true });
    const list = taker.take(wire, 1, 4000);
    expect([0, 1, 2].map((row) => taker.blocks.xattrs(list.xattrs(row)).length)).toEqual([9000, 0, 9000]);
    expect(taker.blocks.xattrs(1)[8999]!.name).toBe(set[8999]!.name);
  });
});

describe('a hostile sender', () => {
  const file = [0x18, 1, 0x66, 0, 0, 0, 0x65, 0x25, 0x7d, 0x93, 0xa4, 0x81, 0, 0];
  const fault = (changes: { acls?: boolean; xattrs?: boolean }, ...block: number[]): string => {
    try {
      new Taker(changes).take(Uint8Array.from([...file, ...block, 0, 0]), 1);
    } catch (error) {
      if (error instanceof ProtocolError) return `${error.code} ${error.exitCode} ${error.message}`;
      throw error;
    }
    throw new Error('the list was accepted');
  };
  const acls = { acls: true };
  const xattrs = { xattrs: true };
  const five = (value: number): number[] => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    return [0xf0, ...bytes];
  };

  it('is refused an ACL number that was not given yet', () => {
    expect(fault(acls, 1)).toBe('ERR_ACL_INDEX 12 recv_acl_index: ACL_TYPE_ACCESS ACL index 1 > 0');
    expect(fault(acls, ...five(0xffffffff))).toContain('ACL index -1 > 0');
  });

  it('is refused permissions above 7', () => {
    expect(fault(acls, 0, 0x02, 8)).toBe('ERR_ACL_ACCESS 12 recv_acl_access: value out of range: 8');
    expect(fault(acls, 0, 0x10, 1, 5, 0x22)).toBe('ERR_ACL_ACCESS 12 recv_acl_access: value out of range: 8');
  });

  it('is refused more named entries than 65536', () => {
    expect(fault(acls, 0, 0x10, ...five(65537))).toContain('ACL count out of range: 65537 not in [0,65536]');
    expect(fault(acls, 0, 0x10, ...five(0x80000000))).toContain('ACL count out of range: -2147483648');
  });

  it('is refused an attribute set that was not given yet', () => {
    expect(fault(xattrs, 1)).toBe('ERR_XATTR_INDEX 12 receive_xattr: xa index 1 out of range for f');
  });

  it('is refused an attribute name without its NUL, an empty one, and one with a NUL inside', () => {
    const text = 'ERR_XATTR_NAME 11 Invalid xattr name received (missing trailing \\0).';
    expect(fault(xattrs, 0, 1, 2, 0, 0x61, 0x62)).toBe(text);
    expect(fault(xattrs, 0, 1, 0, 0)).toBe(text);
    expect(fault(xattrs, 0, 1, 1, 0, 0)).toBe(text);
    expect(fault(xattrs, 0, 1, 3, 0, 0x61, 0, 0)).toBe(text);
  });

  it('is refused counts and lengths beyond the limits', () => {
    expect(fault(xattrs, 0, ...five(65537))).toContain('xattr count out of range: 65537');
    expect(fault(xattrs, 0, 1, ...five(4097), 0)).toContain('xattr name_len out of range: 4097 > 4096');
    expect(fault(xattrs, 0, 1, 2, ...five((128 << 20) + 1))).toContain('per-value limit');
    const big = [2, ...five(128 << 20), 0x61, 0, ...new Array<number>(16).fill(0)];
    expect(fault(xattrs, 0, 5, ...big, ...big, ...big, ...big)).toContain('per-file limit');
  });

  it('gets no more attributes into a set than it sent', () => {
    const taker = new Taker(xattrs);
    expect(() => taker.take(Uint8Array.from([...file, 0, 0xc1, 0, 0, 2, 0, 0x61, 0]), 1)).toThrow();
    expect(taker.blocks.xattrs(1)).toHaveLength(1);
  });
});
