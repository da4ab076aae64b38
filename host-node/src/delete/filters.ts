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
  /** Goes to a directory of the list ('.' = the root): its per-directory rules are loaded behind those of its parents. */
  enterDirectory(directory: string): void;
  /** No directory is entered any more. Rule files are read anew from now on: they may have come with this run. */
  leaveAll(): void;
  /**
   * Goes into a directory that is being deleted, from wherever it stands: its rules come before those of the directory that was
   * entered last, which need not be its parent (observed). Until {@link leaveVictim}.
   */
  enterVictim(directory: string): void;
  leaveVictim(): void;
  /**
   * By the rules in force where it stands. `name` is the full name below the destination's root. `inVictim`: the directory around it is being deleted, where
   * perishable rules count for nothing.
   */
  protection(name: string, isDirectory: boolean, inVictim?: boolean): Protection;
}

/** A run without filter rules. */
export const NO_FILTERS: DeletionFilters = {
  enterDirectory: () => undefined,
  leaveAll: () => undefined,
  enterVictim: () => undefined,
  leaveVictim: () => undefined,
  protection: () => 'none',
};
