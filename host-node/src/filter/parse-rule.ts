// The text of one rule, full or old syntax, to a value (docs/protocol/06-filters.md §2, §3, §4). Reads no files.
import { ruleError } from './filter-error.ts';
import {
  type DirectoryMergeRule,
  type FileMode,
  NO_SIDE,
  PLAIN_FILE,
  type PatternFlags,
  type Rule,
  type RuleSides,
  patternRule,
} from './rule.ts';

/** What a rule's text asks for. */
export type ParsedRule =
  | { readonly type: 'none' }
  | { readonly type: 'clear' }
  | { readonly type: 'overlong'; readonly text: string }
  | { readonly type: 'rule'; readonly rule: Rule }
  /** `merge`: read that file now. `excludeFile`: an exclude rule for its base name comes first. */
  | { readonly type: 'merge'; readonly file: string; readonly mode: FileMode; readonly excludeFile: boolean }
  | { readonly type: 'dir-merge'; readonly rule: DirectoryMergeRule; readonly excludeFile: boolean };

/** Where a rule's text stands. */
export interface RuleContext {
  readonly file: FileMode;
  /** Absolute path without slashes at its ends, inside a per-directory file: anchors patterns. */
  readonly anchorDirectory: string | undefined;
  /** What messages say instead of the rule's text, where that comes from a file. */
  readonly origin?: string;
}

export const TOP_CONTEXT: RuleContext = { file: PLAIN_FILE, anchorDirectory: undefined };

const MAX_PATTERN_BYTES = 4095;
const LONG_NAMES: ReadonlyMap<string, string> = new Map([
  ['clear', '!'],
  ['dir-merge', ':'],
  ['exclude', '-'],
  ['hide', 'H'],
  ['include', '+'],
  ['merge', '.'],
  ['protect', 'P'],
  ['risk', 'R'],
  ['show', 'S'],
]);

/** Old prefix syntax: `- PAT`, `+ PAT`, `!`, or a pattern of the default action. */
export function parseOldRule(
  text: string,
  byDefault: 'include' | 'exclude',
  context: RuleContext,
): ParsedRule {
  if (text === '') return { type: 'none' };
  if (text === '!') return { type: 'clear' };
  const prefixed = text.startsWith('- ') || text.startsWith('+ ');
  const kind = !prefixed ? byDefault : text.startsWith('-') ? 'exclude' : 'include';
  return pattern(kind, prefixed ? text.slice(2) : text, shown(text, context), inheritedFlags(context));
}

/** One line or word of a rule file. */
export function parseFileRule(text: string, context: RuleContext): ParsedRule {
  const parsed = parseLine(text, context);
  const { origin } = context;
  if (parsed.type !== 'rule' || origin === undefined) return parsed;
  const { rule } = parsed;
  if (rule.kind !== 'include' && rule.kind !== 'exclude') return parsed;
  return { ...parsed, rule: { ...rule, origin } };
}

function parseLine(text: string, context: RuleContext): ParsedRule {
  const { file } = context;
  if (text === '') return { type: 'none' };
  if (file.oldPrefixes) return parseOldRule(text, file.patternsOnly ?? 'exclude', context);
  if (file.cvs && text === '!') return { type: 'clear' };
  if (file.patternsOnly !== undefined) {
    return pattern(file.patternsOnly, text, shown(text, context), inheritedFlags(context));
  }
  return parseRule(text, context);
}

/** Full syntax. Throws a RunError (exit 1) with upstream's words. */
export function parseRule(text: string, context: RuleContext): ParsedRule {
  if (text === '') return { type: 'none' };
  const { action, length, long } = actionOf(text, context.origin);
  if (action === '!') {
    if (length !== text.length) throw ruleError(`'!' rule has trailing characters: ${shown(text, context)}`);
    return { type: 'clear' };
  }
  const modifiers = new Modifiers(action, text, context.origin);
  let at = length;
  const comma = text[at] === ',';
  if (comma) at++;
  if (!long || comma) {
    while (at < text.length && text[at] !== ' ' && text[at] !== '_') modifiers.take(text[at]!, at++);
  }
  const rest = text.slice(at + 1);
  if (rest === '' && !modifiers.cvs) {
    throw ruleError(`unexpected end of filter rule: ${shown(text, context)}`);
  }
  return finished(action, rest, shown(text, context), modifiers, context);
}

/** A rule as messages may show it. */
function shown(text: string, context: RuleContext): string {
  return context.origin ?? text;
}

