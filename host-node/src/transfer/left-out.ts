// Steps 6 and 7 of the decision procedure: what --existing and --ignore-existing leave out
// (docs/protocol/04-transfer.md §3.3). Changes nothing on the disk.
import { isDirectory } from '@ocrsync/core/file-type';
import { type FileStat, FilesystemError } from '../fs/filesystem.ts';
import type { Visit } from '../session/ports.ts';
import type { Task } from '../session/wait.ts';
import type { DestinationState } from './destination-state.ts';
import { KeptDifference } from './kept-difference.ts';
import type { LinkedEntries } from './linked-entries.ts';
import type { Visited } from './visit.ts';

export class LeftOut {
  readonly #state: DestinationState;
  readonly #links: LinkedEntries;
  /** Directories that are not there and will not be made: nothing below them is visited. */
  readonly #failed: Set<string>;
  readonly #isPossible: boolean;
  /** What stays in the place of directories. */
  readonly #obstacles = new Set<string>();
  /** Of the directory left out last, before protocol 29. */
  #depth: number | undefined;
  #difference: KeptDifference | undefined;

  constructor(state: DestinationState, links: LinkedEntries, failed: Set<string>) {
    this.#state = state;
    this.#links = links;
    this.#failed = failed;
    this.#isPossible = state.options.existing || state.options.ignoreExisting;
  }

  /**
   * Before protocol 29 a name like `d.o` comes between the directory `d` and what is in it. As observed, rsync then takes
   * whatever is deeper than the directory left out last for its contents, and visits the rest though nothing is there.
   */
  isBelow(name: string): boolean {
    if (this.#depth === undefined) return false;
    if (depthOf(name) > this.#depth) return true;
    this.#depth = undefined;
    return false;
  }

  /** Below something that stays in the place of a directory nothing can be looked at, nor made. */
  lookErrorBelow(parent: string, name: string): FilesystemError | undefined {
    if (!this.#obstacles.has(parent)) return undefined;
    return new FilesystemError('ENOTDIR', 20, 'Not a directory', 'stat', name);
  }

  /** True: the visit ends here. */
  *ends(visited: Visited, visit: Visit): Task<boolean> {
    if (!this.#isPossible || visit === 'redo') return false;
    const { options, report: out } = this.#state;
    const { entry, name, existing } = visited;
    const directory = isDirectory(visited.mode);
    const tell = options.info.skip >= 1 && visit !== 'early-directory';
    if (options.existing && existing === undefined && visited.lookError === undefined) {
      if (directory && this.#state.context.protocol < 29) this.#depth = depthOf(name);
      else if (directory) this.#failed.add(name);
      if (tell) out.message('info', `not creating new ${directory ? 'directory' : 'file'} "${name}"`);
      if (!directory) yield* this.#links.skip(entry, visited.sink);
      return true;
    }
    if (options.ignoreExisting && existing !== undefined && !(directory && isDirectory(existing.mode))) {
      if (tell) yield* this.#tellExists(visited, existing);
      if (directory) this.#obstacles.add(name);
      if (!directory) yield* this.#links.skip(entry, visited.sink);
      return true;
    }
    return false;
  }

  *#tellExists(visited: Visited, existing: FileStat): Task {
    const { options, report: out } = this.#state;
    this.#difference ??= new KeptDifference(this.#state);
    const words = options.info.skip >= 2 ? ` (${yield* this.#difference.words(visited, existing)})` : '';
    out.message('info', `${visited.name} exists${words}`);
  }
}

function depthOf(name: string): number {
  return name.split('/').length;
}
