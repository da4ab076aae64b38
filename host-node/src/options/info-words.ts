// The values of --info and --debug: comma lists of flags with levels (docs/protocol/05-options.md §5).
import { DEBUG_FLAG_NAMES } from './debug-flags.ts';
import { INFO_FLAG_NAMES } from './info-flags.ts';
import { bareError } from './option-error.ts';
import type { RawOptions } from './raw-options.ts';

const HIGHEST_LEVEL = 4;

/** Adds the words of one --info to what was given before. A server ignores names it does not know. */
export function addInfoWords(raw: RawOptions, value: string): void {
  if (addWords('info', INFO_FLAG_NAMES, raw.infoExplicit, value, raw.isServer)) raw.flagHelp = 'info';
}

/** The same for --debug. */
export function addDebugWords(raw: RawOptions, value: string): void {
  if (addWords('debug', DEBUG_FLAG_NAMES, raw.debugExplicit, value, raw.isServer)) raw.flagHelp = 'debug';
}

/** True: the words ask for help. */
function addWords<Flag extends string>(
  option: string,
  names: readonly Flag[],
  levels: Map<Flag, number>,
  value: string,
  isServer: boolean,
): boolean {
  for (const word of value.split(',')) {
    if (word === '') continue;
    const [, name = '', digits = ''] = /^(.*?)(\d*)$/s.exec(word)!;
    const level = digits === '' ? 1 : Math.min(Number(digits), HIGHEST_LEVEL);
    const lower = name.toLowerCase();
    if (lower === 'help') return true;
    const everything = lower === 'all' || lower === 'none';
    const flags = everything ? names : names.filter((flag) => flag === lower);
    if (flags.length === 0 && !isServer) {
      throw bareError(`Unknown --${option} item: "${name === '' ? word : name}"`);
    }
    for (const flag of flags) levels.set(flag, lower === 'none' ? 0 : level);
  }
  return false;
}
