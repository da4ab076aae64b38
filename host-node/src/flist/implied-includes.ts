// What a pulling client asked for, as patterns that every name of the sender's list must meet
// (docs/protocol/03-file-list.md §16.2, 06-filters.md §14). A hostile sender must not add names of its own.
import { NO_FLAGS, type PatternRule, patternRule, ruleMatches } from '../filter/rule.ts';
import { cleanPath } from './argument.ts';

export interface RequestSettings {
  readonly relative: boolean;
  readonly recursive: boolean;
  readonly dirs: boolean;
  /** Arguments begin with a module's name. */
  readonly daemon: boolean;
}

/** `parent`: only as the directory that a requested name lies in. */
export type RequestVerdict = 'requested' | 'parent' | 'refused';

export class ImpliedIncludes {
  readonly #settings: RequestSettings;
  /** Requests without wildcards, of which --files-from may bring very many. */
  readonly #names = new Set<string>();
  /** Directories that such requests lie in. */
  readonly #parents = new Set<string>();
  readonly #patterns: PatternRule[] = [];
  /** What lies in directories that patterns stand for. */
  readonly #patternContents: PatternRule[] = [];
  readonly #patternParents: PatternRule[] = [];
  /** The contents of the root itself were asked for. */
  #rootContent = false;
  /** No request has a wildcard or anything that quotes one. */
  #plain = true;

  /** `requests`: the source arguments of a pull without host parts. */
  constructor(requests: readonly string[], settings: RequestSettings) {
    this.#settings = settings;
    for (const request of requests) this.#take(request, settings.daemon);
  }

  /** A name of --files-from, confined to the source's directory: it counts instead of the argument. */
  addListed(name: string): void {
    this.#take(name, false);
  }

  get rootContent(): boolean {
    return this.#rootContent;
  }

  /** For a name without leading slash. */
  verdict(name: string, isDirectory: boolean): RequestVerdict {
    const matches = (rule: PatternRule): boolean => ruleMatches(rule, name, isDirectory, '');
    if (this.isNamed(name, isDirectory) || this.#isContent(name)) return 'requested';
    if (this.#patternContents.some(matches)) return 'requested';
    if (isDirectory && this.#parents.has(name)) return 'parent';
    return this.#patternParents.some(matches) ? 'parent' : 'refused';
  }

  /** A request itself, and not only something that lies in one. */
  isNamed(name: string, isDirectory: boolean): boolean {
    return this.#names.has(name) || this.#patterns.some((rule) => ruleMatches(rule, name, isDirectory, ''));
  }

  /** Every name below this directory (without leading slash; not the root) was asked for; false where that is hard to tell. */
  coversContents(directory: string): boolean {
    if (!this.#settings.recursive || directory === '' || !this.#plain) return false;
    return this.verdict(directory, true) === 'requested';
  }

  /** Lies in a requested directory; without recursion, directly in it. */
  #isContent(name: string): boolean {
    const { dirs, recursive } = this.#settings;
    if (!dirs && !recursive) return false;
    let slash = name.lastIndexOf('/');
    if (this.#rootContent && (recursive || slash < 0)) return true;
    for (; slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
      if (this.#names.has(name.slice(0, slash))) return true;
      if (!recursive) return false;
    }
    return false;
  }

  #take(request: string, hasModule: boolean): void {
    const name = this.#nameOf(request, hasModule);
    if (name === '') this.#rootContent = true;
    else if (/[*?[]/.test(name)) this.#takePattern(name);
    else this.#takeName(name.replaceAll('\\]', ']'));
  }

  #takeName(name: string): void {
    if (/[\\\]]/.test(name)) this.#plain = false;
    this.#names.add(name);
    if (!this.#settings.relative) return;
    for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1))
      this.#parents.add(name.slice(0, at));
  }

  #takePattern(name: string): void {
    const { dirs, recursive, relative } = this.#settings;
    this.#plain = false;
    const pattern = `/${doubled(name)}`;
    const quoted = pattern.replace(/\\.|\[/gs, (found) => (found === '[' ? '\\[' : found));
    for (const each of new Set([pattern, quoted])) {
      this.#patterns.push(include(each));
      if (recursive) this.#patternContents.push(include(`${each}/**`));
      else if (dirs) this.#patternContents.push(include(`${each}/*`));
    }
    if (!relative) return;
    for (let at = pattern.indexOf('/', 1); at > 0; at = pattern.indexOf('/', at + 1)) {
      this.#patternParents.push(include(pattern.slice(0, at + 1)));
    }
  }

  /** The part of a request that names begin with; '' for the contents of a directory. */
  #nameOf(request: string, hasModule: boolean): string {
    let path = request;
    if (hasModule) path = path.includes('/') ? path.slice(path.indexOf('/') + 1) : '';
    if (!this.#settings.relative) {
      const last = path.slice(path.lastIndexOf('/') + 1);
      return last === '.' || last === '..' ? '' : last;
    }
    const split = path.indexOf('/./');
    if (split >= 0) path = path.slice(split + 3);
    return cleanPath(path).replace(/^\//, '');
  }
}

function include(pattern: string): PatternRule {
  return patternRule('include', pattern, NO_FLAGS);
}

/** Backslashes that quote no wildcard are meant literally. */
function doubled(name: string): string {
  return name.replace(/\\([*?[\]\\])|\\/gs, (all, quoted: string | undefined) =>
    quoted === undefined ? '\\\\' : all,
  );
}
