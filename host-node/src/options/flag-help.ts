// What --info=help and --debug=help print (docs/protocol/05-options.md §5.3).
import { DEBUG_FLAG_NAMES, DEBUG_FLAGS } from './debug-flags.ts';
import { INFO_FLAG_NAMES, INFO_FLAGS } from './info-flags.ts';

const NAME_COLUMN = 10;

interface FlagFacts {
  readonly name: string;
  readonly help: string;
  readonly byVerbosity: readonly number[];
}

/** The whole text for stdout. */
export function flagHelpText(option: 'info' | 'debug'): string {
  const flags: readonly FlagFacts[] =
    option === 'info'
      ? INFO_FLAG_NAMES.map((name) => ({ name, ...INFO_FLAGS[name] }))
      : DEBUG_FLAG_NAMES.map((name) => ({ name, ...DEBUG_FLAGS[name] }));
  const lines = ['Use OPT or OPT1 for level 1 output, OPT2 for level 2, etc.; OPT0 silences.', ''];
  const line = (name: string, help: string): void => {
    lines.push(`${name.padEnd(NAME_COLUMN)} ${help}`);
  };
  for (const { name, help } of flags) line(name.toUpperCase(), help);
  lines.push('');
  line('ALL', `Set all --${option} options (e.g. all4)`);
  line('NONE', `Silence all --${option} options (same as all0)`);
  line('HELP', 'Output this help message');
  lines.push('', 'Options added at each level of verbosity:');
  for (let level = 0; level < flags[0]!.byVerbosity.length; level++) {
    const added = addedAt(flags, level);
    if (added !== '') lines.push(`${level}) ${added}`);
  }
  return `${lines.join('\n')}\n`;
}

function addedAt(flags: readonly FlagFacts[], level: number): string {
  const added: string[] = [];
  for (const { name, byVerbosity } of flags) {
    const value = byVerbosity[level]!;
    const previous = level === 0 ? 0 : byVerbosity[level - 1]!;
    if (value > previous) added.push(name.toUpperCase() + (value > 1 ? value : ''));
  }
  return added.join(',');
}
