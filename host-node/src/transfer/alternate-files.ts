// What a regular file gets from an alternate directory instead of the sender: nothing at all, a hard link, a copy, or a basis
// (docs/protocol/04-transfer.md §3.10). A link or copy is made under a temporary name and renamed, so that a file that it
// replaces is there until then.
import { type FileStat, FilesystemError } from '../fs/filesystem.ts';
import { ITEM_LOCAL_CHANGE } from '../session/item.ts';
import type { Task } from '../session/wait.ts';
import { copyFromAlternate } from './alternate-copies.ts';
import type { AlternateDirectories } from './alternate-directories.ts';
import { type AlternateMatch, findRegular } from './alternate-match.ts';
import { reportCompared, reportSame } from './alternate-report.ts';
import { type DestinationState, systemText } from './destination-state.ts';
import { unlinkQuietly } from './place.ts';
import type { QuickCheck } from './quick-check.ts';
import { counterName } from './temp-name.ts';
import { tellKept, type Visited } from './visit.ts';

/**
 * `made`: the file is in place. `left-out`: it is in the alternate directory, and not to be anywhere else. A match: the basis to
 * ask with, for nothing is there.
 */
export type AlternateOutcome = 'made' | 'left-out' | AlternateMatch | undefined;

export class AlternateFiles {
  readonly #state: DestinationState;
  readonly #alternates: AlternateDirectories;
  readonly #quickCheck: QuickCheck;

  constructor(state: DestinationState, alternates: AlternateDirectories, quickCheck: QuickCheck) {
    this.#state = state;
    this.#alternates = alternates;
    this.#quickCheck = quickCheck;
  }

  /** `existing`: the regular file at the destination. */
  *take(visited: Visited, existing: FileStat | undefined): Task<AlternateOutcome> {
    const { kind } = this.#alternates;
    if (existing !== undefined && kind === 'copy') return undefined;
    const match = yield* findRegular(this.#state, this.#alternates, this.#quickCheck, visited);
    if (match === undefined) return undefined;
    if (existing !== undefined) return yield* this.#replace(visited, existing, match);
    if (match.level === 'kind') return match;
    if (match.level === 'content') return yield* this.#copied(visited, match);
    if (kind === 'compare') return yield* this.#leaveOut(visited);
    if (kind === 'link' && this.#link(visited.name, match, false)) {
      return yield* this.#linked(visited);
    }
    return yield* this.#copied(visited, match);
  }

  /** Only a file that is the same in everything takes the place of another one. */
  *#replace(visited: Visited, existing: FileStat, match: AlternateMatch): Task<AlternateOutcome> {
    if (match.level !== 'all') return undefined;
    if (this.#alternates.kind === 'compare') {
      if (!this.#remove(visited.name)) return undefined;
      return yield* this.#leaveOut(visited);
    }
    const { stat } = match;
    if (stat.dev === existing.dev && stat.ino === existing.ino) return undefined;
    if (this.#link(visited.name, match, true)) return yield* this.#linked(visited);
    return yield* this.#copied(visited, match);
  }

  *#leaveOut(visited: Visited): Task<AlternateOutcome> {
    yield* reportSame(this.#state, visited, 0, false);
    tellKept(this.#state, visited.name, false);
    return 'left-out';
  }

  *#linked(visited: Visited): Task<AlternateOutcome> {
    yield* reportSame(this.#state, visited, ITEM_LOCAL_CHANGE, true);
    tellKept(this.#state, visited.name, false);
    return 'made';
  }

  *#copied(visited: Visited, match: AlternateMatch): Task<AlternateOutcome> {
    if (!(yield* copyFromAlternate(this.#state, visited, match))) return undefined;
    yield* reportCompared(this.#state, visited, match, ITEM_LOCAL_CHANGE);
    if (match.level === 'all') tellKept(this.#state, visited.name, false);
    else this.#state.announce(visited.name);
    return 'made';
  }

  // ---- the disk --------------------------------------------------------------------------------------------------------

  #remove(name: string): boolean {
    if (this.#state.dryRun) return true;
    try {
      this.#state.tree.unlink(name);
      return true;
    } catch (error) {
      this.#state.failed('generator', `delete_file: unlink ${this.#state.fullName(name)} failed`, error);
      return false;
    }
  }

  /** False: it cannot be linked (another file system, too many links), which is only news: a copy does as well. */
  #link(name: string, { index, place: { root, name: from } }: AlternateMatch, replaces: boolean): boolean {
    if (this.#state.dryRun) return true;
    const { tree, temporaryStart } = this.#state;
    let temporary: string | undefined;
    try {
      if (!replaces) {
        tree.linkFrom(root, from, name);
        return true;
      }
      const free = counterName(tree, name, temporaryStart);
      if (free === undefined) return false;
      tree.linkFrom(root, from, (temporary = free));
      tree.rename(temporary, name);
      return true;
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      if (temporary !== undefined) unlinkQuietly({ root: tree, name: temporary });
      this.#tellUnlinked(name, this.#alternates.shown(index, from), error);
      return false;
    }
  }

  #tellUnlinked(name: string, from: string, error: FilesystemError): void {
    if (this.#state.options.info.name < 1) return;
    const text = `link ${this.#state.fullName(name)} => ${from} failed`;
    this.#state.report.message('info', systemText('generator', text, error));
  }
}
