// The ordered list of a run's rules, made from options or from a peer's words; merge files are read here and now
// (docs/protocol/06-filters.md §2, §5, §13.5). Per-directory files are the matter of filter-state.ts.
import type { FilterArgument } from '../options/options.ts';
import { NEWEST_PROTOCOL } from '../options/version.ts';
import { type CvsWords, NO_CVS_WORDS, cvsRules } from './cvs.ts';
import { checkDepth, ruleFileError } from './filter-error.ts';
import {
  type ParsedRule,
  type RuleContext,
  TOP_CONTEXT,
  parseFileRule,
  parseOldRule,
  parseRule,
} from './parse-rule.ts';
import type { FilterVoice, FilterWitness } from './filter-voice.ts';
import {
  type CvsRule,
  type FileMode,
  NO_FLAGS,
  PLAIN_FILE,
  type PatternRule,
  type Rule,
  type Side,
  patternRule,
  sentSideOnly,
} from './rule.ts';
import { type FileRuleText, type RuleFiles, nameInMessages, rulesOfFile } from './rule-file.ts';

export interface FilterSources {
  readonly files: RuleFiles;
  /** Standard input for `--exclude-from=-`; undefined: `-` is a file like others, as at a server. */
  readonly standardInput?: () => string;
  /** Asked for when the first -C is met. */
  readonly cvsWords?: () => CvsWords;
  /** --from0: rules of merge files end at NUL. */
  readonly zeroSeparated?: boolean;
  /** --delete-excluded: rules without a side act on the sending side only. */
  readonly deleteExcluded?: boolean;
  /** A client that receives: its own -C protects what it matches in spite of that (observed). */
  readonly pulls?: boolean;
  /** Whose words are read; absent: a client's. */
  readonly role?: 'client' | 'server';
  /** Rules that are dropped, in upstream's words. */
  readonly warn: (text: string) => void;
  /** Hears of every name that a rule decides; undefined when nobody listens. */
  readonly decided?: FilterWitness | undefined;
  /** --debug=FILTER; undefined when nobody listens. */
  readonly debug?: FilterVoice | undefined;
}

/** A file that is being read, and the rule of another file that named it. */
interface Reading {
  readonly mode: FileMode;
  readonly zeroSeparated: boolean;
  readonly depth: number;
  readonly namedBy: FileRuleText | undefined;
}

export class FilterList {
  readonly sources: FilterSources;
  #rules: Rule[] = [];
  /** The first -C; all others share its list. */
  #firstCvs: { readonly rule: CvsRule; readonly protocol: number | undefined } | undefined;
  #cvsRules: readonly PatternRule[] | undefined;
  /** What an option's rule that is taken now may know of the protocol; undefined: the agreed one. */
  #protocolOfOption: number | undefined;
  /** What is taken now are a server's own words. */
  #ofServer = false;

  constructor(sources: FilterSources) {
    this.sources = sources;
  }

  /** In order: the first that matches decides. */
  get rules(): readonly Rule[] {
    return this.#rules;
  }

