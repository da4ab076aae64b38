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
  readonly #requested: PatternRule[] = [];
  readonly #parents: PatternRule[] = [];
  readonly #settings: RequestSettings;
  /** The contents of the root itself were asked for. */
  #rootContent = false;
  /** No request has a wildcard or anything that quotes one. */
  #plain = true;

  /** `requests`: the source arguments of a pull without host parts. */
  constructor(requests: readonly string[], settings: RequestSettings) {
    this.#settings = settings;
    for (const request of requests) this.#take(request);
  }

  get rootContent(): boolean {
    return this.#rootContent;
  }

  /** For a name without leading slash. */
  verdict(name: string, isDirectory: boolean): RequestVerdict {
    const matches = (rule: PatternRule): boolean => ruleMatches(rule, name, isDirectory, '');
    if (this.#requested.some(matches)) return 'requested';
    return this.#parents.some(matches) ? 'parent' : 'refused';
  }

  /** Every name below this directory (without leading slash; not the root) was asked for; false where that is hard to tell. */
  coversContents(directory: string): boolean {
    if (!this.#settings.recursive || directory === '' || !this.#plain) return false;
    return this.verdict(directory, true) === 'requested';
  }

  #take(request: string): void {
    const name = this.#nameOf(request);
    if (name === '') {
      this.#rootContent = true;
      this.#addContents('');
      return;
    }
    const wild = /[*?[]/.test(name);
    if (wild || /[\\\]]/.test(name)) this.#plain = false;
    const pattern = wild ? `/${doubled(name)}` : `/${name.replaceAll('\\]', ']')}`;
    const variants = [pattern];
    const quoted = pattern.replace(/\\.|\[/gs, (found) => (found === '[' ? '\\[' : found));
    if (quoted !== pattern) variants.push(quoted);
    for (const each of variants) {
      this.#requested.push(include(each));
      this.#addContents(wild ? each : each.replaceAll('\\', '\\\\'));
    }
    if (!this.#settings.relative) return;
    for (let at = pattern.indexOf('/', 1); at > 0; at = pattern.indexOf('/', at + 1)) {
      this.#parents.push(include(pattern.slice(0, at + 1)));
    }
  }

  #addContents(pattern: string): void {
    const { dirs, recursive } = this.#settings;
    if (recursive) this.#requested.push(include(`${pattern}/**`));
    else if (dirs) this.#requested.push(include(`${pattern}/*`));
  }

  /** The part of a request that names begin with; '' for the contents of a directory. */
  #nameOf(request: string): string {
    let path = request;
    if (this.#settings.daemon) path = path.includes('/') ? path.slice(path.indexOf('/') + 1) : '';
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
