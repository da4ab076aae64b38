// The directories of --compare-dest, --copy-dest or --link-dest: trees of the operator's own choice, each under a root of its
// own, below which names of the list stay (docs/protocol/04-transfer.md §3.10, 09-rsync-3.5.md §2.1, §6).
import { FilesystemError, type Root } from '../fs/filesystem.ts';
import { parentOf, withoutSlashes } from '../fs/path-text.ts';
import type { AlternateDestinations } from '../options/options.ts';
import type { DestinationState } from './destination-state.ts';
import { kindOf } from './operator-directories.ts';

const WHAT_LACKS: ReadonlyMap<string, string> = new Map([
  ['missing', 'does not exist'],
  ['beneath', 'does not exist'],
  ['other', 'is not a dir'],
]);

export class AlternateDirectories {
  readonly kind: AlternateDestinations['kind'];
  readonly #state: DestinationState;
  /** As typed; relative ones lie below the destination. */
  readonly #directories: readonly string[];
  readonly #roots: (Root | undefined)[] = [];

  constructor(state: DestinationState, { kind, directories }: AlternateDestinations) {
    this.#state = state;
    this.kind = kind;
    this.#directories = directories;
  }

  get count(): number {
    return this.#directories.length;
  }

  /** undefined: not there, or out of reach. It may come with the transfer. Only when the destination is known. */
  root(index: number): Root | undefined {
    try {
      return (this.#roots[index] ??= this.#open(index));
    } catch (error) {
      if (error instanceof FilesystemError) return undefined;
      throw error;
    }
  }

  /** A name below it for messages, after the directory as typed. */
  shown(index: number, name: string): string {
    return `${this.#directories[index]!.replace(/\/+$/, '')}/${name}`;
  }

  /** A warning for each that is not a directory. */
  tellMissing(): void {
    for (const [index, directory] of this.#directories.entries()) {
      try {
        this.#roots[index] = this.#open(index);
      } catch (error) {
        if (!(error instanceof FilesystemError)) throw error;
        const kind = kindOf(this.#state.filesystem, this.#path(directory));
        const what = WHAT_LACKS.get(kind) ?? `cannot be used (${error.strerror})`;
        this.#state.report.message(
          'warning',
          `--${this.kind}-dest arg ${what}: ${withoutSlashes(this.#told(directory))}`,
        );
      }
    }
  }

  #open(index: number): Root {
    return this.#state.filesystem.root(this.#path(this.#directories[index]!));
  }

  #path(directory: string): string {
    const { root, options } = this.#state;
    // A listing has no destination: it is where the process began.
    if (root === undefined && options.listOnly) return directory;
    if (directory.startsWith('/') || root === undefined) return this.#unmade(directory);
    return `${root.path}/${directory}`;
  }

  /** From a destination that a dry run does not make, which has no '..': the first one is taken by its text (observed). */
  #unmade(directory: string): string {
    if (directory.startsWith('/')) return directory;
    const { rootPath } = this.#state;
    const bare = withoutSlashes(directory);
    const [start, rest] = bare.startsWith('../') ? [parentOf(rootPath), bare.slice(3)] : [rootPath, bare];
    return `${start}/${rest}`;
  }

  /** As typed, but whole where the destination is not made (observed). */
  #told(directory: string): string {
    const { root, options } = this.#state;
    return root === undefined && !options.listOnly ? this.#unmade(directory) : directory;
  }
}
