// Two living ends with extended attributes, one of which says something else than it means: bits of its stream are flipped.
// Whatever comes of it, it is a fault with a name, and attributes of other name spaces are never set. OCRSYNC_SEED repeats.
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { FilesystemError } from '@ocrsync/node/fs/filesystem';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { PeerExit, RunError } from '@ocrsync/node/session/run-error';
import { type Random, seeded } from '../../interop/random.ts';
import { runCutPair, Stalled } from '../simulation/cut-pair.ts';
import { clientEnd, serverEnd } from '../simulation/ends.ts';

const firstSeed = Number(process.env['OCRSYNC_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = 40;
const user = { uid: 1000, gid: 1000, groups: [] };

function world(random: Random): MemoryFilesystem {
  const filesystem = new MemoryFilesystem();
  const root = filesystem.root('/');
  for (const directory of ['s', 's/d', 't']) {
    root.mkdir(directory, 0o755);
    root.chown(directory, user.uid, user.gid);
  }
  const mine = filesystem.as(user);
  const files = mine.root('/');
  const values = [0, 3, 32, 33, 400, 3000].map((lengthBytes) => random.bytes(lengthBytes));
  for (const name of ['s/a', 's/b', 's/d/c', 's/e', 't/a', 't/e']) {
    const file = files.createExclusive(name, 0o644);
    file.write(random.bytes(300), 0);
    file.close();
    for (const key of ['user.a', 'user.b', 'user.c']) {
      if (random.below(2) === 0) files.setXattr(name, key, random.pick(values));
    }
  }
  return mine;
}

/** Runs one session; flips up to `flips` bits of what the sender (or the receiving side) writes. */
function run(seed: number, direction: 'push' | 'pull', spoilsSender: boolean, flips: number): Error[] {
  const random = seeded(seed);
  const filesystem = world(random);
  const ends = direction === 'push' ? ['/s/', 'h:/t/'] : ['h:/s/', '/t/'];
  const client = clientEnd(['-aX', ...ends], filesystem);
  const server = serverEnd(client.serverWords.slice(client.serverWords.indexOf('--server')), filesystem);
  const sender = direction === 'push' ? client.session : server.session;
  const spoiled = spoilsSender === (sender === client.session) ? client.session : server.session;
  let left = flips;
  try {
    runCutPair(client.session, server.session, seed, random.pick([5, 80, 4000]), (from, chunk) => {
      if (from !== spoiled || left === 0 || chunk.length < 8 || random.below(3) > 0) return;
      left--;
      chunk[4 + random.below(chunk.length - 4)]! ^= 1 << random.below(8);
    });
  } catch (error) {
    if (!(error instanceof Stalled)) throw error;
  }
  const root = filesystem.root('/');
  for (const name of root.list('t')) {
    for (const key of root.listXattrs(`t/${name}`)) expect(key).toMatch(/^user\./);
  }
  client.session.abort(new RunError('ERR_TEST', 'the test is over', 20));
  server.session.abort(new RunError('ERR_TEST', 'the test is over', 20));
  return [client.session.error, server.session.error].filter((error) => error !== undefined);
}

const isNamed = (error: Error): boolean =>
  [ProtocolError, RunError, FilesystemError, PeerExit].some((kind) => error instanceof kind);

describe(`sessions with attributes whose bytes are changed on their way (seed ${firstSeed})`, () => {
  it.each([
    ['push', true],
    ['push', false],
    ['pull', true],
    ['pull', false],
  ] as const)('%s, sender spoiled: %s', (direction, spoilsSender) => {
    for (let round = 0; round < ROUNDS; round++) {
      for (const error of run(firstSeed + round, direction, spoilsSender, 1 + (round % 3))) {
        expect(isNamed(error), `seed ${firstSeed + round}: ${error.stack}`).toBe(true);
      }
    }
  });

  it('end well when nothing is changed', () => {
    for (let round = 0; round < 10; round++) expect(run(firstSeed + round, 'pull', true, 0)).toEqual([]);
  });
});
