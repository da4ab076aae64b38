// Reads the rule files of one directory, and what they name, into the chains that are in force inside it
// (docs/protocol/06-filters.md §5, §6). Which of the rules decide is the matter of filter-state.ts.
import { checkDepth, ruleFileError } from './filter-error.ts';
import { type FilterList, baseName, sameFile } from './filter-list.ts';
import { type ParsedRule, type RuleContext, parseFileRule } from './parse-rule.ts';
import {
  type DirectoryMergeRule,
  NO_FLAGS,
  type Rule,
  type Side,
  actsOn,
  patternRule,
  sentSideOnly,
} from './rule.ts';
import { type FileRuleText, nameInMessages, rulesOfFile } from './rule-file.ts';

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
export interface Chain {
  readonly rules: readonly Rule[];
  readonly inherited: Chain | undefined;
}

type ReadHere = (name: string) => string | undefined;

/** A directory on its way in; both paths are absolute, without slashes at their ends. */
interface EnteredDirectory {
  readonly absolute: string;
  readonly root: string;
  /** Of those that are entered: what lies above comes into force with it. */
  readonly isFirst: boolean;
}

/** A file whose rules are being taken into a chain. */
interface Taking {
  readonly context: RuleContext;
  readonly chain: { rules: Rule[]; inherited: Chain | undefined };
  /** What messages call the file. */
  readonly name: string;
  readonly depth: number;
}

/** Reads the rule files of one directory and works out the chains that are in force inside it. */
export class DirectoryWalk {
  readonly #list: FilterList;
  readonly #side: Side;
  readonly #files: TreeRuleFiles;
  readonly registered: DirectoryMergeRule[];
  readonly chains: Map<Rule, Chain>;

  constructor(
    list: FilterList,
    side: Side,
    registered: readonly DirectoryMergeRule[],
    chains: Map<Rule, Chain>,
    files: TreeRuleFiles,
  ) {
    this.#list = list;
    this.#side = side;
    this.#files = files;
    this.registered = [...registered];
    this.chains = chains;
  }

  enter(place: EnteredDirectory, read: ReadHere): void {
    const known = this.registered.length;
    // Files may register further rules, whose files are read in this directory too (observed with 3.4.1).
    for (let index = 0; index < this.registered.length; index++) {
      const rule = this.registered[index]!;
      if (place.isFirst || index >= known) this.#enterParents(rule, place);
      this.#enterOne(rule, place.absolute, read);
    }
  }

  /** Directories from a rule's start directory down to the parent of the first one entered (§6). */
  #enterParents(rule: DirectoryMergeRule, { absolute, root }: EnteredDirectory): void {
    const slash = rule.pattern.lastIndexOf('/');
    if (slash < 0 || absolute === '') return;
    const start = startDirectory(rule.pattern.slice(0, slash + 1), root);
    if (start !== '' && absolute !== start && !absolute.startsWith(`${start}/`)) return;
    const components = absolute.split('/');
    const first = start === '' ? 0 : start.split('/').length;
    for (let count = first; count < components.length; count++) {
      const parent = components.slice(0, count).join('/');
      const prefix = parent === '' ? '/' : `/${parent}/`;
      this.#enterOne(rule, parent, (name) => this.#files.readAbsolute(prefix + name));
    }
  }

  #enterOne(rule: DirectoryMergeRule, absolute: string, read: ReadHere): void {
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
      else if (parsed.type === 'rule') {
        const sided = this.#sided(parsed.rule);
        this.#list.noteRule(sided);
        chain.rules.push(sided);
      } else if (parsed.type === 'dir-merge') this.#register(parsed, chain.rules);
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
    if (!actsOn(parsed.rule, this.#side)) return;
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
    checkDepth(from.origin, depth + 1);
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
