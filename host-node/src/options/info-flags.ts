// The `--info` flags: names, levels, who uses them, and what -v, --stats and --progress set (docs/protocol/05-options.md §5).
// Pure data; the text of `--info=help` is made in help.ts.

/** The flags in the order of rsync's table. */
export const INFO_FLAG_NAMES = [
  'backup',
  'copy',
  'del',
  'flist',
  'misc',
  'mount',
  'name',
  'nonreg',
  'progress',
  'remove',
  'skip',
  'stats',
  'symsafe',
] as const;

export type InfoFlag = (typeof INFO_FLAG_NAMES)[number];

/** Level of every flag; 0 = silent. */
export type InfoLevels = Readonly<Record<InfoFlag, number>>;

/** Who acts on a flag: the client's own screen, any server, the sending or the receiving side. */
export type InfoAudience = 'client' | 'server' | 'sender' | 'receiver';

export interface InfoFlagFacts {
  readonly audience: readonly InfoAudience[];
  /** Levels at -v count 0, 1, 2 (higher counts act like 2). */
  readonly byVerbosity: readonly [number, number, number];
  readonly help: string;
}

export const INFO_FLAGS: Readonly<Record<InfoFlag, InfoFlagFacts>> = {
  backup: { audience: ['receiver'], byVerbosity: [0, 0, 1], help: 'Backups that were made' },
  copy: {
    audience: ['receiver'],
    byVerbosity: [0, 1, 1],
    help: 'Local copies the receiving side made',
  },
  del: { audience: ['receiver'], byVerbosity: [0, 1, 1], help: 'Names that were deleted' },
  flist: {
    audience: ['client'],
    byVerbosity: [0, 1, 1],
    help: 'Start of the file list; 2: its growth',
  },
  misc: {
    audience: ['sender', 'receiver'],
    byVerbosity: [0, 1, 2],
    help: 'Odds and ends; 2: more of them',
  },
  mount: {
    audience: ['sender', 'receiver'],
    byVerbosity: [0, 0, 1],
    help: 'Mount points met or left out',
  },
  name: {
    audience: ['sender', 'receiver'],
    byVerbosity: [0, 1, 2],
    help: 'Names of updated items; 2: of unchanged ones too',
  },
  nonreg: {
    audience: ['receiver'],
    byVerbosity: [1, 1, 1],
    help: 'Left-out special files (on unless 0)',
  },
  progress: {
    audience: ['client'],
    byVerbosity: [0, 0, 0],
    help: 'Progress per file; 2: of the whole run',
  },
  remove: { audience: ['sender'], byVerbosity: [0, 0, 1], help: 'Source files that were removed' },
  skip: {
    audience: ['receiver'],
    byVerbosity: [0, 0, 1],
    help: 'Files left alone because of an option; 2: with the reason',
  },
  stats: {
    audience: ['client', 'server'],
    byVerbosity: [0, 1, 1],
    help: 'Totals at the end; 2: in full; 3: with more',
  },
  symsafe: {
    audience: ['sender', 'receiver'],
    byVerbosity: [0, 1, 1],
    help: 'Unsafe symlinks',
  },
};

/** Levels of a run with that many -v and nothing else. */
export function infoLevelsOf(verbose: number): InfoLevels {
  const column = Math.min(verbose, 2);
  const entries = INFO_FLAG_NAMES.map((flag) => [flag, INFO_FLAGS[flag].byVerbosity[column]!] as const);
  return Object.freeze(Object.fromEntries(entries)) as InfoLevels;
}
