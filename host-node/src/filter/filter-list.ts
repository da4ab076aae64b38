// The ordered list of a run's rules, made from options or from a peer's words; merge files are read here and now
// (docs/protocol/06-filters.md §2, §5, §13.5). Per-directory files are the matter of filter-state.ts.
import type { FilterArgument } from '../options/options.ts';
import { type CvsWords, NO_CVS_WORDS } from './cvs.ts';
import { checkDepth, ruleFileError } from './filter-error.ts';
import {
  type ParsedRule,
  type RuleContext,
  TOP_CONTEXT,
  parseFileRule,
  parseOldRule,
  parseRule,
} from './parse-rule.ts';
import { type FileMode, NO_FLAGS, PLAIN_FILE, type Rule, patternRule } from './rule.ts';
import { type RuleFiles, rulesOfFile } from './rule-file.ts';

export interface FilterSources {
  readonly files: RuleFiles;
  /** Standard input for `--exclude-from=-`; undefined: there is none to read. */
  readonly standardInput?: () => string;
  readonly cvsWords?: CvsWords;
  /** Rules that are dropped, in upstream's words. */
  readonly warn: (text: string) => void;
}

export class FilterList {
  readonly sources: FilterSources;
  #rules: Rule[] = [];

  constructor(sources: FilterSources) {
    this.sources = sources;
  }

  /** In order: the first that matches decides. */
  get rules(): readonly Rule[] {
    return this.#rules;
  }

  get cvsWords(): CvsWords {
    return this.sources.cvsWords ?? NO_CVS_WORDS;
  }

  /** Rules of this list come from files in the trees. */
  get hasDirectoryMerges(): boolean {
    return this.#rules.some((rule) => rule.kind === 'dir-merge');
  }

  /** The options of a command line, in its order. Throws RunErrors with exit code 1 (syntax) or 11 (files). */
  addArguments(filters: readonly FilterArgument[]): void {
    for (const { kind, text } of filters) {
      if (kind === 'filter') this.#take(parseRule(text, TOP_CONTEXT), TOP_CONTEXT, 0);
      else if (kind === 'include' || kind === 'exclude') {
        this.#take(parseOldRule(text, kind, TOP_CONTEXT), TOP_CONTEXT, 0);
      } else if (kind === 'partial-dir') this.addRule(`-p ${text}/`);
      else if (kind === 'cvs') {
        this.addRule(':C');
        this.addRule('-C');
      } else this.#addPatternFile(text, kind === 'include-from' ? 'include' : 'exclude');
    }
  }

  /** One rule in full syntax. */
  addRule(text: string): void {
    this.#take(parseRule(text, TOP_CONTEXT), TOP_CONTEXT, 0);
  }

  /** Rules as a client sent them, for the agreed protocol. */
  addWireRules(rules: readonly string[], protocol: number): void {
    for (const text of rules) {
      const parsed =
        protocol >= 29 ? parseRule(text, TOP_CONTEXT) : parseOldRule(text, 'exclude', TOP_CONTEXT);
      this.#take(parsed, TOP_CONTEXT, 0);
    }
  }

  #addPatternFile(path: string, action: 'include' | 'exclude'): void {
    const file: FileMode = { ...PLAIN_FILE, oldPrefixes: true, patternsOnly: action };
    this.#addFile(path, file, 0);
  }

  #addFile(path: string, file: FileMode, depth: number): void {
    checkDepth(path, depth);
    const context: RuleContext = { file, anchorDirectory: undefined };
    const overlong = (line: string): void => this.#warnOverlong(line);
    for (const text of rulesOfFile(this.#read(path, file), file, overlong)) {
      this.#take(parseFileRule(text, context), context, depth);
    }
  }

  #read(path: string, file: FileMode): string {
    const includes = file.patternsOnly === 'include';
    if (path === '-') {
      if (this.sources.standardInput !== undefined) return this.sources.standardInput();
      throw ruleFileError(path, includes, 'standard input cannot be read here');
    }
    const found = this.sources.files.read(path);
    if ('text' in found) return found.text;
    throw ruleFileError(path, includes, found.failure);
  }

  #take(parsed: ParsedRule, context: RuleContext, depth: number): void {
    switch (parsed.type) {
      case 'none':
        return;
      case 'clear':
        this.#rules = [];
        return;
      case 'overlong':
        this.#warnOverlong(parsed.text);
        return;
      case 'rule':
        this.#rules.push(parsed.rule);
        return;
      case 'merge':
        if (parsed.excludeFile) this.#excludeFile(parsed.file);
        this.#addFile(parsed.file, inherit(parsed.mode, context.file), depth + 1);
        return;
      case 'dir-merge':
        if (parsed.excludeFile) this.#excludeFile(parsed.rule.pattern);
        if (this.#rules.some((known) => known.kind === 'dir-merge' && sameFile(known, parsed.rule))) return;
        this.#rules.push(parsed.rule);
    }
  }

  #excludeFile(path: string): void {
    this.#rules.push(patternRule('exclude', baseName(path), NO_FLAGS));
  }

  #warnOverlong(text: string): void {
    this.sources.warn(`discarding over-long filter: ${text}`);
  }
}

/** A merge rule without an action of its own takes that of the file it stands in. */
function inherit(mode: FileMode, outer: FileMode): FileMode {
  if (outer.oldPrefixes) return mode;
  return { ...mode, patternsOnly: mode.patternsOnly ?? outer.patternsOnly };
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function sameFile(one: Rule, other: Rule): boolean {
  return baseName(one.pattern) === baseName(other.pattern);
}
