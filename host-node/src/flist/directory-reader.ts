// Reads one directory of a source tree into the list (docs/protocol/03-file-list.md §3.5): the core takes plain files straight
// from the records of the scan, everything else is looked at one by one. Makes no entries itself.
import { FLIST_CONTENT_DIR, type FileList } from '@ocrsync/core/file-list';
import type { CoreInstance } from '@ocrsync/core/instance';
import {
  markScanRecord,
  scanRecordError,
  scanRecordLength,
  scanRecordMode,
  scanRecordName,
} from '@ocrsync/core/scan-record';
import { ScannedRows } from '@ocrsync/core/scanned-rows';
import type { FilterState } from '../filter/filter-state.ts';
import { scannedStat } from '../fs/directory-scan.ts';
import type { FileStat } from '../fs/filesystem.ts';
import type { SessionReport } from '../session/ports.ts';
import { type Task, WAIT_TURN } from '../session/wait.ts';
import type { WalkDirectory } from './directory-walk.ts';
import type { ListSourceSettings } from './list-source-options.ts';
import { isDirectory, isRegular, isSymlink } from '@ocrsync/core/file-type';
import { looksBehindLinks } from './source-links.ts';
import { belowRoot } from './source-names.ts';
import type { SourceRoot } from './source-roots.ts';
import type { SourceTrees } from './source-trees.ts';

const MAX_PATH_BYTES = 4096;
/** Entries between two turns given to the session's other tasks. */
const ENTRIES_PER_TURN = 256;

/** Makes an entry; returns what the walk must know when it is a directory. */
export type AddEntry = (
  list: FileList,
  source: SourceRoot,
  name: string,
  stat: FileStat,
  flags: number,
  state: FilterState,
) => WalkDirectory | undefined;

export interface DirectoryReaderOptions {
  readonly core: CoreInstance;
  readonly tree: SourceTrees;
  readonly settings: ListSourceSettings;
  /** An entry of a regular file needs no more than its name and numbers, as far as the protocol is concerned. */
  readonly plainFiles: boolean;
  readonly report: Pick<SessionReport, 'message'>;
  readonly add: AddEntry;
}

/** A directory while it is read. */
interface Here {
  readonly source: SourceRoot;
  /** What stands before its names. */
  readonly prefix: string;
  readonly state: FilterState;
  /** With -x: other devices are not entered. */
  readonly device: number | undefined;
  /** Its directories so far. */
  readonly children: string[];
}

export class DirectoryReader {
  readonly #options: DirectoryReaderOptions;
  readonly #rows: ScannedRows;
  /** Regular files need no look of ours. */
  readonly #takesPlainFiles: boolean;
  #sinceTurn = 0;

