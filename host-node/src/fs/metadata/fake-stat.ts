// The text of `user.rsync.%stat`, in which fake-super keeps what only root could give a file (docs/protocol/03 §11.5). Pure.
import type { FileStat } from '../filesystem.ts';

export const STAT_KEY = 'user.rsync.%stat';

/** What the attribute replaces in a stat. `mode` has type and permissions. */
export interface FakeStat {
  readonly mode: number;
  readonly rdevMajor: number;
  readonly rdevMinor: number;
  readonly uid: number;
  readonly gid: number;
}

/** Spaces may be more, and more may follow: rsync reads it so. */
const FORM = /^\s*([0-7]+)\s+(\d+)\s*,\s*(\d+)\s+(\d+)\s*:\s*(\d+)/;
const LARGEST_ID = 0xffffffff;
const LARGEST_MODE = 0o177777;

/** undefined: malformed. */
export function parseFakeStat(text: string): FakeStat | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const mode = parseInt(match[1]!, 8);
  const [rdevMajor, rdevMinor, uid, gid] = match.slice(2).map(Number) as [number, number, number, number];
  if (mode > LARGEST_MODE || Math.max(rdevMajor, rdevMinor, uid, gid) > LARGEST_ID) return undefined;
  return { mode, rdevMajor, rdevMinor, uid, gid };
}

export function formatFakeStat({ mode, rdevMajor, rdevMinor, uid, gid }: FakeStat): string {
  return `${mode.toString(8)} ${rdevMajor},${rdevMinor} ${uid}:${gid}`;
}

/** The stat that a file shows; `rdev` counts for devices only. */
export function shownStat(real: FileStat, fake: FakeStat): FileStat {
  const { mode, rdevMajor, rdevMinor, uid, gid } = fake;
  return { ...real, mode, rdevMajor, rdevMinor, uid, gid };
}

export function isSameFake(a: FakeStat, b: FakeStat): boolean {
  return (
    a.mode === b.mode &&
    a.rdevMajor === b.rdevMajor &&
    a.rdevMinor === b.rdevMinor &&
    a.uid === b.uid &&
    a.gid === b.gid
  );
}