  /** What any -C of this list stands for, as the first one made it; `protocol`: what was agreed, for a rule that came after that. */
  cvsRules(protocol: number): readonly PatternRule[] {
    if (this.#firstCvs === undefined) return [];
    const { rule, protocol: ofOption } = this.#firstCvs;
    this.#cvsRules ??= cvsRules(this.sources.cvsWords?.() ?? NO_CVS_WORDS, ofOption ?? protocol, rule);
    return this.#cvsRules;
  }

  /** A rule has come into force, here or in a directory's file. */
  noteRule(rule: Rule): void {
    if (rule.kind === 'cvs') this.#firstCvs ??= { rule, protocol: this.#protocolOfOption };
  }

  /** Rules of this list come from files in the trees. */
  get hasDirectoryMerges(): boolean {
    return this.#rules.some((rule) => rule.kind === 'dir-merge');
  }

  /** The options of a command line, in its order. Throws RunErrors with exit code 1 (syntax) or 11 (files). */
  addArguments(filters: readonly FilterArgument[]): void {
    for (const { kind, text, zeroSeparated = false, protocol = NEWEST_PROTOCOL } of filters) {
      switch (kind) {
        case 'filter':
          this.#protocolOfOption = protocol;
          this.#take(parseRule(text, TOP_CONTEXT), TOP_CONTEXT, 0, undefined);
          this.#protocolOfOption = undefined;
          break;
        case 'include':
        case 'exclude':
          this.#take(parseOldRule(text, kind, TOP_CONTEXT), TOP_CONTEXT, 0, undefined);
          break;
        case 'include-from':
        case 'exclude-from':
          this.#addPatternFile(text, kind === 'include-from' ? 'include' : 'exclude', zeroSeparated);
          break;
        case 'partial-dir':
          this.#push({
            ...patternRule('exclude', `${text}/`, { ...NO_FLAGS, perishable: true }),
            automatic: true,
          });
          break;
        case 'cvs':
          this.#addCvs(':C');
          this.#addCvs('-C');
      }
    }
  }

  /** The words of a server's own command line: before those that travel; of -C it is told by {@link addServersCvs} (§13.6). */
  addServersOwn(filters: readonly FilterArgument[]): void {
    this.#ofServer = true;
    this.addArguments(filters.filter(({ kind }) => kind !== 'cvs'));
    this.#ofServer = false;
  }

  /** What the option -C stands for at a server, behind the rules that the client sent (§13.3). */
  addServersCvs(side: Side, protocol: number): void {
    if (side === 'sender' || protocol < 29) this.#addCvs(':C');
    if (side === 'sender') this.#addCvs('-C');
  }

  /** One rule in full syntax. */
  addRule(text: string): void {
    this.#take(parseRule(text, TOP_CONTEXT), TOP_CONTEXT, 0, undefined);
  }

  /** Rules as a client sent them, for the agreed protocol. */
  addWireRules(rules: readonly string[], protocol: number): void {
    for (const text of rules) {
      const parsed =
        protocol >= 29 ? parseRule(text, TOP_CONTEXT) : parseOldRule(text, 'exclude', TOP_CONTEXT);
      this.#take(parsed, TOP_CONTEXT, 0, undefined);
    }
  }

  #addCvs(text: string): void {
    const parsed = parseRule(text, TOP_CONTEXT);
    if (parsed.type !== 'rule' && parsed.type !== 'dir-merge') throw new Error('no rule of -C');
    if (parsed.type === 'dir-merge' && this.#isRegistered(parsed.rule)) return;
    const rule: Rule = { ...parsed.rule, automatic: true };
    if (this.sources.pulls === true) this.#enter(rule);
    else this.#push(rule);
  }

  #addPatternFile(path: string, action: 'include' | 'exclude', zeroSeparated: boolean): void {
    const mode: FileMode = { ...PLAIN_FILE, oldPrefixes: true, patternsOnly: action };
    this.#addFile(path, { mode, zeroSeparated, depth: 0, namedBy: undefined });
  }

  #addFile(path: string, { mode, zeroSeparated, depth, namedBy }: Reading): void {
    checkDepth(namedBy?.origin ?? path, depth);
    const text = this.#read(path, mode, namedBy?.origin);
    const overlong = (origin: string): void => this.#warnOverlong(origin);
    const file = { name: nameInMessages(path, namedBy), text, mode, zeroSeparated };
    for (const rule of rulesOfFile(file, overlong)) {
      const context: RuleContext = { file: mode, anchorDirectory: undefined, origin: rule.origin };
      this.#take(parseFileRule(rule.text, context), context, depth, rule);
    }
  }

  #read(path: string, mode: FileMode, origin: string | undefined): string {
    const includes = mode.patternsOnly === 'include';
    const { standardInput } = this.sources;
    if (path === '-' && standardInput !== undefined) return standardInput();
    const found = this.sources.files.read(path);
    if ('text' in found) return found.text;
    throw ruleFileError(path, includes, found.failure, origin, this.sources.role);
  }

  #take(parsed: ParsedRule, context: RuleContext, depth: number, from: FileRuleText | undefined): void {
    switch (parsed.type) {
      case 'none':
        return;
      case 'clear':
        this.#rules = [];
        return;
      case 'overlong':
        this.#warnOverlong(from?.origin ?? parsed.text);
        return;
      case 'rule':
        this.#push(parsed.rule);
        return;
      case 'merge':
        if (parsed.excludeFile) this.#excludeFile(parsed.file);
        this.#addFile(parsed.file, {
          mode: inherit(parsed.mode, context.file),
          zeroSeparated: this.sources.zeroSeparated ?? false,
          depth: depth + 1,
          namedBy: from,
        });
        return;
      case 'dir-merge':
        if (parsed.excludeFile) this.#excludeFile(parsed.rule.pattern);
        if (!this.#isRegistered(parsed.rule)) this.#push(parsed.rule);
    }
  }

  #isRegistered(rule: Rule): boolean {
    return this.#rules.some((known) => known.kind === 'dir-merge' && sameFile(known, rule));
  }

  #push(rule: Rule): void {
    if (this.#ofServer) this.#enter({ ...rule, everySide: true });
    else this.#enter(this.sources.deleteExcluded === true ? sentSideOnly(rule) : rule);
  }

  #enter(rule: Rule): void {
    this.noteRule(rule);
    this.#rules.push(rule);
  }

  #excludeFile(path: string): void {
    this.#push(patternRule('exclude', baseName(path), NO_FLAGS));
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
