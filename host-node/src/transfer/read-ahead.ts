// The sender's read-ahead: sees that files are asked for one after the other and reads the next ones of that directory in
// one go (fs/ring-reader.ts). It never changes what is sent: a file that it does not have is opened as ever.
// Not for local copies, whose data goes from descriptor to descriptor.
import type { FileList } from '@ocrsync/core/file-list';
import { FilesystemError, type HeldDirectory, type OpenFile, type Root } from '../fs/filesystem.ts';
import { parentOf } from '../fs/path-text.ts';
import { RingReader, type RunFile } from '../fs/ring-reader.ts';
import type { Entry } from '../session/ports.ts';

/** So many requests in a row say that the next ones will follow. */
const STREAK_FILES = 4;
/** A run of fewer files is not worth its call. */
const LEAST_FILES = 4;
const FIRST_WINDOW_FILES = 16;
const LARGEST_WINDOW_FILES = 64;
/** After a file that was in memory so many pass before the next one is asked about; doubled each time, up to the second. */
const FIRST_PATIENCE_FILES = 32;
const LARGEST_PATIENCE_FILES = 1024;
/** Runs in turn of which less than half could be read: this file system does not do it. */
const FAILED_RUNS = 3;
/** Directories, symlinks and the like between two files in a row. */
const LONGEST_GAP_ENTRIES = 64;

export interface ReadAheadOptions {
  readonly reader: RingReader;
  /** Read ahead only where files are cold; false: always. */
  readonly onlyCold: boolean;
  sourcePath(entry: Pick<Entry, 'list' | 'row'>): { readonly root: Root; readonly name: string };
}

export class ReadAhead {
  readonly #options: ReadAheadOptions;
  #list: FileList | undefined;
  /** Position of the last request in its list. */
  #position = -1;
  #streak = 0;
  #windowFiles = FIRST_WINDOW_FILES;
  #patienceFiles = FIRST_PATIENCE_FILES;
  #skipFiles = 0;
  #failedRuns = 0;
  /** By row, what the last run was to bring; undefined: it could not be read. */
  readonly #ready = new Map<number, OpenFile | undefined>();

  constructor(options: ReadAheadOptions) {
    this.#options = options;
  }

  /** The file of a request, read already; undefined: open it. Call it for each request, in order. */
  take(entry: Entry): OpenFile | undefined {
    if (entry.list !== this.#list) this.#forget();
    this.#note(entry);
    if (this.#ready.has(entry.row)) return this.#out(entry.row);
    this.#forget();
    if (this.#failedRuns >= FAILED_RUNS || this.#streak < STREAK_FILES) return undefined;
    if (this.#skipFiles > 0) {
      this.#skipFiles--;
      return undefined;
    }
    this.#readOn(entry);
    return this.#out(entry.row);
  }

  /** Gives the ring back; called on every path that ends a session. */
  close(): void {
    this.#ready.clear();
    this.#failedRuns = FAILED_RUNS;
    this.#options.reader.close();
  }

  /** Files that were read for nothing say that the requests have gaps. */
  #forget(): void {
    if (this.#ready.size === 0) return;
    this.#ready.clear();
    this.#streak = 0;
    this.#windowFiles = FIRST_WINDOW_FILES;
  }

  #out(row: number): OpenFile | undefined {
    const file = this.#ready.get(row);
    this.#ready.delete(row);
    return file;
  }

  #note({ list, row }: Entry): void {
    const position = list.positionOf(row);
    const before = list === this.#list ? this.#position : -1;
    this.#streak = nextRegular(list, before) === position ? this.#streak + 1 : 0;
    this.#list = list;
    this.#position = position;
  }

  #readOn(entry: Entry): void {
    const { root, name } = this.#options.sourcePath(entry);
    const directory = parentOf(name) || '.';
    const { files, rows } = this.#run(entry);
    if (files.length < LEAST_FILES) return;
    const held = holdQuietly(root, directory);
    if (held === undefined) {
      this.#failedRuns++;
      return;
    }
    try {
      if (this.#options.onlyCold && !this.#options.reader.isCold(held.descriptor, files[0]!.name)) {
        this.#skipFiles = this.#patienceFiles;
        this.#patienceFiles = Math.min(this.#patienceFiles * 2, LARGEST_PATIENCE_FILES);
        return;
      }
      this.#patienceFiles = FIRST_PATIENCE_FILES;
      this.#keep(this.#options.reader.read(held.descriptor, files), rows);
    } finally {
      held.release();
    }
  }

  #keep(contents: readonly (OpenFile | undefined)[] | undefined, rows: readonly number[]): void {
    if (contents === undefined) {
      this.#failedRuns = FAILED_RUNS;
      return;
    }
    contents.forEach((content, i) => this.#ready.set(rows[i]!, content));
    const read = contents.filter((content) => content !== undefined).length;
    this.#failedRuns = read * 2 < rows.length ? this.#failedRuns + 1 : 0;
    this.#windowFiles = Math.min(this.#windowFiles * 2, LARGEST_WINDOW_FILES);
  }

  /** The requested file and those that follow it in its directory, as far as they are small and fit into one run. */
  #run({ list, row }: Entry): { files: RunFile[]; rows: number[] } {
    const files: RunFile[] = [];
    const rows: number[] = [];
    const directory = list.dirNumber(row);
    const end = Math.min(list.count, this.#position + this.#windowFiles);
    for (let at = this.#position; at < end; at++) {
      const next = list.rowAt(at);
      if (list.dirNumber(next) !== directory || list.root(next) !== list.root(row)) break;
      const file = { name: list.baseName(next), sizeBytes: list.sizeBytes(next) };
      if (!list.isActive(next) || !list.isRegular(next) || !RingReader.takes(file)) continue;
      files.push(file);
      rows.push(next);
    }
    const count = RingReader.fitting(files);
    return { files: files.slice(0, count), rows: rows.slice(0, count) };
  }
}

/** undefined as well where it fails: opening the file will tell the reason. */
function holdQuietly(root: Root, directory: string): HeldDirectory | undefined {
  try {
    return root.hold(directory);
  } catch (error) {
    if (error instanceof FilesystemError) return undefined;
    throw error;
  }
}

/** Position of the next regular file behind this one; -1 when none is near: nobody can make us look through a whole list. */
function nextRegular(list: FileList, position: number): number {
  const end = Math.min(list.count, position + 1 + LONGEST_GAP_ENTRIES);
  for (let next = position + 1; next < end; next++) {
    const row = list.rowAt(next);
    if (list.isActive(row) && list.isRegular(row)) return next;
  }
  return -1;
}
