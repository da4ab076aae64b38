// What a receiver checks in and does to a list as a whole: names that were not asked for, excluded names, wrong parents,
// ids of this system (docs/protocol/03-file-list.md §9.3, §12.4, §14.6, §16). The bytes were checked by the core.
import {
  FLIST_CONTENT_DIR,
  FLIST_IMPLIED_DIR,
  FLIST_SKIP_GROUP,
  FLIST_TOP_DIR,
  type FileList,
} from '@ocrsync/core/file-list';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { FilterList } from '../filter/filter-list.ts';
import { FilterState } from '../filter/filter-state.ts';
import type { Options } from '../options/options.ts';
import type { ListReceiver } from '../session/ports.ts';
import { type IdKind, IdMap, type IdSystem } from './id-map.ts';
import type { ImpliedIncludes } from './implied-includes.ts';

export interface ReceivedListOptions {
  readonly system: IdSystem;
  readonly settings: Pick<Options, 'owner' | 'group' | 'numericIds' | 'relative'>;
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
  /** Bytes of the peer's stream taken so far, for errors. */
  byteOffset(): number;
}

export class ReceivedLists implements ListReceiver {
  readonly #options: ReceivedListOptions;
  readonly #ids: IdMap;
  readonly #rules: FilterState | undefined;

  constructor(options: ReceivedListOptions) {
    this.#options = options;
    this.#ids = new IdMap(options.system, options.settings.numericIds);
    const filters = options.distrust?.filters;
    const usable = filters !== undefined && filters.rules.length > 0 && !filters.hasDirectoryMerges;
    this.#rules = usable ? FilterState.outside(filters, options.protocol, '/') : undefined;
  }

  learnId(kind: IdKind, id: number, name: string): void {
    this.#ids.learn(kind, id, name);
  }

  accept(list: FileList, directory: string | undefined): void {
    for (let row = 0; row < list.count; row++) {
      if (!list.isActive(row)) continue;
      const name = list.name(row);
      this.#checkParent(list, row, directory);
      if (name === '.' || name === '/.') this.#checkRoot(list, row, name);
      else this.#checkName(list, row, name.replace(/^\/+/, ''));
      this.#mapIds(list, row);
    }
    if (this.#options.settings.relative) list.stripLeadingSlashes();
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
    if (verdict !== 'parent' && this.#rules?.check(name, isDirectory, 'sender') === 'exclude') {
      this.#refuse('ERR_LIST_EXCLUDED', `ERROR: rejecting excluded file-list name: ${name}`, 4);
    }
    if (verdict === 'refused') {
      this.#refuse('ERR_LIST_UNREQUESTED', `ERROR: rejecting unrequested file-list name: ${name}`, 4);
    }
    if (verdict === 'parent') makeImplied(list, row);
  }

  #mapIds(list: FileList, row: number): void {
    const { settings } = this.#options;
    if (settings.owner) list.setUid(row, this.#ids.userId(list.uid(row)));
    if (!settings.group) return;
    const group = this.#ids.groupId(list.gid(row));
    list.setGid(row, group);
    if (!this.#ids.mayUseGroup(group)) list.setFlags(row, list.flags(row) | FLIST_SKIP_GROUP);
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
