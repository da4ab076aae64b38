// Stats of node:fs, or of the helper's records, as the plain numbers of the file system contract.
import type { BigIntStats } from 'node:fs';
import { statFields } from '@ocrsync/native/load';
import type { FileStat } from './filesystem.ts';

const NANOSECONDS = 1_000_000_000n;

/** Whole seconds (floor, so that times before 1970 keep nanoseconds 0..999999999) and the rest. */
function split(totalNs: bigint): [number, number] {
  let rest = totalNs % NANOSECONDS;
  if (rest < 0n) rest += NANOSECONDS;
  return [Number((totalNs - rest) / NANOSECONDS), Number(rest)];
}

/** glibc's gnu_dev_major and gnu_dev_minor. */
function majorOf(device: bigint): number {
  return Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n));
}

function minorOf(device: bigint): number {
  return Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n));
}

export function fileStat(stats: BigIntStats): FileStat {
  const [mtimeSec, mtimeNsec] = split(stats.mtimeNs);
  const [atimeSec, atimeNsec] = split(stats.atimeNs);
  return {
    mode: Number(stats.mode),
    sizeBytes: Number(stats.size),
    mtimeSec,
    mtimeNsec,
    atimeSec,
    atimeNsec,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    dev: Number(stats.dev),
    ino: Number(stats.ino),
    linkCount: Number(stats.nlink),
    rdevMajor: majorOf(stats.rdev),
    rdevMinor: minorOf(stats.rdev),
  };
}

/** The one record that the helper's calls fill; read at once by {@link recordedStat}. */
export const statRecord = new Float64Array(statFields);

export function recordedStat(): FileStat {
  const from = statRecord;
  return {
    mode: from[0]!,
    sizeBytes: from[1]!,
    mtimeSec: from[2]!,
    mtimeNsec: from[3]!,
    atimeSec: from[4]!,
    atimeNsec: from[5]!,
    uid: from[6]!,
    gid: from[7]!,
    dev: from[8]!,
    ino: from[9]!,
    linkCount: from[10]!,
    rdevMajor: from[11]!,
    rdevMinor: from[12]!,
  };
}
