// Deletion "during": when the generator has entered a directory, plans it and hands the plan to the emitter, unless an
// I/O error forbids it (docs/protocol/04-transfer.md §13.2, §13.3). Deletes nothing itself.
import { isDirectory } from '@ocrsync/core/file-type';
import type { Root } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import type { Task } from '../session/wait.ts';
import type { DeletionEmitter, EmitterReport } from './emitter.ts';
import type { DeletionFilters } from './filters.ts';
import { planDirectory, type PresentName } from './plan.ts';
import type { Strangers } from './strangers.ts';

const IO_ERROR_GENERAL = 1;

export interface CursorOptions {
  readonly root: Root;
  readonly emitter: DeletionEmitter;
  readonly filters: DeletionFilters;
  readonly report: EmitterReport;
  readonly protocol: number;
  /** io_error bits known now, of both ends. */
  ioError(): number;
  readonly ignoreErrors: boolean;
}

export class DeletionCursor {
  readonly #options: CursorOptions;
  #skippedTold = false;
  /** io_error bits of this side. */
  ioError = 0;

  constructor(options: CursorOptions) {
    this.#options = options;
  }

  /** A directory that is no content directory: only its per-directory rules are loaded. */
  pass(directory: string): void {
    this.#options.filters.enterDirectory(directory);
  }

  /** Deletes in a content directory what neither the list nor a rule keeps. `look` reads what the list does not have. */
  *enter(directory: string, look: () => Strangers): Task {
    const { emitter, filters, protocol } = this.#options;
    if (this.#forbidden()) return;
    filters.enterDirectory(directory);
    const prefix = directory === '.' ? '' : `${directory}/`;
    const strangers = this.#look(directory, look);
    const present: PresentName[] = [...strangers].map(([base, stat]) => ({
      base,
      isDirectory: isDirectory(stat.mode),
    }));
    const questions = {
      inList: () => false,
      isKept: (base: string, isDirectory: boolean) =>
        filters.protection(prefix + base, isDirectory) !== 'none',
    };
    for (const { base } of planDirectory(present, questions, protocol)) {
      yield* emitter.remove(prefix + base, strangers.get(base)!, 'delete');
    }
  }

  #forbidden(): boolean {
    const { ignoreErrors, ioError, report } = this.#options;
    if (ignoreErrors || ((ioError() | this.ioError) & IO_ERROR_GENERAL) === 0) return false;
    if (!this.#skippedTold) report.message('info', 'IO error encountered -- skipping file deletion');
    this.#skippedTold = true;
    return true;
  }

  #look(directory: string, look: () => Strangers): Strangers {
    const { root, report } = this.#options;
    try {
      return look();
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      if (error.code === 'ENOENT') return new Map();
      this.ioError |= IO_ERROR_GENERAL;
      const path = `"${root.path === '/' ? '' : root.path}/${directory}"`;
      report.message(
        'error-xfer',
        `rsync: [generator] opendir ${path} failed: ${error.strerror} (${error.errno})`,
      );
      return new Map();
    }
  }
}
