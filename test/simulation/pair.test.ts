// Our two ends against each other in one thread, the stream cut at random places, on small random trees.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '@ocrsync/native/load';
import type { Entry } from '../../interop/entries.ts';
import { type Random, seeded } from '../../interop/random.ts';
import { snapshot } from '../../interop/snapshot.ts';
import { buildTree } from '../../interop/trees.ts';
import { runCutPair } from './cut-pair.ts';
import { clientEnd, serverEnd } from './ends.ts';

const firstSeed = Number(process.env['OCRSYNC_SEED'] ?? Date.now() % 1_000_000);
let work = '';

beforeAll(() => {
  process.stdout.write(`pair seed ${firstSeed}\n`);
  work = mkdtempSync(path.join(tmpdir(), 'ocrsync-pair-'));
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Kind of tree that stands at the destination before the run. */
type Before = 'nothing' | 'edited' | 'shortened';

const optionSets: readonly (readonly [string, readonly string[], Before])[] = [
  ['protocol 32', ['-a'], 'edited'],
  ['protocol 31', ['-a', '--protocol=31'], 'edited'],
  ['protocol 30', ['-a', '--protocol=30'], 'edited'],
  ['protocol 29', ['-a', '--protocol=29'], 'edited'],
  ['protocol 27', ['-a', '--protocol=27'], 'edited'],
  ['no incremental recursion', ['-a', '--no-inc-recursive'], 'edited'],
  ['hard links', ['-aH'], 'nothing'],
  ['hard links, protocol 30, whole list', ['-aH', '--protocol=30', '--no-inc-recursive'], 'edited'],
  ['checksums', ['-ac'], 'edited'],
  ['zstd', ['-a', '--compress-choice=zstd'], 'edited'],
  ['lz4', ['-a', '--compress-choice=lz4'], 'edited'],
  ['zlib', ['-a', '--compress-choice=zlib'], 'edited'],
  ['zlibx', ['-a', '--compress-choice=zlibx'], 'edited'],
  ['in place', ['-a', '--inplace'], 'edited'],
  ['append', ['-a', '--append'], 'shortened'],
  ['append and verify', ['-a', '--append-verify'], 'shortened'],
  ['deletions', ['-a', '--delete'], 'edited'],
  ['deletions, protocol 29', ['-a', '--delete', '--protocol=29'], 'edited'],
  ['a dry run', ['-an'], 'edited'],
  ...(canSetAcls() ? attributeSets() : []),
];

/** With the native helper, and the system's tool that makes the trees. */
function canSetAcls(): boolean {
  return loadNative() !== undefined && spawnSync('setfacl', ['--version']).status === 0;
}

function attributeSets(): (readonly [string, readonly string[], Before])[] {
  return [
    ['attributes', ['-aAX'], 'edited'],
    ['attributes, hard links, whole list', ['-aAXH', '--no-inc-recursive'], 'nothing'],
    ['attributes, protocol 30, deletions', ['-aAX', '--protocol=30', '--delete'], 'edited'],
  ];
}

/** Attributes short and long, some shared by many, and an ACL now and then. */
function withAttributes(tree: readonly Entry[], random: Random): Entry[] {
  const values = [0, 1, 32, 33, 900].map((lengthBytes) => random.bytes(lengthBytes));
  return tree.map((entry) => {
    if (entry.kind !== 'file' && entry.kind !== 'dir') return entry;
    const names = ['user.a', 'user.b', 'user.c'].filter(() => random.below(2) === 0);
    const xattrs = Object.fromEntries(names.map((name) => [name, random.pick(values)]));
    const words = [`u:${random.below(3)}:rx`, ...(entry.kind === 'dir' ? ['d:u:1:rwx'] : [])];
    return random.below(3) === 0 ? { ...entry, xattrs, acl: words.join(',') } : { ...entry, xattrs };
  });
}

function randomTree(random: Random): Entry[] {
  const entries: Entry[] = [{ name: '', kind: 'dir' }];
  const directories = [''];
  for (let index = 0; index < 12; index++) {
    const parent = random.pick(directories);
    const name = parent === '' ? `d${index}` : `${parent}/d${index}`;
    directories.push(name);
    entries.push({ name, kind: 'dir' });
  }
  const files: string[] = [];
  for (let index = 0; index < 25; index++) {
    const parent = random.pick(directories);
    const name = `${parent === '' ? '' : `${parent}/`}f${index}\xff`;
    const size = random.pick([0, 1, 600, 700, 1400, 5000, 20_000, 90_000]);
    entries.push({ name, kind: 'file', bytes: random.bytes(size + random.below(3)) });
    files.push(name);
  }
  for (let index = 0; index < 4; index++) {
    entries.push({ name: `hard${index}`, kind: 'hardlink', target: random.pick(files) });
    entries.push({ name: `soft${index}`, kind: 'symlink', target: `no/such/${index}` });
  }
  return entries;
}

/** What an older version of a tree may look like. */
function olderTree(tree: readonly Entry[], before: Before, random: Random): Entry[] {
  const entries = tree.flatMap((entry): Entry[] => {
    if (entry.kind === 'hardlink') return [];
    const bytes = entry.bytes;
    if (bytes === undefined || entry.kind !== 'file') return [entry];
    // --append leaves files alone that are not shorter.
    if (bytes.length === 0) return [];
    const at = random.below(bytes.length);
    if (before === 'shortened') return [{ ...entry, bytes: bytes.subarray(0, at) }];
    if (random.below(4) === 0) return [];
    const edited = Buffer.concat([
      bytes.subarray(0, at),
      random.bytes(1 + random.below(900)),
      bytes.subarray(at),
    ]);
    return [{ ...entry, bytes: edited }];
  });
  return before === 'shortened' ? entries : [...entries, ...extras];
}

const extras: readonly Entry[] = [
  { name: 'extra', kind: 'file', bytes: Buffer.from('extra') },
  { name: 'extra dir', kind: 'dir' },
  { name: 'extra dir/in', kind: 'file', bytes: Buffer.from('in') },
];

interface Compared {
  readonly hardLinks: boolean;
  /** Before protocol 31 times travel in whole seconds. */
  readonly nanoseconds: boolean;
}

/** A tree as the run can have kept it. */
function trees(root: string, { hardLinks, nanoseconds }: Compared): string[] {
  return snapshot(root, { nowNs: BigInt(2 ** 62), holes: false }).map((line) => {
    const linked = hardLinks ? line : line.replace(/ same inode as .*/, '');
    return nanoseconds ? linked : linked.replace(/( \d+:\d+ \d+)\d{9}/, '$1');
  });
}

const everything: Compared = { hardLinks: true, nanoseconds: true };

describe.each(optionSets)('two of our ends with %s', (name, options, before) => {
  it.each(['push', 'pull'] as const)('agree at any cut of the stream: %s', async (direction) => {
    const seed = firstSeed + optionSets.findIndex(([other]) => other === name);
    const random = seeded(seed);
    const directory = mkdtempSync(path.join(work, 'case-'));
    const source = path.join(directory, 'source');
    const destination = path.join(directory, 'destination');
    const attributes = options[0]!.includes('X');
    const plain = randomTree(random);
    const tree = attributes ? withAttributes(plain, random) : plain;
    await buildTree(source, tree, seed);
    if (before === 'nothing') mkdirSync(destination);
    else {
      const older = olderTree(tree, before, random);
      await buildTree(destination, attributes ? withAttributes(older, random) : older, seed + 7);
    }
    const earlier = trees(destination, everything);
    const ends =
      direction === 'push' ? [`${source}/`, `h:${destination}/`] : [`h:${source}/`, `${destination}/`];
    const client = clientEnd([...options, ...ends]);
    const server = serverEnd(client.serverWords.slice(client.serverWords.indexOf('--server')));
    runCutPair(client.session, server.session, seed, random.pick([29, 400, 4000, 100_000]));
    expect([client.session.error, server.session.error]).toEqual([undefined, undefined]);
    expect([client.exitCode(), server.exitCode()]).toEqual([0, 0]);
    const compared = {
      hardLinks: options[0]!.includes('H'),
      nanoseconds: !options.some((option) => /^--protocol=(2\d|30)$/.test(option)),
    };
    if (options[0] === '-an') expect(trees(destination, everything)).toEqual(earlier);
    else {
      const kept = before === 'edited' && !options.includes('--delete');
      const all = trees(destination, compared).filter((line) => !kept || !line.startsWith('"extra'));
      expect(all).toEqual(trees(source, compared));
    }
  });
});
