// What --debug=FILTER says about rules and their effect (docs/protocol/06-filters.md §17). Only makes the words.
import type { NameDecision } from '../session/ports.ts';
import type { PatternRule, Side } from './rule.ts';

/** Says a line of that level; the text is made only when somebody listens. */
export type FilterVoice = (level: number, text: () => string) => void;

export type FilterWitness = (decision: NameDecision) => void;

/** The decision in the form that an explanation shows. */
export function witnessed(
  rule: PatternRule,
  place: RulePlace,
  item: { readonly name: string; readonly isDirectory: boolean; readonly side: Side },
): NameDecision {
  const { name, isDirectory, side } = item;
  const text = `${rule.kind === 'include' ? '+' : '-'} ${shownPattern(rule)}`;
  const origin = rule.origin ?? (place === 'cvs' ? '<rule of -C>' : undefined);
  const decision = { side, name, isDirectory, verdict: rule.kind, rule: text };
  return origin === undefined ? decision : { ...decision, origin };
}

/** Where a rule stands: in the run's list, in a file of a directory, or in what -C means. */
export type RulePlace = { readonly file: string } | 'list' | 'cvs';

/** `hiding file a.o because of pattern *.o`: what a rule has decided. */
export function decisionText(
  rule: PatternRule,
  place: RulePlace,
  item: { readonly name: string; readonly isDirectory: boolean; readonly side: Side },
): string {
  const sender = item.side === 'sender';
  const includes = rule.kind === 'include';
  const verb = sender ? (includes ? 'showing' : 'hiding') : includes ? 'risking' : 'protecting';
  const what = item.isDirectory ? 'directory' : 'file';
  const role = sender ? 'sender' : 'generator';
  return `[${role}] ${verb} ${what} ${item.name} because of pattern ${shownPattern(rule)}${placeText(place)}`;
}

function shownPattern(rule: PatternRule): string {
  const directory = rule.anchorDirectory === undefined ? '' : `/${rule.anchorDirectory}`;
  return `${directory === '/' ? '' : directory}${rule.pattern}${rule.directoryOnly ? '/' : ''}`;
}

function placeText(place: RulePlace): string {
  if (place === 'list') return '';
  return place === 'cvs' ? ' [global CVS]' : ` [per-dir ${place.file}]`;
}
