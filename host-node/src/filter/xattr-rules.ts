// Rules with the `x` modifier: about names of extended attributes, and about nothing else (docs/protocol/06-filters.md §2, §6,
// 03-file-list.md §11.3). Those of per-directory files are in force where a sender has entered their directory.
import type { FilterList } from './filter-list.ts';
import type { FilterState } from './filter-state.ts';
import { actsOn, type PatternRule, ruleMatches, type Side } from './rule.ts';

type IsExcluded = (name: string) => boolean;

export class XattrRules {
  readonly #side: Side;
  /** Those of the run's own list, in force everywhere. */
  readonly #everywhere: IsExcluded | undefined;
  readonly #hasDirectoryRules: boolean;
  #state: FilterState | undefined;
  #here: IsExcluded | undefined;

  constructor(list: FilterList, side: Side) {
    this.#side = side;
    this.#everywhere = rulesOfList(list, side);
    this.#here = this.#everywhere;
    this.#hasDirectoryRules = list.hasDirectoryMerges;
  }

  /** Tells whether an attribute is left out; undefined when no rule is about attributes. */
  get isExcluded(): IsExcluded | undefined {
    return this.#here;
  }

  /** The next objects lie in a directory with these rules. */
  enter(state: FilterState): void {
    if (!this.#hasDirectoryRules || state === this.#state) return;
    this.#state = state;
    const side = this.#side;
    this.#here = state.hasXattrRules ? (name) => state.excludesXattr(name, side) : this.#everywhere;
  }
}

function rulesOfList(list: FilterList, side: Side): IsExcluded | undefined {
  const rules = list.rules.filter(
    (rule): rule is PatternRule =>
      (rule.kind === 'include' || rule.kind === 'exclude') && rule.xattr && actsOn(rule, side),
  );
  if (rules.length === 0) return undefined;
  return (name) => rules.find((rule) => ruleMatches(rule, name, false, ''))?.kind === 'exclude';
}
