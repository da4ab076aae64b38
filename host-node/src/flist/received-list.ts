// What a receiver checks in a list as a whole: names that were not asked for, excluded names, wrong parents
// (docs/protocol/03-file-list.md §14.6, §16). The bytes were checked by the core. Leading slashes are still there.
import { FLIST_CONTENT_DIR, FLIST_IMPLIED_DIR, FLIST_TOP_DIR, type FileList } from '@ocrsync/core/file-list';
import { isOneDirectory } from '@ocrsync/core/file-list-bulk';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { FilterList } from '../filter/filter-list.ts';
import { FilterState } from '../filter/filter-state.ts';
import { decisionText } from '../filter/filter-voice.ts';
import type { ImpliedIncludes } from './implied-includes.ts';

export interface ReceivedListOptions {
  readonly protocol: number;
  readonly incremental: boolean;
  /** A pulling client distrusts the sender; servers and local copies leave this out. */
  readonly distrust:
    | {
        readonly filters: FilterList;
        /** undefined: a remote shell of the old kind expands arguments (`--old-args`). */
        readonly requested: ImpliedIncludes | undefined;
      }
    | undefined;
  /** Entries may ask for deletions (--delete-missing-args). */
  readonly missingArgs: boolean;
  /** Where the program was started: absolute rules are taken from there, as no other end knows the sender's root. */
  readonly startDirectory?: string;
  /** --debug=FILTER: what rules decide about the names of a list that comes while files are asked for (upstream is silent before). */
  readonly tell?: ((text: string) => void) | undefined;
  /** Bytes of the peer's stream taken so far, for errors. */
  byteOffset(): number;
}

/** Checks every received list of one session; called after sorting, before duplicates are removed. */
export class ReceivedListCheck {
  readonly #options: ReceivedListOptions;
  readonly #rules: FilterState | undefined;

  constructor(options: ReceivedListOptions) {
    this.#options = options;
    const filters = options.distrust?.filters;
    const usable = filters !== undefined && filters.rules.length > 0 && !filters.hasDirectoryMerges;
    this.#rules = usable
      ? FilterState.outside(filters, options.protocol, options.startDirectory ?? '/', 'receiver')
      : undefined;
  }

  /** Throws a ProtocolError (exit 2 or 4). `directory`: name of the sub-list's directory; undefined for a first list. */
  check(list: FileList, directory: string | undefined): void {
    if (this.#isBeyondDoubt(list, directory)) return;
    for (let row = 0; row < list.count; row++) {
      if (!list.isActive(row)) continue;
      const name = list.name(row);
      this.#checkParent(list, row, directory);
      if (name === '.' || name === '/.') this.#checkRoot(list, row, name);
      else this.#checkName(list, row, name.replace(/^\/+/, ''));
    }
  }

  /**
   * A sub-list whose rows all lie in its directory, where every name is what was asked for. A root entry (`.` or `/.`) can only
   * be in a list of another kind.
   */
  #isBeyondDoubt(list: FileList, directory: string | undefined): boolean {
    const { distrust, incremental, missingArgs } = this.#options;
    if (directory === undefined || !incremental || missingArgs || this.#rules !== undefined) return false;
    if (!isOneDirectory(list) || list.dirName(0) === '' || list.dirName(0) === '/') return false;
    const name = directory.replace(/^\/+/, '');
    if (distrust?.requested !== undefined && !distrust.requested.coversContents(name)) return false;
    this.#checkParent(list, 0, directory);
    return true;
  }

  #checkParent(list: FileList, row: number, directory: string | undefined): void {
    if (!this.#options.incremental) return;
    const parent = list.dirName(row).replace(/^\/+/, '');
    if (parent === (directory ?? '').replace(/^\/+/, '')) return;
    const path = `${list.dirName(row)}/${list.baseName(row)}`;
    this.#refuse('ERR_LIST_PATH', `ABORTING due to invalid path from sender: ${path}`, 4);
  }

  #checkRoot(list: FileList, row: number, name: string): void {
    if (!list.isDirectory(row)) {
      this.#refuse('ERR_LIST_ROOT', `ERROR: rejecting non-directory transfer-root entry: ${name}`, 2);
    }
    const requested = this.#options.distrust?.requested;
    if (requested !== undefined && !requested.rootContent) makeImplied(list, row);
  }

  #checkName(list: FileList, row: number, name: string): void {
    const { distrust } = this.#options;
    if (distrust === undefined) return;
    const isDirectory = list.isDirectory(row);
    const verdict = distrust.requested?.verdict(name, isDirectory) ?? 'requested';
    const decision = this.#rules?.decide(name, isDirectory, 'sender');
    if (decision?.rule !== undefined) {
      const item = { name: list.name(row), isDirectory, side: 'receiver' } as const;
      this.#options.tell?.(decisionText(decision.rule, decision.place, item));
    }
    if (verdict !== 'parent' && decision?.verdict === 'exclude') {
      this.#refuse('ERR_LIST_EXCLUDED', `ERROR: rejecting excluded file-list name: ${name}`, 4);
    }
    // With --delete-missing-args: only what was asked for by its name can be told missing, nothing that lies in it.
    const isStray = list.mode(row) === 0 && distrust.requested?.isNamed(name, isDirectory) === false;
    if (verdict === 'refused' || isStray) {
      this.#refuse('ERR_LIST_UNREQUESTED', `ERROR: rejecting unrequested file-list name: ${name}`, 4);
    }
    if (verdict === 'parent') makeImplied(list, row);
  }

  #refuse(code: string, text: string, exitCode: number): never {
    throw new ProtocolError(code, text, exitCode, this.#options.byteOffset());
  }
}

/** A directory that only leads to requested names is never content, whatever the sender says: --delete stays out of it. */
function makeImplied(list: FileList, row: number): void {
  const flags = list.flags(row) & ~(FLIST_TOP_DIR | FLIST_CONTENT_DIR);
  list.setFlags(row, flags | FLIST_IMPLIED_DIR);
}
