// The flags of --debug and the levels that -v gives them (docs/protocol/05-options.md §5.2). Data; prints nothing.

/** Flag → the most it goes to, and the levels at -v, -vv, … (index = number of -v, up to 5). */
export const DEBUG_FLAGS = {
  acl: { most: 1, byVerbosity: [0, 0, 0, 1, 1, 1] },
  backup: { most: 2, byVerbosity: [0, 0, 0, 1, 1, 1] },
  bind: { most: 1, byVerbosity: [0, 0, 1, 1, 1, 1] },
  chdir: { most: 1, byVerbosity: [0, 0, 0, 0, 0, 1] },
  connect: { most: 2, byVerbosity: [0, 0, 1, 2, 2, 2] },
  cmd: { most: 2, byVerbosity: [0, 0, 1, 1, 2, 2] },
  del: { most: 3, byVerbosity: [0, 0, 1, 2, 3, 3] },
  deltasum: { most: 4, byVerbosity: [0, 0, 1, 2, 3, 4] },
  dup: { most: 1, byVerbosity: [0, 0, 1, 1, 1, 1] },
  exit: { most: 3, byVerbosity: [0, 0, 0, 1, 2, 2] },
  filter: { most: 3, byVerbosity: [0, 0, 1, 2, 2, 2] },
  flist: { most: 4, byVerbosity: [0, 0, 1, 2, 3, 4] },
  fuzzy: { most: 2, byVerbosity: [0, 0, 0, 1, 1, 2] },
  genr: { most: 1, byVerbosity: [0, 0, 0, 1, 1, 1] },
  hash: { most: 1, byVerbosity: [0, 0, 0, 0, 0, 1] },
  hlink: { most: 3, byVerbosity: [0, 0, 0, 0, 0, 1] },
  iconv: { most: 2, byVerbosity: [0, 0, 1, 1, 2, 2] },
  io: { most: 4, byVerbosity: [0, 0, 0, 0, 0, 0] },
  nstr: { most: 3, byVerbosity: [0, 0, 0, 0, 0, 0] },
  own: { most: 2, byVerbosity: [0, 0, 0, 1, 2, 2] },
  proto: { most: 1, byVerbosity: [0, 0, 0, 0, 1, 1] },
  recv: { most: 1, byVerbosity: [0, 0, 0, 1, 1, 1] },
  send: { most: 1, byVerbosity: [0, 0, 0, 1, 1, 1] },
  time: { most: 2, byVerbosity: [0, 0, 0, 1, 2, 2] },
} as const;

export type DebugFlag = keyof typeof DEBUG_FLAGS;
export type DebugLevels = Readonly<Record<DebugFlag, number>>;
export const DEBUG_FLAG_NAMES = Object.keys(DEBUG_FLAGS) as DebugFlag[];

/** Levels of a run with that many -v and no --debug. */
export function debugLevelsOf(verbose: number): DebugLevels {
  const column = Math.min(verbose, 5);
  const entries = DEBUG_FLAG_NAMES.map((flag) => [flag, DEBUG_FLAGS[flag].byVerbosity[column]!] as const);
  return Object.freeze(Object.fromEntries(entries)) as DebugLevels;
}
