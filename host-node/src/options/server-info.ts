// The --info word for a server: only flags the user named, and only those the server's role uses (docs/protocol/01-session.md §14.4).
import { INFO_FLAG_NAMES, INFO_FLAGS } from './info-flags.ts';
import type { InfoFlag } from './info-flags.ts';
import type { Options } from './options.ts';

const WORTH_A_COMMON_LEVEL = 5;

/** One word `--info=…`, or none. */
export function infoWords(options: Options, push: boolean): string[] {
  const side = push ? 'receiver' : 'sender';
  const relevant = INFO_FLAG_NAMES.filter((flag) => {
    const audience = INFO_FLAGS[flag].audience;
    return audience.includes(side) || audience.includes('server');
  });
  const named = relevant.filter((flag) => options.infoExplicit.includes(flag));
  if (named.length === 0) return [];
  const common = named.length === relevant.length ? commonLevel(options, named) : null;
  if (common === null) return [`--info=${named.map((flag) => word(options, flag)).join(',')}`];
  const others = named.filter((flag) => options.info[flag] !== common).map((flag) => word(options, flag));
  const head = common === 0 ? 'NONE' : common === 1 ? 'ALL' : `ALL${common}`;
  return [`--info=${[head, ...others].join(',')}`];
}

function word(options: Options, flag: InfoFlag): string {
  const level = options.info[flag];
  return flag.toUpperCase() + (level === 1 ? '' : String(level));
}

/** The level that at least five of the flags share, else null. */
function commonLevel(options: Options, flags: readonly InfoFlag[]): number | null {
  const counts = new Map<number, number>();
  for (const flag of flags) counts.set(options.info[flag], (counts.get(options.info[flag]) ?? 0) + 1);
  let best: number | null = null;
  for (const [level, count] of counts) {
    if (count >= WORTH_A_COMMON_LEVEL && (best === null || count > counts.get(best)!)) best = level;
  }
  return best;
}
