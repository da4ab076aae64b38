// What a file that is left alone has different from the list, for --info=SKIP2 (docs/protocol/04-transfer.md §3.3 step 7). Looks only.
import { isDevice, isDirectory, isRegular, isSpecial, isSymlink, TYPE_MASK } from '@ocrsync/core/file-type';
import { type FileStat, FilesystemError } from '../fs/filesystem.ts';
import { ITEM_REPORT_ATIME, ITEM_REPORT_SIZE } from '../session/item.ts';
import type { Task } from '../session/wait.ts';
import type { DestinationState } from './destination-state.ts';
import { itemFlags } from './item-flags.ts';
import { QuickCheck } from './quick-check.ts';
import type { Visited } from './visit.ts';

export class KeptDifference {
  readonly #state: DestinationState;
  readonly #quickCheck: QuickCheck;

  constructor(state: DestinationState) {
    this.#state = state;
    this.#quickCheck = new QuickCheck(state);
  }

  *words(visited: Visited, existing: FileStat): Task<string> {
    const { entry, mode } = visited;
    if (!isSameKind(mode, existing.mode)) return 'type change';
    if (!(yield* this.#isSameContent(visited, existing))) {
      return this.#state.options.checksum ? 'sum change' : 'file change';
    }
    const flags = itemFlags(this.#state, { entry, mode, existing, flags: 0 });
    return (flags & ~(ITEM_REPORT_SIZE | ITEM_REPORT_ATIME)) === 0 ? 'uptodate' : 'attr change';
  }

  *#isSameContent({ entry, name, mode }: Visited, existing: FileStat): Task<boolean> {
    const { tree } = this.#state;
    const { list, row } = entry;
    if (isRegular(mode))
      return yield* this.#quickCheck.isUpToDate(entry, { root: tree, name }, existing, false);
    if (isSymlink(mode)) return this.#target(name) === list.linkTarget(row);
    if (isSpecial(mode)) return (mode & TYPE_MASK) === (existing.mode & TYPE_MASK);
    return existing.rdevMajor === list.rdevMajor(row) && existing.rdevMinor === list.rdevMinor(row);
  }

  #target(name: string): string | undefined {
    try {
      return this.#state.tree.readlink(name);
    } catch (error) {
      if (error instanceof FilesystemError) return undefined;
      throw error;
    }
  }
}

const KINDS = [isRegular, isDirectory, isSymlink, isDevice, isSpecial];

function isSameKind(one: number, other: number): boolean {
  return KINDS.some((is) => is(one) && is(other));
}
