// The receiver-side rules as deletion sees them: the rules in force where the generator stands. The state of every directory
// that was entered is kept, so that any directory can be entered after its parent (docs/protocol/04-transfer.md §13.3,
// 06-filters.md §9).
import type { DeletionFilters, Protection } from '../delete/filters.ts';
import type { FilterList } from '../filter/filter-list.ts';
import type { TreeRuleFiles } from '../filter/directory-rules.ts';
import { FilterState } from '../filter/filter-state.ts';
import { parentOf } from '../fs/path-text.ts';

export class RuleDeletionFilters implements DeletionFilters {
  readonly #list: FilterList;
  readonly #protocol: number;
  readonly #files: () => TreeRuleFiles;
  readonly #inside = new Map<string, FilterState>();
  /** Of the directory that was entered last. */
  #entered: FilterState | undefined;
  /** Of the directories that are being deleted, outermost first. */
  readonly #victims: FilterState[] = [];
  #outside: FilterState | undefined;

  /** `files` is asked when the destination's root exists. */
  constructor(list: FilterList, protocol: number, files: () => TreeRuleFiles) {
    this.#list = list;
    this.#protocol = protocol;
    this.#files = files;
  }

  enterDirectory(directory: string): void {
    if (this.#list.hasDirectoryMerges) this.#entered = this.#stateOf(directory);
  }

  leaveAll(): void {
    this.#inside.clear();
    this.#entered = undefined;
  }

  enterVictim(directory: string): void {
    if (this.#list.hasDirectoryMerges) this.#victims.push(this.#current().enter(directory, this.#files()));
  }

  leaveVictim(): void {
    this.#victims.pop();
  }

  protection(name: string, isDirectory: boolean, inVictim = false): Protection {
    const state = this.#current();
    const kept = state.check(name, isDirectory, 'receiver', inVictim) === 'exclude';
    if (inVictim || !kept) return kept ? 'protected' : 'none';
    const lasting = state.decide(name, isDirectory, 'receiver', true).verdict === 'exclude';
    return lasting ? 'protected' : 'perishable';
  }

  #current(): FilterState {
    return this.#victims.at(-1) ?? this.#entered ?? this.#start();
  }

  #stateOf(directory: string): FilterState {
    const known = this.#inside.get(directory);
    if (known !== undefined) return known;
    const parent = directory === '.' ? this.#start() : this.#stateOf(parentOf(directory) || '.');
    const state = parent.enter(directory, this.#files());
    this.#inside.set(directory, state);
    return state;
  }

  #start(): FilterState {
    this.#outside ??= FilterState.outside(this.#list, this.#protocol, this.#files().rootPath, 'receiver');
    return this.#outside;
  }
}
