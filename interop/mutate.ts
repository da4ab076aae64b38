// Edits a copy of a tree at random, so that a destination has something of every kind to update, keep and delete.
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { seeded, type Random } from './random.ts';
import { pathOf, setModified } from './trees.ts';

const second = 1_000_000_000n;

/** All names below `root` (latin1, relative), parents first, in byte order. */
export function namesBelow(root: string, directory = ''): string[] {
  const names: string[] = [];
  const leaves = readdirSync(pathOf(root, directory), { encoding: 'buffer' }).map((leaf) =>
    leaf.toString('latin1'),
  );
  for (const leaf of leaves.sort()) {
    const name = directory === '' ? leaf : `${directory}/${leaf}`;
    names.push(name);
    if (lstatSync(pathOf(root, name)).isDirectory()) names.push(...namesBelow(root, name));
  }
  return names;
}

function restoreTime(file: Buffer, stat: BigIntStats, addedSeconds: number): void {
  const seconds = Number(stat.mtimeNs / second) + addedSeconds;
  setModified(file, seconds, Number(stat.mtimeNs % second), stat.isSymbolicLink());
}

function rewrite(file: Buffer, lengthBytes: number, position: number, bytes: Buffer): void {
  const descriptor = openSync(file, 'r+');
  ftruncateSync(descriptor, lengthBytes);
  writeSync(descriptor, bytes, 0, bytes.length, position);
  closeSync(descriptor);
}

function editFile(file: Buffer, stat: BigIntStats, random: Random): void {
  const size = Number(stat.size);
  const somewhere = random.below(size + 1);
  switch (random.below(8)) {
    case 0:
      rewrite(file, size, Math.min(somewhere, Math.max(0, size - 9)), random.bytes(Math.min(9, size)));
      return restoreTime(file, stat, 0);
    case 1:
      rewrite(file, somewhere, 0, Buffer.alloc(0));
      return restoreTime(file, stat, -1000);
    case 2:
      rewrite(file, size + 900, size, random.bytes(900));
      return restoreTime(file, stat, -5000);
    case 3:
      rewrite(file, size + 10, Math.floor(size / 2), random.bytes(Math.ceil(size / 4) + 10));
      return restoreTime(file, stat, 7777);
    case 4:
      return restoreTime(file, stat, 1);
    case 5:
      chmodSync(file, random.pick([0o600, 0o644, 0o755]));
      return;
    default:
      return rmSync(file);
  }
}

function editDirectory(root: string, name: string, random: Random): void {
  const file = pathOf(root, name);
  const extra = pathOf(root, `${name}/extra-${random.below(1000)}`);
  switch (random.below(4)) {
    case 0:
      writeFileSync(extra, random.bytes(30));
      return;
    case 1:
      mkdirSync(extra);
      writeFileSync(`${extra.toString('latin1')}/inner`, 'inner');
      return;
    case 2:
      chmodSync(file, 0o711);
      return;
    default:
      rmSync(file, { recursive: true });
  }
}

function replaceByAnotherType(
  file: Buffer,
  stat: BigIntStats,
  random: Random,
  fullDirectories: boolean,
): void {
  rmSync(file, { recursive: true, force: true });
  if (stat.isDirectory()) {
    if (random.below(2) === 0) symlinkSync('nowhere', file);
    else writeFileSync(file, 'was a directory');
    return;
  }
  mkdirSync(file);
  if (fullDirectories) writeFileSync(Buffer.concat([file, Buffer.from('/inside')]), 'in the way');
}

export interface MutateOptions {
  /** Replace files by directories that are not empty, so that only deletion makes room. */
  readonly fullDirectories?: boolean;
}

/**
 * About a third of the entries below `root` is changed, removed, replaced by another type or gets new neighbours.
 * Everything it writes gets a fixed time, so that two copies mutated with one seed are equal.
 */
export function mutate(root: string, seed: number, options: MutateOptions = {}): void {
  const random = seeded(seed + 2);
  const touched = 1_450_000_000;
  let vanished = '/';
  for (const name of namesBelow(root)) {
    if (name.startsWith(vanished) || random.below(3) !== 0) continue;
    const file = pathOf(root, name);
    const stat = lstatSync(file, { bigint: true });
    if (random.below(14) === 0) replaceByAnotherType(file, stat, random, options.fullDirectories === true);
    else if (stat.isDirectory()) editDirectory(root, name, random);
    else if (stat.isFile()) editFile(file, stat, random);
    else rmSync(file);
    if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory() !== true) vanished = `${name}/`;
  }
  mkdirSync(`${root}/extra dir/deeper`, { recursive: true });
  writeFileSync(`${root}/extra dir/deeper/file`, 'extra');
  writeFileSync(`${root}/extra.o`, 'extra object');
  writeFileSync(pathOf(root, 'extra\n\xff'), 'extra odd');
  fixTimes(root, touched);
}

/** Whatever has a time of today gets a fixed one, children before parents. */
function fixTimes(root: string, seconds: number): void {
  for (const name of ['', ...namesBelow(root)].reverse()) {
    const stat = lstatSync(pathOf(root, name), { bigint: true });
    if (stat.mtimeNs > 1_650_000_000n * second)
      setModified(pathOf(root, name), seconds, 0, stat.isSymbolicLink());
  }
}

/** Most files become a prefix of themselves, some with a wrong byte inside: the food of --append. */
export function shorten(root: string, seed: number): void {
  const random = seeded(seed + 3);
  for (const name of namesBelow(root)) {
    const file = pathOf(root, name);
    const stat = lstatSync(file, { bigint: true });
    if (!stat.isFile() || stat.size < 2n || stat.size > 1n << 28n) continue;
    const choice = random.below(5);
    if (choice === 0) continue;
    const half = Number(stat.size) >> 1;
    rewrite(file, half, 0, choice === 1 ? Buffer.from('X') : Buffer.alloc(0));
    restoreTime(file, stat, choice === 2 ? 0 : -60);
  }
  fixTimes(root, 1_450_000_000);
}
