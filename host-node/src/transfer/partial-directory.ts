// --partial-dir: where files wait that are not whole yet, or whose turn has not come (docs/protocol/04-transfer.md §3.12, §9.3,
// §9.6). A relative one is in each file's own directory, an absolute one is one for all.
import { isDirectory, isRegular } from '@ocrsync/core/file-type';
import { type FileStat, FilesystemError, type Root } from '../fs/filesystem.ts';
import { parentOf, splitPath } from '../fs/path-text.ts';
import type { DestinationState } from './destination-state.ts';
import { lookAt, type Place, unlinkQuietly } from './place.ts';

const OWNER_ONLY = 0o700;

export interface PartialFile {
  readonly place: Place;
  readonly stat: FileStat;
}

export class PartialDirectory {
  readonly #state: DestinationState;
  readonly #directory: string;
  readonly #isAbsolute: boolean;
  #root: Root | undefined;

  constructor(state: DestinationState, directory: string) {
    this.#state = state;
    this.#directory = directory;
    this.#isAbsolute = directory.startsWith('/');
  }

  /** Where the file waits; undefined when there can be no such place. */
  place(name: string): Place | undefined {
    const slash = name.lastIndexOf('/');
    const leaf = name.slice(slash + 1);
    if (!this.#isAbsolute) {
      return { root: this.#state.tree, name: `${name.slice(0, slash + 1)}${this.#directory}/${leaf}` };
    }
    const { directory, leaf: own } = splitPath(this.#directory);
    try {
      this.#root ??= this.#state.filesystem.root(directory);
      return { root: this.#root, name: own === '' ? leaf : `${own}/${leaf}` };
    } catch (error) {
      if (error instanceof FilesystemError) return undefined;
      throw error;
    }
  }

  /** The file that waits; undefined when none does, or something else is there. */
  find(name: string): PartialFile | undefined {
    // A dry run has not made the destination in which the file would wait.
    if (!this.#isAbsolute && this.#state.root === undefined) return undefined;
    const place = this.place(name);
    const stat = place && lookAt(place);
    return place !== undefined && stat !== undefined && isRegular(stat.mode) ? { place, stat } : undefined;
  }

  /** The place with its directory made. undefined: that cannot be done. */
  ready(name: string): Place | undefined {
    const place = this.place(name);
    if (place === undefined) return undefined;
    const { root } = place;
    const directory = parentOf(place.name);
    if (directory === '') return place;
    try {
      const there = root.lstat(directory);
      if (there !== undefined && isDirectory(there.mode)) return place;
      if (there !== undefined) root.unlink(directory);
      root.mkdir(directory, OWNER_ONLY);
      return place;
    } catch (error) {
      if (error instanceof FilesystemError) return undefined;
      throw error;
    }
  }

  /** The file that waited is not needed any more. */
  remove(name: string): void {
    const place = this.place(name);
    if (place === undefined) return;
    unlinkQuietly(place);
    this.removeDirectory(name);
  }

  /** Takes a directory of one's own away when it is empty. */
  removeDirectory(name: string): void {
    if (this.#isAbsolute) return;
    const place = this.place(name);
    if (place === undefined) return;
    try {
      place.root.rmdir(parentOf(place.name));
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
    }
  }
}
