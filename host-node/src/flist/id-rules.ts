// --usermap and --groupmap (and --chown, which is both): from the option's text to the local id of a peer's id
// (docs/protocol/03-file-list.md §9.3, §9.4, 05-options.md §4.6). Knows of this system only how a name is looked up.
import { wildmatch } from '../filter/wildmatch.ts';
import { RunError } from '../session/run-error.ts';

const MOST_ID = 0xffffffff;

/** `FROM:TO`: either names (exact or by pattern; '' is an id without a name) or numbers. */
type IdRule =
  | { readonly by: 'name'; readonly name: string; readonly to: number }
  | { readonly by: 'pattern'; readonly pattern: string; readonly to: number }
  | { readonly by: 'number'; readonly low: number; readonly high: number; readonly to: number };

/** In order: the first that matches decides. */
export type IdRules = readonly IdRule[];

export interface IdRuleContext {
  /** For messages: `usermap` or `groupmap`. */
  readonly option: string;
  /** The local id behind a name. */
  lookUp(name: string): number | undefined;
  /** Told of targets that do not exist here: their rules are left out. */
  warn(text: string): void;
}

/** Throws RunErrors with upstream's texts, exit code 1. */
export function parseIdRules(text: string, context: IdRuleContext): IdRules {
  const rules: IdRule[] = [];
  for (const part of text.split(',')) {
    const rule = parseIdRule(part, context);
    if (rule !== undefined) rules.push(rule);
  }
  return rules;
}

function parseIdRule(part: string, context: IdRuleContext): IdRule | undefined {
  const colon = part.indexOf(':');
  if (colon < 0) throw refused(`No colon found in --${context.option}: ${part}`);
  const from = part.slice(0, colon);
  const name = part.slice(colon + 1);
  if (name === '') throw refused(`No name found after colon --${context.option}: ${part}`);
  const range = /^\d/.test(from) ? parseRange(from, context.option) : undefined;
  const to = /^\d+$/.test(name) ? idNumber(name) : context.lookUp(name);
  if (to === undefined) {
    context.warn(`Unknown --${context.option} name on receiver: ${name}`);
    return undefined;
  }
  if (range !== undefined) return { by: 'number', ...range, to };
  return /[*?[]/.test(from) ? { by: 'pattern', pattern: from, to } : { by: 'name', name: from, to };
}

function parseRange(from: string, option: string): { low: number; high: number } {
  const found = /^(\d+)(?:-(\d+))?$/.exec(from);
  if (found === null) throw refused(`Invalid number in --${option}: ${from}`);
  const low = idNumber(found[1]!);
  return { low, high: found[2] === undefined ? low : idNumber(found[2]) };
}

function idNumber(digits: string): number {
  const id = Number(digits);
  if (id > MOST_ID) throw refused(`Invalid ID number: ${digits}`);
  return id;
}

function refused(text: string): RunError {
  return new RunError('ERR_ID_MAP', text, 1);
}

/** The local id that the rules give; `name` is '' where the peer told none. undefined: no rule matches. */
export function ruledId(rules: IdRules, id: number, name: string): number | undefined {
  return rules.find((rule) => {
    if (rule.by === 'number') return id >= rule.low && id <= rule.high;
    return rule.by === 'name' ? rule.name === name : wildmatch(rule.pattern, name) === 'match';
  })?.to;
}
