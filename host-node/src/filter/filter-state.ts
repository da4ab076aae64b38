// Which rules are in force inside a directory: the run's list plus the per-directory files on the way there
// (docs/protocol/06-filters.md §6, §9). States are values: a walk may go on from any of them at any time.
import { cvsRules } from './cvs.ts';
import { checkDepth, ruleFileError } from './filter-error.ts';
import { type FilterList, baseName, sameFile } from './filter-list.ts';
import { type ParsedRule, type RuleContext, parseFileRule } from './parse-rule.ts';
import {
  type DirectoryMergeRule,
  NO_FLAGS,
  type PatternRule,
  type Rule,
  type Side,
  actsOn,
  patternRule,
  ruleMatches,
} from './rule.ts';
import { rulesOfFile } from './rule-file.ts';

export type Verdict = 'include' | 'exclude' | 'none';

/** Which rule decided, for explanations and for deletion. */
export interface Decision {
  readonly verdict: Verdict;
  readonly rule: PatternRule | undefined;
  /** The per-directory rule whose file holds it. */
  readonly from: DirectoryMergeRule | undefined;
}

/** How rule files of a tree are read. */
export interface TreeRuleFiles {
  /** Absolute path of the transfer's root, latin1. */
  readonly rootPath: string;
  /** Contents of a file below the root; undefined when it is not there or not readable. */
  readFile(rootRelativeName: string): string | undefined;
  /** The same by absolute path, for start directories above the root (`: /.rsync-filter`) and merge files inside. */
  readAbsolute(path: string): string | undefined;
}

/** Rules of one directory's file, then those of its parents' files. */
interface Chain {
  readonly rules: readonly Rule[];
  readonly inherited: Chain | undefined;
}

const UNDECIDED: Decision = { verdict: 'none', rule: undefined, from: undefined };

export class FilterState {
  readonly #list: FilterList;
  readonly #protocol: number;
  readonly #absoluteRoot: string;
  readonly #registered: readonly DirectoryMergeRule[];
  readonly #chains: ReadonlyMap<Rule, Chain>;
  readonly #cvs: readonly PatternRule[];

  private constructor(
    list: FilterList,
    protocol: number,
    absoluteRoot: string,
    registered: readonly DirectoryMergeRule[],
    chains: ReadonlyMap<Rule, Chain>,
    cvs: readonly PatternRule[],
  ) {
    this.#list = list;
    this.#protocol = protocol;
    this.#absoluteRoot = absoluteRoot;
    this.#registered = registered;
    this.#chains = chains;
    this.#cvs = cvs;
  }

  /** The state of names given as arguments: no directory was entered yet. */
  static outside(list: FilterList, protocol: number, rootPath: string): FilterState {
    const absoluteRoot = rootPath.replace(/^\/+|\/+$/g, '');
    const registered = list.rules.filter((rule): rule is DirectoryMergeRule => rule.kind === 'dir-merge');
    const cvs = list.rules.some((rule) => rule.kind === 'cvs') ? cvsRules(list.cvsWords, protocol) : [];
    return new FilterState(list, protocol, absoluteRoot, registered, new Map(), cvs);
  }

  /** Nothing is ever excluded. */
  get isEmpty(): boolean {
    return this.#list.rules.length === 0;
  }

