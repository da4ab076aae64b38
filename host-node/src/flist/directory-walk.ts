// The sender's directory table and the order of sub-lists: depth-first, children in sorted order, duplicates served once
// (docs/protocol/03-file-list.md §14.2, §14.3). Scans nothing.
import type { ArgumentKind } from './argument.ts';

/** What is still to come below an implied directory of -R. */
export interface PendingName {
  /** Components below the directory. */
  readonly rest: string;
  readonly kind: ArgumentKind;
}

/** A directory whose sub-list is to be made. */
export interface WalkDirectory {
  /** Number of its source root. */
  readonly root: number;
  /** Its contents belong to the transfer. */
  readonly content: boolean;
  readonly pending: PendingName[];
}

/** A directory with its name in the list. */
export interface NamedDirectory {
  readonly name: string;
  readonly found: WalkDirectory;
}

export class DirectoryWalk {
  /** Directories not served yet, by number; a name's duplicates stand with the first. */
  readonly #waiting = new Map<number, NamedDirectory[]>();
  /** Numbers whose turn comes, the next one last. */
  readonly #order: number[] = [];
  #count = 0;

  /** Takes the directories of one list, in sorted order; `number` counts them in the order of their numbers. */
  register(
    level: readonly { readonly name: string; readonly number: number; readonly directory: WalkDirectory }[],
  ): void {
    const numbers: number[] = [];
    let group: NamedDirectory[] = [];
    let groupName: string | undefined;
    const first = this.#count;
    this.#count += level.length;
    for (const { name, number: nth, directory } of level) {
      const number = first + nth;
      if (name === '.' || name === '/.') continue;
      if (name !== groupName) {
        group = [];
        groupName = name;
        this.#waiting.set(number, group);
        numbers.push(number);
      }
      group.push({ name, found: directory });
    }
    this.#order.push(...numbers.reverse());
  }

  /** Number of the directory whose sub-list is due. */
  next(): number | undefined {
    return this.#order.pop();
  }

  /** Up to so many directories that are due next, the nearest first. */
  upcoming(count: number): NamedDirectory[] {
    return this.#order
      .slice(-count)
      .reverse()
      .map((number) => this.#waiting.get(number)![0]!);
  }

  /** The directory of that number and its duplicates; they are forgotten here. */
  take(number: number): readonly NamedDirectory[] {
    const group = this.#waiting.get(number);
    if (group === undefined) throw new RangeError(`directory ${number} is not waiting for its sub-list`);
    this.#waiting.delete(number);
    return group;
  }
}
