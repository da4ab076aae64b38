// Deletion as the generator asks for it: which directory of the list is cleaned at which moment
// (docs/protocol/04-transfer.md §13.1, §13.2). What goes is decided in delete/; nothing is unlinked here.
import { type FileList, FLIST_CONTENT_DIR } from '@ocrsync/core/file-list';
import { DeletionCursor } from '../delete/cursor.ts';
import { DeletionEmitter } from '../delete/emitter.ts';
import type { DeletionFilters } from '../delete/filters.ts';
import { type Strangers, strangersIn } from '../delete/strangers.ts';
import type { Entry } from '../session/ports.ts';
import type { Task } from '../session/wait.ts';
import type { DestinationState } from './destination-state.ts';

const NOTHING_DELETED = [0, 0, 0, 0, 0] as const;

/** What the visits know about directories. */
export interface VisitedDirectories {
  readonly failed: ReadonlySet<string>;
  readonly dryMissing: ReadonlySet<string>;
}

export interface DirectoryDeletionsOptions {
  readonly state: DestinationState;
  readonly filters: DeletionFilters;
  /** Asked when a directory is cleaned. */
  directories(): VisitedDirectories;
  /** The names that the list lacks, if they come out of a scan that is due anyway. */
  scan(contents: FileList, directory: string): Strangers | undefined;
}

export class DirectoryDeletions {
  readonly #options: DirectoryDeletionsOptions;
  readonly #state: DestinationState;
  readonly #filters: DeletionFilters;
  /** The pass before everything else is due: plain --delete before protocol 30 (§13.1). */
  #passDue: boolean;
  readonly #deletesDuring: boolean;
  #emitter: DeletionEmitter | undefined;
  #cursor: DeletionCursor | undefined;

  constructor(options: DirectoryDeletionsOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#filters = options.filters;
    const { options: given, context } = options.state;
    this.#passDue = given.delete && given.deleteWhen === 'default' && context.protocol < 30;
    this.#deletesDuring = given.delete && !this.#passDue;
  }

  get passDue(): boolean {
    return this.#passDue;
  }

  get deleted(): readonly [number, number, number, number, number] {
    return this.#emitter?.deleted ?? NOTHING_DELETED;
  }

  get ioError(): number {
    return this.#cursor?.ioError ?? 0;
  }

  /** Cleans the whole list's directories. */
  *pass(list: FileList): Task {
    this.#passDue = false;
    for (let position = 0; position < list.count; position++) {
      const row = list.rowAt(position);
      if (!list.isActive(row) || !list.isDirectory(row)) continue;
      yield* this.#deleteInOne({ list, row, ndx: list.start + position }, list);
    }
  }

  /** The generator has entered a directory. */
  *during(directory: Entry, contents: FileList): Task {
    if (this.#deletesDuring) yield* this.#deleteInOne(directory, contents);
  }

  *#deleteInOne({ list, row }: Entry, contents: FileList): Task {
    const { root, localName } = this.#state;
    if (root === undefined || localName !== undefined) return;
    const name = list.name(row);
    const { failed, dryMissing } = this.#options.directories();
    if (failed.has(name) || dryMissing.has(name)) return;
    const cursor = this.#directoryCursor();
    if ((list.flags(row) & FLIST_CONTENT_DIR) === 0) cursor.pass(name);
    else yield* cursor.enter(name, () => this.#strangers(contents, name));
  }

  #strangers(contents: FileList, directory: string): Strangers {
    const prefix = directory === '.' ? '' : `${directory}/`;
    const isKnown = (base: string): boolean => contents.find(prefix + base) >= 0;
    return this.#options.scan(contents, directory) ?? strangersIn(this.#state.tree, directory, isKnown);
  }

  /** Whoever deletes: one for all. */
  readonly hand = (): DeletionEmitter => {
    const { context, options, report: out, filesystem, dryRun, tree } = this.#state;
    this.#emitter ??= new DeletionEmitter({
      root: tree,
      filters: this.#filters,
      report: out,
      protocol: context.protocol,
      dryRun,
      emptyDirectories: options.delete,
      isSuperUser: filesystem.isSuperUser,
    });
    return this.#emitter;
  };

  #directoryCursor(): DeletionCursor {
    const { context, report: out, tree } = this.#state;
    this.#cursor ??= new DeletionCursor({
      root: tree,
      emitter: this.hand(),
      filters: this.#filters,
      report: out,
      protocol: context.protocol,
      ioError: () => context.ioError,
      ignoreErrors: context.config.ignoreErrors,
    });
    return this.#cursor;
  }
}
