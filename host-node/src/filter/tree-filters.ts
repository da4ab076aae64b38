// The receiving side's rules over its own tree, as deletion asks for them (docs/protocol/06-filters.md §9.4, §10).
// Keeps the states of one directory and its ancestors only.
import type { DeletionFilters, Protection } from '../delete/filters.ts';
import type { FilterList } from './filter-list.ts';
import { FilterState, type TreeRuleFiles } from './filter-state.ts';

export class TreeFilters implements DeletionFilters {
  readonly #files: TreeRuleFiles;
  readonly #outside: FilterState;
  readonly #states = new Map<string, FilterState>();

  constructor(list: FilterList, protocol: number, files: TreeRuleFiles) {
    this.#files = files;
    this.#outside = FilterState.outside(list, protocol, files.rootPath);
  }

  enterDirectory(directory: string): void {
    for (const known of this.#states.keys()) {
      if (known !== '.' && known !== directory && !directory.startsWith(`${known}/`))
        this.#states.delete(known);
    }
    // Files are read anew: with deletion after the transfer they have changed since an earlier visit.
    this.#states.delete(directory);
    this.#stateIn(directory);
  }

  protection(name: string, isDirectory: boolean): Protection {
    const state = this.#stateIn(parentOf(name));
    const decision = state.decide(name, isDirectory, 'receiver');
    if (decision.verdict !== 'exclude') return 'none';
    if (!decision.rule!.perishable) return 'protected';
    return state.check(name, isDirectory, 'receiver', true) === 'exclude' ? 'protected' : 'perishable';
  }

  #stateIn(directory: string): FilterState {
    let state = this.#states.get(directory);
    if (state === undefined) {
      const parent = directory === '.' ? this.#outside : this.#stateIn(parentOf(directory));
      state = parent.enter(directory, this.#files);
      this.#states.set(directory, state);
    }
    return state;
  }
}

function parentOf(name: string): string {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? '.' : name.slice(0, slash);
}
