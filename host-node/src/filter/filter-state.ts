// Which rules are in force inside a directory: the run's list plus the per-directory files on the way there
// (docs/protocol/06-filters.md §6, §9). States are values: a walk may go on from any of them at any time.
import { type Chain, DirectoryWalk, type TreeRuleFiles } from './directory-rules.ts';
import { type FilterList, baseName } from './filter-list.ts';
import { type RulePlace, decisionText, witnessed } from './filter-voice.ts';
import {
  type DirectoryMergeRule,
  type PatternRule,
  type Rule,
  type Side,
  actsOn,
  ruleMatches,
} from './rule.ts';

export type Verdict = 'include' | 'exclude' | 'none';

/** Which rule decided, for explanations and for deletion. */
export interface Decision {
  readonly verdict: Verdict;
  readonly rule: PatternRule | undefined;
  readonly place: RulePlace;
}

const UNDECIDED: Decision = { verdict: 'none', rule: undefined, place: 'list' };

export class FilterState {
  readonly #list: FilterList;
  readonly #protocol: number;
  readonly #absoluteRoot: string;
  readonly #side: Side;
  readonly #registered: readonly DirectoryMergeRule[];
  readonly #chains: ReadonlyMap<Rule, Chain>;

  private constructor(
    list: FilterList,
    protocol: number,
    absoluteRoot: string,
    side: Side,
    registered: readonly DirectoryMergeRule[],
    chains: ReadonlyMap<Rule, Chain>,
  ) {
    this.#list = list;
    this.#protocol = protocol;
    this.#absoluteRoot = absoluteRoot;
    this.#side = side;
    this.#registered = registered;
    this.#chains = chains;
  }

  /** The state of names given as arguments: no directory was entered yet. `side`: whose tree the rule files are read from. */
  static outside(list: FilterList, protocol: number, rootPath: string, side: Side): FilterState {
    const absoluteRoot = rootPath.replace(/^\/+|\/+$/g, '');
    const registered = list.rules.filter((rule): rule is DirectoryMergeRule => rule.kind === 'dir-merge');
    return new FilterState(list, protocol, absoluteRoot, side, registered, new Map());
  }

  /** The rules in force at another place, for names of this state's tree. */
  withRulesOf(other: FilterState): FilterState {
    if (other.#absoluteRoot === this.#absoluteRoot) return other;
    const root = this.#absoluteRoot;
    return new FilterState(this.#list, this.#protocol, root, this.#side, other.#registered, other.#chains);
  }

  /** Nothing is ever excluded. */
  get isEmpty(): boolean {
    return this.#list.rules.length === 0;
  }

  /**
   * The state inside a directory of the tree ('.' = the root), from the state inside its parent. `isFirst`: the files of
   * directories above are read before where a rule's path asks for that.
   */
  enter(directory: string, files: TreeRuleFiles, isFirst = this.#chains.size === 0): FilterState {
    if (this.#registered.length === 0) return this;
    const walk = new DirectoryWalk(this.#list, this.#side, this.#registered, new Map(this.#chains), files);
    const root = this.#absoluteRoot;
    const below = directory === '.' ? '' : directory;
    const absolute = [root, below].filter((part) => part !== '').join('/');
    walk.enter({ absolute, root, isFirst }, (name) =>
      files.readFile(below === '' ? name : `${below}/${name}`),
    );
    return new FilterState(this.#list, this.#protocol, root, this.#side, walk.registered, walk.chains);
  }

  /** What the rules say of a name, which --debug=FILTER tells; `none` means included. */
  check(name: string, isDirectory: boolean, side: Side, ignorePerishable = false): Verdict {
    const { verdict, rule, place } = this.decide(name, isDirectory, side, ignorePerishable);
    if (rule !== undefined) {
      const { debug, decided } = this.#list.sources;
      decided?.(witnessed(rule, place, { name, isDirectory, side }));
      debug?.(1, () => decisionText(rule, place, { name, isDirectory, side }));
    }
    return verdict;
  }

  /** As {@link check}, silent, with the rule that decided. */
  decide(name: string, isDirectory: boolean, side: Side, ignorePerishable = false): Decision {
    if (this.#list.rules.length === 0) return UNDECIDED;
    const item: Item = { name, isDirectory, side, ignorePerishable, isXattr: false };
    return this.#decideIn(this.#list.rules, item, 'list') ?? UNDECIDED;
  }

  /** Some rule in force here is about extended attributes. */
  get hasXattrRules(): boolean {
    const isXattr = (rule: Rule): boolean => rule.kind !== 'dir-merge' && rule.xattr;
    if (this.#list.rules.some(isXattr)) return true;
    for (const chain of this.#chains.values()) {
      for (let each: Chain | undefined = chain; each !== undefined; each = each.inherited) {
        if (each.rules.some(isXattr)) return true;
      }
    }
    return false;
  }

  /** Whether rules about extended attributes leave one out; rules about files say nothing of it. */
  excludesXattr(name: string, side: Side): boolean {
    const item: Item = { name, isDirectory: false, side, ignorePerishable: false, isXattr: true };
    return this.#decideIn(this.#list.rules, item, 'list')?.verdict === 'exclude';
  }

  #decideIn(rules: readonly Rule[], item: Item, place: RulePlace): Decision | undefined {
    for (const rule of rules) {
      if (item.ignorePerishable && rule.perishable) continue;
      let decided: Decision | undefined;
      if (rule.kind === 'dir-merge') decided = this.#decideInFiles(rule, item);
      else if (rule.kind === 'cvs') {
        if (actsOn(rule, item.side)) {
          decided = this.#decideIn(this.#list.cvsRules(this.#protocol), item, 'cvs');
        }
      } else if (
        rule.xattr === item.isXattr &&
        actsOn(rule, item.side) &&
        ruleMatches(rule, item.name, item.isDirectory, this.#absoluteRoot)
      ) {
        decided = { verdict: rule.kind, rule, place };
      }
      if (decided !== undefined) return decided;
    }
    return undefined;
  }

  #decideInFiles(rule: DirectoryMergeRule, item: Item): Decision | undefined {
    for (let chain = this.#chains.get(rule); chain !== undefined; chain = chain.inherited) {
      const decided = this.#decideIn(chain.rules, item, { file: baseName(rule.pattern) });
      if (decided !== undefined) return decided;
    }
    return undefined;
  }
}

interface Item {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly side: Side;
  readonly ignorePerishable: boolean;
  readonly isXattr: boolean;
}
