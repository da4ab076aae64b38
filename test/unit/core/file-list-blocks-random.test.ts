// Random file lists with ACLs and extended attributes, whole and damaged. OCRSYNC_SEED repeats.
import { describe, expect, it } from 'vitest';
import { ACL_ABSENT, type Acl } from '@ocrsync/core/acl';
import type { FileListOptions } from '@ocrsync/core/file-list-codec';
import type { NewEntry } from '@ocrsync/core/file-list-entry';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { Giver, hex, permissions, Taker } from './file-list-blocks-kit.ts';
import { EntryMaker, Random, randomOptions } from './file-list-random.ts';

const SEED = Number(process.env['OCRSYNC_SEED'] ?? Date.now() % 2 ** 31);

describe(`random lists with ACLs and attributes (seed ${SEED})`, () => {
  const randomAcl = (random: Random): Acl => ({
    user: random.pick([7, 6, ACL_ABSENT]),
    group: random.pick([5, ACL_ABSENT]),
    mask: random.pick([7, 4]),
    other: random.pick([0, ACL_ABSENT]),
    named: Array.from({ length: random.below(4) }, (_, id) => ({
      kind: random.pick(['user', 'group'] as const),
      id: random.pick([id, 70000 + id, 0xfffffff0 + id]),
      access: random.below(8),
    })),
  });
  const randomSet = (random: Random): { name: string; lengthBytes: number; shown: Uint8Array }[] =>
    Array.from({ length: random.below(4) }, (_, i) => {
      const lengthBytes = random.pick([0, 1, 32, 33, 70000]);
      const shown = new Uint8Array(lengthBytes > 32 ? 16 : lengthBytes).fill(random.below(3));
      return { name: `user.${i}${'n'.repeat(random.below(3) * 60)}`, lengthBytes, shown };
    });

  /** What one entry has, as text. */
  const facts = (acl: Acl, inherited: Acl, set: readonly string[]): string =>
    `${permissions(acl)} / ${permissions(inherited)} / ${set.join(' ')}`;

  function sample(seed: number): {
    wire: Uint8Array;
    list: Partial<FileListOptions>;
    start: number;
    said: string[];
  } {
    const random = new Random(seed);
    const list = {
      ...randomOptions(random, 30 + random.below(3)),
      acls: !random.chance(3),
      xattrs: !random.chance(3),
    };
    const giver = new Giver(list);
    const maker = new EntryMaker(random, list);
    const start = list.incremental ? 1 : 0;
    const none: Acl = { user: ACL_ABSENT, group: ACL_ABSENT, mask: ACL_ABSENT, other: ACL_ABSENT, named: [] };
    const said: string[] = [];
    const entries = Array.from({ length: 1 + random.below(25) }, (_, row): NewEntry => {
      const entry = maker.next(start + row);
      const type = entry.mode & 0o170000;
      const access = list.acls && type !== 0o120000 ? randomAcl(random) : undefined;
      const inherited = access !== undefined && type === 0o040000 ? randomAcl(random) : undefined;
      const set = list.xattrs ? randomSet(random) : undefined;
      const numbers = {
        ...(access === undefined ? {} : { accessAcl: giver.access.number(access, () => undefined) }),
        ...(inherited === undefined ? {} : { defaultAcl: giver.default.number(inherited, () => undefined) }),
        ...(set === undefined ? {} : { xattrs: giver.xattr.number(set) }),
      };
      const names = (set ?? []).map(({ name, lengthBytes, shown }) => `${name}=${lengthBytes}:${hex(shown)}`);
      said.push(facts(access ?? none, inherited ?? none, names));
      return { ...entry, ...numbers };
    });
    return { wire: giver.send(start, entries), list, start, said };
  }

  it('mean the same at the other end, in pieces of any size', () => {
    for (let round = 0; round < 60; round++) {
      const { wire, list: changes, start, said } = sample(SEED + round);
      const taker = new Taker(changes);
      const list = taker.take(wire, start, 1 + (round % 17) * 7);
      const heard = Array.from({ length: list.count }, (_, row) =>
        facts(
          taker.blocks.accessAcl(list.accessAcl(row)),
          taker.blocks.defaultAcl(list.defaultAcl(row)),
          taker.blocks
            .xattrs(list.xattrs(row))
            .map(({ name, lengthBytes, value, digest }) => `${name}=${lengthBytes}:${hex(value ?? digest!)}`),
        ),
      );
      expect(heard).toEqual(said);
    }
  });

  it('with flipped bits are refused as a fault of the peer, wait for more, or mean something else', () => {
    let refused = 0;
    for (let round = 0; round < 400; round++) {
      const random = new Random(SEED * 17 + round);
      const { wire, list: changes, start } = sample(SEED + (round % 40));
      for (let flips = 1 + random.below(3); flips > 0; flips--) {
        wire[random.below(wire.length)]! ^= 1 << random.below(8);
      }
      const taker = new Taker(changes);
      try {
        const list = taker.decode(wire, start);
        for (let row = 0; row < list.count; row++) {
          for (const { name } of taker.blocks.xattrs(list.xattrs(row))) expect(name).not.toMatch(/^$|\0/);
        }
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(0);
  });
});
