// The flags of --debug and the levels that -v gives them (docs/protocol/05-options.md §5.2). Data; prints nothing.

/** Flag → the most it goes to, and the levels at -v, -vv, … (index = number of -v, up to 5). */
export const DEBUG_FLAGS = {
  acl: { most: 1, byVerbosity: [0, 0, 0, 1, 1, 1], help: 'ACLs' },
  backup: { most: 2, byVerbosity: [0, 0, 0, 1, 1, 1], help: 'Backups' },
  bind: { most: 1, byVerbosity: [0, 0, 1, 1, 1, 1], help: 'Local addresses of sockets' },
  chdir: { most: 1, byVerbosity: [0, 0, 0, 0, 0, 1], help: 'Changes of the current directory' },
  connect: { most: 2, byVerbosity: [0, 0, 1, 2, 2, 2], help: 'Connecting to a host (2: more)' },
  cmd: { most: 2, byVerbosity: [0, 0, 1, 1, 2, 2], help: 'Commands that are run (2: options of the server)' },
  del: { most: 3, byVerbosity: [0, 0, 1, 2, 3, 3], help: 'Deleting (2, 3: more)' },
  deltasum: { most: 4, byVerbosity: [0, 0, 1, 2, 3, 4], help: 'Block sums and matches (2-4: more)' },
  dup: { most: 1, byVerbosity: [0, 0, 1, 1, 1, 1], help: 'Duplicate names left out' },
  exit: { most: 3, byVerbosity: [0, 0, 0, 1, 2, 2], help: 'How the run ends (2, 3: more)' },
  filter: { most: 3, byVerbosity: [0, 0, 1, 2, 2, 2], help: 'Filter rules (2, 3: more)' },
  flist: { most: 4, byVerbosity: [0, 0, 1, 2, 3, 4], help: 'File lists (2-4: more)' },
  fuzzy: { most: 2, byVerbosity: [0, 0, 0, 1, 1, 2], help: 'Similar basis files (2: all candidates)' },
  genr: { most: 1, byVerbosity: [0, 0, 0, 1, 1, 1], help: 'Generator' },
  hash: { most: 1, byVerbosity: [0, 0, 0, 0, 0, 1], help: 'Hash tables' },
  hlink: { most: 3, byVerbosity: [0, 0, 0, 0, 0, 1], help: 'Hard links (2, 3: more)' },
  iconv: { most: 2, byVerbosity: [0, 0, 1, 1, 2, 2], help: 'Conversion of names (2: more)' },
  io: { most: 4, byVerbosity: [0, 0, 0, 0, 0, 0], help: 'Multiplexed input and output (2-4: more)' },
  nstr: { most: 3, byVerbosity: [0, 0, 0, 0, 0, 0], help: 'Negotiated strings (2, 3: more)' },
  own: { most: 2, byVerbosity: [0, 0, 0, 1, 2, 2], help: 'Owners (2: more)' },
  proto: { most: 1, byVerbosity: [0, 0, 0, 0, 1, 1], help: 'Protocol' },
  recv: { most: 1, byVerbosity: [0, 0, 0, 1, 1, 1], help: 'Receiver' },
  send: { most: 1, byVerbosity: [0, 0, 0, 1, 1, 1], help: 'Sender' },
  time: { most: 2, byVerbosity: [0, 0, 0, 1, 2, 2], help: 'Times that are set (2: more)' },
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