  /**
   * The state inside a directory of the tree ('.' = the root), from the state inside its parent. From the state
   * {@link outside}, the files of directories above are read first where a rule's path asks for that.
   */
  enter(directory: string, files: TreeRuleFiles): FilterState {
    if (this.#registered.length === 0) return this;
    const walk = new DirectoryWalk(this.#list, this.#registered, new Map(this.#chains));
    const below = directory === '.' ? '' : directory;
    if (this.#chains.size === 0) this.#enterParents(walk, below, files);
    const absolute = [this.#absoluteRoot, below].filter((part) => part !== '').join('/');
    walk.enter(absolute, (name) => files.readFile(below === '' ? name : `${below}/${name}`), files);
    return new FilterState(
      this.#list,
      this.#protocol,
      this.#absoluteRoot,
      walk.registered,
      walk.chains,
      this.#cvs,
    );
  }

  /** What the rules say of a name; `none` means included. */
  check(name: string, isDirectory: boolean, side: Side, ignorePerishable = false): Verdict {
    return this.decide(name, isDirectory, side, ignorePerishable).verdict;
  }

  /** As {@link check}, with the rule that decided. */
  decide(name: string, isDirectory: boolean, side: Side, ignorePerishable = false): Decision {
    if (this.#list.rules.length === 0) return UNDECIDED;
    const item: Item = { name, isDirectory, side, ignorePerishable };
    return this.#decideIn(this.#list.rules, item, undefined) ?? UNDECIDED;
  }

  #decideIn(rules: readonly Rule[], item: Item, from: DirectoryMergeRule | undefined): Decision | undefined {
    for (const rule of rules) {
      if (item.ignorePerishable && rule.perishable) continue;
      let decided: Decision | undefined;
      if (rule.kind === 'dir-merge') decided = this.#decideInFiles(rule, item);
      else if (rule.kind === 'cvs') {
        if (actsOn(rule, item.side)) decided = this.#decideIn(this.#cvs, item, from);
      } else if (
        !rule.xattr &&
        actsOn(rule, item.side) &&
        ruleMatches(rule, item.name, item.isDirectory, this.#absoluteRoot)
      ) {
        decided = { verdict: rule.kind, rule, from };
      }
      if (decided !== undefined) return decided;
    }
    return undefined;
  }

  #decideInFiles(rule: DirectoryMergeRule, item: Item): Decision | undefined {
    for (let chain = this.#chains.get(rule); chain !== undefined; chain = chain.inherited) {
      const decided = this.#decideIn(chain.rules, item, rule);
      if (decided !== undefined) return decided;
    }
    return undefined;
  }

  /** Directories from a rule's start directory down to the parent of the first one entered (§6). */
  #enterParents(walk: DirectoryWalk, directory: string, files: TreeRuleFiles): void {
    const entered = [this.#absoluteRoot, directory].filter((part) => part !== '').join('/');
    if (entered === '') return;
    for (const rule of [...walk.registered]) {
      const slash = rule.pattern.lastIndexOf('/');
      if (slash < 0) continue;
      const start = startDirectory(rule.pattern.slice(0, slash + 1), this.#absoluteRoot);
      if (start !== '' && entered !== start && !entered.startsWith(`${start}/`)) continue;
      const components = entered.split('/');
      const first = start === '' ? 0 : start.split('/').length;
      for (let count = first; count < components.length; count++) {
        const parent = components.slice(0, count).join('/');
        const prefix = parent === '' ? '/' : `/${parent}/`;
        walk.enterOne(rule, parent, (name) => files.readAbsolute(prefix + name), files);
      }
    }
  }
}

interface Item {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly side: Side;
  readonly ignorePerishable: boolean;
}

/** `: PATH/NAME`: the absolute start directory, without slashes at its ends. */
function startDirectory(path: string, absoluteRoot: string): string {
  const parts = path.startsWith('/') ? [] : absoluteRoot.split('/').filter((part) => part !== '');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

type ReadHere = (name: string) => string | undefined;

/** Reads the rule files of one directory and works out the chains that are in force inside it. */
class DirectoryWalk {
  readonly #list: FilterList;
  readonly registered: DirectoryMergeRule[];
  readonly chains: Map<Rule, Chain>;

  constructor(list: FilterList, registered: readonly DirectoryMergeRule[], chains: Map<Rule, Chain>) {
    this.#list = list;
    this.registered = [...registered];
    this.chains = chains;
  }

  enter(absolute: string, read: ReadHere, files: TreeRuleFiles): void {
    // Files may register further rules, whose files are read in this directory too (observed with 3.4.1).
    for (let index = 0; index < this.registered.length; index++) {
      this.enterOne(this.registered[index]!, absolute, read, files);
    }
  }

  enterOne(rule: DirectoryMergeRule, absolute: string, read: ReadHere, files: TreeRuleFiles): void {
    const text = read(baseName(rule.pattern));
    const inherited = rule.file.noInherit ? undefined : this.chains.get(rule);
    if (text === undefined) {
      if (inherited === undefined) this.chains.set(rule, { rules: [], inherited: undefined });
      return;
    }
    const chain = { rules: [] as Rule[], inherited };
    this.#takeFile(text, { file: rule.file, anchorDirectory: absolute }, chain, files, 0);
    this.chains.set(rule, chain);
  }

  #takeFile(
    text: string,
    context: RuleContext,
    chain: { rules: Rule[]; inherited: Chain | undefined },
    files: TreeRuleFiles,
    depth: number,
  ): void {
    const overlong = (line: string): void => this.#list.sources.warn(`discarding over-long filter: ${line}`);
    for (const word of rulesOfFile(text, context.file, overlong)) {
      const parsed = parseFileRule(word, context);
      if (parsed.type === 'clear') {
        this.#unregister(chain.rules);
        chain.rules.length = 0;
        chain.inherited = undefined;
      } else if (parsed.type === 'overlong') overlong(parsed.text);
      else if (parsed.type === 'rule') chain.rules.push(parsed.rule);
      else if (parsed.type === 'dir-merge') this.#register(parsed, chain.rules);
      else if (parsed.type === 'merge') this.#takeMerge(parsed, context, chain, files, depth);
    }
  }

  /** `!` forgets the lists that the dropped rules had registered: the same file may be named again (observed with 3.4.1). */
  #unregister(rules: readonly Rule[]): void {
    for (const rule of rules) {
      const at = this.registered.findIndex((known) => known === rule);
      if (at >= 0) this.registered.splice(at, 1);
    }
  }

  #register(parsed: Extract<ParsedRule, { type: 'dir-merge' }>, rules: Rule[]): void {
    if (parsed.excludeFile) rules.push(patternRule('exclude', baseName(parsed.rule.pattern), NO_FLAGS));
    if (this.registered.some((known) => sameFile(known, parsed.rule))) return;
    this.registered.push(parsed.rule);
    rules.push(parsed.rule);
  }

  /** `merge` inside a directory's file: with a slash below that directory, without one in the start directory (§5). */
  #takeMerge(
    parsed: Extract<ParsedRule, { type: 'merge' }>,
    context: RuleContext,
    chain: { rules: Rule[]; inherited: Chain | undefined },
    files: TreeRuleFiles,
    depth: number,
  ): void {
    if (parsed.excludeFile) chain.rules.push(patternRule('exclude', baseName(parsed.file), NO_FLAGS));
    const { file } = parsed;
    const directory = file.includes('/')
      ? context.anchorDirectory!
      : files.rootPath.replace(/^\/+|\/+$/g, '');
    const path = file.startsWith('/') ? file : `/${directory}/${file}`;
    checkDepth(path, depth + 1);
    const text = files.readAbsolute(path);
    if (text === undefined) {
      const includes = parsed.mode.patternsOnly === 'include';
      throw ruleFileError(path, includes, 'No such file or directory (2)');
    }
    this.#takeFile(text, { ...context, file: parsed.mode }, chain, files, depth + 1);
  }
}
