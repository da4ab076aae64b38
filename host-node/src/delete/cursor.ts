// Goes from directory to directory, plans each, and hands the victims to the emitter, at once or at the end of the run, unless
// an I/O error forbids it (docs/protocol/04-transfer.md §13.2, §13.3). Deletes nothing itself.
import { isDirectory } from '@ocrsync/core/file-type';
import type { FileStat, Root } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import type { Task } from '../session/wait.ts';
import type { DeletionEmitter, EmitterReport } from './emitter.ts';
import type { DeletionFilters } from './filters.ts';
import { planDirectory, type PresentName } from './plan.ts';
import type { Strangers } from './strangers.ts';
import { IO_ERROR_GENERAL } from '../session/io-errors.ts';
import { quotedBelow } from '../fs/path-text.ts';

export interface CursorOptions {
  readonly root: Root;
  readonly emitter: DeletionEmitter;
  readonly filters: DeletionFilters;
  readonly report: EmitterReport;
  readonly protocol: number;
  readonly ignoreErrors: boolean;
  /** -x: what lies on another file system than its argument is left alone. */
  readonly oneFileSystem: boolean;
}

/** A directory as the cursor comes to it. */
export interface DirectoryVisit {
  readonly name: string;
  /** It stands for an argument: with -x its file system is the one that counts. */
  readonly isTop: boolean;
  /** io_error bits of both ends, as far as they count for this directory. */
  readonly ioError: number;
  /** The names that the list does not have, or all of them. Throws a FilesystemError when the directory cannot be read. */
  look(): Strangers;
  /** Whether the list has a name, where {@link look} gives all of them. */
  isListed?(base: string): boolean;
}

/** What was found in one directory, in the order of deletion; bases and modes in step. */
interface Postponed {
  readonly directory: string;
  readonly bases: string[];
  readonly modes: number[];
}

export class DeletionCursor {
  readonly #options: CursorOptions;
  #skippedTold = false;
  #postponed: Postponed[] = [];

  constructor(options: CursorOptions) {
    this.#options = options;
  }

  /** A directory that is no content directory: only its per-directory rules are loaded. */
  pass(directory: string): void {
    this.#options.filters.enterDirectory(directory);
  }

  /** Deletes in a content directory what neither the list nor a rule keeps. */
  *clean(visit: DirectoryVisit): Task {
    const { emitter } = this.#options;
    const prefix = prefixOf(visit.name);
    for (const [base, stat] of this.#plan(visit)) {
      if (!emitter.isMountPoint(prefix + base, stat)) yield* emitter.remove(prefix + base, stat, 'delete');
    }
  }

  /** Finds the same names as {@link clean}, for {@link deletePostponed}. */
  postpone(visit: DirectoryVisit): void {
    const { emitter } = this.#options;
    const prefix = prefixOf(visit.name);
    const victims = this.#plan(visit).filter(([base, stat]) => !emitter.isMountPoint(prefix + base, stat));
    if (victims.length === 0) return;
    this.#postponed.push({
      directory: visit.name,
      bases: victims.map(([base]) => base),
      modes: victims.map(([, { mode }]) => mode),
    });
  }

  *deletePostponed(): Task {
    const { emitter } = this.#options;
    const found = this.#postponed;
    this.#postponed = [];
    for (const { directory, bases, modes } of found) {
      const prefix = prefixOf(directory);
      for (const [at, base] of bases.entries()) {
        yield* emitter.remove(prefix + base, { mode: modes[at]! }, 'delete');
      }
    }
  }

  #plan(visit: DirectoryVisit): [string, FileStat][] {
    const { filters, protocol } = this.#options;
    const { name: directory } = visit;
    this.#options.report.debug?.('del', 2, () => `delete_in_dir(${directory})`);
    if (this.#forbidden(visit.ioError)) return [];
    filters.enterDirectory(directory);
    if (!this.#isOnItsFileSystem(visit)) return [];
    const prefix = prefixOf(directory);
    const strangers = this.#look(directory, visit.look);
    const present: PresentName[] = [...strangers].map(([base, stat]) => ({
      base,
      isDirectory: isDirectory(stat.mode),
    }));
    let unprotected = 0;
    const questions = {
      inList: visit.isListed ?? (() => false),
      isKept: (base: string, isDirectory: boolean) => {
        const protection = filters.protection(prefix + base, isDirectory);
        if (protection !== 'protected') unprotected++;
        return protection !== 'none';
      },
    };
    const plan = planDirectory(present, questions, protocol);
    this.#options.report.directoryScanned?.(unprotected);
    return plan.map(({ base }) => [base, strangers.get(base)!]);
  }

  #isOnItsFileSystem({ name, isTop }: DirectoryVisit): boolean {
    const { emitter, oneFileSystem, root } = this.#options;
    if (!oneFileSystem) return true;
    const device = root.stat(name)?.dev;
    if (isTop) emitter.device = device;
    return device !== undefined && device === emitter.device;
  }

  #forbidden(ioError: number): boolean {
    const { emitter, ignoreErrors, report } = this.#options;
    if (ignoreErrors || ((ioError | emitter.ioError) & IO_ERROR_GENERAL) === 0) return false;
    if (!this.#skippedTold) report.message('info', 'IO error encountered -- skipping file deletion');
    this.#skippedTold = true;
    return true;
  }

  #look(directory: string, look: () => Strangers): Strangers['stats'] {
    const { emitter, root } = this.#options;
    try {
      const { stats, failures } = look();
      for (const failure of failures) {
        emitter.failedLook(`readlink_stat(${quotedBelow(root.path, failure.file)})`, failure);
      }
      return stats;
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      if (error.code !== 'ENOENT') emitter.failedLook(`opendir ${quotedBelow(root.path, directory)}`, error);
      return new Map();
    }
  }
}

function prefixOf(directory: string): string {
  return directory === '.' ? '' : `${directory}/`;
}
