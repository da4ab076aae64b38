// The receiver-side rules as deletion sees them: the state of every directory on the way is kept, so that any directory
// can be entered after its parent (docs/protocol/04-transfer.md §13.3, 06-filters.md §9).
import type { DeletionFilters, Protection } from '../delete/filters.ts';
import type { FilterList } from '../filter/filter-list.ts';
import type { TreeRuleFiles } from '../filter/directory-rules.ts';
import { FilterState } from '../filter/filter-state.ts';

export class RuleDeletionFilters implements DeletionFilters {
  readonly #list: FilterList;
  readonly #protocol: number;
  readonly #files: () => TreeRuleFiles;
  readonly #inside = new Map<string, FilterState>();
  #outside: FilterState | undefined;

  /** `files` is asked when the destination's root exists. */
  constructor(list: FilterList, protocol: number, files: () => TreeRuleFiles) {
    this.#list = list;
    this.#protocol = protocol;
    this.#files = files;
  }

  enterDirectory(directory: string): void {
    if (!this.#list.hasDirectoryMerges || this.#inside.has(directory)) return;
    const parent = directory === '.' ? this.#start() : this.#stateOf(parentOf(directory));
    this.#inside.set(directory, parent.enter(directory, this.#files()));
  }

  forget(): void {
    this.#inside.clear();
  }

  protection(name: string, isDirectory: boolean, inVictim = false): Protection {
    const state = this.#stateOf(parentOf(name));
    const kept = state.check(name, isDirectory, 'receiver', inVictim) === 'exclude';
    if (inVictim || !kept) return kept ? 'protected' : 'none';
    const lasting = state.decide(name, isDirectory, 'receiver', true).verdict === 'exclude';
    return lasting ? 'protected' : 'perishable';
  }

  #stateOf(directory: string): FilterState {
    if (!this.#list.hasDirectoryMerges) return this.#start();
    const known = this.#inside.get(directory);
    if (known) return known;
    this.enterDirectory(directory);
    return this.#inside.get(directory)!;
  }

  #start(): FilterState {
    this.#outside ??= FilterState.outside(this.#list, this.#protocol, this.#files().rootPath);
    return this.#outside;
  }
}

function parentOf(name: string): string {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? '.' : name.slice(0, slash);
}
