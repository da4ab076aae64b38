// A whole tree with its metadata as text, one line an entry, so that two destinations can be compared as strings.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readSync, readlinkSync, type BigIntStats } from 'node:fs';
import { attributesOf } from './attributes.ts';
import { namesBelow } from './mutate.ts';
import { pathOf } from './trees.ts';

const pieceBytes = 1 << 20;
const zeros = Buffer.alloc(pieceBytes);

/** Prints start and end of every data range of a file; perl is part of every Debian, and Node has no SEEK_DATA. */
const dataRanges =
  'open F,"<",$ARGV[0] or die;while(defined($d=sysseek F,$e+0,3)){$e=sysseek F,$d,4;print $d+0," ",$e+0,"\n"}';

/** Which pieces of a large file may hold data; undefined: all of them have to be read. */
function piecesWithData(file: Buffer, stat: BigIntStats): Set<number> | undefined {
  if (stat.size < 64n * BigInt(pieceBytes)) return undefined;
  const told = spawnSync('perl', ['-e', dataRanges, file.toString()], { encoding: 'latin1' });
  if (told.error || told.status !== 0) return undefined;
  const pieces = new Set<number>();
  for (const line of told.stdout.trimEnd().split('\n').filter(Boolean)) {
    const [start, end] = line.split(' ').map(Number) as [number, number];
    for (let piece = Math.floor(start / pieceBytes); piece * pieceBytes < end; piece++) pieces.add(piece);
  }
  return pieces;
}

/** Hash of the content in which pieces of zeros count only by their length: a hole costs no more than a look. */
function contentHash(file: Buffer, stat: BigIntStats): string {
  const hash = createHash('sha1');
  const size = Number(stat.size);
  const withData = piecesWithData(file, stat);
  const descriptor = openSync(file, 'r');
  const buffer = Buffer.allocUnsafe(Math.min(size, pieceBytes));
  let zeroBytes = 0;
  for (let piece = 0; piece * pieceBytes < size; piece++) {
    const wanted = Math.min(pieceBytes, size - piece * pieceBytes);
    const isHole = withData !== undefined && !withData.has(piece);
    const count = isHole ? wanted : readSync(descriptor, buffer, 0, wanted, piece * pieceBytes);
    if (count !== wanted) throw new Error(`${file.toString('latin1')} became shorter while it was read`);
    if (isHole || buffer.subarray(0, count).equals(zeros.subarray(0, count))) zeroBytes += count;
    else {
      hash.update(`zeros ${zeroBytes} `).update(buffer.subarray(0, count));
      zeroBytes = 0;
    }
  }
  closeSync(descriptor);
  return hash.update(`zeros ${zeroBytes}`).digest('hex');
}

function typeOf(stat: BigIntStats): string {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'dir';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isFIFO()) return 'fifo';
  if (stat.isSocket()) return 'socket';
  return stat.isBlockDevice() ? 'block' : 'char';
}

export interface SnapshotOptions {
  /** Times at or after this moment are written as "now": they are the run's own and differ from run to run. */
  readonly nowNs: bigint;
  /** The end of "now", where trees hold times of the future. */
  readonly untilNs?: bigint;
  /** Says of large files whether they have holes. */
  readonly holes: boolean;
}

function describe(root: string, name: string, links: Map<bigint, string>, options: SnapshotOptions): string {
  const file = pathOf(root, name);
  const stat = lstatSync(file, { bigint: true });
  // A time that a program has asked for in whole seconds lies before the moment it asked; --copy-devices leaves the
  // nanoseconds of the node behind them, which are few in the trees of the tests.
  const second = 1_000_000_000n;
  const isWhole = stat.mtimeNs % second <= 1n;
  const fromNs = isWhole ? options.nowNs - (options.nowNs % second) : options.nowNs;
  const isNow = stat.mtimeNs >= fromNs && stat.mtimeNs <= (options.untilNs ?? stat.mtimeNs);
  const modified = isNow ? 'now' : `${stat.mtimeNs}`;
  const mode = (stat.mode & 0o7777n).toString(8).padStart(4, '0');
  const parts = [JSON.stringify(name), typeOf(stat), mode, `${stat.uid}:${stat.gid}`, modified];
  if (stat.isFile()) parts.push(`${stat.size}`, contentHash(file, stat));
  if (stat.isFile() && options.holes && stat.size > 1_000_000n) {
    parts.push(stat.blocks * 512n < stat.size / 2n ? 'sparse' : 'dense');
  }
  if (stat.isSymbolicLink()) parts.push(JSON.stringify(readlinkSync(file, { encoding: 'latin1' })));
  if (stat.isBlockDevice() || stat.isCharacterDevice()) parts.push(`rdev ${stat.rdev}`);
  parts.push(...attributesOf(file));
  if (stat.nlink > 1n && !stat.isDirectory()) {
    const first = links.get(stat.ino);
    if (first === undefined) links.set(stat.ino, name);
    else parts.push(`same inode as ${JSON.stringify(first)}`);
  }
  return parts.join(' ');
}

/** One line for `root` and for each entry below it, in byte order. A missing root is one line that says so. */
export function snapshot(root: string, options: SnapshotOptions): string[] {
  if (lstatSync(root, { throwIfNoEntry: false }) === undefined) return ['(nothing)'];
  const links = new Map<bigint, string>();
  const names = lstatSync(root).isDirectory() ? ['', ...namesBelow(root)] : [''];
  return names.map((name) => describe(root, name, links, options));
}
