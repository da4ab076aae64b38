// Recorded sessions of the real 3.4.1, played to each of our four roles at random cuts.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seeded } from '../../interop/random.ts';
import { makeReplayDestination, makeReplaySource } from '../../interop/replay-cases.ts';
import { snapshot } from '../../interop/snapshot.ts';
import { pieces, takeApart } from '../hostile/frames.ts';
import { clientEnd, serverEnd } from './ends.ts';
import { feed } from './feed.ts';
import { observe } from './observer.ts';
import { piecesOf, type Recording, recordings } from './recordings.ts';

const seed = Number(process.env['OCRSYNC_SEED'] ?? Date.now() % 1_000_000);
const random = seeded(seed);
let work = '';
let source = '';
let older = '';

beforeAll(() => {
  process.stdout.write(`replay seed ${seed}\n`);
  work = mkdtempSync(path.join(tmpdir(), 'ocrsync-replay-'));
  source = path.join(work, 'source');
  older = path.join(work, 'older');
  mkdirSync(source);
  makeReplaySource(source);
  mkdirSync(older);
  makeReplayDestination(older);
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

/** A destination as it was when the session was recorded. */
function destinationFor(recording: Recording): string {
  const destination = path.join(work, `${recording.name}-${random.below(1e9)}`);
  mkdirSync(destination);
  if (recording.scenario.basis) makeReplayDestination(destination);
  return destination;
}

function* cut(pieces: readonly Buffer[]): Generator<Buffer> {
  for (const piece of pieces) {
    const longest = 1 + random.below(random.below(4) === 0 ? 20 : 20_000);
    for (let at = 0; at < piece.length;) {
      const length = 1 + random.below(longest);
      yield piece.subarray(at, at + length);
      at += length;
    }
  }
}

function serverWords({ serverWords: words }: Recording, destination: string): string[] {
  return words.map((word) => word.replace('{source}', source).replace('{destination}', destination));
}

function clientWords({ scenario }: Recording, destination: string): string[] {
  const ends =
    scenario.direction === 'push' ? [`${source}/`, `h:${destination}/`] : [`h:${source}/`, `${destination}/`];
  return [...scenario.options, ...ends];
}

function trees(root: string): string[] {
  return snapshot(root, { nowNs: BigInt(2 ** 62), holes: false });
}

/** The destination that the real rsync left, by its options. */
function expected({ scenario, name }: Recording): string[] {
  if (name.endsWith('dry-run')) return trees(older);
  const kept = scenario.options.includes('--delete') || !scenario.basis ? [] : ['"dir/extra"'];
  const extra = trees(older).filter((line) => kept.some((start) => line.startsWith(start)));
  const linked = trees(source);
  const plain = scenario.options.includes('-H')
    ? linked
    : linked.map((line) => line.replace(/ same inode as .*/, ''));
  return [...plain, ...extra].sort();
}

describe.each(recordings())('the recorded session $name', (recording) => {
  const push = recording.scenario.direction === 'push';

  it('fills the destination of our receiving end', () => {
    const destination = destinationFor(recording);
    const end = push
      ? serverEnd(serverWords(recording, destination))
      : clientEnd(clientWords(recording, destination));
    const fed = feed(end.session, cut(piecesOf(recording, push ? 'server' : 'client')));
    expect(end.session.error).toBeUndefined();
    expect(fed.state).toBe('done');
    expect(end.exitCode()).toBe(0);
    expect(trees(destination).sort()).toEqual(expected(recording).sort());
  });

  it('gets from our sending end what the real sender sent', () => {
    const end = push ? clientEnd(clientWords(recording, '/x')) : serverEnd(serverWords(recording, '/x'));
    const fed = feed(end.session, cut(piecesOf(recording, push ? 'client' : 'server')));
    expect(end.session.error).toBeUndefined();
    expect(fed.state).toBe('done');
    expect(end.exitCode()).toBe(0);
    const real = push ? recording.toServer : recording.toClient;
    const words = push ? serverWords(recording, '/x') : clientWords(recording, '/x');
    const { basis, options } = recording.scenario;
    const observed = {
      basis: (name: string) => readFileSync(path.join(older, name)),
      isAskedFor: (name: string) =>
        !options.includes('-n') &&
        !(basis && name === 'block') &&
        // Of a hard-link group without a basis the last member is asked for.
        !(options.includes('-H') && name === 'text'),
    };
    const told = observe(push, words, observed, pieces(takeApart(fed.output)));
    expect(told).toEqual(observe(push, words, observed, pieces(takeApart(real))));
  });
});
