// Deletion in the order of rsync 3.4.1, call by call and line by line, in every mode, local and remote
// (docs/protocol/04-transfer.md §13.5). OCRSYNC_DELETE_EXTRAS=n: so many objects to delete (npm run test:long: 10,000).
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../interop/peers.ts';
import { seeded } from '../../interop/random.ts';
import { canTrace, type Route, Stage } from './traced-run.ts';

const rsync = findPeer('3.4.1');
const possible = rsync !== undefined && canTrace();
const extras = Number(process.env['OCRSYNC_DELETE_EXTRAS'] ?? 200);
const TIMEOUT_MS = 900_000;
const NAMES = ['a', 'B', 'b.d', 'b', 'b-', 'é', 'zz', 'm m', '0', '~x', '.hid', 'a.o', 'c\\d'];

const MODES: readonly (readonly [string, readonly string[]])[] = [
  ['before', ['--delete-before', '--exclude=*.o']],
  ['during', ['--delete-during', '--exclude=*.o']],
  ['delay', ['--delete-delay', '--filter=P *.o']],
  ['after', ['--delete-after', '--filter=-p *.o']],
  ['excluded', ['--delete-excluded', '--exclude=*.o', '--filter=P zz*']],
  ['backup', ['--delete', '--backup']],
];

const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'ocrsync-order-')));
const stage = new Stage(directory);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** In CI each mode goes one of the remote ways; in full size all of them. */
function routesOf(mode: string): readonly Route[] {
  if (extras >= 10_000) return ['local', 'push', 'pull'];
  return ['local', MODES.findIndex(([name]) => name === mode) % 2 === 0 ? 'push' : 'pull'];
}

/** The same tree for the same seed: some directories of the source, and many objects in them that it does not have. */
function tree(at: string): void {
  const random = seeded(extras);
  const source = path.join(at, 'src');
  const destination = path.join(at, 'dst');
  const kept = ['.'];
  for (let count = 0; count < 20; count++) {
    const parent = kept[random.below(kept.length)]!;
    const name = path.join(parent, `${NAMES[random.below(NAMES.length)]!}${count}`);
    kept.push(name);
    for (const root of [source, destination]) mkdirSync(path.join(root, name));
    writeFileSync(path.join(source, name, 'kept'), name);
  }
  const places = [...kept];
  for (let count = 0; count < extras; count++) {
    const parent = places[random.below(places.length)]!;
    const name = path.join(
      parent,
      `${NAMES[random.below(NAMES.length)]!}-${count}${count % 7 === 0 ? '.o' : ''}`,
    );
    const full = path.join(destination, name);
    const kind = random.below(10);
    if (kind < 2) {
      mkdirSync(full);
      places.push(name);
    } else if (kind === 2) symlinkSync('nowhere', full);
    else writeFileSync(full, '');
  }
  for (const name of kept.reverse()) {
    for (const root of [source, destination]) utimesSync(path.join(root, name), 1e9, 1e9);
  }
}

describe.skipIf(!possible)(`deletion of ${extras} extras`, { timeout: TIMEOUT_MS }, () => {
  describe.each(MODES)('%s', (mode, options) => {
    it.each(routesOf(mode))('%s: the calls and the lines of rsync, in its order', (route) => {
      const theirs = rsync!;
      stage.reset(tree);
      const expected = stage.run(theirs, theirs, route, options);
      stage.reset(tree);
      const [client, server] = route === 'push' ? [theirs, stage.ours] : [stage.ours, theirs];
      const actual = stage.run(client, server, route, options);
      expect(expected.calls.length).toBeGreaterThan(extras / 4);
      expect(actual).toEqual(expected);
    });
  });

  it('a dry run prints the lines of the real run, and removes nothing', () => {
    const options = ['--delete-delay', '--exclude=*.none'];
    stage.reset(tree);
    const planned = stage.run(stage.ours, stage.ours, 'local', ['-n', ...options]);
    const real = stage.run(stage.ours, stage.ours, 'local', options);
    expect(planned.calls).toEqual([]);
    expect(planned.lines).toEqual(real.lines);
    expect(real.calls.length).toBeGreaterThanOrEqual(real.lines.length);
  });
});
