// The receiver-side rules as deletion sees them: the rules in force where the generator stands (docs/protocol/04-transfer.md §13.3,
// 06-filters.md §9.4).
import type { DeletionFilters, Protection } from '../delete/filters.ts';
import type { FilterList } from '../filter/filter-list.ts';
import type { TreeRuleFiles } from '../filter/directory-rules.ts';
import { FilterState } from '../filter/filter-state.ts';
import { type RuledTree, RulesInForce } from '../filter/rules-in-force.ts';

export class RuleDeletionFilters implements DeletionFilters {
  readonly #list: FilterList;
  readonly #protocol: number;
  readonly #files: () => TreeRuleFiles;
  readonly #rules = new RulesInForce();
  /** Of the directories that are being deleted, outermost first. */
  readonly #victims: FilterState[] = [];
  #tree: RuledTree | undefined;

  /** `files` is asked when the destination's root exists. */
  constructor(list: FilterList, protocol: number, files: () => TreeRuleFiles) {
    this.#list = list;
    this.#protocol = protocol;
    this.#files = files;
  }

  enterDirectory(directory: string): void {
    if (this.#list.hasDirectoryMerges) this.#rules.enter(this.#start(), directory);
  }

  leaveAll(): void {
    this.#rules.leaveAll();
  }

  enterVictim(directory: string): void {
    if (!this.#list.hasDirectoryMerges) return;
    const around = this.#victims.at(-1);
    const tree = this.#start();
    this.#victims.push(around?.enter(directory, tree.files, false) ?? this.#rules.inside(tree, directory));
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
    return this.#victims.at(-1) ?? this.#rules.of(this.#start());
  }

  #start(): RuledTree {
    if (this.#tree === undefined) {
      const files = this.#files();
      const outside = FilterState.outside(this.#list, this.#protocol, files.rootPath, 'receiver');
      this.#tree = { files, outside };
    }
    return this.#tree;
  }
}
