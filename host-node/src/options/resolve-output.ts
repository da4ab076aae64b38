// Levels of --info and --debug, the line format of items, the log file's (docs/protocol/05-options.md §5, §6.5).
import { DEBUG_FLAG_NAMES, debugLevelsOf } from './debug-flags.ts';
import type { DebugFlag, DebugLevels } from './debug-flags.ts';
import { INFO_FLAG_NAMES, infoLevelsOf } from './info-flags.ts';
import type { InfoFlag, InfoLevels } from './info-flags.ts';
import { formatHas } from './item-format.ts';
import type { Options } from './options.ts';
import type { RawOptions } from './raw-options.ts';

type OutputFields =
  | 'info'
  | 'infoExplicit'
  | 'debug'
  | 'itemFormat'
  | 'itemFormatBeforeTransfer'
  | 'formatHasItemize'
  | 'formatHasOperation'
  | 'showUnchanged'
  | 'logFile'
  | 'logFileFormat';

const LOG_FORMAT = '%i %n%L';

/** §6.5: levels and the line format of items. */
export function outputFields(raw: RawOptions): Pick<Options, OutputFields> {
  const levels: Record<InfoFlag, number> = { ...infoLevelsOf(raw.verbose) };
  const raise = (flag: InfoFlag, level: number): void => {
    levels[flag] = Math.max(levels[flag], level);
  };
  if (raw.stats) raise('stats', raw.verbose > 1 ? 3 : 2);
  for (const [flag, level] of raw.infoExplicit) levels[flag] = level;
  const imply = (flag: InfoFlag, level: number): void => {
    if (!raw.infoExplicit.has(flag)) raise(flag, level);
  };

  const format = raw.outFormat ?? (raw.itemize > 0 && !raw.isServer ? '%i %n%L' : null);
  const hasItemize = format !== null && formatHas(format, 'i');
  const before = format !== null && !formatHas(format, 'bcC');
  if (raw.progress && !raw.isServer) {
    if (!before && levels.name === 0) imply('name', 1);
    imply('flist', 2);
    imply('progress', 1);
  }
  const named = format === null && levels.name > 0 && !raw.isServer;
  const manyItems = raw.isServer ? (raw.outFormat ?? '').includes('%i%I') : raw.itemize > 1;
  return {
    info: Object.freeze(levels) as InfoLevels,
    infoExplicit: Object.freeze(INFO_FLAG_NAMES.filter((flag) => raw.infoExplicit.has(flag))),
    debug: debugLevels(raw),
    itemFormat: named ? '%n%L' : format,
    itemFormatBeforeTransfer: named || format === null ? true : before,
    formatHasItemize: hasItemize,
    formatHasOperation: hasItemize || (format !== null && formatHas(format, 'o')),
    showUnchanged: hasItemize && (manyItems || levels.name > 1),
    logFile: raw.logFile,
    logFileFormat: raw.logFileFormat ?? (raw.logFile === null ? null : LOG_FORMAT),
  };
}

function debugLevels(raw: RawOptions): DebugLevels {
  const levels: Record<DebugFlag, number> = { ...debugLevelsOf(raw.verbose) };
  for (const flag of DEBUG_FLAG_NAMES) levels[flag] = raw.debugExplicit.get(flag) ?? levels[flag];
  return Object.freeze(levels);
}
