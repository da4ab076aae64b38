// What a regular file gets from an alternate directory instead of the sender: nothing at all, a hard link, a copy, or a basis
// (docs/protocol/04-transfer.md §3.10). A link or copy is made under a temporary name and renamed, so that a file that it
// replaces is there until then.
import { type FileStat, FilesystemError, type OpenFile } from '../fs/filesystem.ts';
import { ITEM_LOCAL_CHANGE } from '../session/item.ts';
import type { Task } from '../session/wait.ts';
import type { AlternateDirectories } from './alternate-directories.ts';
import { type AlternateMatch, findRegular } from './alternate-match.ts';
import { reportCompared, reportSame } from './alternate-report.ts';
import { setAttributes } from './attributes.ts';
import { copyData } from './copied-contents.ts';
import type { DestinationState } from './destination-state.ts';
import { type Place, unlinkQuietly } from './place.ts';
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
    if (kind === 'link' && this.#link(visited.name, match.place, false)) {
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
    const { stat, place } = match;
    if (stat.dev === existing.dev && stat.ino === existing.ino) return undefined;
    if (this.#link(visited.name, place, true)) return yield* this.#linked(visited);
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
    if (!(yield* this.#copy(visited, match))) return undefined;
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

  /** False: it cannot be linked (another file system, too many links), which is not told: a copy does as well. */
  #link(name: string, { root, name: from }: Place, replaces: boolean): boolean {
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
      return false;
    }
  }

  /** False: told, and the file is to be asked for. */
  *#copy(visited: Visited, match: AlternateMatch): Task<boolean> {
    const state = this.#state;
    if (state.dryRun) return true;
    const from = this.#openSource(match.place);
    if (from === undefined) return false;
    try {
      return yield* this.#copyOpen(visited, match, from);
    } finally {
      from.close();
    }
  }

  #openSource({ root, name }: Place): OpenFile | undefined {
    try {
      return root.openRead(name, false, this.#state.options.openNoatime);
    } catch (error) {
      this.#state.failed('generator', `open "${root.path}/${name}"`, error);
      return undefined;
    }
  }

  *#copyOpen(visited: Visited, { place, stat }: AlternateMatch, from: OpenFile): Task<boolean> {
    const state = this.#state;
    const { entry, name, mode } = visited;
    const { tree } = state;
    let temporary: string | undefined;
    let told = `open ${state.fullName(name)}`;
    try {
      temporary = counterName(tree, name, state.temporaryStart);
      if (temporary === undefined) return false;
      const to = tree.createExclusive(temporary, (mode | 0o200) & 0o700);
      told = `copy "${place.root.path}/${place.name}" -> ${state.fullName(name)} failed`;
      try {
        yield* copyData(tree, from, to, stat.sizeBytes);
      } finally {
        to.close();
      }
      state.xattrs?.copy(place.root, place.name, temporary);
      setAttributes(state, {
        role: 'generator',
        name: temporary,
        entry,
        mode,
        stat: undefined,
        times: 'exact',
      });
      told = `rename ${state.fullName(temporary)} -> "${name}"`;
      tree.rename(temporary, name);
      return true;
    } catch (error) {
      state.failed('generator', told, error);
      if (temporary !== undefined) unlinkQuietly({ root: tree, name: temporary });
      return false;
    }
  }
}
