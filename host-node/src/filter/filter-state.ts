// Which rules are in force inside a directory: the run's list plus the per-directory files on the way there
// (docs/protocol/06-filters.md §6, §9). States are values: a walk may go on from any of them at any time.
import { cvsRules } from './cvs.ts';
import { checkDepth, ruleFileError } from './filter-error.ts';
import { type FilterList, baseName, sameFile } from './filter-list.ts';
import { type RulePlace, decisionText, witnessed } from './filter-voice.ts';
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
  sentSideOnly,
} from './rule.ts';
import { type FileRuleText, nameInMessages, rulesOfFile } from './rule-file.ts';

export type Verdict = 'include' | 'exclude' | 'none';

/** Which rule decided, for explanations and for deletion. */
export interface Decision {
  readonly verdict: Verdict;
  readonly rule: PatternRule | undefined;
  readonly place: RulePlace;
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

const UNDECIDED: Decision = { verdict: 'none', rule: undefined, place: 'list' };

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
    const walk = new DirectoryWalk(this.#list, this.#registered, new Map(this.#chains), files);
    const below = directory === '.' ? '' : directory;
    if (this.#chains.size === 0) this.#enterParents(walk, below, files);
    const absolute = [this.#absoluteRoot, below].filter((part) => part !== '').join('/');
    walk.enter(absolute, (name) => files.readFile(below === '' ? name : `${below}/${name}`));
    return new FilterState(
      this.#list,
      this.#protocol,
      this.#absoluteRoot,
      walk.registered,
      walk.chains,
      this.#cvs,
    );
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
        if (actsOn(rule, item.side)) decided = this.#decideIn(this.#cvs, item, 'cvs');
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
        walk.enterOne(rule, parent, (name) => files.readAbsolute(prefix + name));
      }
    }
  }
}

interface Item {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly side: Side;
  readonly ignorePerishable: boolean;
  readonly isXattr: boolean;
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

/** A file whose rules are being taken into a chain. */
interface Taking {
  readonly context: RuleContext;
  readonly chain: { rules: Rule[]; inherited: Chain | undefined };
  /** What messages call the file. */
  readonly name: string;
  readonly depth: number;
}

/** Reads the rule files of one directory and works out the chains that are in force inside it. */
class DirectoryWalk {
  readonly #list: FilterList;
  readonly #files: TreeRuleFiles;
  readonly registered: DirectoryMergeRule[];
  readonly chains: Map<Rule, Chain>;

  constructor(
    list: FilterList,
    registered: readonly DirectoryMergeRule[],
    chains: Map<Rule, Chain>,
    files: TreeRuleFiles,
  ) {
    this.#list = list;
    this.#files = files;
    this.registered = [...registered];
    this.chains = chains;
  }

  enter(absolute: string, read: ReadHere): void {
    // Files may register further rules, whose files are read in this directory too (observed with 3.4.1).
    for (let index = 0; index < this.registered.length; index++) {
      this.enterOne(this.registered[index]!, absolute, read);
    }
  }

  enterOne(rule: DirectoryMergeRule, absolute: string, read: ReadHere): void {
    const fileName = baseName(rule.pattern);
    const text = read(fileName);
    const inherited = rule.file.noInherit ? undefined : this.chains.get(rule);
    if (text === undefined) {
      if (inherited === undefined) this.chains.set(rule, { rules: [], inherited: undefined });
      return;
    }
    const chain = { rules: [] as Rule[], inherited };
    const name = `/${absolute === '' ? '' : `${absolute}/`}${fileName}`;
    const context = { file: rule.file, anchorDirectory: absolute };
    this.#takeFile(text, { context, chain, name, depth: 0 });
    this.chains.set(rule, chain);
  }

  #takeFile(text: string, taking: Taking): void {
    const { chain, context, name } = taking;
    const { sources } = this.#list;
    const overlong = (origin: string): void => sources.warn(`discarding over-long filter: ${origin}`);
    const file = { name, text, mode: context.file, zeroSeparated: sources.zeroSeparated ?? false };
    for (const rule of rulesOfFile(file, overlong)) {
      const parsed = parseFileRule(rule.text, { ...context, origin: rule.origin });
      if (parsed.type === 'clear') {
        this.#unregister(chain.rules);
        chain.rules.length = 0;
        chain.inherited = undefined;
      } else if (parsed.type === 'overlong') overlong(rule.origin);
      else if (parsed.type === 'rule') chain.rules.push(this.#sided(parsed.rule));
      else if (parsed.type === 'dir-merge') this.#register(parsed, chain.rules);
      else if (parsed.type === 'merge') this.#takeMerge(parsed, taking, rule);
    }
  }

  #sided(rule: Rule): Rule {
    return this.#list.sources.deleteExcluded === true ? sentSideOnly(rule) : rule;
  }

  /** `!` forgets the lists that the dropped rules had registered: the same file may be named again (observed with 3.4.1). */
  #unregister(rules: readonly Rule[]): void {
    for (const rule of rules) {
      const at = this.registered.findIndex((known) => known === rule);
      if (at >= 0) this.registered.splice(at, 1);
    }
  }

  #register(parsed: Extract<ParsedRule, { type: 'dir-merge' }>, rules: Rule[]): void {
    if (parsed.excludeFile) rules.push(this.#excludeFile(parsed.rule.pattern));
    if (this.registered.some((known) => sameFile(known, parsed.rule))) return;
    this.registered.push(parsed.rule);
    rules.push(parsed.rule);
  }

  #excludeFile(path: string): Rule {
    return this.#sided(patternRule('exclude', baseName(path), NO_FLAGS));
  }

  /** `merge` inside a directory's file: with a slash below that directory, without one in the start directory (§5). */
  #takeMerge(
    parsed: Extract<ParsedRule, { type: 'merge' }>,
    { context, chain, depth }: Taking,
    from: FileRuleText,
  ): void {
    if (parsed.excludeFile) chain.rules.push(this.#excludeFile(parsed.file));
    const { file, mode } = parsed;
    const directory = file.includes('/')
      ? context.anchorDirectory!
      : this.#files.rootPath.replace(/^\/+|\/+$/g, '');
    const path = file.startsWith('/') ? file : `/${directory}/${file}`;
    checkDepth(path, depth + 1);
    const text = this.#files.readAbsolute(path);
    if (text === undefined) {
      throw ruleFileError(
        path,
        mode.patternsOnly === 'include',
        'No such file or directory (2)',
        from.origin,
      );
    }
    const name = nameInMessages(path, from);
    this.#takeFile(text, { context: { ...context, file: mode }, chain, name, depth: depth + 1 });
  }
}
