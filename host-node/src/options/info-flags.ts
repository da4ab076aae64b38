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
  backup: { audience: ['receiver'], byVerbosity: [0, 0, 1], help: 'Mention files backed up' },
  copy: {
    audience: ['receiver'],
    byVerbosity: [0, 1, 1],
    help: 'Mention files copied locally on the receiving side',
  },
  del: { audience: ['receiver'], byVerbosity: [0, 1, 1], help: 'Mention deletions on the receiving side' },
  flist: {
    audience: ['client'],
    byVerbosity: [0, 1, 1],
    help: 'Mention file-list receiving/sending (levels 1-2)',
  },
  misc: {
    audience: ['sender', 'receiver'],
    byVerbosity: [0, 1, 2],
    help: 'Mention miscellaneous information (levels 1-2)',
  },
  mount: {
    audience: ['sender', 'receiver'],
    byVerbosity: [0, 0, 1],
    help: 'Mention mounts that were found or skipped',
  },
  name: {
    audience: ['sender', 'receiver'],
    byVerbosity: [0, 1, 2],
    help: 'Mention 1) updated names, 2) unchanged names',
  },
  nonreg: {
    audience: ['receiver'],
    byVerbosity: [1, 1, 1],
    help: 'Mention skipped non-regular files (default 1, 0 disables)',
  },
  progress: {
    audience: ['client'],
    byVerbosity: [0, 0, 0],
    help: 'Mention 1) per-file progress or 2) total transfer progress',
  },
  remove: { audience: ['sender'], byVerbosity: [0, 0, 1], help: 'Mention files removed on the sending side' },
  skip: {
    audience: ['receiver'],
    byVerbosity: [0, 0, 1],
    help: 'Mention files skipped due to transfer overrides (levels 1-2)',
  },
  stats: {
    audience: ['client', 'server'],
    byVerbosity: [0, 1, 1],
    help: 'Mention statistics at end of run (levels 1-3)',
  },
  symsafe: {
    audience: ['sender', 'receiver'],
    byVerbosity: [0, 1, 1],
    help: 'Mention symlinks that are unsafe',
  },
};
