// The script beside a batch, which plays it: the command line of the recording without its paths and rules
// (docs/protocol/04-transfer.md §17.3; every word is quoted as in 09-rsync-3.5.md §15). Pure text.
import { OPTION_NAMES, type OptionName } from './table.ts';

/** Their files and rules are in the batch, or behind the command. */
const LEFT_OUT = new Set(['files-from', 'filter', 'include', 'include-from', 'exclude', 'exclude-from']);
const RECORDING = new Set(['write-batch', 'only-write-batch']);

export interface BatchScript {
  /** The words that start the program. */
  readonly program: readonly string[];
  /** All words after it; latin1. */
  readonly words: readonly string[];
  readonly batchFile: string;
  /** Without a host. */
  readonly destination: string;
  /** In wire form. */
  readonly rules: readonly string[];
  /** Of the recorded session, as far as it is known. */
  readonly protocol: number;
}

/** undefined: a rule has a newline, which the script cannot hold. */
export function batchScript(script: BatchScript): string | undefined {
  const { program, words, destination, rules, protocol } = script;
  if (rules.some((rule) => rule.includes('\n'))) return undefined;
  const line = program.map(quoted);
  if (rules.length > 0) line.push(protocol >= 29 ? "--filter='._-'" : "--exclude-from='-'");
  line.push(...playedWords(words, script.batchFile));
  line.push(`\${1:-${quoted(destination)}}`);
  if (rules.length === 0) return `${line.join(' ')}\n`;
  return `${line.join(' ')} <<'#E#'\n${rules.join('\n')}\n#E#\n`;
}

function playedWords(words: readonly string[], batchFile: string): string[] {
  const played: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--') break;
    if (word === '-' || !word.startsWith('-')) continue;
    const found = word.startsWith('--') ? longOption(word) : clusterEnd(word);
    if (found === undefined) continue;
    const { name, holdsValue } = found;
    const value = takesValue(name) && !holdsValue ? words[++at] : undefined;
    const { long } = name.row;
    if (RECORDING.has(long ?? '')) played.push(`--read-batch=${quoted(batchFile)}`);
    else if (!LEFT_OUT.has(long ?? ''))
      played.push(optionWord(word), ...(value === undefined ? [] : [quoted(value)]));
    else if (!word.startsWith('--') && word.length > 2) played.push(...withoutRule(word));
  }
  return played;
}

/** What stands before the `f` of a cluster such as `-avf`. */
function withoutRule(word: string): string[] {
  const rest = word.slice(0, word.indexOf('f'));
  return rest.length > 1 ? [quoted(rest)] : [];
}

interface FoundOption {
  readonly name: OptionName;
  /** The value is in the same word. */
  readonly holdsValue: boolean;
}

function longOption(word: string): FoundOption | undefined {
  const equals = word.indexOf('=');
  const name = OPTION_NAMES.get(equals < 0 ? word : word.slice(0, equals));
  return name && { name, holdsValue: equals >= 0 };
}

/** The option that ends a cluster: the first one that takes a value, else the last letter. */
function clusterEnd(word: string): FoundOption | undefined {
  for (let at = 1; at < word.length; at++) {
    const name = OPTION_NAMES.get(`-${word[at]}`);
    if (name === undefined) return undefined;
    if (takesValue(name) || at === word.length - 1) return { name, holdsValue: at < word.length - 1 };
  }
  return undefined;
}

function takesValue({ row, negated }: OptionName): boolean {
  return !negated && row.argument !== 'none';
}

/** `--name=value` keeps its name bare. */
function optionWord(word: string): string {
  const named = /^(--[A-Za-z0-9_-]+=)([^]*)$/.exec(word);
  return named === null ? quoted(word) : named[1]! + quoted(named[2]!);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
