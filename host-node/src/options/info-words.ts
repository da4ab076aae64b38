// The value of --info: a comma list of flags with levels (docs/protocol/05-options.md §5).
import { INFO_FLAG_NAMES } from './info-flags.ts';
import type { InfoFlag } from './info-flags.ts';
import { bareError } from './option-error.ts';
import type { RawOptions } from './raw-options.ts';

const HIGHEST_LEVEL = 4;

/** Adds the words of one --info to what was given before. A server ignores names it does not know. */
export function addInfoWords(raw: RawOptions, value: string): void {
  for (const word of value.split(',')) {
    if (word === '') continue;
    const [, name = '', digits = ''] = /^(.*?)(\d*)$/s.exec(word)!;
    const level = digits === '' ? 1 : Math.min(Number(digits), HIGHEST_LEVEL);
    const lower = name.toLowerCase();
    if (lower === 'help') {
      raw.infoHelp = true;
      return;
    }
    const flags = flagsNamed(lower);
    if (flags.length === 0 && !raw.isServer)
      throw bareError(`Unknown --info item: "${name === '' ? word : name}"`);
    for (const flag of flags) raw.infoExplicit.set(flag, lower === 'none' ? 0 : level);
  }
}

function flagsNamed(name: string): readonly InfoFlag[] {
  if (name === 'all' || name === 'none') return INFO_FLAG_NAMES;
  return INFO_FLAG_NAMES.filter((flag) => flag === name);
}
