// Rules with the `x` modifier: about names of extended attributes, and about nothing else
// (docs/protocol/06-filters.md §2, 03-file-list.md §11.3). Rules of per-directory files are not asked.
import type { FilterList } from './filter-list.ts';
import { actsOn, type PatternRule, ruleMatches, type Side } from './rule.ts';

/** Tells whether an attribute is left out; undefined when no rule is about attributes. */
export function xattrRules(list: FilterList, side: Side): ((name: string) => boolean) | undefined {
  const rules = list.rules.filter(
    (rule): rule is PatternRule =>
      (rule.kind === 'include' || rule.kind === 'exclude') && rule.xattr && actsOn(rule, side),
  );
  if (rules.length === 0) return undefined;
  return (name) => rules.find((rule) => ruleMatches(rule, name, false, ''))?.kind === 'exclude';
}