  constructor(options: DirectoryReaderOptions) {
    const { core, plainFiles, settings } = options;
    this.#options = options;
    this.#rows = new ScannedRows(core, {
      uids: settings.owner && !settings.numericIds,
      gids: settings.group && !settings.numericIds,
      singleLinks: settings.hardLinks > 0,
    });
    this.#takesPlainFiles = plainFiles && !settings.checksum && settings.atimes === 0;
  }

  /** The entries of one directory, by the rules inside it. Returns the names of its directories, in order. */
  *read(list: FileList, source: SourceRoot, name: string, state: FilterState): Task<string[]> {
    const { tree } = this.#options;
    const at = belowRoot(name);
    const here: Here = {
      source,
      prefix: at === '.' ? prefixOf(name) : `${name}/`,
      state,
      device: this.#options.settings.oneFileSystem > 0 ? tree.scans.deviceOf(source.root, at) : undefined,
      children: [],
    };
    const scan = tree.scans.open(source.root, at);
    if (scan === undefined) return here.children;
    try {
      for (;;) {
        const bytes = tree.scans.read(scan, source.root, at, this.#rows.buffer);
        if (bytes === 0) return here.children;
        yield* this.#takeRecords(list, here, this.#rows.bufferAt + bytes);
        if (scan.ended) return here.children;
        yield WAIT_TURN;
      }
    } finally {
      scan.close();
    }
  }

  /** The records in the buffer, in their order: the core takes plain files, the others are taken one by one. */
  *#takeRecords(list: FileList, here: Here, end: number): Task {
    const { core } = this.#options;
    const { source, state } = here;
    if (this.#takesPlainFiles && !state.isEmpty) this.#markExcluded(here, end);
    const directory = this.#rows.directoryNumber(list.dirs, here.prefix);
    for (let at = this.#rows.bufferAt; at < end;) {
      if (this.#takesPlainFiles) at = this.#rows.take(list, directory, source.number, at, end);
      if (at === end) break;
      if (++this.#sinceTurn >= ENTRIES_PER_TURN) {
        this.#sinceTurn = 0;
        yield WAIT_TURN;
      }
      this.#takeRecord(list, here, at);
      at += scanRecordLength(core.u8, at);
    }
  }

  /** Tells the core which regular files the rules leave out; everything else is ours to look at. */
  #markExcluded({ prefix, state }: Here, end: number): void {
    const { core } = this.#options;
    for (let at = this.#rows.bufferAt; at < end; at += scanRecordLength(core.u8, at)) {
      if (!this.#isPlainRecord(at)) continue;
      const name = belowRoot(prefix + scanRecordName(core.u8, at));
      if (state.check(name, false, 'sender') === 'exclude') markScanRecord(core.u32, at);
    }
  }

  #isPlainRecord(at: number): boolean {
    const { u32 } = this.#options.core;
    return scanRecordError(u32, at) === 0 && isRegular(scanRecordMode(u32, at));
  }

  #takeRecord(list: FileList, here: Here, at: number): void {
    const { core, settings, report } = this.#options;
    const { prefix, source, state } = here;
    const base = scanRecordName(core.u8, at);
    const name = prefix + base;
    if (name.length >= MAX_PATH_BYTES) {
      const over = name.length - MAX_PATH_BYTES + 1;
      this.#options.tree.errors.fail(
        `filename overflows max-path len by ${over}: ${prefix.slice(0, -1)}/${base}`,
      );
      return;
    }
    const stat = this.#statOf(source, name, state, at);
    if (stat === undefined) return;
    const directory = isDirectory(stat.mode);
    if (directory && !settings.dirs && !settings.recursive) {
      report.message('info', `skipping directory ${name}`);
      return;
    }
    const mountPoint = directory && here.device !== undefined && stat.dev !== here.device;
    if (mountPoint && settings.oneFileSystem > 1) {
      if (settings.info.mount >= 1) report.message('info', `[sender] skipping mount-point dir ${name}`);
      return;
    }
    const asked = this.#takesPlainFiles && this.#isPlainRecord(at);
    if (!asked && state.check(belowRoot(name), directory, 'sender') === 'exclude') return;
    const flags = directory && settings.recursive && !mountPoint ? FLIST_CONTENT_DIR : 0;
    const added = this.#options.add(list, source, name, stat, flags, state);
    this.#rows.learn(stat.uid, stat.gid);
    if (added !== undefined && !mountPoint) here.children.push(name);
  }

  /** What the scan saw; a symlink that may be followed, or where it saw nothing, the file is looked at by its name. */
  #statOf(source: SourceRoot, name: string, state: FilterState, at: number): FileStat | undefined {
    const { core, settings } = this.#options;
    const link = looksBehindLinks(settings) && isSymlink(scanRecordMode(core.u32, at));
    if (link || scanRecordError(core.u32, at) !== 0) {
      return this.#options.tree.stats.ofChild(source.root, name, state);
    }
    return this.#options.tree.stats.sane(source.root, scannedStat(new DataView(core.u8.buffer), at), name);
  }
}

/** What stands before the names of a root entry's children: `/` for `/.`. */
function prefixOf(name: string): string {
  return name === '/.' ? '/' : '';
}
