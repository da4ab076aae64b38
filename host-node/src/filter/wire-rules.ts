// The rules that a client tells the server, as texts of the agreed protocol (docs/protocol/06-filters.md §13.2–§13.4).
// Whether they travel at all, and in what frames, is the session's matter. The way back is FilterList.addWireRules.
import { tooModern } from './filter-error.ts';
import type { FilterList } from './filter-list.ts';
import type { CvsRule, Rule } from './rule.ts';

export interface WireDirection {
  readonly protocol: number;
  /** The client sends files: the server is the receiver. */
  readonly push: boolean;
}

/** First protocol that can say all of every rule. */
const NEWEST_WORDS = 30;

/** What a rule's text depends on. */
interface Wording extends WireDirection {
  readonly deleteExcluded: boolean;
}

/** Throws a RunError (exit 2) when a rule cannot be said in an old protocol. */
export function wireRules(list: FilterList, direction: WireDirection): string[] {
  const texts: string[] = [];
  const wording = { ...direction, deleteExcluded: list.sources.deleteExcluded === true };
  for (const rule of list.rules) {
    if (staysHere(rule, wording)) continue;
    texts.push(...ruleTexts(rule, wording, list));
  }
  return texts;
}

/**
 * The receiving half of a local copy looks at its rules as if it asked a sender for files, though none travel: throws a
 * RunError (exit 2) below protocol 29, also for the files that -C names in each directory (§13.2; observed).
 */
export function checkLocalReceiver(list: FilterList, protocol: number): void {
  if (protocol >= 29) return;
  const wording: Wording = { protocol, push: false, deleteExcluded: list.sources.deleteExcluded === true };
  for (const rule of list.rules) {
    if (!isReceiversOnly(rule)) ruleTexts(rule, wording, list);
  }
}

/** The whole list for the script that plays a batch: as it was given, in the words of today whatever the protocol (04 §17.3). */
export function scriptRules(list: FilterList): string[] {
  const wording: Wording = { protocol: NEWEST_WORDS, push: false, deleteExcluded: false };
  return list.rules
    .filter((rule) => !isCvs(rule) || rule.automatic !== true)
    .map((rule) => (list.sources.deleteExcluded === true ? withoutSender(rule) : rule))
    .map((rule) => wholeText(rule, wording));
}

/** A rule in one text, -C too, which the wire spells out. */
function wholeText(rule: Rule, wording: Wording): string {
  return rule.kind === 'cvs' ? `${cvsPrefix(rule, wording)}${rule.pattern}` : text(rule, wording);
}

/** As it was given: --delete-excluded, which stands in the script as well, makes all rules the sender's. */
function withoutSender(rule: Rule): Rule {
  return { ...rule, sides: { ...rule.sides, sender: false } };
}

/**
 * --debug=FILTER2: the rules that other options stand for, or those of the user, in the words of today whatever is agreed;
 * behind the first -C what it stands for (§17).
 */
export function toldRules(list: FilterList, automatic: boolean, protocol: number): string[] {
  const wording: Wording = { protocol: NEWEST_WORDS, push: false, deleteExcluded: false };
  const firstCvs = list.rules.find((rule) => rule.kind === 'cvs');
  const lines: string[] = [];
  for (const rule of list.rules) {
    if ((rule.automatic === true) !== automatic) continue;
    lines.push(`add_rule(${wholeText(rule, wording)})`);
    if (rule !== firstCvs) continue;
    for (const each of list.cvsRules(protocol)) lines.push(`add_rule(${text(each, wording)}) [global CVS]`);
  }
  return lines;
}

/** Rules for one side only are not told to the other one; what the letter C says is not said again. */
function staysHere(rule: Rule, { push, protocol, deleteExcluded }: Wording): boolean {
  const { sender, receiver } = rule.sides;
  if (isCvs(rule) && rule.automatic === true && (!push || (protocol < 29 && rule.kind === 'dir-merge'))) {
    return true;
  }
  if (!push) return isReceiversOnly(rule);
  if (sender || receiver) return !receiver;
  return deleteExcluded && rule.kind === 'dir-merge' && rule.file.patternsOnly !== undefined;
}

function isReceiversOnly({ sides }: Rule): boolean {
  return sides.receiver && !sides.sender;
}

function isCvs(rule: Rule): boolean {
  return rule.kind === 'cvs' || (rule.kind === 'dir-merge' && rule.file.cvs);
}

function ruleTexts(rule: Rule, direction: Wording, list: FilterList): string[] {
  const { protocol, push } = direction;
  if (rule.kind !== 'cvs') return [text(rule, direction)];
  if (!push && protocol >= 29) return [cvsPrefix(rule, direction)];
  return list
    .cvsRules(protocol)
    .filter((each) => !staysHere(each, direction))
    .map((each) => text(each, direction));
}

function cvsPrefix(rule: CvsRule, direction: Wording): string {
  return `-${modifiers(rule, direction, rule.negated ? '!C' : 'C')} `;
}

function text(rule: Exclude<Rule, { kind: 'cvs' }>, direction: Wording): string {
  const pattern = rule.directoryOnly ? `${rule.pattern}/` : rule.pattern;
  if (direction.protocol < 29) return oldText(rule, pattern, direction);
  if (rule.kind !== 'dir-merge') {
    const letter = rule.kind === 'include' ? '+' : '-';
    return `${letter}${modifiers(rule, direction, rule.negated ? '!' : '')} ${pattern}`;
  }
  const { cvs, noInherit, wordSplit, patternsOnly } = rule.file;
  const only = patternsOnly === undefined ? '' : patternsOnly === 'include' ? '+' : '-';
  const own = cvs ? 'C' : `${noInherit ? 'n' : ''}${wordSplit ? 'w' : ''}${only}`;
  return `:${modifiers(rule, direction, own)} ${pattern}`;
}

/** By the user's wish. */
function isPerishable(rule: Rule): boolean {
  return rule.perishable && rule.automatic !== true;
}

/** All modifiers in upstream's order; `own` are those that belong to the kind of rule. */
function modifiers(rule: Rule, direction: Wording, own: string): string {
  if (isPerishable(rule) && direction.protocol < 30 && direction.push) throw tooModern();
  const { sender, receiver } = rule.sides;
  return [
    rule.absolute ? '/' : '',
    own,
    rule.xattr ? 'x' : '',
    sender ? 's' : '',
    receiver ? 'r' : '',
    rule.perishable && direction.protocol >= 30 ? 'p' : '',
  ].join('');
}

function oldText(
  rule: Exclude<Rule, { kind: 'cvs' }>,
  pattern: string,
  { push, deleteExcluded }: Wording,
): string {
  if (rule.kind === 'dir-merge' || rule.absolute || rule.negated || rule.xattr) throw tooModern();
  if (isPerishable(rule) && push) throw tooModern();
  // Such a receiver asks for no rules at all.
  if (push && deleteExcluded && rule.sides.receiver) throw tooModern();
  if (rule.kind === 'include') return `+ ${pattern}`;
  return pattern.startsWith('- ') || pattern.startsWith('+ ') ? `- ${pattern}` : pattern;
}