function actionOf(
  text: string,
  origin: string | undefined,
): { action: string; length: number; long: boolean } {
  const short = text[0]!;
  if ('-+.:!HSPR'.includes(short)) return { action: short, length: 1, long: false };
  const word = /^[a-z-]+/.exec(text)?.[0] ?? '';
  const action = LONG_NAMES.get(word);
  const after = text[word.length];
  if (action === undefined || !(after === undefined || /[\s_,]/.test(after))) {
    throw ruleError(`Unknown filter rule: ${origin ?? `\`${text}'`}`);
  }
  return { action, length: word.length, long: true };
}

/** Modifiers as they are read, each checked against the action (§4). */
class Modifiers {
  readonly #action: string;
  readonly #text: string;
  readonly #origin: string | undefined;
  readonly #taken = new Set<string>();

  constructor(action: string, text: string, origin: string | undefined) {
    this.#action = action;
    this.#text = text;
    this.#origin = origin;
  }

  take(modifier: string, position: number): void {
    if (!this.#allowed(modifier)) {
      const where = `at position ${position} in filter rule: ${this.#text}`;
      throw ruleError(
        this.#origin === undefined
          ? `invalid modifier '${modifier}' ${where}`
          : `invalid modifier in filter rule: ${this.#origin}`,
      );
    }
    this.#taken.add(modifier);
  }

  has(modifier: string): boolean {
    return this.#taken.has(modifier);
  }

  get cvs(): boolean {
    return this.has('C');
  }

  #allowed(modifier: string): boolean {
    const merges = this.#action === '.' || this.#action === ':';
    const sided = 'HSPR'.includes(this.#action);
    const plain = this.has('+') || this.has('-');
    switch (modifier) {
      case '/':
      case 'p':
      case 'x':
        return true;
      case '!':
        return !merges;
      case 'C':
        return !sided && !plain;
      case 's':
      case 'r':
        return !sided;
      case 'e':
      case 'n':
      case 'w':
        return merges;
      case '+':
      case '-':
        return merges && !plain && !this.cvs;
      default:
        return false;
    }
  }
}

function sidesOf(action: string, modifiers: Modifiers): RuleSides {
  return {
    sender: action === 'H' || action === 'S' || modifiers.has('s'),
    receiver: action === 'P' || action === 'R' || modifiers.has('r'),
  };
}

function finished(
  action: string,
  rest: string,
  text: string,
  modifiers: Modifiers,
  context: RuleContext,
): ParsedRule {
  let sides = sidesOf(action, modifiers);
  const inherited = context.file.sides;
  if (inherited.sender || inherited.receiver) {
    if (sides.sender || sides.receiver) {
      throw ruleError(`specified-side merge file contains specified-side filter: ${text}`);
    }
    sides = inherited;
  }
  const absolute = modifiers.has('/') || context.file.absolute;
  const perishable = modifiers.has('p') || context.file.perishable;
  const common = { absolute, perishable, xattr: modifiers.has('x'), sides };
  if (action === '.' || action === ':') return merge(action, rest, text, modifiers, common);
  const includes = action === '+' || action === 'S' || action === 'R';
  if (modifiers.cvs && !includes) {
    const negated = modifiers.has('!');
    return { type: 'rule', rule: { kind: 'cvs', pattern: rest, directoryOnly: false, negated, ...common } };
  }
  if (rest === '') return { type: 'none' };
  const flags = { ...common, negated: modifiers.has('!'), anchorDirectory: context.anchorDirectory };
  return pattern(includes ? 'include' : 'exclude', rest, text, flags);
}

function merge(
  action: string,
  rest: string,
  text: string,
  modifiers: Modifiers,
  common: { absolute: boolean; perishable: boolean; xattr: boolean; sides: RuleSides },
): ParsedRule {
  const file = rest === '' ? '.cvsignore' : rest;
  if (file.length > MAX_PATTERN_BYTES) return { type: 'overlong', text };
  const { cvs } = modifiers;
  const mode: FileMode = {
    patternsOnly: modifiers.has('+') ? 'include' : modifiers.has('-') || cvs ? 'exclude' : undefined,
    oldPrefixes: false,
    wordSplit: cvs || modifiers.has('w'),
    noInherit: cvs || modifiers.has('n'),
    cvs,
    absolute: common.absolute,
    perishable: common.perishable,
    sides: common.sides,
  };
  const excludeFile = modifiers.has('e');
  if (action === '.') return { type: 'merge', file, mode, excludeFile };
  const directoryOnly = false;
  const rule: DirectoryMergeRule = { kind: 'dir-merge', pattern: file, directoryOnly, file: mode, ...common };
  return { type: 'dir-merge', rule, excludeFile };
}

function inheritedFlags(context: RuleContext): PatternFlags {
  const { absolute, perishable, sides } = context.file;
  const { anchorDirectory } = context;
  return { negated: false, xattr: false, absolute, perishable, sides: sides ?? NO_SIDE, anchorDirectory };
}

function pattern(kind: 'include' | 'exclude', rest: string, text: string, flags: PatternFlags): ParsedRule {
  if (rest === '') throw ruleError(`unexpected end of filter rule: ${text}`);
  if (rest.length > MAX_PATTERN_BYTES) return { type: 'overlong', text };
  return { type: 'rule', rule: patternRule(kind, rest, flags) };
}
