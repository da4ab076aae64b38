// The rules in force where a process of rsync's stands: one stack of directories for all trees. A directory's rules stay in force
// until another one of its depth is entered, whatever tree that belongs to (docs/protocol/06-filters.md §9.3, §9.4).
import type { TreeRuleFiles } from './directory-rules.ts';
import type { FilterState } from './filter-state.ts';

/** A tree with rule files. */
export interface RuledTree {
  readonly files: TreeRuleFiles;
  /** The state of names for which no directory was entered. */
  readonly outside: FilterState;
}

export class RulesInForce {
  /** Directories that were entered, outermost first. */
  readonly #entered: { readonly depth: number; readonly state: FilterState }[] = [];
  /** So many of them are not left now. */
  #kept = 0;
  /** Files above the trees are read for the first directory of a run only (§6). */
  #isFirst = true;

  /** What decides about names of that tree that are met now. */
  of({ outside }: RuledTree): FilterState {
    const state = this.#entered.at(-1)?.state;
    return state === undefined ? outside : outside.withRulesOf(state);
  }

  /** Goes into a directory ('.' = the root) and leaves all that lie as deep or deeper; of the roots only the first is gone into. */
  enter(tree: RuledTree, directory: string): FilterState {
    const depth = directory === '.' ? 0 : directory.split('/').length;
    if (depth === 0 && this.#entered.length > this.#kept) return this.of(tree);
    while (this.#entered.length > this.#kept && this.#entered.at(-1)!.depth >= depth) this.#entered.pop();
    const state = this.inside(tree, directory);
    this.#entered.push({ depth, state });
    return state;
  }

  /** The rules inside a directory that is not gone into, on top of those in force. */
  inside(tree: RuledTree, directory: string): FilterState {
    const state = this.of(tree).enter(directory, tree.files, this.#isFirst);
    this.#isFirst = false;
    return state;
  }

  leaveAll(): void {
    this.#entered.length = 0;
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
