// The rules in force where rsync's sender stands: one stack for all arguments. A directory's rules stay in force until another one
// of its depth is entered, whatever tree that belongs to (docs/protocol/06-filters.md §9.3).
import type { FilterState } from '../filter/filter-state.ts';
import { belowRoot } from './source-names.ts';
import type { SourceRoot } from './source-roots.ts';

export class RulesInForce {
  /** Directories that were entered, outermost first. */
  readonly #entered: { readonly depth: number; readonly state: FilterState }[] = [];
  /** So many of them are not left now. */
  #kept = 0;
  /** Files above the trees are read for the first directory of a run only (§6). */
  #isFirst = true;

  /** What decides about names that are met now. */
  of(source: SourceRoot): FilterState {
    const state = this.#entered.at(-1)?.state;
    return state === undefined ? source.outside : source.outside.withRulesOf(state);
  }

  /** Goes into a directory of the list and leaves all that lie as deep or deeper; of the roots only the first is gone into. */
  enter(source: SourceRoot, name: string): FilterState {
    const directory = belowRoot(name);
    const depth = directory === '.' ? 0 : directory.split('/').length;
    if (depth === 0 && this.#entered.length > this.#kept) return this.of(source);
    while (this.#entered.length > this.#kept && this.#entered.at(-1)!.depth >= depth) this.#entered.pop();
    const state = this.of(source).enter(directory, source.files, this.#isFirst);
    this.#isFirst = false;
    this.#entered.push({ depth, state });
    return state;
  }

  /** Not incremental: what is entered from here on is left again by {@link endTree}, and nothing else is. */
  beginTree(): void {
    this.#kept = this.#entered.length;
  }

  endTree(): void {
    this.#entered.length = this.#kept;
    this.#kept = 0;
  }
}
