// What deletion needs to know of the filter rules; implemented over filter/ by whoever wires a destination.

/** How the receiver-side rules look at a name (docs/protocol/04-transfer.md §13.3, §13.4). */
export type Protection =
  /** No rule keeps it. */
  | 'none'
  /** Kept. */
  | 'protected'
  /** Kept, except inside a directory that is being deleted as a whole. */
  | 'perishable';

export interface DeletionFilters {
  /** Loads the per-directory rules of a directory ('.' = the root) before names in it are asked about. */
  enterDirectory(directory: string): void;
  /** Rule files are read anew from now on: they may have come with this run. */
  forget(): void;
  /**
   * `name` is the full name below the destination's root. `inVictim`: the directory around it is being deleted, where
   * perishable rules count for nothing.
   */
  protection(name: string, isDirectory: boolean, inVictim?: boolean): Protection;
}

/** A run without filter rules. */
export const NO_FILTERS: DeletionFilters = {
  enterDirectory: () => undefined,
  forget: () => undefined,
  protection: () => 'none',
};
