// One filter rule and the question whether it matches a name (docs/protocol/06-filters.md §1, §7.1, §7.2).
// A rule is a value: which rules are in force where is the matter of filter-state.ts.
import { wildmatch } from './wildmatch.ts';

export type Side = 'sender' | 'receiver';

/** Sides a rule was given for; both false: none was given, it acts on both. */
export interface RuleSides {
  readonly sender: boolean;
  readonly receiver: boolean;
}

export const NO_SIDE: RuleSides = { sender: false, receiver: false };

/** What a rule file's rules take over from the rule that names the file (§4). */
export interface FileMode {
  /** All lines are patterns of this action; undefined: lines have prefixes. */
  readonly patternsOnly: 'include' | 'exclude' | undefined;
  /** Lines as for --include and --exclude: only `- `, `+ ` and a lone `!` are special. */
  readonly oldPrefixes: boolean;
  readonly wordSplit: boolean;
  readonly noInherit: boolean;
  readonly cvs: boolean;
  readonly absolute: boolean;
  readonly perishable: boolean;
  readonly sides: RuleSides;
}

export const PLAIN_FILE: FileMode = {
  patternsOnly: undefined,
  oldPrefixes: false,
  wordSplit: false,
  noInherit: false,
  cvs: false,
  absolute: false,
  perishable: false,
  sides: NO_SIDE,
};

interface CommonRule {
  /** Another option stands behind it: an old protocol is told what it can say of it. */
  readonly automatic?: boolean;
  /** As given, without the slash that marks a directory-only pattern. */
  readonly pattern: string;
  readonly directoryOnly: boolean;
  /** `/` modifier. */
  readonly absolute: boolean;
  readonly perishable: boolean;
  readonly xattr: boolean;
  readonly sides: RuleSides;
  /** One of a server's own words: in force whatever side it names (§13.6). */
  readonly everySide?: boolean;
}

/** An include or exclude rule. */
export interface PatternRule extends CommonRule {
  readonly kind: 'include' | 'exclude';
  readonly negated: boolean;
  /** Absolute path (no slash at either end) of the directory whose rule file anchors the pattern. */
  readonly anchorDirectory: string | undefined;
  readonly slashes: number;
  readonly wild: boolean;
  readonly deep: boolean;
  readonly deepHead: boolean;
  readonly tripleTail: boolean;
  readonly anchored: boolean;
  /** `<rule from FILE line N>`; absent for rules of options and of a peer. */
  readonly origin?: string;
}

/** `: NAME`: its place in the list is where the rules of the per-directory files stand. */
export interface DirectoryMergeRule extends CommonRule {
  readonly kind: 'dir-merge';
  readonly file: FileMode;
}

/** `-C`: the list of CVS patterns at this place. */
export interface CvsRule extends CommonRule {
  readonly kind: 'cvs';
  readonly negated: boolean;
}

export type Rule = PatternRule | DirectoryMergeRule | CvsRule;

export interface PatternFlags {
  readonly negated: boolean;
  readonly absolute: boolean;
  readonly perishable: boolean;
  readonly xattr: boolean;
  readonly sides: RuleSides;
  readonly anchorDirectory?: string | undefined;
}

export const NO_FLAGS: PatternFlags = {
  negated: false,
  absolute: false,
  perishable: false,
  xattr: false,
  sides: NO_SIDE,
};

/** Prepares a pattern (§7.1). */
export function patternRule(kind: 'include' | 'exclude', text: string, flags: PatternFlags): PatternRule {
  const directoryOnly = text.length > 1 && text.endsWith('/');
  const pattern = directoryOnly ? text.slice(0, -1) : text;
  const wild = /[*?[]/.test(pattern);
  const deep = wild && pattern.includes('**');
  const anchored = pattern.startsWith('/');
  return {
    kind,
    pattern,
    directoryOnly,
    negated: flags.negated,
    absolute: flags.absolute,
    perishable: flags.perishable,
    xattr: flags.xattr,
    sides: flags.sides,
    anchorDirectory: anchored && !flags.absolute ? flags.anchorDirectory : undefined,
    slashes: pattern.split('/').length - 1,
    wild,
    deep,
    deepHead: deep && pattern.startsWith('**'),
    tripleTail: deep && pattern.endsWith('***'),
    anchored,
  };
}

/** --delete-excluded: what is excluded without a side is only hidden, and protects nothing (§12.1). */
export function sentSideOnly<R extends Rule>(rule: R): R {
  if (rule.kind === 'dir-merge' || rule.sides.sender || rule.sides.receiver) return rule;
  return { ...rule, sides: { sender: true, receiver: false } };
}

/** Whether the rule acts on that side at all. */
export function actsOn(rule: Rule, side: Side): boolean {
  const { sender, receiver } = rule.sides;
  return rule.everySide === true || sender === receiver || (side === 'sender' ? sender : receiver);
}

/**
 * Whether a rule applies to an item.
 * @param path name in the transfer, no leading slash
 * @param absoluteRoot absolute path of the transfer's root without slashes at its ends ('' = the root directory)
 */
export function ruleMatches(
  rule: PatternRule,
  path: string,
  isDirectory: boolean,
  absoluteRoot: string,
): boolean {
  if (path === '') return false;
  const raw = rule.directoryOnly && !isDirectory ? false : rawMatch(rule, path, isDirectory, absoluteRoot);
  return rule.negated ? !raw : raw;
}

function rawMatch(rule: PatternRule, path: string, isDirectory: boolean, absoluteRoot: string): boolean {
  let text = path;
  if (rule.anchorDirectory !== undefined) {
    const below = `${joined(rule.anchorDirectory)}`;
    const absolute = joined(absoluteRoot) + path;
    if (!absolute.startsWith(below)) return false;
    text = absolute.slice(below.length);
  } else if (rule.slashes === 0 && !rule.deep) text = path.slice(path.lastIndexOf('/') + 1);
  else if (rule.absolute) text = joined(absoluteRoot) + path;
  else if (rule.deepHead) text = `/${path}`;
  if (isDirectory && rule.tripleTail) text += '/';
  const pattern = rule.anchored ? rule.pattern.slice(1) : rule.pattern;
  if (!rule.wild) {
    return text === pattern || (!rule.anchored && text.endsWith(`/${pattern}`));
  }
  if (rule.anchored || rule.deepHead || (rule.slashes === 0 && !rule.deep)) {
    return wildmatch(pattern, text) === 'match';
  }
  return rule.deep ? matchesAnyTail(pattern, text) : matchesLast(pattern, text, rule.slashes + 1);
}

function joined(directory: string): string {
  return directory === '' ? '' : `${directory}/`;
}

/** The last `count` components of the text. */
function matchesLast(pattern: string, text: string, count: number): boolean {
  let at = text.length;
  for (let left = count; left > 0; left--) {
    if (at < 0) return false;
    at = at === 0 ? -1 : text.lastIndexOf('/', at - 1);
    if (at < 0 && left > 1) return false;
  }
  return wildmatch(pattern, text.slice(at + 1)) === 'match';
}

/** The text, or what follows any of its slashes. */
function matchesAnyTail(pattern: string, text: string): boolean {
  for (let at = 0; ;) {
    const outcome = wildmatch(pattern, text.slice(at));
    if (outcome === 'match') return true;
    if (outcome === 'never') return false;
    const slash = text.indexOf('/', at);
    if (slash < 0) return false;
    at = slash + 1;
  }
}
